"""Python literals as the header of a .npy holds them: dicts, lists, tuples, texts, numbers.

Nothing is evaluated and nothing recurses deep. Format: numpy.lib.format, 'header_data'.
"""

from __future__ import annotations

import re
from typing import Any

from explorer.preview.source import Unreadable

DEPTH = 12
_TOKEN = re.compile(
    r"\s*(?:('[^'\\]*'|\"[^\"\\]*\")|(-?\d{1,19})L?|(True|False|None)|([{}()\[\],:]))"
)
_WORDS = {"True": True, "False": False, "None": None}
_CLOSING = {"(": ")", "[": "]"}


def parse(text: str) -> Any:
    """The value `text` writes. Raises Unreadable."""
    tokens: list[tuple[str, Any]] = []
    at, text = 0, text.rstrip()
    while at < len(text):
        hit = _TOKEN.match(text, at)
        if hit is None or len(tokens) > 20_000:
            raise Unreadable("Its header cannot be read.")
        at = hit.end()
        if hit[1] is not None:
            tokens.append(("value", hit[1][1:-1]))
        elif hit[2] is not None:
            tokens.append(("value", int(hit[2])))
        elif hit[3] is not None:
            tokens.append(("value", _WORDS[hit[3]]))
        else:
            tokens.append((hit[4], None))
    value, end = _value(tokens, 0, 0)
    if end != len(tokens):
        raise Unreadable("Its header cannot be read.")
    return value


def _value(tokens: list[tuple[str, Any]], at: int, depth: int) -> tuple[Any, int]:
    if at >= len(tokens) or depth > DEPTH:
        raise Unreadable("Its header cannot be read.")
    mark, plain = tokens[at]
    if mark == "value":
        return plain, at + 1
    if mark == "{":
        return _dict(tokens, at + 1, depth)
    if mark not in _CLOSING:
        raise Unreadable("Its header cannot be read.")
    items, at, has_comma = [], at + 1, False
    while at < len(tokens) and tokens[at][0] != _CLOSING[mark]:
        item, at = _value(tokens, at, depth + 1)
        items.append(item)
        has_comma, at = _comma(tokens, at, _CLOSING[mark])
    if at >= len(tokens):
        raise Unreadable("Its header cannot be read.")
    if mark == "[":
        return items, at + 1
    return (items[0] if len(items) == 1 and not has_comma else tuple(items)), at + 1


def _comma(tokens: list[tuple[str, Any]], at: int, closing: str) -> tuple[bool, int]:
    if at < len(tokens) and tokens[at][0] == ",":
        return True, at + 1
    if at < len(tokens) and tokens[at][0] == closing:
        return False, at
    raise Unreadable("Its header cannot be read.")


def _dict(tokens: list[tuple[str, Any]], at: int, depth: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    while at < len(tokens) and tokens[at][0] != "}":
        key, at = _value(tokens, at, depth + 1)
        if not isinstance(key, str) or at >= len(tokens) or tokens[at][0] != ":":
            raise Unreadable("Its header cannot be read.")
        found[key], at = _value(tokens, at + 1, depth + 1)
        _, at = _comma(tokens, at, "}")
    if at >= len(tokens):
        raise Unreadable("Its header cannot be read.")
    return found, at + 1
