"""Names from strangers as they may be shown: nothing in them commands a terminal or turns text.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from explorer.base.patterns import regex

_FORMULA: Final = frozenset("=+-@\t\r")
_UNSAFE = regex(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def shown(text: str) -> str:
    """`text` with everything escaped that would move the cursor, colour, reorder or break lines.

    Quick for what needs nothing, so that it can be called for each cell that is painted.
    """
    return text if text.isprintable() else _UNSAFE.sub(_escape, text)


def _escape(hit: re.Match[str]) -> str:
    code = ord(hit.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def shown_lines(text: str) -> str:
    """The same for a text of ours of several lines."""
    return "\n".join(map(shown, text.split("\n")))


def shell_word(text: str) -> str:
    """`text` as one word of a shell's command line that may be looked at, and pasted into a
    terminal: what `shown` would escape goes as octal bytes into `$'...'` (POSIX.1-2024, 2.2.4;
    bash, zsh, ksh), everything else as `shlex.quote` has it."""
    if text.isprintable() or not _UNSAFE.search(text):
        import shlex  # late: few commands print one

        return shlex.quote(text)
    inside = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"$'{_UNSAFE.sub(_octal, inside)}'"


def plain_path(text: str) -> str:
    """A path to be copied: as it is, or as `shell_word` where it could do more than be text."""
    return text if text.isprintable() or not _UNSAFE.search(text) else shell_word(text)


def shell_line(words: Iterable[str]) -> str:
    """The words as a command line of one line; see `shell_word`."""
    return " ".join(map(shell_word, words))


def _octal(hit: re.Match[str]) -> str:
    letter = hit.group()
    is_byte = 0xDC80 <= ord(letter) <= 0xDCFF  # of a file's name that is no text
    data = letter.encode("utf-8", "surrogateescape" if is_byte else "surrogatepass")
    return "".join(f"\\{byte:03o}" for byte in data)


def no_formula(text: str) -> str:
    """`text` for a field of CSV: where a spreadsheet would take it for a formula, an apostrophe
    is put in front."""
    return f"'{text}" if text and text[0] in _FORMULA else text
