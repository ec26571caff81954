"""CSV and TSV as a table: separator found by trying, ragged rows filled up.

Format: RFC 4180, and what is written in its name.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import partial

from explorer.base.records import dataclass
from explorer.preview import cells
from explorer.preview.detect import encoding_of
from explorer.preview.model import Preview, Table, Tables
from explorer.preview.source import Source
from explorer.preview.text import (
    HEAD_BYTES,
    PIECE_BYTES,
    encoding_words,
    end_of_lines,
    later,
    raw_on,
    read_back,
)

LINES = 1000
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass(frozen=True, slots=True)
class Shape:
    """How the file is written, found at its beginning."""

    separator: str
    encoding: str
    columns: tuple[str, ...] = ()


def separator_of(text: str, *, usual: str) -> str:
    """The separator that splits the first lines most alike. Pure."""
    lines = [line[:4000] for line in text.split("\n", 30)[:30] if line.strip()][:20]
    best, best_score = usual, (0, 0, 0)
    for separator in (usual, *(mark for mark in SEPARATORS if mark != usual)):
        counts = [line.count(separator) for line in lines]
        if not counts or not max(counts):
            continue
        common = max(set(counts), key=counts.count)
        # That stands in most lines, as often in most of them, and often.
        score = (len(counts) - counts.count(0), counts.count(common), common)
        if score > best_score:
            best, best_score = separator, score
    return best


@dataclass(frozen=True, slots=True)
class _Records:
    rows: list[list[str]]
    lines: int
    """How many lines they took."""
    is_torn: bool
    """A quotation mark is never closed, or a field is endless: quotes were not minded."""


def _records(text: str, separator: str, *, is_last: bool) -> _Records:
    """Records of a stretch; one that goes on after it is left for the next. Pure."""
    lines = text.replace("\r\n", "\n").replace("\r", " ").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    reader = csv.reader([f"{line}\n" for line in lines], delimiter=separator)
    rows: list[list[str]] = []
    ends: list[int] = []
    try:
        for row in reader:
            rows.append(row)
            ends.append(reader.line_num)
    except csv.Error:
        return _unquoted(lines, separator)
    if rows:
        begin = ends[-2] if len(ends) > 1 else 0
        is_open = sum(line.count('"') for line in lines[begin:]) % 2 == 1
        if is_open and (is_last or len(rows) == 1):
            return _unquoted(lines, separator)
        if is_open:
            return _Records(rows[:-1], begin, False)
    return _Records(rows, len(lines), False)


def _unquoted(lines: list[str], separator: str) -> _Records:
    return _Records([line.split(separator) for line in lines], len(lines), True)


def _is_header(rows: Sequence[Sequence[str]]) -> bool:
    first = [value.strip() for value in rows[0]]
    if any(cells.is_number(value) for value in first if value) or not any(first):
        return False
    return len(set(first)) == len(first)


def _read(source: Source, offset: int, shape: Shape, first: int = 1) -> tuple[Table, _Records]:
    text, end = raw_on(source, offset, shape.encoding, PIECE_BYTES, LINES)
    found = _records(text.removeprefix("\ufeff"), shape.separator, is_last=end >= source.size_bytes)
    data = source.read(offset, end - offset)
    end = min(end, offset + end_of_lines(data, shape.encoding, found.lines)) if found.lines else end
    rows = [row for row in found.rows if row]
    columns = shape.columns
    if not columns:
        width = min(max(map(len, rows), default=1), cells.COLUMNS)
        if rows and _is_header(rows):
            head = (*rows.pop(0), *("" for _ in range(width)))[:width]
            columns = tuple(
                cells.cell(name.strip()) or f"Column {at}" for at, name in enumerate(head, 1)
            )
        else:
            columns = tuple(f"Column {at}" for at in range(1, width + 1))
    cut = cells.squared(rows, len(columns))
    go_on = Shape(shape.separator, later(shape.encoding), columns)
    table = Table(
        "Rows",
        columns,
        cut,
        more=partial(_more, offset=end, shape=go_on, first=first + len(cut))
        if offset < end < source.size_bytes
        else None,
        numeric=cells.numeric_columns(cut[:200], len(columns)),
        first_row=first,
    )
    return table, found


def _more(source: Source, offset: int, shape: Shape, first: int) -> Table:
    return _read(source, offset, shape, first)[0]


def delimited(source: Source, *, title: str = "CSV", from_end: bool = False) -> Preview:
    """The first rows, or the last ones under the columns of the first."""
    head = source.read(0, HEAD_BYTES)
    encoding = encoding_of(head)
    usual = "\t" if title == "TSV" else ","
    text, _ = raw_on(source, 0, encoding, HEAD_BYTES)
    shape = Shape(separator_of(text.replace("\r", "\n"), usual=usual), encoding)
    table, found = _read(source, 0, shape)
    notes = []
    if found.is_torn:
        notes.append("A quotation mark is never closed, so quotes are shown as they stand.")
    if len({len(row) for row in found.rows if row}) > 1:
        notes.append("Its rows are not equally long.")
    if from_end and table.more is not None:
        table = _last(source, Shape(shape.separator, later(encoding), table.columns))
    facts = (
        ("Separator", SEPARATORS[shape.separator]),
        ("Columns", f"{len(table.columns):,}"),
        ("Encoding", encoding_words(encoding)),
    )
    return Preview(title, facts, tuple(notes), Tables((table,)), has_ends=True, can_follow=True)


def _last(source: Source, shape: Shape) -> Table:
    start = read_back(source, source.size_bytes, shape.encoding).start
    data = source.read(start, source.size_bytes - start)
    text = data.decode(shape.encoding, errors="replace")
    rows = [row for row in _records(text, shape.separator, is_last=True).rows if row][-LINES:]
    cut = cells.squared(rows, len(shape.columns))
    return Table(
        "Rows",
        shape.columns,
        cut,
        numeric=cells.numeric_columns(cut[:200], len(shape.columns)),
        first_row=None,
    )
