"""A small Parquet file for the sample data, so that it holds what job outputs hold.

Writes one row group of PLAIN, uncompressed, required columns. Formats: Apache Parquet's
`parquet.thrift` for the structures, Thrift's compact protocol for their encoding.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from explorer.base.records import dataclass

MAGIC = b"PAR1"

_I32, _I64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12
_PHYSICAL = {int: 2, float: 5, str: 6}  # INT64, DOUBLE, BYTE_ARRAY
_UTF8 = 0


@dataclass(frozen=True, slots=True)
class Column:
    """A name and its values, all of one type: int, float or str."""

    name: str
    values: Sequence[int] | Sequence[float] | Sequence[str]

    @property
    def physical_type(self) -> int:
        return _PHYSICAL[type(self.values[0])]

    def plain(self) -> bytes:
        """The values in Parquet's PLAIN encoding."""
        out = bytearray()
        for value in self.values:
            if isinstance(value, str):
                text = value.encode()
                out += struct.pack("<I", len(text)) + text
            elif isinstance(value, float):
                out += struct.pack("<d", value)
            else:
                out += struct.pack("<q", value)
        return bytes(out)


def parquet(columns: Sequence[Column]) -> bytes:
    """The bytes of a Parquet file with these columns, which are equally long and not empty."""
    rows = len(columns[0].values)
    out = bytearray(MAGIC)
    chunks = []
    for column in columns:
        body = column.plain()
        offset = len(out)
        out += _page_header(len(body), rows) + body
        chunks.append(_column_chunk(column, offset, len(out) - offset, rows))
    group = _Struct()
    group.structs(1, chunks)
    group.number(_I64, 2, len(out) - len(MAGIC))
    group.number(_I64, 3, rows)
    schema = [_Struct().text(4, "schema").number(_I32, 5, len(columns))]
    for column in columns:
        element = _Struct().number(_I32, 1, column.physical_type).number(_I32, 3, 0)
        element.text(4, column.name)
        if column.physical_type == _PHYSICAL[str]:
            element.number(_I32, 6, _UTF8)
        schema.append(element)
    footer = _Struct().number(_I32, 1, 1)
    footer.structs(2, schema)
    footer.number(_I64, 3, rows)
    footer.structs(4, [group])
    footer.text(6, "Quayside sample data")
    encoded = footer.end()
    return bytes(out + encoded + struct.pack("<I", len(encoded)) + MAGIC)


def _page_header(size: int, rows: int) -> bytes:
    data = _Struct().number(_I32, 1, rows).number(_I32, 2, 0).number(_I32, 3, 3).number(_I32, 4, 3)
    page = _Struct().number(_I32, 1, 0).number(_I32, 2, size).number(_I32, 3, size)
    return page.struct(5, data).end()


def _column_chunk(column: Column, offset: int, size: int, rows: int) -> _Struct:
    meta = _Struct().number(_I32, 1, column.physical_type)
    meta.numbers(2, [0])
    meta.texts(3, [column.name])
    meta.number(_I32, 4, 0).number(_I64, 5, rows)
    meta.number(_I64, 6, size).number(_I64, 7, size).number(_I64, 9, offset)
    return _Struct().number(_I64, 2, offset).struct(3, meta)


class _Struct:
    """Collects the fields of one Thrift struct in ascending order."""

    def __init__(self) -> None:
        self._out = bytearray()
        self._last = 0

    def _field(self, kind: int, number: int) -> None:
        self._out.append((number - self._last) << 4 | kind)
        self._last = number

    def number(self, kind: int, number: int, value: int) -> _Struct:
        self._field(kind, number)
        self._out += _zigzag(value)
        return self

    def text(self, number: int, value: str) -> _Struct:
        self._field(_BINARY, number)
        self._out += _binary(value)
        return self

    def struct(self, number: int, value: _Struct) -> _Struct:
        self._field(_STRUCT, number)
        self._out += value.end()
        return self

    def _list(self, number: int, kind: int, items: Sequence[bytes]) -> None:
        self._field(_LIST, number)
        short = len(items) < 15
        self._out += bytes([(len(items) if short else 15) << 4 | kind])
        if not short:
            self._out += _varint(len(items))
        self._out += b"".join(items)

    def structs(self, number: int, items: Sequence[_Struct]) -> None:
        self._list(number, _STRUCT, [item.end() for item in items])

    def numbers(self, number: int, items: Sequence[int]) -> None:
        self._list(number, _I32, [_zigzag(item) for item in items])

    def texts(self, number: int, items: Sequence[str]) -> None:
        self._list(number, _BINARY, [_binary(item) for item in items])

    def end(self) -> bytes:
        return bytes(self._out) + b"\0"


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _zigzag(value: int) -> bytes:
    return _varint((value << 1) ^ (value >> 63))


def _binary(text: str) -> bytes:
    data = text.encode()
    return _varint(len(data)) + data
