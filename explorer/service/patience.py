"""How often and how long a person's click is tried again before the error is shown.

Transfers have their own, far more patient engine; this is for listings, properties and
deletions, where somebody is waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from explorer.base.errors import NetworkError, QuaysideError, Retry, StorageError
from explorer.base.workers import Workers

P = ParamSpec("P")
R = TypeVar("R")

PAUSES_S = (0.2, 0.8, 2.0)
"""Before the second, third and fourth try after a passing fault."""
BUSY_PAUSES_S = (1.0, 2.0, 4.0, 8.0, 16.0)
"""The same where the service asks for less, unless it says how long to wait."""
MAX_PAUSE_S = 60.0


def pause_after(error: QuaysideError, failures: int) -> float | None:
    """Seconds to wait after the `failures`-th failure in a row; None to give up. Pure."""
    if error.retry is Retry.SOON:
        return PAUSES_S[failures - 1] if failures <= len(PAUSES_S) else None
    if error.retry is Retry.SLOW_DOWN:
        if failures > len(BUSY_PAUSES_S):
            return None
        asked = error.retry_after_s if isinstance(error, StorageError) else None
        return min(asked if asked is not None else BUSY_PAUSES_S[failures - 1], MAX_PAUSE_S)
    return None


def in_doubt(error: NetworkError, look_at: str) -> NetworkError:
    """The same error of a change that is not tried again, with what is not known where it may
    have been made all the same. Pure."""
    if not error.may_be_done:
        return error
    return NetworkError(
        f"{error.message} Whether it was done all the same is not known.",
        cure=f"{look_at} before you do it again.",
    )


class Calls:
    """Blocking calls in threads, tried again where that helps. Of the service loop's thread."""

    def __init__(self, threads: int = 8) -> None:
        self._workers = Workers("call", threads)

    async def once(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """For what must not happen twice."""
        return await self._workers.run(work, *args, **kwargs)

    async def told(
        self, look_at: str, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """For a change that must not happen twice: where its answer got lost, the error says
        that nobody knows, and to `look_at` it ("Look at ...")."""
        try:
            return await self.once(work, *args, **kwargs)
        except NetworkError as error:
            raise in_doubt(error, look_at) from None

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """For what may happen twice: reads, and changes that say the same again."""
        failures = 0
        while True:
            try:
                return await self._workers.run(work, *args, **kwargs)
            except QuaysideError as error:
                failures += 1
                pause_s = pause_after(error, failures)
                if pause_s is None:
                    raise
            await asyncio.sleep(pause_s)

    def close(self) -> None:
        """Blocks until the threads have let go."""
        self._workers.close()
