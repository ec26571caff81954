"""Where previews read from: ranges of one file, counted, kept in blocks, and limited.

Used by one thread at a time, a worker's: reading blocks.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol

from explorer.base.cancel import current_token
from explorer.base.units import format_bytes

BLOCK_BYTES = 64 * 1024
CACHE_BYTES = 24 * 1024 * 1024
BUDGET_BYTES = 16 * 1024 * 1024
"""What one look, or one 'load more', may fetch."""
REQUEST_BYTES = 4 * 1024 * 1024


class Unreadable(Exception):
    """The file is not what it says, or asks for too much. The message is for a person."""


class RangeSource(Protocol):
    """One version of one file, read in pieces."""

    @property
    def size_bytes(self) -> int: ...

    @property
    def etag(self) -> str: ...

    def read(self, offset: int, length: int) -> bytes:
        """Exactly `length` > 0 bytes at `offset`, all within the file. Blocks; raises
        QuaysideError where the service refuses or the file has changed."""
        ...


class Source:
    """A RangeSource that remembers its last blocks and never fetches more than it may.

    `read_bytes` and `requests` count what was fetched since it was made.
    """

    def __init__(self, ranges: RangeSource, budget_bytes: int = BUDGET_BYTES) -> None:
        self._ranges = ranges
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._cached_bytes = 0
        self._limit_bytes = budget_bytes
        self.size_bytes = ranges.size_bytes
        self.etag = ranges.etag
        self.read_bytes = 0
        self.requests = 0

    def allow(self, budget_bytes: int = BUDGET_BYTES) -> None:
        """Let the next look fetch that much more."""
        self._limit_bytes = self.read_bytes + budget_bytes

    @property
    def line(self) -> str:
        """`Read 1.3 MiB of 84 GiB`."""
        if self.read_bytes >= self.size_bytes:
            return f"Read all of {format_bytes(self.size_bytes)}"
        return f"Read {format_bytes(self.read_bytes)} of {format_bytes(self.size_bytes)}"

    def check(self) -> None:
        """For long work without reading: stop here if nobody waits any more."""
        token = current_token()
        if token is not None:
            token.raise_if_cancelled()

    def read(self, offset: int, length: int) -> bytes:
        """What there is of `length` bytes at `offset`; shorter only at the end of the file.

        Raises Unreadable where that is beyond what may be fetched.
        """
        self.check()
        end = min(offset + length, self.size_bytes)
        if offset < 0 or end <= offset:
            return b""
        if end - offset > CACHE_BYTES // 2:
            raise Unreadable(f"{format_bytes(end - offset)} would have to be read at once.")
        first, last = offset // BLOCK_BYTES, (end - 1) // BLOCK_BYTES
        self._fetch_missing(first, last)
        parts = [self._take(number) for number in range(first, last + 1)]
        whole = b"".join(parts)
        start = offset - first * BLOCK_BYTES
        return whole[start : start + end - offset]

    def exactly(self, offset: int, length: int) -> bytes:
        """The same, where less is damage."""
        data = self.read(offset, length)
        if len(data) != length:
            raise Unreadable("It ends in the middle of something.")
        return data

    def pass_by(self, offset: int, length: int) -> bytes:
        """Like `read`, past the memory: for what is read once, from its start to its end."""
        self.check()
        end = min(offset + length, self.size_bytes)
        return self._ask(offset, end - offset) if end > offset >= 0 else b""

    def _take(self, number: int) -> bytes:
        self._blocks.move_to_end(number)
        return self._blocks[number]

    def _fetch_missing(self, first: int, last: int) -> None:
        number = first
        while number <= last:
            if number in self._blocks:
                self._blocks.move_to_end(number)
                number += 1
                continue
            until = number
            most = number + REQUEST_BYTES // BLOCK_BYTES
            while until <= last and until not in self._blocks and until < most:
                until += 1
            self._fetch(number, until)
            number = until
        while self._cached_bytes > CACHE_BYTES:
            self._cached_bytes -= len(self._blocks.popitem(last=False)[1])

    def _fetch(self, number: int, until: int) -> None:
        start = number * BLOCK_BYTES
        data = self._ask(start, min(until * BLOCK_BYTES, self.size_bytes) - start)
        for at in range(number, until):
            cut = (at - number) * BLOCK_BYTES
            block = data[cut : cut + BLOCK_BYTES]
            self._blocks[at] = block
            self._cached_bytes += len(block)

    def _ask(self, offset: int, length: int) -> bytes:
        if self.read_bytes + length > self._limit_bytes:
            raise Unreadable("More would have to be read than a preview may.")
        data = self._ranges.read(offset, length)
        self.requests += 1
        self.read_bytes += len(data)
        return data


class BytesSource:
    """A RangeSource of bytes that are here already: a member, or a local sample."""

    def __init__(self, data: bytes, etag: str = "") -> None:
        self._data = data
        self.size_bytes = len(data)
        self.etag = etag

    def read(self, offset: int, length: int) -> bytes:
        """See RangeSource."""
        return self._data[offset : offset + length]
