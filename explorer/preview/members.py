"""One member out of an archive, through ranges, written as it comes."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator

from explorer.base.errors import InputError, UnsafeNameError
from explorer.base.shown import shown
from explorer.base.units import format_bytes
from explorer.preview import zips
from explorer.preview.cells import cell
from explorer.preview.gzips import Gunzip
from explorer.preview.model import Archive, Member
from explorer.preview.source import RangeSource, Source, Unreadable
from explorer.transfer.names import encode, rules_for

MAX_BYTES = 16 * 1024**3
PACKED_TAR_BYTES = 1024**3
"""How far into a gzipped archive a member may be: all before it is unpacked."""
PIECE_BYTES = 1024 * 1024


def refusal(archive: Archive, member: Member) -> str:
    """Why a member cannot be saved; empty where it can. Pure."""
    if member.is_folder:
        return "Folders are not saved; choose a file."
    if member.refusal:
        return member.refusal
    if member.size_bytes > MAX_BYTES:
        return f"It is larger than {format_bytes(MAX_BYTES)}."
    is_far = member.offset + member.size_bytes > PACKED_TAR_BYTES
    if archive.format_name == "Tar, gzip" and is_far:
        return f"It begins after the first {format_bytes(PACKED_TAR_BYTES)}: download the archive."
    return ""


def file_name(member: Member) -> str:
    """The last part of its name: what it is to be called here. Never a path, a device or a
    name that shows as another."""
    last = member.name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    if last in ("", ".", ".."):
        return "member"
    try:
        return encode(shown(last).replace("\\", "_"), rules_for(sys.platform))
    except UnsafeNameError:  # too long
        return "member"


def pour(
    ranges: RangeSource, archive: Archive, member: Member, write: Callable[[bytes], object]
) -> int:
    """Hand the bytes of one member to `write`, piece by piece; returns how many.

    Never more than the list says. Raises InputError where it may not be saved, or where what
    comes is not what the list says.
    """
    if reason := refusal(archive, member):
        raise InputError(f"‘{cell(member.name)}’ cannot be saved. {reason}")
    source = Source(ranges, budget_bytes=ranges.size_bytes + member.size_bytes + PIECE_BYTES)
    try:
        written = _pour(source, archive, member, write)
    except Unreadable as error:
        raise InputError(f"‘{cell(member.name)}’ cannot be taken out. {error}") from None
    return written


def _pour(
    source: Source, archive: Archive, member: Member, write: Callable[[bytes], object]
) -> int:
    written, crc = 0, 0
    for piece in _pieces(source, archive, member):
        written += len(piece)
        if written > member.size_bytes:
            raise Unreadable("It is larger than the list says.")
        crc = zlib.crc32(piece, crc)
        write(piece)
    if written != member.size_bytes:
        raise Unreadable("It is shorter than the list says.")
    if archive.format_name == "Zip" and crc != member.crc:
        raise Unreadable("Its checksum is wrong.")
    return written


def _pieces(source: Source, archive: Archive, member: Member) -> Iterator[bytes]:
    if archive.format_name == "Zip":
        start = zips.data_start(source, member)
        raw = _ranges(source, start, member.packed_bytes)
        return _inflated(source, raw) if member.method == zips.DEFLATED else raw
    if archive.format_name == "Tar":
        return _ranges(source, member.offset, member.size_bytes)
    return _unpacked(source, member)


def _ranges(source: Source, start: int, length: int) -> Iterator[bytes]:
    end = start + length
    while start < end:
        piece = source.pass_by(start, min(PIECE_BYTES, end - start))
        if not piece:
            raise Unreadable("It ends in the middle of something.")
        start += len(piece)
        yield piece


def _inflated(source: Source, raw: Iterator[bytes]) -> Iterator[bytes]:
    unpack = zlib.decompressobj(-15)
    for piece in raw:
        waiting, made = piece, b""
        while (waiting or made) and not unpack.eof:
            source.check()
            try:
                made = unpack.decompress(waiting, PIECE_BYTES)
            except zlib.error:
                raise Unreadable("What is packed in it is damaged.") from None
            waiting = unpack.unconsumed_tail
            if made:
                yield made


def _unpacked(source: Source, member: Member) -> Iterator[bytes]:
    stream = Gunzip(source)
    if not stream.skip(member.offset):
        raise Unreadable("It ends in the middle of something.")
    left = member.size_bytes
    while left > 0:
        piece = stream.take(min(PIECE_BYTES, left))
        if not piece:
            raise Unreadable("It ends in the middle of something.")
        left -= len(piece)
        yield piece
