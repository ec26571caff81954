"""Blocks of a copy that come through this computer: read, hashed in order, and sent on.

Only as much is in memory as the engine's buffers allow. Belongs to the loop's thread.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

from explorer.transfer.copy_target import CopyTarget
from explorer.transfer.plan import Chunks, Cut
from explorer.transfer.verify import check_md5, check_read
from explorer.transfer.work import Live, Work, share

PutBlock = Callable[[Chunks, int, memoryview, bytes], Awaitable[None]]


class Through:
    """Reads in parallel and hashes in order. Buffers are taken in the order of the blocks, so
    whoever waits for its turn waits for one that has its buffer."""

    def __init__(
        self, work: Work, live: Live, target: CopyTarget, cut: Cut, put_block: PutBlock
    ) -> None:
        self._work = work
        self._live = live
        self._source = target.source
        self._cut = cut
        self._put_block = put_block
        self._taking = asyncio.Lock()
        self._turn = asyncio.Condition()
        self._next = 0
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._wanted = target.source.headers.content_md5 if work.options.with_md5 else None

    async def run(self, staged: Chunks) -> None:
        """Stage what is missing. Where the source has an MD5 everything is read, also what is
        staged already. Raises IntegrityError where it does not fit."""
        indexes = list(range(len(self._cut)) if self._wanted else staged.remaining())

        async def carry(index: int) -> None:
            await self._carry(staged, index)

        await share(indexes, min(len(indexes), self._work.plant.slots.size), carry)
        if self._wanted is not None:
            check_md5(self._md5.digest(), self._wanted, self._source.ref.name)

    async def _carry(self, staged: Chunks, index: int) -> None:
        piece = self._cut[index]
        with ExitStack() as stack:
            async with self._taking:
                borrowed = self._work.plant.buffers.borrow(piece.length)
                data = await self._work.run(stack.enter_context, borrowed)

            def take(offset: int, part: memoryview) -> None:
                start = offset - piece.offset
                data[start : start + len(part)] = part

            def read() -> bytes:
                told = self._work.comes_from.store.read_range(
                    self._source.ref,
                    piece.offset,
                    piece.length,
                    self._work.meter.sink(take),
                    if_match=self._source.etag,
                )
                check_read(told, self._source.size_bytes, self._source.ref.name)
                return hashlib.md5(data, usedforsecurity=False).digest()

            md5 = await self._work.comes_from.call(self._live, read)
            if self._wanted is not None:
                await self._hash(index, data)
            if index not in staged:
                await self._put_block(staged, index, data, md5)

    async def _hash(self, index: int, data: memoryview) -> None:
        async with self._turn:
            await self._turn.wait_for(lambda: self._next == index)
            await self._work.run(self._md5.update, data)
            self._next += 1
            self._turn.notify_all()
