"""Parquet by its footer: columns, row groups, sizes, without touching the data.

Format: Apache Parquet's `parquet.thrift` (FileMetaData, SchemaElement, RowGroup, ColumnChunk).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from functools import partial
from typing import Any

from explorer.base.records import dataclass
from explorer.base.units import format_bytes
from explorer.preview import cells, parquet_rows
from explorer.preview.model import Preview, Table, Tables
from explorer.preview.source import Source, Unreadable
from explorer.preview.thrift import CompactReader, TooMany

FOOTER_BYTES = 8 * 1024 * 1024
GROUPS = 1000
LEAVES = 5000
"""So many columns are listed."""
MARK = b"PAR1"

_PHYSICAL = (
    "boolean", "int32", "int64", "int96", "float", "double", "bytes", "fixed bytes",
)  # fmt: skip
_CONVERTED = {
    0: "string", 1: "map", 2: "map entry", 3: "list", 4: "enum", 5: "decimal", 6: "date",
    7: "time, ms", 8: "time, µs", 9: "timestamp, ms", 10: "timestamp, µs", 11: "uint8",
    12: "uint16", 13: "uint32", 14: "uint64", 15: "int8", 16: "int16", 17: "int32", 18: "int64",
    19: "json", 20: "bson", 21: "interval",
}  # fmt: skip
_LOGICAL = {
    1: "string", 2: "map", 3: "list", 4: "enum", 5: "decimal", 6: "date", 7: "time",
    8: "timestamp", 10: "integer", 11: "null", 12: "json", 13: "bson", 14: "uuid", 15: "float16",
    16: "variant", 17: "geometry", 18: "geography",
}  # fmt: skip
_REPETITION = ("required", "optional", "repeated")
_REPEATED = 2
_CODECS = ("none", "Snappy", "gzip", "LZO", "Brotli", "LZ4", "Zstandard", "LZ4 raw")


@dataclass(slots=True)
class Footer:
    """What the footer says, as it stands there."""

    schema: list[dict[int, Any]] = field(default_factory=list)
    rows: int = 0
    groups: list[dict[int, Any]] = field(default_factory=list)
    group_count: int = 0
    writer: str = ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A column that holds values."""

    path: str
    kind: str
    repetition: str
    is_repeated: bool = False
    """It, or what it belongs to, may stand more than once in a row."""
    width: int = 0
    """Bytes of each of its values, where they all have the same."""


def footer_of(source: Source) -> Footer:
    """Raises Unreadable."""
    if source.size_bytes < 12:
        raise Unreadable("It is too short.")
    tail = source.exactly(source.size_bytes - 8, 8)
    if tail[4:] == b"PARE":
        raise Unreadable("It is encrypted.")
    if tail[4:] != MARK:
        raise Unreadable("It does not end as Parquet does; perhaps it was not written to the end.")
    length = int.from_bytes(tail[:4], "little")
    if length > source.size_bytes - 12:
        raise Unreadable("Its footer is said to be longer than the file.")
    if length > FOOTER_BYTES:
        raise Unreadable(f"Its footer has {format_bytes(length)}; that is more than is read.")
    data = source.exactly(source.size_bytes - 8 - length, length)
    return _parse(data)


def _parse(data: bytes) -> Footer:
    reader, footer = CompactReader(data), Footer()
    seen: set[int] = set()
    try:
        for number, kind in reader.fields():
            if number in seen:  # another reader may take the other one
                raise Unreadable("A field stands in its footer twice.")
            seen.add(number)
            if number == 4 and kind == 9:
                count, item = reader.list_head()
                footer.group_count = count
                for _ in range(min(count, GROUPS)):
                    group = reader.value(item, 1)
                    if isinstance(group, dict):
                        footer.groups.append(group)
                if count > GROUPS:
                    break
                continue
            value = reader.value(kind, 1)
            if number == 2:
                footer.schema = [item for item in _list(value) if isinstance(item, dict)]
            elif number == 3:
                footer.rows = _number(value)
            elif number == 6:
                footer.writer = _text(value)
    except TooMany:
        if not footer.groups:
            raise
    if not footer.schema:
        raise Unreadable("Its footer names no columns.")
    return footer


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def _name(names: tuple[str, ...] | dict[int, str], number: object) -> str:
    if isinstance(names, dict):
        return names.get(_number(number), "")
    at = _number(number)
    return names[at] if 0 <= at < len(names) else f"unknown ({at})"


