"""What it takes to bring blobs back: from what the service kept, a plan of steps. Pure.

Restoring never guesses away what is there: a blob is deleted only where it is certain that
it was made later, and what was overwritten without anything kept of it is told as lost
and left as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field
from enum import Enum
from operator import attrgetter

from explorer.base.records import dataclass
from explorer.storage.history import BlobState, moment_of


class Deed(Enum):
    """What a step does."""

    PROMOTE = "promote"
    """Copy a version or snapshot over the blob."""
    UNDELETE = "undelete"
    """Bring back a soft-deleted blob."""
    DELETE = "delete"
    """Delete what was not there at that time."""


@dataclass(frozen=True, slots=True)
class Step:
    """One blob's step. `source` is what the blob becomes (None for a deletion)."""

    deed: Deed
    name: str
    size_bytes: int
    source: BlobState | None = None
    etag_now: str = ""
    """Of the blob as it was looked at, the condition of the step; empty where there is none."""
    needs_undelete: bool = False
    """The source is soft-deleted itself and must come back first."""
    is_unsure: bool = False
    """The blob was deleted at a time that nobody recorded: it may have been gone already."""


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """Steps by name, and what needs none. While it is made, `steps` is empty and the
    counts grow; `is_complete` says that it may be applied."""

    steps: tuple[Step, ...] = field(default=(), repr=False)
    promoted: int = 0
    undeleted: int = 0
    deleted: int = 0
    unsure: int = 0
    """How many of the promoted ones are unsure."""
    size_bytes: int = 0
    """Of all that is promoted and undeleted."""
    unchanged: int = 0
    lost: tuple[str, ...] = ()
    """The first names of those that changed since, and nothing is kept of what they were."""
    lost_count: int = 0
    is_complete: bool = False

    @property
    def restored(self) -> int:
        return self.promoted + self.undeleted

    @property
    def is_empty(self) -> bool:
        return not (self.promoted or self.undeleted or self.deleted)


class Lost(Exception):
    """An outcome, not an error: the blob had another content then, and nothing of it is kept."""


LOST_SHOWN = 100
"""How many names of lost ones a plan holds."""


def current_of(states: Iterable[BlobState]) -> BlobState | None:
    """The blob as it is now; None where it is gone. States of one name."""
    return next((state for state in states if state.is_current and not state.is_deleted), None)


def newest_first(states: Iterable[BlobState]) -> tuple[BlobState, ...]:
    """For a list of versions: the blob as it is, then the rest by their times."""
    return tuple(sorted(states, key=lambda s: (s.is_current, _time_of(s)), reverse=True))


def step_back(states: Sequence[BlobState]) -> Step | None:
    """Bring back a blob that is gone as it last was; None where it is not gone, or nothing
    of it is kept."""
    if not states or current_of(states) is not None:
        return None
    for state in states:
        if _is_deleted_base(state):
            return _undelete(state)
    versions = [state for state in states if state.version_id]
    if not versions:
        return None
    return _promote(max(versions, key=_time_of), None)


def step_to(
    states: Sequence[BlobState], when_s: float, *, keeps_deleted: bool = False
) -> Step | None:
    """Make one blob what it was at `when_s`; None where it is so already.

    `keeps_deleted`: the account keeps what is overwritten or deleted, so that a blob of
    which nothing older is kept was not there. Raises Lost where nobody knows what it was.
    """
    now, then = current_of(states), state_at(states, when_s)
    if then is None:
        if now is None:
            return None
        if _was_made_after(now, states, when_s, keeps_deleted):
            return Step(Deed.DELETE, now.name, now.blob.size_bytes, etag_now=now.blob.etag)
        raise Lost
    if now is not None and (then is now or then.blob.etag == now.blob.etag):
        return None
    if now is None and _is_deleted_base(then):
        return _undelete(then)
    is_last = all(_time_of(state) <= _time_of(then) for state in states)
    return _promote(then, now, is_unsure=now is None and is_last)


