"""The one request that makes a blob visible: a cancel that comes meanwhile waits for its answer,
and where that was lost, one look tells what became of it.

So what is called cancelled is not there, as far as anybody can tell. Belongs to the loop's
thread; what is sent is sent by a worker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeVar

from explorer.base.errors import QuaysideError, Retry
from explorer.transfer.sending import Sending
from explorer.transfer.work import Live, Work, is_being_cancelled

R = TypeVar("R")

LOOK_S: Final = 2.0
"""A person who cancels does not wait longer for the look."""


def patience() -> asyncio.Timeout:
    """For what is asked after the request: no limit, unless a cancel was heard meanwhile. Raises
    TimeoutError at its end."""
    return asyncio.timeout(LOOK_S if is_being_cancelled() else None)


class Commit(Sending):
    """One request, in as many tries as it takes."""

    def __init__(self, work: Work, live: Live) -> None:
        super().__init__()
        self._work = work
        self._live = live
        self._is_unknown = False
        """An earlier try went out, and its answer was lost."""

    async def run(
        self,
        send: Callable[[], R],
        find: Callable[[], Awaitable[R | None]],
        *,
        on_error: Callable[[QuaysideError], None] = lambda error: None,
        met: Exception | None = None,
    ) -> R:
        """Like `Work.call` for `send`, which is blocking and marks with `shielded` or `put` what
        cannot be taken back. After a cancel `find` looks whether it was done, and its answer
        counts more. Raises CancelledError where there is none."""

        def note(error: QuaysideError) -> None:
            self._is_unknown |= self.is_sent and error.retry is Retry.SOON
            self.is_sent = False
            on_error(error)

        try:
            return await self._work.call(self._live, send, on_error=note, met=met)
        except asyncio.CancelledError:
            if not (self.is_sent or self._is_unknown):
                raise
            found = await self.look(find)
            if found is None:
                raise
            return found

    async def look(self, find: Callable[[], Awaitable[R | None]]) -> R | None:
        """Once, and not for long; None where nothing is there, or nobody says."""
        if self._work.line.trouble is not None:
            return None
        with suppress(QuaysideError, TimeoutError):
            async with asyncio.timeout(LOOK_S):
                return await find()
        return None
