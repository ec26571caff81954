"""The header of a safetensors file: names, types, shapes. Tensors are not read.

Format: the safetensors README, 'Format': eight bytes of length, JSON, data.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, TypeGuard

from explorer.base.units import format_bytes
from explorer.preview import cells
from explorer.preview.model import Preview, Table, Tables
from explorer.preview.source import Source, Unreadable

HEADER_BYTES = 4 * 1024 * 1024
PART_CHARACTERS = 256 * 1024
"""What is taken apart at once: the parser lets no other thread run meanwhile."""
TENSORS = 20_000
MOST = 2**256
"""More parameters than that are nothing a size can be told of."""
METADATA = "__metadata__"
_NUMERIC = frozenset({2, 3})
_NAME = r'"(?:[^"\\]|\\.)*+"'
_PART = re.compile(rf'\s*+({_NAME})\s*+:\s*+(\{{(?:[^{{}}"]|{_NAME})*+\}})\s*+([,}}])', re.DOTALL)
_NO_JSON = "Its header is no JSON."


def _parts(text: str) -> Iterator[tuple[str, Any]]:
    """The names and values of an object of flat objects, one by one. Raises Unreadable."""
    start = re.match(r"\s*+\{", text)
    if start is None:
        raise Unreadable("Its header is no list of tensors.")
    at, ending = start.end(), ","
    if re.compile(r"\s*+\}").match(text, at):
        return
    while ending == ",":
        hit = _PART.match(text, at)
        if hit is None:
            raise Unreadable(_NO_JSON)
        at, ending = hit.end(), hit[3]
        if at - hit.start() > PART_CHARACTERS:
            raise Unreadable("Something in its header is longer than what a preview takes apart.")
        try:
            yield json.loads(hit[1]), json.loads(hit[2])
        except (ValueError, RecursionError):
            raise Unreadable(_NO_JSON) from None


def safetensors(source: Source) -> Preview:
    """Tensors in the order of the file, and what the header says beside."""
    length = int.from_bytes(source.exactly(0, 8), "little")
    if length > source.size_bytes - 8:
        raise Unreadable("Its header is said to be longer than the file.")
    if length > HEADER_BYTES:
        raise Unreadable(f"Its header has {format_bytes(length)}; that is more than is read.")
    text = source.exactly(8, length).decode("utf-8", "replace")
    parts = list(islice(_parts(text), TENSORS + 2))
    extra: dict[str, Any] = dict(next((value for name, value in parts if name == METADATA), {}))
    tensors = [(name, about) for name, about in parts if name != METADATA]
    rows: list[tuple[str, ...]] = []
    values = 0
    for name, about in tensors[:TENSORS]:
        row, count = _tensor(name, about, source.size_bytes)
        values += count
        rows.append(row)
    is_all = len(rows) == len(tensors)
    more = "" if is_all else " or more"
    words = f"{values:,}{more}" if values < MOST else "more than there can be"
    facts = (("Tensors", f"{len(rows):,}{more}"), ("Parameters", words))
    notes = () if is_all else (f"The first {TENSORS:,} tensors are listed.",)
    tables = [Table("Tensors", ("Tensor", "Type", "Shape", "Size"), tuple(rows), numeric=_NUMERIC)]
    if extra:
        pairs = [(cells.cell(key), _metadata(value)) for key, value in islice(extra.items(), 1000)]
        tables.append(Table("Metadata", ("Name", "Value"), tuple(pairs)))
    return Preview("Safetensors", facts, notes, Tables(tuple(tables)))


def _metadata(value: Any) -> str:
    return cells.cell(value) if isinstance(value, str) else "damaged"


def _tensor(name: str, about: Any, size_bytes: int) -> tuple[tuple[str, ...], int]:
    kind, shape, offsets = about.get("dtype"), about.get("shape"), about.get("data_offsets")
    if not isinstance(kind, str) or not _is_counts(shape) or not _is_counts(offsets):
        return (cells.cell(name), "damaged", "", ""), 0
    size = offsets[1] - offsets[0] if len(offsets) == 2 else -1
    is_inside = 0 <= size <= size_bytes
    words = " x ".join(f"{part:,}" for part in shape) or "a single value"
    row = (cells.cell(name), cells.cell(kind), cells.cell(words))
    return (*row, format_bytes(size) if is_inside else "damaged"), math.prod(shape)


def _is_counts(value: Any) -> TypeGuard[list[int]]:
    return (
        isinstance(value, list)
        and len(value) <= 64
        and all(type(part) is int and 0 <= part < 2**63 for part in value)
    )
