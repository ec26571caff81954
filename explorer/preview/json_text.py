"""JSON laid out in lines, whether or not it is whole: by its tokens, so no value is changed.

Format: RFC 8259. Nothing recurses, so no nesting is too deep; indentation stops growing.
"""

from __future__ import annotations

import json
import re
from functools import partial

from explorer.base.records import dataclass
from explorer.preview.detect import encoding_of
from explorer.preview.model import Preview, Text
from explorer.preview.source import Source
from explorer.preview.text import (
    HEAD_BYTES,
    encoding_words,
    later,
    raw_on,
    shown_text,
)

INDENT = "  "
DEPTH_SHOWN = 20
CARRIED_CHARACTERS = 4096
PIECE_BYTES = 96 * 1024
"""Less than of other texts: laid out it may be many times as long."""

_PART = re.compile(
    r'\s++|"[^"\\]*+(?:\\.[^"\\]*+)*+(?P<end>")?+|[{}\[\],:]|[^\s"{}\[\],:]++', re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where in the document a stretch ended: how deep, after an opening, and with what left."""

    depth: int = 0
    has_just_opened: bool = False
    has_value: bool = False
    """Something stands at the top already."""
    carried: str = ""


def lay_out(text: str, state: Layout, *, is_last: bool) -> tuple[str, Layout]:
    """A stretch of JSON with a line for each value, and the state for the next one. Pure."""
    out: list[str] = []
    depth, opened, has_value = state.depth, state.has_just_opened, state.has_value
    text = state.carried + text
    for hit in _PART.finditer(text):
        part = hit.group()
        if part[0].isspace():
            continue
        if hit.end() == len(text) and not is_last and _may_go_on(part, hit["end"]):
            return "".join(out), Layout(depth, opened, has_value, part)
        if part in "}]":
            depth = max(0, depth - 1)
            if not opened:
                out.append(_line(depth))
        elif opened or (has_value and depth == 0 and part not in ",:"):
            out.append(_line(depth))
        opened = part in "{["
        has_value = True
        if opened:
            depth += 1
        if part == ",":
            out.append("," + _line(depth))
        else:
            out.append(": " if part == ":" else part)
    return "".join(out), Layout(depth, opened, has_value)


def _may_go_on(part: str, closing: str | None) -> bool:
    """Whether the next stretch may hold the rest of it."""
    if len(part) > CARRIED_CHARACTERS:
        return False
    return not closing if part[0] == '"' else part[0] not in "{}[],:"


def _line(depth: int) -> str:
    return "\n" + INDENT * min(depth, DEPTH_SHOWN)


def _read(source: Source, offset: int, encoding: str, state: Layout) -> Text:
    raw, end = raw_on(source, offset, encoding, PIECE_BYTES)
    is_last = end >= source.size_bytes
    text, state = lay_out(raw.removeprefix("\ufeff"), state, is_last=is_last)
    more = partial(_read, offset=end, encoding=later(encoding), state=state)
    return Text(
        shown_text(text), offset, end, more=more if offset < end and not is_last else None,
        encoding=encoding,
    )  # fmt: skip


def json_text(source: Source) -> Preview:
    """A JSON document from its beginning; says where it is damaged if it was read whole."""
    encoding = encoding_of(source.read(0, HEAD_BYTES))
    body = _read(source, 0, encoding, Layout())
    notes = (_damage(source, encoding),) if body.more is None else ()
    return Preview(
        "JSON",
        facts=(("Encoding", encoding_words(encoding)),),
        notes=tuple(filter(None, notes)),
        body=body,
        has_ends=True,
    )


def _damage(source: Source, encoding: str) -> str:
    try:
        text = source.read(0, PIECE_BYTES).decode(encoding).removeprefix("\ufeff")
        json.loads(text, parse_int=str, parse_float=str)
    except RecursionError:
        return "It is nested very deep."
    except json.JSONDecodeError as error:
        return f"It is not whole JSON: {error.msg}, line {error.lineno}, column {error.colno}."
    except ValueError:
        return "It is not whole JSON: it has bytes that are no text."
    return ""
