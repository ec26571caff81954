"""The arrays in an .npz: the header of each, read out of the zip. Nothing is unpickled.

Format: numpy.savez: a zip of .npy members.
"""

from __future__ import annotations

import zlib

from explorer.base.units import format_bytes
from explorer.preview import cells, zips
from explorer.preview.model import Member, Preview, Table, Tables
from explorer.preview.npy import header_of
from explorer.preview.source import Source, Unreadable

ARRAYS = 100
_PACKED_BYTES = 4096
_HEADER_BYTES = 8 * 1024


def _head(source: Source, member: Member) -> bytes:
    start = zips.data_start(source, member)
    raw = source.read(start, min(_PACKED_BYTES, member.packed_bytes))
    if member.method == zips.STORED:
        return raw
    try:
        return zlib.decompressobj(-15).decompress(raw, _HEADER_BYTES)
    except zlib.error:
        raise Unreadable("What is packed in it is damaged.") from None


def _row(source: Source, member: Member) -> tuple[str, ...]:
    name = cells.cell(member.name.removesuffix(".npy"))
    size = format_bytes(member.size_bytes)
    if member.refusal:
        return name, member.refusal, "", size
    try:
        header = header_of(_head(source, member))
    except Unreadable as error:
        return name, cells.cell(str(error)), "", size
    return name, cells.cell(header.kind_words), header.shape_words, size


def npz(source: Source) -> Preview:
    """A row for each of the first arrays."""
    archive = zips.members_of(source)
    wanted = [member for member in archive.members if not member.is_folder]
    rows = tuple(_row(source, member) for member in wanted[:ARRAYS])
    is_all = len(rows) == len(wanted) and archive.more is None
    notes = () if is_all else (f"The first {len(rows):,} arrays are listed.",)
    head = ("Array", "Values", "Shape", "Size")
    table = Table("Arrays", head, rows, numeric=frozenset({2, 3}))
    facts = (("Arrays", f"{len(wanted):,}" if archive.more is None else "many"),)
    return Preview("NumPy arrays", facts, notes, Tables((table,)))
