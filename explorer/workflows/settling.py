"""Which files of a watched folder have settled: nobody writes them any more. Pure.

A file has settled when its size and time of change have been the same for a while, and it is
not the one that was uploaded last. Times are those of a clock that only goes forward.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import NamedTuple

from explorer.base.records import dataclass


class Print(NamedTuple):
    """A file as it looked: bytes, and nanoseconds of its last change."""

    size_bytes: int
    mtime_ns: int


@dataclass(slots=True)
class _Waiting:
    print_: Print
    since_s: float
    not_before_s: float = 0.0
    failures: int = 0


@dataclass(slots=True)
class Settling:
    """What waits, and what was uploaded. Names are relative to the watched folder."""

    settle_s: float
    uploaded: dict[str, Print] = field(default_factory=dict)
    left: dict[str, Print] = field(default_factory=dict)
    """What a person took out of the queue: not uploaded as it is."""
    _waiting: dict[str, _Waiting] = field(default_factory=dict)

    def look(self, name: str, now: Print | None, at_s: float) -> None:
        """A file was looked at: it is so now, or it is gone (None)."""
        if now is None:
            self._waiting.pop(name, None)
            return
        if now in (self.uploaded.get(name), self.left.get(name)):
            self._waiting.pop(name, None)
            return
        known = self._waiting.get(name)
        if known is None:
            self._waiting[name] = _Waiting(now, at_s)
        elif known.print_ != now:
            known.print_, known.since_s = now, at_s

    def waiting(self) -> list[str]:
        """Names to look at again."""
        return list(self._waiting)

    def settled(self, at_s: float) -> dict[str, Print]:
        """Those that are to be uploaded now."""
        return {
            name: one.print_
            for name, one in self._waiting.items()
            if at_s - one.since_s >= self.settle_s and at_s >= one.not_before_s
        }

    def next_s(self, at_s: float) -> float | None:
        """How long until one more may have settled; None while nothing waits."""
        if not self._waiting:
            return None
        ends = (
            max(one.since_s + self.settle_s, one.not_before_s) for one in self._waiting.values()
        )
        return max(0.0, min(ends) - at_s)

    def done(self, prints: Mapping[str, Print]) -> None:
        """These were uploaded as they were then; what changed meanwhile goes on waiting."""
        for name, sent in prints.items():
            self.uploaded[name] = sent
            self.left.pop(name, None)
            self._wait_no_more(name, sent)

    def leave(self, prints: Mapping[str, Print]) -> None:
        """These are not to be uploaded as they were then; what changed meanwhile goes on
        waiting."""
        for name, unwanted in prints.items():
            self.left[name] = unwanted
            self._wait_no_more(name, unwanted)

    def _wait_no_more(self, name: str, settled: Print) -> None:
        waiting = self._waiting.get(name)
        if waiting is not None and waiting.print_ == settled:
            del self._waiting[name]

    def failed(self, names: Iterable[str], at_s: float) -> None:
        """These could not be uploaded: again later, and later still."""
        for name in names:
            if (one := self._waiting.get(name)) is not None:
                one.failures += 1
                one.not_before_s = at_s + min(300.0, 5.0 * 2 ** min(one.failures, 6))

    def gone(self, present: Iterable[str]) -> list[str]:
        """Names that were uploaded and are no longer in the folder; they are forgotten."""
        there = set(present)
        self.left = {name: one for name, one in self.left.items() if name in there}
        missing = [name for name in self.uploaded if name not in there]
        for name in missing:
            del self.uploaded[name]
        return missing
