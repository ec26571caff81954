"""Repairs what copying does to text: quotes, entities, line breaks, invisible characters.

Pure. Nothing here decides what the text is; it only takes off what was never part
of it, so that a string copied from a shell, a web page, JSON, XML or a letter
reads like the original.
"""

from __future__ import annotations

import re

from explorer.base.errors import ConnectionTextError
from explorer.base.patterns import regex


class IncompleteTextError(ConnectionTextError):
    """What is there so far is right, and something is still missing.

    While a person types this is no mistake yet; on a final answer it is one.
    """


_INVISIBLE = dict.fromkeys(
    code
    for first, last in (
        (0x00, 0x08),
        (0x0E, 0x1F),
        (0x7F, 0x7F),
        (0xAD, 0xAD),
        (0x200B, 0x200F),
        (0x202A, 0x202E),
        (0x2060, 0x206F),
        (0xFEFF, 0xFEFF),
    )
    for code in range(first, last + 1)
)
_SPACES = dict.fromkeys([0xA0, 0x2007, 0x202F, 0x3000, 0x0B, 0x0C], " ")
_LINE_ENDS = dict.fromkeys([0x85, 0x2028, 0x2029], "\n")
_QUOTES = {0x201C: '"', 0x201D: '"', 0x201E: '"', 0x2018: "'", 0x2019: "'", 0x201A: "'"}
_TRANSLATION = {**_INVISIBLE, **_SPACES, **_LINE_ENDS, **_QUOTES}

# Only entities with their semicolon: `&sect=` or `&copy=` may be parameters of a URL.
_ENTITIES = regex(r"&(amp|#38|#x26|quot|#34|#x22|apos|#39|#x27|lt|gt|equals|#61|#x3d);", re.I)
_ENTITY_TEXT = {
    "amp": "&", "#38": "&", "#x26": "&",
    "quot": '"', "#34": '"', "#x22": '"',
    "apos": "'", "#39": "'", "#x27": "'",
    "lt": "<", "gt": ">",
    "equals": "=", "#61": "=", "#x3d": "=",
}  # fmt: skip
_JSON_ESCAPES = regex(r"\\u00(26|3d|3c|3e|22|27|2b|2f)", re.I)
_PAIRS = {'"': '"', "'": "'", "`": "`", "<": ">", "(": ")"}
_MOST_LAYERS = 12
_TAIL = regex(r"(?<=[\"'`>])[\s,;]+$")
_SEPARATOR_TAIL = regex(r"(?<![\s,])[\s,]+$")
"""Begun where the run begins, and nowhere in it: of a long one within a value that would take
its length squared."""


def unescape(text: str) -> str:
    """`&amp;` (also twice escaped) and the `\\u0026` of JSON become what they stand for."""
    for _ in range(3 if "&" in text else 0):
        fresh = _ENTITIES.sub(lambda hit: _ENTITY_TEXT[hit.group(1).lower()], text)
        if fresh == text:
            break
        text = fresh
    if "\\u00" in text:
        text = _JSON_ESCAPES.sub(lambda hit: chr(int(hit.group(1), 16)), text)
    return text.replace("\\/", "/")


def tidy(text: str) -> str:
    """Invisible characters out, all spaces and quotes of one sort, `\\n` line ends, trimmed."""
    text = text.translate(_TRANSLATION).replace("\r\n", "\n").replace("\r", "\n")
    return text.strip()


def unquote_outer(text: str) -> str:
    """Take off quotes, backticks and brackets around the whole, and a comma after them.

    A quote that was opened and not closed (a cut selection) goes too.
    """
    for _ in range(_MOST_LAYERS):
        before = text
        text = text.strip()
        if text.endswith((",", ";")) and any(mark in text for mark in "\"'`>"):
            text = _TAIL.sub("", text)
        text = text.replace('\\"', '"') if text.startswith('\\"') else text
        if len(text) >= 2 and _PAIRS.get(text[0]) == text[-1]:
            text = text[1:-1]
        elif text[:1] in ('"', "'", "`") and text.count(text[0]) == 1:
            text = text[1:]
        elif text[-1:] in ('"', "'", "`") and text.count(text[-1]) == 1:
            text = text[:-1]
        if text == before:
            break
    return text


def join_lines(text: str) -> str:
    """One line: a line break and the indentation around it were put in by a program."""
    return "".join(line.strip() for line in text.split("\n"))


def without_spaces(text: str) -> str:
    """For values that never hold white space: keys, tokens, endpoints."""
    return "".join(text.split())


def trim_value(text: str) -> str:
    """A value of `key = value,` with its quotes and a separator after it taken off."""
    text = text.strip()
    if text.endswith(","):
        text = _SEPARATOR_TAIL.sub("", text)
    return text.strip("\"'` \t\n")