def leaves_of(schema: list[dict[int, Any]]) -> list[Leaf]:
    """The first LEAVES columns below the root, by their paths. Pure; the tree is walked without
    recursion."""
    found: list[Leaf] = []
    open_groups: list[tuple[str, int, bool]] = []
    for at, element in enumerate(schema):
        name, children = _text(element.get(4)), _number(element.get(5))
        while open_groups and open_groups[-1][1] <= 0:
            open_groups.pop()
        if open_groups:
            open_groups[-1] = (open_groups[-1][0], open_groups[-1][1] - 1, open_groups[-1][2])
        above, _, is_below_list = open_groups[-1] if open_groups else ("", 0, False)
        path = f"{above}.{name}" if above else name
        is_repeated = is_below_list or element.get(3) == _REPEATED
        if children > 0:
            if len(open_groups) >= 64:
                raise Unreadable("Its columns are nested too deep.")
            open_groups.append(("" if at == 0 else path[:2000], children, at > 0 and is_repeated))
        elif at:
            words = _name(_REPETITION, element.get(3))
            width = _number(element.get(2))
            found.append(Leaf(path, _kind(element), words, is_repeated, width))
            if len(found) == LEAVES:
                break
    return found


def _kind(element: dict[int, Any]) -> str:
    physical = _name(_PHYSICAL, element.get(1))
    logical = element.get(10)
    word = ""
    if isinstance(logical, dict) and logical:
        word = _LOGICAL.get(next(iter(logical)), "")
    if not word or word == "integer":
        word = _name(_CONVERTED, element[6]) if 6 in element else ""
    return f"{word} ({physical})" if word else physical


@dataclass(slots=True)
class _Sum:
    packed: int = 0
    unpacked: int = 0
    codec: str = ""


def _sums(groups: Iterable[dict[int, Any]]) -> dict[str, _Sum]:
    found: dict[str, _Sum] = {}
    for group in groups:
        for chunk in _list(group.get(1)):
            meta = chunk.get(3) if isinstance(chunk, dict) else None
            if not isinstance(meta, dict):
                continue
            path = ".".join(map(_text, _list(meta.get(3))))
            total = found.setdefault(path, _Sum())
            total.unpacked += _number(meta.get(6))
            total.packed += _number(meta.get(7))
            total.codec = _name(_CODECS, meta.get(4))
    return found


def _size(size_bytes: int) -> str:
    return format_bytes(size_bytes) if size_bytes >= 0 else ""


def _columns_table(leaves: list[Leaf], sums: dict[str, _Sum]) -> Table:
    rows = []
    for leaf in leaves:
        total = sums.get(leaf.path, _Sum())
        values = (leaf.path, leaf.kind, leaf.repetition, total.codec)
        rows.append((*map(cells.cell, values), _size(total.packed), _size(total.unpacked)))
    head = ("Column", "Type", "Values", "Packed with", "Packed", "Unpacked")
    return Table("Columns", head, tuple(rows), numeric=frozenset({4, 5}))


def _groups_table(footer: Footer) -> Table:
    rows = []
    for at, group in enumerate(footer.groups):
        chunks = [chunk for chunk in _list(group.get(1)) if isinstance(chunk, dict)]
        metas = [chunk[3] for chunk in chunks if isinstance(chunk.get(3), dict)]
        packed = _number(group.get(6)) or sum(_number(meta.get(7)) for meta in metas)
        values = (f"{at + 1:,}", f"{_number(group.get(3)):,}", f"{len(chunks):,}")
        rows.append((*values, _size(packed), _size(_number(group.get(2)))))
    head = ("Row group", "Rows", "Columns", "Packed", "Unpacked")
    return Table("Row groups", head, tuple(rows), numeric=frozenset(range(5)))


def _first_rows(source: Source, groups: list[dict[int, Any]], leaves: list[Leaf]) -> Table:
    """Of the first group that has rows. Raises Unreadable."""
    for at, group in enumerate(groups):
        rows = _number(group.get(3))
        chunks = _list(group.get(1))
        if rows > 0 and chunks:
            columns = [
                parquet_rows.Column(
                    chunk[3] if isinstance(chunk, dict) and isinstance(chunk.get(3), dict) else {},
                    leaf.is_repeated,
                    leaf.width,
                )
                for chunk, leaf in zip(chunks, leaves, strict=False)
            ]
            return parquet_rows.first_rows(source, at, columns, rows)
    raise Unreadable("It has no rows.")


def parquet(source: Source) -> Preview:
    """Columns and row groups; rows are read when they are asked for."""
    footer = footer_of(source)
    leaves = leaves_of(footer.schema)
    columns = _columns_table(leaves, _sums(footer.groups))
    facts = [
        ("Rows", f"{footer.rows:,}"),
        ("Columns", f"{len(leaves):,}{' or more' if len(leaves) == LEAVES else ''}"),
        ("Row groups", f"{footer.group_count:,}"),
    ]
    if footer.writer:
        facts.append(("Written by", cells.cell(footer.writer)))
    notes = []
    if len(footer.groups) < footer.group_count:
        notes.append(f"Only the first {len(footer.groups):,} row groups are listed.")
    rows = Table("Rows", (), (), more=partial(_first_rows, groups=footer.groups, leaves=leaves))
    if lacking := parquet_rows.lacking():
        rows = Table("Rows", (), (), lacking=lacking)
    elif not footer.rows:
        rows = Table("Rows", (), (), lacking="It has no rows.")
    body = Tables((columns, _groups_table(footer), rows))
    return Preview("Parquet", tuple(facts), tuple(notes), body)
