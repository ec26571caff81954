"""The one request that makes a blob visible: a cancel that comes meanwhile waits for its answer,
and where that was lost, one look tells what became of it.

So what is called cancelled is not there, as far as anybody can tell. Belongs to the loop's
thread; what is sent is sent by a worker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, TypeVar

from explorer.base.cancel import CancelToken, current_token, shielded
from explorer.base.errors import QuaysideError, Retry
from explorer.storage.api import BlobStore
from explorer.storage.model import BlobHeaders, BlobRef, Condition, Written
from explorer.transfer.in_a_row import SMALL_BYTES
from explorer.transfer.pacing import Meter
from explorer.transfer.work import Live, Work, is_being_cancelled

R = TypeVar("R")

LOOK_S: Final = 2.0
"""A person who cancels does not wait longer for the look."""


def patience() -> asyncio.Timeout:
    """For what is asked after the request: no limit, unless a cancel was heard meanwhile. Raises
    TimeoutError at its end."""
    return asyncio.timeout(LOOK_S if is_being_cancelled() else None)


class Commit:
    """One request, in as many tries as it takes."""

    def __init__(self, work: Work, live: Live) -> None:
        self._work = work
        self._live = live
        self.is_sent = False
        """It went out, and no answer was read yet."""
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

    # -- by a worker ----------------------------------------------------------

    @contextmanager
    def shielded(self) -> Iterator[None]:
        """Inside, the request is sent and its answer read."""
        with shielded():
            self.is_sent = True
            yield

    def put(
        self,
        store: BlobStore,
        ref: BlobRef,
        data: bytes | memoryview,
        headers: BlobHeaders,
        condition: Condition,
        meter: Meter | None = None,
    ) -> Written:
        """Put Blob: it cannot be taken back from the moment in which all has been sent."""
        token = current_token()
        leaving = _Leaving(self, token, len(data), meter)
        self.is_sent = not data
        if not data and token is not None:
            token.shield()
        try:
            return store.put_blob(ref, data, headers=headers, condition=condition, progress=leaving)
        finally:
            if token is not None:
                token.unshield()


class _Leaving:
    """Hears how a Put Blob leaves; what leaves in one go, or has left, is shielded."""

    __slots__ = ("_commit", "_left", "_meter", "_token")

    def __init__(
        self, commit: Commit, token: CancelToken | None, left: int, meter: Meter | None
    ) -> None:
        self._commit = commit
        self._token = token
        self._left = left
        self._meter = meter

    def ahead(self, wanted: int) -> int:
        allowed = self._meter.ahead(wanted) if self._meter is not None else 0
        if self._token is not None and self._left <= SMALL_BYTES and allowed in (0, self._left):
            self._token.shield()
        return allowed

    def __call__(self, size_bytes: int) -> None:
        self._left -= size_bytes
        if self._left <= 0:
            self._commit.is_sent = True
            if self._token is not None:
                self._token.shield()
        if self._meter is not None:
            self._meter(size_bytes)
