"""The states of a transfer and of a job, and which moves between them are legal. Pure.

    QUEUED -> PREPARING -> RUNNING -> COMMITTING -> DONE

Beside the way: PAUSED (a person holds this one file back), INTERRUPTED (the program ended while it
was under way), NEEDS_CREDENTIALS, RETRY_WAIT, FAILED, CANCELLED, SKIPPED. From the
waiting ones a transfer goes back to QUEUED, and so it does from FAILED and CANCELLED when a
person retries that file; from DONE and SKIPPED it goes nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final


class TransferState(Enum):
    """Where one file is. The values are what the journal keeps."""

    QUEUED = "queued"
    PREPARING = "preparing"
    """Looking at both sides: fingerprint, conflict, what is there already."""
    RUNNING = "running"
    """Bytes move."""
    COMMITTING = "committing"
    """Verify and make visible: Put Block List, or fsync and rename."""
    DONE = "done"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"
    NEEDS_CREDENTIALS = "needs credentials"
    RETRY_WAIT = "retry wait"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"

    @property
    def is_active(self) -> bool:
        """Somebody works on it right now."""
        return self in ACTIVE

    @property
    def is_final(self) -> bool:
        """It will not move by itself: done, failed, cancelled or skipped."""
        return self in FINAL

    @property
    def is_waiting(self) -> bool:
        """Neither worked on nor at its end."""
        return not (self.is_active or self.is_final)


_S = TransferState

ACTIVE: Final = frozenset({_S.PREPARING, _S.RUNNING, _S.COMMITTING})
FINAL: Final = frozenset({_S.DONE, _S.FAILED, _S.CANCELLED, _S.SKIPPED})

_STOPPED: Final = frozenset(
    {_S.PAUSED, _S.INTERRUPTED, _S.NEEDS_CREDENTIALS, _S.RETRY_WAIT, _S.FAILED, _S.CANCELLED}
)

LEGAL: Final[Mapping[TransferState, frozenset[TransferState]]] = {
    _S.QUEUED: frozenset({_S.PREPARING, _S.PAUSED, _S.NEEDS_CREDENTIALS, _S.FAILED})
    | {_S.CANCELLED, _S.SKIPPED},
    _S.PREPARING: _STOPPED | {_S.QUEUED, _S.RUNNING, _S.SKIPPED},
    # PREPARING again: the source or the remote changed, the file starts over.
    # QUEUED again: somebody more urgent needed the slot.
    # SKIPPED: a rival was first, and the job's rule is to leave what is there.
    _S.RUNNING: _STOPPED | {_S.QUEUED, _S.PREPARING, _S.COMMITTING, _S.SKIPPED},
    _S.COMMITTING: _STOPPED | {_S.PREPARING, _S.DONE, _S.SKIPPED},
    _S.RETRY_WAIT: (_STOPPED - {_S.RETRY_WAIT}) | {_S.QUEUED} | ACTIVE,
    _S.PAUSED: frozenset({_S.QUEUED, _S.CANCELLED}),
    _S.INTERRUPTED: frozenset({_S.QUEUED, _S.PAUSED, _S.NEEDS_CREDENTIALS, _S.CANCELLED}),
    _S.NEEDS_CREDENTIALS: frozenset({_S.QUEUED, _S.PAUSED, _S.CANCELLED}),
    _S.FAILED: frozenset({_S.QUEUED, _S.CANCELLED}),
    _S.DONE: frozenset(),
    _S.CANCELLED: frozenset({_S.QUEUED}),
    _S.SKIPPED: frozenset(),
}
"""From each state, the states that may come next."""


class IllegalMoveError(RuntimeError):
    """The engine tried a move that the table forbids: a fault of ours, not of a person."""


def can_move(current: TransferState, new: TransferState) -> bool:
    """Is this move legal? Staying is no move."""
    return new in LEGAL[current]


def move(current: TransferState, new: TransferState) -> TransferState:
    """Return `new`. Raises `IllegalMoveError` if it may not follow `current`."""
    if not can_move(current, new):
        raise IllegalMoveError(f"no way from {current.name} to {new.name}")
    return new


def adopted(found: TransferState) -> TransferState:
    """The state of a transfer whose owner died: what was under way is INTERRUPTED."""
    if found.is_active or found is _S.RETRY_WAIT:
        return move(found, _S.INTERRUPTED)
    return found


class JobState(Enum):
    """Where a job is, as told by its transfers."""

    QUEUED = "queued"
    PREPARING = "preparing"
    """Its source is still being walked and nothing moves yet."""
    RUNNING = "running"
    RETRY_WAIT = "retry wait"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"
    NEEDS_CREDENTIALS = "needs credentials"
    DONE = "done"
    """Every file is done, or left out on purpose: skipped, or cancelled one by one."""
    FAILED = "failed"
    """At its end, and at least one file failed."""
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


_JOB_WAITS: Final = (
    (_S.RETRY_WAIT, JobState.RETRY_WAIT),
    (_S.QUEUED, JobState.QUEUED),
    (_S.NEEDS_CREDENTIALS, JobState.NEEDS_CREDENTIALS),
    (_S.INTERRUPTED, JobState.INTERRUPTED),
    (_S.PAUSED, JobState.PAUSED),
)


def job_state(counts: Mapping[TransferState, int], *, is_expanding: bool = False) -> JobState:
    """The state of a job with so many transfers in each state.

    What moves counts more than what waits, what waits more than what has ended; a
    wait that ends by itself counts more than one for a person. `is_expanding`: the
    source is still being walked, so the job has not ended whatever the counts say.
    """
    if any(counts.get(state, 0) for state in ACTIVE):
        return JobState.RUNNING
    if is_expanding:
        return JobState.PREPARING
    for state, told in _JOB_WAITS:
        if counts.get(state, 0):
            return told
    if counts.get(_S.FAILED, 0):
        return JobState.FAILED
    if counts.get(_S.CANCELLED, 0) and not (counts.get(_S.DONE, 0) or counts.get(_S.SKIPPED, 0)):
        return JobState.CANCELLED
    return JobState.DONE
