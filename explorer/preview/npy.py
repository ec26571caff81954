"""A NumPy array by its header, and its first values. Nothing is unpickled.

Format: numpy.lib.format, versions 1.0 to 3.0.
"""

from __future__ import annotations

import math
import re
import struct
from functools import partial
from typing import Any

from explorer.base.records import dataclass
from explorer.base.units import format_bytes
from explorer.preview import cells, literal
from explorer.preview.model import Preview, Table, Tables
from explorer.preview.source import Source, Unreadable

HEADER_BYTES = 64 * 1024
VALUES_BYTES = 128 * 1024
ROWS = 1000
DIMENSIONS = 64
FIELDS = cells.COLUMNS - 1
"""So many fields of a record are shown."""
MOST = 2**256
"""More values or bytes than that are nothing a size can be told of."""
MARK = b"\x93NUMPY"

_DTYPE = re.compile(r"([<>|=]?)([?bBiufcSaUVmMO])(\d{0,9})(\[[\w/]{1,16}\])?")
_CODES = {
    "b1": "?", "?": "?", "b": "b", "B": "B", "i1": "b", "i2": "h", "i4": "i", "i8": "q",
    "u1": "B", "u2": "H", "u4": "I", "u8": "Q", "f2": "e", "f4": "f", "f8": "d",
    "c8": "ff", "c16": "dd", "M8": "q", "m8": "q",
}  # fmt: skip
_WORDS = {"i": "int", "u": "uint", "f": "float", "c": "complex", "b": "bool"}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value: its name for people, its bytes, and how to read it."""

    name: str
    size_bytes: int
    code: str
    """For `struct`; empty for texts and what is shown in hex; `object` for pickles."""
    letter: str = ""
    is_big: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the values."""

    fields: tuple[tuple[str, Kind], ...]
    """One without a name, or those of a record."""
    shape: tuple[int, ...]
    is_fortran: bool
    start: int

    @property
    def item_bytes(self) -> int:
        return sum(kind.size_bytes for _, kind in self.fields)

    @property
    def count(self) -> int:
        return math.prod(self.shape)

    @property
    def kind_words(self) -> str:
        if self.fields[0][0] == "":
            return self.fields[0][1].name
        return "record of " + ", ".join(f"{name}: {kind.name}" for name, kind in self.fields[:20])

    @property
    def shape_words(self) -> str:
        return " x ".join(f"{size:,}" for size in self.shape) or "a single value"


def kind_of(descr: str) -> Kind:
    """The kind a type's text says. Raises Unreadable."""
    hit = _DTYPE.fullmatch(descr)
    if hit is None:
        raise Unreadable("It has a type of values that is not known.")
    order, letter, digits, unit = hit.groups()
    number = int(digits or 0)
    if letter == "O":
        return Kind("Python objects", 8, "object", letter)
    if letter in "SaV":
        return Kind(f"{'bytes' if letter == 'V' else 'text'}[{number}]", number, "", letter)
    if letter == "U":
        return Kind(f"text[{number}]", number * 4, "", letter, order == ">")
    code = _CODES.get(f"{letter}{digits}")
    if code is None:
        return Kind(f"{letter}{digits}", number or 1, "", "V")
    size = struct.calcsize(f"<{code}")
    if letter in "Mm":
        name = f"{'datetime64' if letter == 'M' else 'timedelta64'}{unit or ''}"
    elif letter == "b" and digits == "1":
        name = "bool"
    else:
        name = f"{_WORDS.get(letter, letter)}{size * 8}"
    return Kind(name, size, code, letter, order == ">")


def header_of(head: bytes) -> Header:
    """From the first bytes of a .npy. Raises Unreadable."""
    if len(head) < 10 or not head.startswith(MARK):
        raise Unreadable("It does not begin as an array does.")
    wide = head[6] >= 2
    start = 12 if wide else 10
    length = int.from_bytes(head[8:start], "little")
    if length > HEADER_BYTES - start:
        raise Unreadable("Its header is too long.")
    if len(head) < start + length:
        raise Unreadable("It ends in the middle of its header.")
    text = head[start : start + length].decode("utf-8" if head[6] >= 3 else "latin-1", "replace")
    found = literal.parse(text)
    if not isinstance(found, dict):
        raise Unreadable("Its header cannot be read.")
    shape = found.get("shape")
    if not isinstance(shape, tuple) or len(shape) > DIMENSIONS:
        raise Unreadable("It has an impossible shape.")
    if not all(type(size) is int and 0 <= size < 2**63 for size in shape):
        raise Unreadable("It has an impossible shape.")
    header = Header(
        _fields(found.get("descr")), shape, found.get("fortran_order") is True, start + length
    )
    if max(header.count, header.item_bytes, header.count * header.item_bytes) >= MOST:
        raise Unreadable("It has an impossible shape.")
    return header


def _fields(descr: Any) -> tuple[tuple[str, Kind], ...]:
    if isinstance(descr, str):
        return (("", kind_of(descr)),)
    if not isinstance(descr, list) or not 0 < len(descr) <= 1000:
        raise Unreadable("It has a type of values that is not known.")
    return tuple(map(_field, descr))


