"""What to do after an error: wait, start over, pause or give up. Pure; no clock, no dice.

The pauses grow as in "Exponential Backoff And Jitter" (AWS Architecture Blog) with
full jitter; a Retry-After (RFC 9110, 10.2.3) is a floor, never shortened.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import Final

from explorer.base.errors import QuaysideError, Retry
from explorer.base.records import dataclass
from explorer.base.units import format_duration

MAX_RETRY_AFTER_S: Final = 3600.0
"""A service that asks for more than this is not waited for."""
TRUST: Final = 8
"""So many refusals with a Retry-After double the pause as one without it does."""


class Action(Enum):
    """What the engine does next with this file."""

    WAIT = "wait"
    """Try the same step again after `wait_s`."""
    RESTART = "restart"
    """Drop what was transferred and start the file again after `wait_s`."""
    NEEDS_CREDENTIALS = "needs credentials"
    """Pause until there is a new SAS or key."""
    NEEDS_ROOM = "needs room"
    """Pause until the disk has space."""
    GIVE_UP = "give up"
    """The file has failed."""


@dataclass(frozen=True, slots=True)
class Decision:
    action: Action
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long. Attempts count from the last progress, not from the start:
    a long transfer on a bad line never runs out of them while it moves."""

    soon_attempts: int = 12
    slow_down_attempts: int = 60
    restart_attempts: int = 5
    first_pause_s: float = 0.5
    longest_pause_s: float = 60.0

    def decide(
        self,
        retry: Retry,
        attempt: int,
        *,
        jitter: float,
        retry_after_s: float | None = None,
    ) -> Decision:
        """Decide after failure number `attempt` (1 for the first since the last progress).

        `jitter` is a random number from 0 to 1, `retry_after_s` what the service said.
        """
        if attempt < 1 or not 0.0 <= jitter <= 1.0:
            raise ValueError(f"attempt {attempt}, jitter {jitter}")
        match retry:
            case Retry.NEVER | Retry.LATER:
                return Decision(Action.GIVE_UP)
            case Retry.NEEDS_CREDENTIALS:
                return Decision(Action.NEEDS_CREDENTIALS)
            case Retry.NEEDS_ROOM:
                return Decision(Action.NEEDS_ROOM)
            case Retry.SOON:
                return self._wait(Action.WAIT, attempt, self.soon_attempts, jitter, retry_after_s)
            case Retry.SLOW_DOWN:
                limit = self.slow_down_attempts
                return self._wait(Action.WAIT, attempt, limit, jitter, retry_after_s)
            case Retry.RESTART:
                limit = self.restart_attempts
                return self._wait(Action.RESTART, attempt, limit, jitter, retry_after_s)

    def _wait(
        self, action: Action, attempt: int, limit: int, jitter: float, retry_after_s: float | None
    ) -> Decision:
        floor = asked_pause(retry_after_s)
        if attempt > limit or floor > MAX_RETRY_AFTER_S:
            return Decision(Action.GIVE_UP)
        return Decision(action, floor + jitter * self.ceiling(attempt, floor))

    def ceiling(self, attempt: int, floor: float = 0.0) -> float:
        """The longest pause before the next try. After a Retry-After of `floor` seconds it
        spreads the callers over the first tenth of that time again, at least the first
        pause; a service that says the same again and again is believed less and less."""
        doublings = (attempt - 1) // TRUST if floor else attempt - 1
        longest = self.first_pause_s * math.ldexp(1.0, min(doublings, 32))
        return max(floor / 10, min(self.longest_pause_s, longest))


def told(error: QuaysideError, retry_after_s: float | None) -> QuaysideError:
    """The error, and in words that the service asked for a longer pause than is waited for,
    where that is why it is given up."""
    asked_s = asked_pause(retry_after_s)
    if asked_s > MAX_RETRY_AFTER_S and error.retry in (Retry.SOON, Retry.SLOW_DOWN):
        wait, longest = format_duration(min(asked_s, 1e9)), format_duration(MAX_RETRY_AFTER_S)
        error.message += f" It asked to wait {wait}; more than {longest} is not waited for."
        error.cure = "Retry it when the service is well again."
    return error


def asked_pause(retry_after_s: float | None) -> float:
    """Seconds that the service asked for; 0 where it did not, or said nonsense."""
    if retry_after_s is None or math.isnan(retry_after_s) or retry_after_s <= 0:
        return 0.0
    return retry_after_s
