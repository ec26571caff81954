"""The header of a safetensors file: names, types, shapes. Tensors are not read.

Format: the safetensors README, 'Format': eight bytes of length, JSON, data.
"""

from __future__ import annotations

import json
import math
from typing import Any, TypeGuard

from explorer.base.units import format_bytes
from explorer.preview import cells
from explorer.preview.model import Preview, Table, Tables
from explorer.preview.source import Source, Unreadable

HEADER_BYTES = 4 * 1024 * 1024
TENSORS = 20_000
_NUMERIC = frozenset({2, 3})


def safetensors(source: Source) -> Preview:
    """Tensors in the order of the file, and what the header says beside."""
    length = int.from_bytes(source.exactly(0, 8), "little")
    if length > source.size_bytes - 8:
        raise Unreadable("Its header is said to be longer than the file.")
    if length > HEADER_BYTES:
        raise Unreadable(f"Its header has {format_bytes(length)}; that is more than is read.")
    try:
        found = json.loads(source.exactly(8, length))
    except (ValueError, RecursionError):
        raise Unreadable("Its header is no JSON.") from None
    if not isinstance(found, dict):
        raise Unreadable("Its header is no list of tensors.")
    extra = found.pop("__metadata__", {})
    rows: list[tuple[str, ...]] = []
    values = 0
    for name, about in found.items():
        row, count = _tensor(name, about, source.size_bytes)
        values += count
        if len(rows) < TENSORS:
            rows.append(row)
    facts = (("Tensors", f"{len(found):,}"), ("Parameters", f"{values:,}"))
    notes = () if len(rows) == len(found) else (f"The first {TENSORS:,} tensors are listed.",)
    tables = [Table("Tensors", ("Tensor", "Type", "Shape", "Size"), tuple(rows), numeric=_NUMERIC)]
    if isinstance(extra, dict) and extra:
        pairs = [(cells.cell(key), cells.cell(value)) for key, value in extra.items()]
        tables.append(Table("Metadata", ("Name", "Value"), tuple(pairs[:1000])))
    return Preview("Safetensors", facts, notes, Tables(tuple(tables)))


def _tensor(name: str, about: Any, size_bytes: int) -> tuple[tuple[str, ...], int]:
    kind = about.get("dtype") if isinstance(about, dict) else None
    shape = about.get("shape") if isinstance(about, dict) else None
    offsets = about.get("data_offsets") if isinstance(about, dict) else None
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
