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
from explorer.storage.api import Ahead, Sink
from explorer.transfer.retry import RetryPolicy, asked_pause

RECHECK_S: Final = 0.25
BURST_S: Final = 0.25
"""How much of unused rate may be caught up on."""
PIECE_S: Final = 1 / 16
"""The most that moves in one go: a limit holds from the first byte on."""


class Bucket:
    """A token bucket that gives small pieces: whoever finds it not in debt may move a sixteenth
    of a second's worth, and those after wait until that is paid. Not for two threads."""

    def __init__(self, bytes_per_s: int, now: float) -> None:
        self.bytes_per_s = bytes_per_s
        """0 is no limit. Changed by `set_rate`."""
        self._balance = 0.0
        self._then = now

    def set_rate(self, bytes_per_s: int, now: float) -> None:
        """Those who wait go on waiting as long as before at most: the debt is in time."""
        self._settle(now)
        rate = self.bytes_per_s
        self._balance = self._balance * bytes_per_s / rate if rate else 0.0
        self.bytes_per_s = bytes_per_s

    def take(self, wanted: int, now: float) -> tuple[int, float]:
        """How many of `wanted` bytes, 1 or more, may move now (and they are paid for); or 0,
        and the seconds to wait."""
        if not self.bytes_per_s:
            return wanted, 0.0
        self._settle(now)
        if self._balance <= -1:  # a fraction of a byte may be rounding, and is carried on
            return 0, -self._balance / self.bytes_per_s
        piece = min(wanted, max(1, int(self.bytes_per_s * PIECE_S)))
        self._balance -= piece
        return piece, 0.0

    def give_back(self, size_bytes: int) -> None:
        """So many bytes were paid for and did not move."""
        if self.bytes_per_s:
            self._balance += size_bytes

    def _settle(self, now: float) -> None:
        passed, self._then = max(0.0, now - self._then), max(now, self._then)
        rate = self.bytes_per_s
        self._balance = min(self._balance + passed * rate, rate * BURST_S)


class Limiter:
    """A limit on bytes a second that any number of threads share; any may change it."""

    def __init__(
        self, bytes_per_s: int = 0, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._bucket = Bucket(bytes_per_s, clock())
        self.moved_bytes = 0
        """What has moved so far, by those who say so."""

    @property
    def bytes_per_s(self) -> int:
        """0 is no limit."""
        return self._bucket.bytes_per_s

    def set_rate(self, bytes_per_s: int) -> None:
        """Change the limit; those who wait feel it."""
        with self._lock:
            self._bucket.set_rate(bytes_per_s, self._clock())

    def ahead(self, wanted: int) -> int:
        """Block this worker thread until some of `wanted` bytes may move: so many, at least 1.
        0 where there is no limit.

        Raises `Cancelled` as soon as the thread's token is cancelled.
        """
        if not self._bucket.bytes_per_s:
            return 0
        piece, wait_s = self._take(wanted)
        if piece:
            return piece
        woken = threading.Event()
        token = current_token()
        while not piece:
            if token is None:
                woken.wait(min(wait_s, RECHECK_S))
            else:
                with token.aborting(woken.set):
                    woken.wait(min(wait_s, RECHECK_S))
                token.raise_if_cancelled()
            piece, wait_s = self._take(wanted)
        return piece

    def give_back(self, size_bytes: int) -> None:
        """So many bytes that `ahead` allowed do not move."""
        with self._lock:
            self._bucket.give_back(size_bytes)

    def moved(self, size_bytes: int) -> None:
        """So many bytes moved, allowed or not."""
        with self._lock:
            self.moved_bytes += size_bytes

    def _take(self, wanted: int) -> tuple[int, float]:
        with self._lock:
            return self._bucket.take(wanted, self._clock())


class Meter:
    """The limits that bytes pass, a job's own and everybody's: asked before they move, told
    after. For a worker, as the `Progress` of what goes out."""

    __slots__ = ("_own", "_shared")

    def __init__(self, own: Limiter, shared: Limiter) -> None:
        self._own = own
        self._shared = shared

    def ahead(self, wanted: int) -> int:
        """See `storage.api.Ahead`."""
        own = self._own.ahead(wanted)
        both = self._shared.ahead(own or wanted)
        if own and both < own:
            if not both:
                return own
            self._own.give_back(own - both)
        return both

    def __call__(self, size_bytes: int) -> None:
        self._shared.moved(size_bytes)

    def sink(self, take: Sink) -> Sink:
        """`take`, for what comes in."""
        return _Incoming(self.ahead, self._shared.moved, take)


class _Incoming:
    __slots__ = ("_moved", "_take", "ahead")

    def __init__(self, ahead: Ahead, moved: Callable[[int], None], take: Sink) -> None:
        self.ahead = ahead
        self._moved = moved
        self._take = take

    def __call__(self, offset: int, data: memoryview) -> None:
        self._moved(len(data))
        self._take(offset, data)


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
