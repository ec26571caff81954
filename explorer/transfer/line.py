"""Whether an account can be reached at all: where it cannot, its jobs wait, and one probe at a
time looks whether it can again.

Belongs to the loop's thread.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from explorer.base.records import dataclass
from explorer.transfer.model import Failure

TRIES: Final = 3
"""So many tries of one request in a row without an answer, before it is looked into."""
FIRST_S = 1.0
LONGEST_S = 15.0
"""Between two probes."""


@dataclass(slots=True)
class Patience:
    """How long an outage is waited out."""

    longest_s: float = 0.0
    """0 is for ever: a person may pause or cancel."""


class Line:
    """The way to one account."""

    def __init__(self) -> None:
        self._probing = asyncio.Lock()
        self._outages = 0
        self._is_there = asyncio.Event()
        self._is_there.set()
        self.was_there = False
        """There was an answer once, from this process."""
        self._hurry = asyncio.Event()
        self._is_given_up = False
        """It was waited for in vain: until it answers again nobody waits anew."""
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

    def look_now(self) -> None:
        """The next probe comes at once, and the pauses are short again: a person says so."""
        self._hurry.set()

    async def was_gone(
        self, answers: Callable[[], Awaitable[bool]], why: Failure, patience: Patience
    ) -> bool | None:
        """Look whether there is an answer, and wait until there is. True if it was gone: then
        what was met says nothing about the request that met it. None where there is none for
        longer than the patience goes."""
        before = self._outages
        async with self._probing:
            if self._outages != before and not self._is_given_up:
                return True  # somebody else looked, waited and found it back
            began_s = time.monotonic()
            pause_s = FIRST_S
            try:
                while not (is_back := await answers()):
                    waited_s = time.monotonic() - began_s
                    if self._is_given_up or (patience.longest_s and waited_s >= patience.longest_s):
                        break
                    if self.trouble is None:
                        self._outages += 1
                        self._is_there.clear()
                        self._tell(why)
                    pause_s = await self._pause(pause_s)
            finally:  # whoever looks may be cancelled: then the others find out for themselves
                if self.trouble is not None:
                    self._is_there.set()
                    self._tell(None)
            self._is_given_up = not is_back
            return self._outages != before if is_back else None

    async def _pause(self, pause_s: float) -> float:
        """Sleep between two probes; returns how long the next time."""
        self._hurry.clear()
        try:
            async with asyncio.timeout(pause_s):
                await self._hurry.wait()
        except TimeoutError:
            return min(2 * pause_s, LONGEST_S)
        return FIRST_S

    def _tell(self, trouble: Failure | None) -> None:
        self.trouble = trouble
        for changed in list(self._watchers):
            changed()
