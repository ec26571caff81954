"""The first and the last lines of a blob, found by ranges from its two ends."""

from __future__ import annotations

from collections.abc import AsyncIterator

from explorer.service.ranges import BlobRanges
from explorer.service.service import Service

FIRST_BYTES = 64 * 1024
MOST_BYTES = 4 * 1024 * 1024


async def _read(service: Service, ranges: BlobRanges, offset: int, length: int) -> bytes:
    return await service.ranges.work(ranges, lambda: ranges.read(offset, length))


async def first_lines(service: Service, ranges: BlobRanges, count: int) -> AsyncIterator[bytes]:
    """Pieces that make up the first `count` lines, or all there is."""
    offset, length = 0, FIRST_BYTES
    while count and offset < ranges.size_bytes:
        piece = await _read(service, ranges, offset, min(length, ranges.size_bytes - offset))
        offset += len(piece)
        length = min(length * 2, MOST_BYTES)
        end = end_of_lines(piece, count)
        count -= piece[:end].count(b"\n")
        yield piece[:end]


def end_of_lines(data: bytes, count: int) -> int:
    """Where the first `count` lines of `data` end; its length where it has fewer. Pure."""
    at = 0
    for _ in range(count):
        at = data.find(b"\n", at) + 1
        if not at:
            return len(data)
    return at


def start_of_lines(data: bytes, count: int) -> int:
    """Where the last `count` line ends of `data` have their line begin; -1 where there are
    fewer. Pure."""
    at = len(data)
    for _ in range(count):
        at = data.rfind(b"\n", 0, at)
        if at < 0:
            return -1
    return at + 1


async def start_of_last_lines(service: Service, ranges: BlobRanges, count: int) -> int:
    """The byte at which the last `count` lines begin."""
    end, length = ranges.size_bytes, FIRST_BYTES
    if not count or not end:
        return end
    # What ends the last line is not the beginning of one.
    count += await _read(service, ranges, end - 1, 1) == b"\n"
    while end:
        start = max(0, end - length)
        piece = await _read(service, ranges, start, end - start)
        found = start_of_lines(piece, count)
        if found >= 0:
            return start + found
        count -= piece.count(b"\n")
        end, length = start, min(length * 2, MOST_BYTES)
    return 0