def state_at(states: Iterable[BlobState], when_s: float) -> BlobState | None:
    """What the blob was at that time, as far as it is kept; None where it was not there, or
    nobody knows."""
    known = [state for state in states if _begins(state) <= when_s]
    if not known:
        return None
    found = max(known, key=lambda state: (_begins(state), _ease(state)))
    if _is_deleted_base(found) and found.deleted_s <= when_s:
        return None
    return found


def _begins(state: BlobState) -> float:
    """Since when the blob had this content: a snapshot is of what was there before."""
    return float(state.blob.last_modified_s) if state.snapshot else state.made_s


def _time_of(state: BlobState) -> float:
    return moment_of(state.snapshot) or state.made_s


def _ease(state: BlobState) -> int:
    """Of states that are the same, the one that takes the least to bring back."""
    if state.is_current:
        return 4
    if _is_deleted_base(state):
        return 3
    return (2 if state.version_id else 1) - 2 * state.is_deleted


def _is_deleted_base(state: BlobState) -> bool:
    return state.is_deleted and not state.mark


def _was_made_after(
    now: BlobState, states: Iterable[BlobState], when_s: float, keeps_deleted: bool
) -> bool:
    """By a deletion before that time; or by its creation, which says so only where an
    overwrite would have left something: not every service keeps it over an overwrite."""
    if any(_is_deleted_base(state) and state.deleted_s <= when_s for state in states):
        return True
    return now.blob.created_s > when_s and (keeps_deleted or bool(now.version_id))


def _undelete(state: BlobState) -> Step:
    return Step(Deed.UNDELETE, state.name, state.blob.size_bytes, state)


def _promote(then: BlobState, now: BlobState | None, *, is_unsure: bool = False) -> Step:
    return Step(
        Deed.PROMOTE,
        then.name,
        then.blob.size_bytes,
        then,
        etag_now=now.blob.etag if now is not None else "",
        needs_undelete=then.is_deleted,
        is_unsure=is_unsure,
    )


class Planner:
    """Gathers steps name by name. `when_s` None brings back what is gone, and nothing else;
    `keeps_deleted` is as in `step_to`."""

    def __init__(self, when_s: float | None, *, keeps_deleted: bool = False) -> None:
        self._when_s = when_s
        self._keeps_deleted = keeps_deleted
        self._steps: list[Step] = []
        self._lost: list[str] = []
        self._counts = dict.fromkeys(Deed, 0)
        self._lost_count = self._unchanged = self._unsure = self._size_bytes = 0

    def add(self, states: Sequence[BlobState]) -> None:
        """All states of one name."""
        try:
            when_s = self._when_s
            if when_s is None:
                step = step_back(states)
            else:
                step = step_to(states, when_s, keeps_deleted=self._keeps_deleted)
        except Lost:
            self._lost_count += 1
            if len(self._lost) < LOST_SHOWN:
                self._lost.append(states[0].name)
            return
        if step is None:
            self._unchanged += current_of(states) is not None
            return
        self._steps.append(step)
        self._counts[step.deed] += 1
        self._unsure += step.is_unsure
        if step.deed is not Deed.DELETE:
            self._size_bytes += step.size_bytes

    def plan(self, *, is_complete: bool = False) -> RestorePlan:
        """What there is so far; with its steps once it is complete."""
        return RestorePlan(
            steps=tuple(sorted(self._steps, key=attrgetter("name"))) if is_complete else (),
            promoted=self._counts[Deed.PROMOTE],
            undeleted=self._counts[Deed.UNDELETE],
            deleted=self._counts[Deed.DELETE],
            unsure=self._unsure,
            size_bytes=self._size_bytes,
            unchanged=self._unchanged,
            lost=tuple(self._lost),
            lost_count=self._lost_count,
            is_complete=is_complete,
        )