def _field(field: Any) -> tuple[str, Kind]:
    if not isinstance(field, tuple) or len(field) < 2 or not isinstance(field[1], str):
        raise Unreadable("It has records within records, which are not shown.")
    name = field[0][0] if isinstance(field[0], tuple) and field[0] else field[0]
    kind = kind_of(field[1])
    if len(field) > 2:
        sizes = field[2] if isinstance(field[2], tuple) else (field[2],)
        if not all(type(size) is int and 0 <= size < 2**31 for size in sizes):
            raise Unreadable("It has an impossible shape.")
        code = kind.code if kind.code == "object" else ""
        words = f"{kind.name}{list(sizes[:DIMENSIONS])}"
        kind = Kind(words, kind.size_bytes * math.prod(sizes), code, "V")
    return str(name), kind


def _value(kind: Kind, data: bytes) -> str:
    if kind.code:
        parts = struct.unpack(f"{'>' if kind.is_big else '<'}{kind.code}", data)
        if len(parts) == 2:
            return str(complex(*parts)).strip("()")
        return f"{parts[0]:.9g}" if kind.code == "f" else str(parts[0])
    if kind.letter == "U":
        codec = "utf-32-be" if kind.is_big else "utf-32-le"
        return cells.cell(data[:4000].decode(codec, "replace").rstrip("\0"))
    if kind.letter in "Sa":
        return cells.cell(data[:1000].rstrip(b"\0").decode("utf-8", "replace"))
    return data[:64].hex(" ")


def _item(header: Header, data: bytes) -> tuple[str, ...]:
    made, at = [], 0
    for _, kind in header.fields[:FIELDS]:
        made.append(_value(kind, data[at : at + kind.size_bytes]))
        at += kind.size_bytes
    return tuple(made)


def _index(header: Header, number: int) -> str:
    """Where in the array its `number`-th stored value belongs."""
    parts = []
    for size in header.shape if header.is_fortran else reversed(header.shape):
        number, part = divmod(number, size)
        parts.append(part)
    return ", ".join(map(str, parts if header.is_fortran else reversed(parts)))


def _values(source: Source, header: Header, first: int) -> Table:
    """Values from the `first` stored one: a matrix as one, all else with their places."""
    size = header.item_bytes
    stored = max(0, source.size_bytes - header.start) // size
    count = min(header.count, stored)
    is_matrix = len(header.shape) == 2 and not header.is_fortran and header.fields[0][0] == ""
    width = header.shape[1] if is_matrix else 1
    is_matrix = is_matrix and 0 < width <= cells.COLUMNS and width * size <= VALUES_BYTES
    if not is_matrix:
        width = 1
    take = min(count - first, max(1, VALUES_BYTES // (width * size)) * width, ROWS * width)
    take -= take % width
    if size > VALUES_BYTES:
        return Table("Values", (), (), lacking="Its values are too large to be shown.")
    data = source.read(header.start + first * size, take * size)
    take = len(data) // size
    items = [_item(header, data[at * size : (at + 1) * size]) for at in range(take)]
    if is_matrix:
        columns = tuple(map(str, range(width)))
        rows = [tuple(item[0] for item in items[at : at + width]) for at in range(0, take, width)]
        rows = [row for row in rows if len(row) == width]
    else:
        names = tuple(cells.cell(name) or "Value" for name, _ in header.fields[:FIELDS])
        columns = ("Index", *names)
        rows = [(_index(header, first + at), *item) for at, item in enumerate(items)]
    after = first + take
    return Table(
        "Values",
        columns,
        tuple(rows),
        more=partial(_values, header=header, first=after) if take and after < count else None,
        numeric=cells.numeric_columns(rows[:200], len(columns)),
        first_row=first // width if is_matrix else None,
    )


def npy(source: Source) -> Preview:
    """Type, shape and the first values."""
    header = header_of(source.read(0, HEADER_BYTES))
    total = header.count * header.item_bytes
    facts = (
        ("Values", cells.cell(header.kind_words)),
        ("Shape", cells.cell(header.shape_words)),
        ("Order", "Fortran, columns first" if header.is_fortran else "C, rows first"),
        ("Size of values", format_bytes(total)),
    )
    notes = []
    if total > source.size_bytes - header.start:
        notes.append("The file ends before all the values its header tells of.")
    if len(header.fields) > FIELDS:
        notes.append(f"The first {FIELDS} fields of each record are shown.")
    if any(kind.code == "object" for _, kind in header.fields):
        lacking = "It holds pickled Python objects, which could run anything; they are not read."
        table = Table("Values", (), (), lacking=lacking)
        notes.clear()
    elif not header.count or not header.item_bytes:
        table = Table("Values", (), (), lacking="It has no values.")
    else:
        table = _values(source, header, 0)
    return Preview("NumPy array", facts, tuple(notes), Tables((table,)))
