"""JSON Lines as a table: a row for each line, a column for each key of the first rows.

Format: jsonlines.org. A line that is no object, or is damaged, stands in the first column.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial

from explorer.preview import cells
from explorer.preview.detect import encoding_of
from explorer.preview.model import Preview, Table, Tables
from explorer.preview.source import Source
from explorer.preview.text import HEAD_BYTES, PIECE_BYTES, encoding_words, later, raw_on, read_back

ROWS = 1000
LINE_BYTES = 64 * 1024
"""A longer line is shown and not taken apart."""


class _Exact(float):
    """A number that remembers how it was written."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> _Exact:
        made = super().__new__(cls, text)
        made.text = text
        return made


def _parsed(line: str) -> object:
    if len(line) > LINE_BYTES:
        return line
    try:
        return json.loads(line, parse_float=_Exact)
    except (ValueError, RecursionError):
        return line


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, _Exact):
        return str(value.text)
    try:
        return json.dumps(value, ensure_ascii=False)[: 2 * cells.CELL_CHARACTERS]
    except (ValueError, RecursionError):
        return "(nested very deep)"


def _row(value: object, columns: Sequence[str]) -> tuple[str, ...]:
    if isinstance(value, dict):
        return tuple(_cell(value[key]) if key in value else "" for key in columns)
    return (_cell(value), *("" for _ in columns[1:]))


def _columns(values: Sequence[object]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for value in values:
        if isinstance(value, dict):
            found.update(dict.fromkeys(value))
        if len(found) > cells.COLUMNS:
            break
    return tuple(found)[: cells.COLUMNS] or ("Line",)


def _read(
    source: Source, offset: int, encoding: str, columns: tuple[str, ...] = (), first: int = 1
) -> Table:
    text, end = raw_on(source, offset, encoding, PIECE_BYTES, ROWS)
    values = [_parsed(line) for line in text.removeprefix("\ufeff").split("\n") if line.strip()]
    columns = columns or _columns(values)
    rows = cells.squared([_row(value, columns) for value in values], len(columns))
    more = partial(
        _read, offset=end, encoding=later(encoding), columns=columns, first=first + len(rows)
    )
    return Table(
        "Rows",
        tuple(map(cells.cell, columns)),
        rows,
        more=more if offset < end < source.size_bytes else None,
        numeric=cells.numeric_columns(rows, len(columns)),
        first_row=first,
    )


def json_lines(source: Source, *, from_end: bool = False) -> Preview:
    """The first rows, or the last ones."""
    encoding = encoding_of(source.read(0, HEAD_BYTES))
    if from_end:
        start = read_back(source, source.size_bytes, encoding).start
        table = _last(source, start, encoding)
    else:
        table = _read(source, 0, encoding)
    return Preview(
        "JSON Lines",
        facts=(("Encoding", encoding_words(encoding)),),
        body=Tables((table,)),
        has_ends=True,
        can_follow=True,
    )


def _last(source: Source, start: int, encoding: str) -> Table:
    """The last rows after `start`, whose numbers nobody knows."""
    data = source.read(start, source.size_bytes - start)
    lines = data.decode(later(encoding), errors="replace").split("\n")
    values = [_parsed(line) for line in lines[-ROWS - 1 :] if line.strip()]
    columns = _columns(values)
    rows = cells.squared([_row(value, columns) for value in values], len(columns))
    return Table(
        "Rows",
        tuple(map(cells.cell, columns)),
        rows,
        numeric=cells.numeric_columns(rows, len(columns)),
        first_row=None,
    )
