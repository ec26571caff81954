"""Whether an account can be reached at all: where it cannot, its jobs wait, and one probe at a
time looks whether it can again.

Belongs to the loop's thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from explorer.transfer.model import Failure

TRIES: Final = 3
"""So many tries of one request in a row without an answer, before it is looked into."""
FIRST_S = 1.0
LONGEST_S = 15.0
"""Between two probes."""


class Line:
    """The way to one account. It is never given up: a person may pause or cancel."""

    def __init__(self) -> None:
        self._probing = asyncio.Lock()
        self._outages = 0
        self._is_there = asyncio.Event()
        self._is_there.set()
        self.trouble: Failure | None = None
        """Why everything waits; None while there are answers."""
        self._watchers: list[Callable[[], None]] = []

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Hear when `trouble` changes; call what is returned to hear no more."""
        self._watchers.append(changed)
        return lambda: self._watchers.remove(changed)

    async def passed(self) -> None:
        """Return when it is not known to be gone."""
        await self._is_there.wait()

    async def was_gone(self, answers: Callable[[], Awaitable[bool]], why: Failure) -> bool:
        """Look whether there is an answer, and wait until there is. True if it was gone: then
        what was met says nothing about the request that met it."""
        before = self._outages
        async with self._probing:
            if self._outages != before and self.trouble is None:
                return True  # somebody else looked, waited and found it back
            pause_s = FIRST_S
            while not await answers():
                if self.trouble is None:
                    self._outages += 1
                    self._is_there.clear()
                    self._tell(why)
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_S)
            if self.trouble is not None:
                self._is_there.set()
                self._tell(None)
            return self._outages != before

    def _tell(self, trouble: Failure | None) -> None:
        self.trouble = trouble
        for changed in list(self._watchers):
            changed()
