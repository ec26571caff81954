"""Going slower: a limit on bytes a second, and an account's pause when it is throttled.

The arithmetic is pure and takes the time as an argument; `Limiter` and `Pacer` wait on
it. Both re-check while they wait, so a change is felt within a quarter of a second.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Final

from explorer.base.cancel import current_token
from explorer.transfer.retry import RetryPolicy, asked_pause

RECHECK_S: Final = 0.25
BURST_S: Final = 0.25
"""How much of unused rate may be caught up on."""


class Bucket:
    """A token bucket that is paid afterwards: whoever finds it not in debt may move any
    number of bytes at once, and those after wait the debt out. Not for two threads."""

    def __init__(self, bytes_per_s: int, now: float) -> None:
        self._rate = bytes_per_s
        self._balance = 0.0
        self._then = now

    @property
    def bytes_per_s(self) -> int:
        """0 is no limit."""
        return self._rate

    def set_rate(self, bytes_per_s: int, now: float) -> None:
        """Those who wait go on waiting as long as before at most: the debt is in time."""
        self._settle(now)
        self._balance = self._balance * bytes_per_s / self._rate if self._rate else 0.0
        self._rate = bytes_per_s

    def take(self, size_bytes: int, now: float) -> float:
        """0 if these bytes may move now (and they are paid for), else seconds to wait."""
        if not self._rate:
            return 0.0
        self._settle(now)
        if self._balance <= -1:  # a fraction of a byte may be rounding, and is carried on
            return -self._balance / self._rate
        self._balance -= size_bytes
        return 0.0

    def _settle(self, now: float) -> None:
        passed, self._then = max(0.0, now - self._then), max(now, self._then)
        self._balance = min(self._balance + passed * self._rate, self._rate * BURST_S)


class Limiter:
    """A limit on bytes a second that any number of threads and tasks share; any may change it.

    Small pieces make it smooth: a worker calls `acquire` for each piece it has read or
    sent, a task `passed` before it starts something.
    """

    def __init__(
        self, bytes_per_s: int = 0, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._bucket = Bucket(bytes_per_s, clock())
        self.moved_bytes = 0
        """What it has let through so far."""

    @property
    def bytes_per_s(self) -> int:
        """0 is no limit."""
        return self._bucket.bytes_per_s

    def set_rate(self, bytes_per_s: int) -> None:
        """Change the limit; those who wait feel it."""
        with self._lock:
            self._bucket.set_rate(bytes_per_s, self._clock())

    def acquire(self, size_bytes: int) -> None:
        """Block this worker thread until so many bytes may move.

        Raises `Cancelled` as soon as the thread's token is cancelled.
        """
        wait_s = self._take(size_bytes)
        if not wait_s:
            return
        woken = threading.Event()
        token = current_token()
        while wait_s:
            if token is None:
                woken.wait(min(wait_s, RECHECK_S))
            else:
                with token.aborting(woken.set):
                    woken.wait(min(wait_s, RECHECK_S))
                token.raise_if_cancelled()
            wait_s = self._take(size_bytes)

    async def passed(self, size_bytes: int) -> None:
        """Return when so many bytes may move; cancelled while it waits, it takes nothing."""
        while wait_s := self._take(size_bytes):  # noqa: ASYNC110 - time opens it, nobody sets it
            await asyncio.sleep(min(wait_s, RECHECK_S))

    def _take(self, size_bytes: int) -> float:
        with self._lock:
            wait_s = self._bucket.take(size_bytes, self._clock())
            if not wait_s:
                self.moved_bytes += size_bytes
            return wait_s


class Pacer:
    """A gate for all requests to one account, shut for a while when the service says so.

    With a Retry-After it is shut that long; without, for a pause that doubles from one
    round of throttling to the next, until requests succeed again. Belongs to the loop's
    thread; `clock` and `sleep` are the loop's, unless a test has its own.
    """

    def __init__(
        self,
        policy: RetryPolicy,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._sleep = sleep
        self._opens_at = 0.0
        self._rounds = 0

    @property
    def wait_s(self) -> float:
        """Seconds until it opens; 0 while it is open."""
        return max(0.0, self._opens_at - self._clock())

    def throttled(self, retry_after_s: float | None, *, jitter: float) -> None:
        """A request was told to slow down; `jitter` is a random number from 0 to 1.

        Several that were under way together are one round, unless one was told to wait
        longer.
        """
        asked = asked_pause(retry_after_s)
        if not self.wait_s:
            self._rounds += 1
        elif not asked:
            return
        ceiling = self._policy.ceiling(self._rounds, asked)
        pause = asked + jitter * ceiling if asked else ceiling * (0.5 + jitter / 2)
        self._opens_at = max(self._opens_at, self._clock() + pause)

    def succeeded(self) -> None:
        """A request went through: the next pause is a short one again."""
        if not self.wait_s:
            self._rounds = 0

    async def passed(self) -> None:
        """Return when the gate is open. It may be shut again, or for longer, meanwhile."""
        while wait_s := self.wait_s:
            await self._sleep(wait_s)
