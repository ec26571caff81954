"""How many requests run at once in the whole engine, and who is next.

Used from the loop's thread only.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count


class Slots:
    """At most `size` slots, of which `open` are given out; a smaller `rank` goes first, of one
    rank what finds more to do, then in the order in which they came."""

    def __init__(self, size: int) -> None:
        self._size = self._open = size
        self._used = 0
        self._is_slowed = self._is_broken = False
        self.ended = 0
        """How many requests came to an end, a good one or not."""
        self._waiting: list[tuple[int, bool, int, asyncio.Future[None]]] = []
        self._turn = count()
        self.held_back: set[int] = set()
        """Jobs that would ask for more slots if more were given out."""

    @property
    def size(self) -> int:
        return self._size

    @property
    def used(self) -> int:
        return self._used

    def resize(self, size: int) -> None:
        """More slots start at once, fewer as soon as running requests end."""
        self._size = self._open = max(1, size)
        self._hand_out()

    def open_only(self, count: int) -> None:
        """Give out fewer than there are, for now."""
        self._open = max(1, min(count, self._size))
        self._hand_out()

    def slow_down(self) -> None:
        """The service has asked for fewer requests."""
        self._is_slowed = True

    def take_slowed(self) -> bool:
        """Whether it has, since this was asked last."""
        is_slowed, self._is_slowed = self._is_slowed, False
        return is_slowed

    def broke(self) -> None:
        """A request got no answer."""
        self._is_broken = True

    def take_broken(self) -> bool:
        """Whether one got none, since this was asked last."""
        is_broken, self._is_broken = self._is_broken, False
        return is_broken

    @property
    def open(self) -> int:
        """How many are given out at most just now."""
        return self._open

    @property
    def wanted(self) -> int:
        """How many requests at a time are worth preparing: enough that some always wait, and
        that more of them can be tried."""
        return min(self._size, 2 * self._open + 8)

    @property
    def is_wanting(self) -> bool:
        """Whether somebody waits for a slot, or would."""
        return bool(self._waiting or self.held_back)

    @asynccontextmanager
    async def one(self, rank: int, *, finds_more: bool = False) -> AsyncIterator[None]:
        """Hold one slot for the block."""
        await self._take(rank, not finds_more)
        try:
            yield
        finally:
            self._used -= 1
            self.ended += 1
            self._hand_out()

    async def _take(self, rank: int, is_later: bool) -> None:
        if self._used < self._open and not self._waiting:
            self._used += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (rank, is_later, next(self._turn), turn))
        self._hand_out()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._used -= 1
                self._hand_out()
            raise

    def _hand_out(self) -> None:
        while self._waiting and self._used < self._open:
            turn = heapq.heappop(self._waiting)[-1]
            if not turn.done():
                self._used += 1
                turn.set_result(None)
