"""Names from strangers as they may be shown: nothing in them commands a terminal or turns text.

Pure.
"""

from __future__ import annotations

import re
from typing import Final

_FORMULA: Final = frozenset("=+-@\t\r")
_UNSAFE = re.compile(
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


def no_formula(text: str) -> str:
    """`text` for a field of CSV: where a spreadsheet would take it for a formula, an apostrophe
    is put in front."""
    return f"'{text}" if text and text[0] in _FORMULA else text
