"""One task that runs ahead of another no further than it may. Belongs to the loop's thread."""

from __future__ import annotations

import asyncio


class Pace:
    """Followers are let through as long as they are at most `ahead_bytes` ahead of the leader:
    both count bytes from 0, whichever they are."""

    def __init__(self, ahead_bytes: int) -> None:
        self._ahead_bytes = ahead_bytes
        self._leader = self._followers = 0
        self._moved = asyncio.Event()

    def leader_at(self, position: int) -> None:
        """The leader has come so far."""
        self._leader = position
        self._moved.set()

    async def follow(self, size_bytes: int) -> None:
        """Return when so many bytes more may go."""
        while self._followers - self._leader > self._ahead_bytes:
            self._moved.clear()
            await self._moved.wait()
        self._followers += size_bytes
