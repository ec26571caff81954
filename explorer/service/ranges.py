"""Ranges of one version of a blob for whoever looks inside, and a blob followed as it grows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import TypeVar

from explorer.base.errors import InputError, PreconditionFailedError
from explorer.base.records import dataclass
from explorer.service.browse import Reach
from explorer.service.model import Location
from explorer.storage.api import BlobStore
from explorer.storage.model import BlobProperties, BlobRef

T = TypeVar("T")

FOLLOW_PIECE_BYTES = 1024 * 1024
FOLLOW_MOST_BYTES = 16 * 1024 * 1024
"""Of what is written at once, or anew, only so much is read: the end of it."""
OVERLAP_BYTES = 1024
"""Read again at each growth, to tell a blob that grew from one that was written anew."""
POLL_S = 2.0


class BlobRanges:
    """One version of one blob. Its face hands it to `Ranges.work` and reads nothing itself."""

    def __init__(self, connection_id: str, ref: BlobRef, properties: BlobProperties) -> None:
        self.connection_id = connection_id
        self.ref = ref
        self.properties = properties
        self.size_bytes = properties.size_bytes
        self.etag = properties.etag
        self._store: BlobStore | None = None

    def lend(self, store: BlobStore) -> None:
        """Read through that store from now on: a credential may have been replaced."""
        self._store = store

    def read(self, offset: int, length: int) -> bytes:
        """Exactly these bytes. Blocks; only inside of `Ranges.work`. Raises
        PreconditionFailedError once the blob is not that version any more."""
        if self._store is None:
            raise RuntimeError("bytes are read in a worker thread of the service")
        made = bytearray()
        self._store.read_range(
            self.ref, offset, length, lambda _, view: made.extend(view), if_match=self.etag
        )
        return bytes(made)


@dataclass(frozen=True, slots=True)
class Grown:
    """Bytes that a followed blob has at `offset`, of now `size_bytes`."""

    offset: int
    data: bytes
    size_bytes: int
    is_anew: bool = False
    """It was replaced or cut: what was shown of it until now is no more."""


class Ranges:
    """Of the service loop's thread."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    async def open(
        self, location: Location, name: str, *, version_id: str = "", snapshot: str = ""
    ) -> BlobRanges:
        """The blob as it is now (a HEAD). Raises NotFoundError, NotAuthorizedError."""
        if not location.container:
            raise InputError("This is the account, not a container.", cure="Choose a blob.")
        ref = BlobRef(location.container, location.path + name, snapshot, version_id)
        store = await self._reach.store(location.connection_id)
        found = await self._reach.calls.run(store.properties, ref)
        return BlobRanges(location.connection_id, ref, found)

    async def work(self, ranges: BlobRanges, work: Callable[[], T]) -> T:
        """Run `work`, which reads of `ranges`, in a worker thread; cancelling stops it.

        Tried again after a passing fault, so it must be able to begin again. Raises what
        reading raises.
        """
        ranges.lend(await self._reach.store(ranges.connection_id))
        return await self._reach.calls.run(work)

    async def follow(
        self, location: Location, name: str, start: int, *, poll_s: float = POLL_S
    ) -> AsyncGenerator[Grown, None]:
        """What a blob has from `start` on, and what is written to it later, until closed.

        Each `poll_s` seconds a HEAD tells its ETag and size; only what is new is read, with
        If-Match, and of very much only the end: then the first `offset` is past what was
        read. Where what was there before has changed, it comes again from its first byte,
        marked `is_anew`. Raises NotFoundError once the blob is gone.
        """
        seen, etag, mark = start, "", b""
        while True:
            ranges = await self.open(location, name)
            if ranges.etag != etag:
                try:
                    is_anew = await self._is_anew(ranges, seen, mark)
                    if is_anew:
                        seen, mark = 0, b""
                        if not ranges.size_bytes:
                            yield Grown(0, b"", 0, is_anew=True)
                    if ranges.size_bytes - seen > FOLLOW_MOST_BYTES:
                        # Four bytes: no character of any width is cut.
                        seen, mark = (ranges.size_bytes - FOLLOW_MOST_BYTES) // 4 * 4, b""
                    while seen < ranges.size_bytes:
                        data = await self._read(ranges, seen, FOLLOW_PIECE_BYTES)
                        yield Grown(seen, data, ranges.size_bytes, is_anew)
                        seen, is_anew = seen + len(data), False
                        mark = (mark + data)[-OVERLAP_BYTES:]
                except PreconditionFailedError:
                    continue  # it grew while it was read: look again
                etag = ranges.etag
            await asyncio.sleep(poll_s)

    async def _is_anew(self, ranges: BlobRanges, seen: int, mark: bytes) -> bool:
        """Whether what was read before is not what stands there now."""
        if ranges.size_bytes < seen:
            return True
        if not mark:
            return False
        return await self._read(ranges, seen - len(mark), len(mark)) != mark

    async def _read(self, ranges: BlobRanges, offset: int, most: int) -> bytes:
        length = min(most, ranges.size_bytes - offset)
        return await self.work(ranges, lambda: ranges.read(offset, length))
