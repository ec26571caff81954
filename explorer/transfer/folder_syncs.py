"""One fsync of a folder for all the files that got their names in it meanwhile.

Belongs to the loop's thread.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import field

from explorer.base.records import dataclass
from explorer.base.workers import Workers
from explorer.transfer.folders import Folder


@dataclass(slots=True)
class _Ticket:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    asked: int = 0
    synced: int = 0
    waiting: int = 0


class FolderSyncs:
    """`sync` returns after an fsync of the folder that began after the call."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._tickets: dict[bytes, _Ticket] = {}

    async def sync(self, path: bytes) -> None:
        """Make the names in this folder durable, also if a cancel comes meanwhile: what has its
        name cannot be taken back, so it is done and not cancelled. Raises LocalError."""
        try:
            await self._with_others(path)
        except asyncio.CancelledError:
            with suppress(asyncio.CancelledError):
                await self._workers.run_to_end(_sync, path)

    async def _with_others(self, path: bytes) -> None:
        ticket = self._tickets.setdefault(path, _Ticket())
        ticket.asked += 1
        mine = ticket.asked
        ticket.waiting += 1
        try:
            async with ticket.lock:
                if ticket.synced < mine:
                    begun = ticket.asked
                    await self._workers.run(_sync, path)
                    ticket.synced = begun
        finally:
            ticket.waiting -= 1
            if not ticket.waiting:
                self._tickets.pop(path, None)


def _sync(path: bytes) -> None:
    with Folder.open(path) as folder:
        folder.sync()
