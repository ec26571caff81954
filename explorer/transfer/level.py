"""How many requests at once are of use here and now, below the limit that a person set.

It begins low. More of them hide the time that answers are under way; where this process
itself is what is busy they only get into each other's way, and a service that says 'slow
down' gets fewer. Belongs to the loop's thread; `look` has no clock of its own.
"""

from __future__ import annotations

from typing import Final

START: Final = 4
LOOK_S: Final = 0.25
BUSY: Final = 0.7
"""Of one processor: Python runs on one at a time."""
HOLD_S: Final = 5.0
"""After a 'slow down' it does not grow for so long."""


class Level:
    """Grows and shrinks between 1 and the limit it is told."""

    def __init__(self, limit: int, now_s: float, cpu_s: float) -> None:
        self.width = min(START, limit)
        self._then_s = now_s
        self._cpu_s = cpu_s
        self._holds_until_s = 0.0
        self._is_slowed = False

    def look(
        self, limit: int, now_s: float, cpu_s: float, *, is_wanting: bool, is_slowed: bool
    ) -> int:
        """The width from now on. `cpu_s` is what this process has used in all, `is_wanting`
        whether requests wait for their turn, `is_slowed` whether the service said 'slow
        down' since the last look."""
        self._is_slowed = self._is_slowed or is_slowed
        passed_s = now_s - self._then_s
        if passed_s < LOOK_S:
            return self.width
        is_busy = cpu_s - self._cpu_s >= BUSY * passed_s
        self._then_s, self._cpu_s = now_s, cpu_s
        if self._is_slowed:
            self._is_slowed = False
            self.width //= 2
            self._holds_until_s = now_s + HOLD_S
        elif is_wanting and not is_busy and now_s >= self._holds_until_s:
            self.width *= 2
        self.width = max(1, min(self.width, limit))
        return self.width
