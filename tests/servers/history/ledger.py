"""What the server remembers of old contents: versions, snapshots, deletions. In memory.

Of one thread at a time: whoever uses it holds the server's lock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum

DAY_S = 86400.0


@dataclass(slots=True)
class Protection:
    """What the account keeps. Days of 0 mean that it is off."""

    versioning: bool = False
    blob_days: int = 0
    container_days: int = 0


class Kind(Enum):
    """What an old content was."""

    VERSION = "version"
    SNAPSHOT = "snapshot"
    BASE = "base"
    """The blob itself, soft-deleted where there is no versioning."""


@dataclass(slots=True, eq=False)
class Kept:
    """One old content. `mark` is its version id or snapshot time, empty for a base blob;
    `home` the path of its copy; `headers` what a HEAD told of the original."""

    name: str
    kind: Kind
    mark: str
    home: str
    headers: dict[str, str]
    spelled: Mapping[str, str]
    deleted_s: float | None = None


@dataclass(slots=True)
class History:
    """Old contents of one container by name, and version ids of what is current."""

    kept: dict[str, list[Kept]] = field(default_factory=dict)
    current: dict[str, str] = field(default_factory=dict)

    def of(self, name: str) -> list[Kept]:
        return self.kept.get(name, [])

    def add(self, item: Kept) -> None:
        self.kept.setdefault(item.name, []).append(item)

    def drop(self, item: Kept) -> None:
        self.kept[item.name].remove(item)

    def find(self, name: str, kind: Kind, mark: str) -> Kept | None:
        """One that is there: what is soft-deleted cannot be addressed."""
        for item in list(self.of(name)):
            if item.kind is kind and item.mark == mark and item.deleted_s is None:
                return item
        return None

    def all(self) -> Iterator[Kept]:
        for items in list(self.kept.values()):
            yield from list(items)


@dataclass(slots=True, eq=False)
class DeletedContainer:
    """`aside` is the container its blobs went to when the name was taken anew; until then
    they are still where they were."""

    name: str
    version: str
    deleted_s: float
    history: History
    aside: str = ""


class Ledger:
    """All histories, and a clock that tests may set."""

    def __init__(self, protection: Protection, clock: Callable[[], float] = time.time) -> None:
        self.protection = protection
        self.clock = clock
        self._histories: dict[str, History] = {}
        self.deleted: list[DeletedContainer] = []
        self._last_tick = 0

    def history(self, container: str) -> History:
        return self._histories.setdefault(container, History())

    def take(self, container: str) -> History:
        """The history of a container that goes."""
        return self._histories.pop(container, History())

    def give(self, container: str, history: History) -> None:
        """The history of a container that is back."""
        self._histories[container] = history

    def in_place(self, container: str) -> DeletedContainer | None:
        """The deletion whose blobs are still under that very name."""
        for item in list(self.deleted):
            if item.name == container and not item.aside:
                return item
        return None

    def new_mark(self) -> str:
        """A version id or snapshot time: later than every earlier one."""
        self._last_tick = max(int(self.clock() * 10**7), self._last_tick + 1)
        return stamp(self._last_tick)

    def new_number(self) -> str:
        """Sixteen hexadecimal digits, larger each time: the version of a deleted container."""
        self._last_tick = max(int(self.clock() * 10**7), self._last_tick + 1)
        return f"{self._last_tick + 116444736000000000:016X}"

    def remaining_days(self, deleted_s: float, days: int) -> int:
        return max(0, days - int((self.clock() - deleted_s) // DAY_S))

    def over(self, deleted_s: float | None, days: int) -> bool:
        """Whether what was deleted then is gone for good now."""
        return deleted_s is not None and self.clock() - deleted_s >= days * DAY_S


def stamp(ticks: int) -> str:
    """`2026-01-02T03:04:05.1234567Z` of tenths of microseconds since 1970. Pure."""
    seconds, fraction = divmod(ticks, 10**7)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction:07d}Z"
