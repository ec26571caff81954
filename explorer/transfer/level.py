"""How many requests at once are of use here and now, found out by what more of them bring.

It begins low and asks for more as long as what is moved in a second grows with it; where it
does not, it goes back, and tries again later, less and less often. Where this process
itself is what is busy, or has no memory for more, it asks for no more; a service that says
'slow down', or a line that breaks, gets fewer. Belongs to the loop's thread; `look` has no
clock of its own.
"""

from __future__ import annotations

from typing import Final

from explorer.base.records import dataclass

START: Final = 4
MOST: Final = 64
"""More than so many is for a person to say."""
LOOK_S: Final = 0.25
ROUND_S: Final = 3.0
"""A rate is known when as many requests have ended as run at once, at the latest after this."""
GAIN: Final = 1.08
"""More requests have to bring at least this."""
BUSY: Final = 0.7
"""Of one processor: Python runs on one at a time."""
SLOWED_S: Final = 5.0
BROKEN_S: Final = 2.0
"""It does not grow for so long after a 'slow down', or a line that broke."""
PATIENCE_S: Final = 4.0
LONGEST_PATIENCE_S: Final = 64.0
"""After more have brought nothing, until more are tried again: doubles each time."""
REQUEST_BYTES: Final = 64 * 1024
"""A request counts as so many bytes: small ones, and those that move nothing, are work too."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known at one moment; the numbers are since the start of the process."""

    now_s: float
    cpu_s: float
    """Used by this process."""
    ended: int = 0
    """Requests that came to an end, a good one or not."""
    moved_bytes: int = 0
    is_wanting: bool = True
    """Requests wait for their turn."""
    is_short: bool = False
    """Some of those that have their turn wait for memory."""
    is_slowed: bool = False
    """The service said 'slow down' since the last look."""
    is_broken: bool = False
    """A request got no answer since the last look."""

    @property
    def work_bytes(self) -> int:
        return self.moved_bytes + self.ended * REQUEST_BYTES


@dataclass(frozen=True, slots=True)
class _Raise:
    """More requests are being tried."""

    was: int
    rate: float
    """What `was` of them moved, in bytes a second."""


class Level:
    """Grows and shrinks between 1 and the limit it is told."""

    def __init__(self, limit: int, seen: Seen) -> None:
        self.width = min(START, limit)
        self._since = seen
        """When the round began whose rate is being measured."""
        self._tries: _Raise | None = None
        self._holds_until_s = 0.0
        self._patience_s = PATIENCE_S
        self._is_careful = False
        """It has met its match once, and grows in smaller steps."""
        self._is_slowed = self._is_broken = False

    def look(self, limit: int, seen: Seen) -> int:
        """The width from now on."""
        self._is_slowed |= seen.is_slowed
        self._is_broken |= seen.is_broken
        if seen.now_s - self._since.now_s < LOOK_S:
            return self.width
        if self._is_slowed or self._is_broken:
            self._fall(seen)
        elif not seen.is_wanting:  # what was moved says nothing about the way
            self._begin_round(seen)
        elif self._is_round_over(seen):
            self._judge(seen)
        self.width = max(1, min(self.width, limit))
        return self.width

    def _is_round_over(self, seen: Seen) -> bool:
        has_ended = seen.ended - self._since.ended >= self.width
        return has_ended or seen.now_s - self._since.now_s >= ROUND_S

    def _fall(self, seen: Seen) -> None:
        if self._is_slowed:
            self.width //= 2
        else:
            self.width = self.width * 3 // 4
        pause_s = SLOWED_S if self._is_slowed else BROKEN_S
        self._holds_until_s = max(self._holds_until_s, seen.now_s + pause_s)
        self._is_slowed = self._is_broken = False
        self._is_careful = True
        self._tries = None
        self._begin_round(seen)

    def _judge(self, seen: Seen) -> None:
        """A round is over: did more bring more, and shall there be more still?"""
        passed_s = seen.now_s - self._since.now_s
        rate = (seen.work_bytes - self._since.work_bytes) / passed_s
        is_busy = seen.cpu_s - self._since.cpu_s >= BUSY * passed_s
        tried, self._tries = self._tries, None
        if tried is not None and rate < GAIN * tried.rate:
            self.width = tried.was
            self._holds_until_s = seen.now_s + self._patience_s
            self._patience_s = min(2 * self._patience_s, LONGEST_PATIENCE_S)
            self._is_careful = True
        else:
            if tried is not None:
                self._patience_s = PATIENCE_S
            if not is_busy and not seen.is_short and seen.now_s >= self._holds_until_s:
                self._tries = _Raise(self.width, rate)
                self.width += max(1, self.width // 2) if self._is_careful else self.width
        self._begin_round(seen)

    def _begin_round(self, seen: Seen) -> None:
        self._since = seen
