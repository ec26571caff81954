"""What a mirror is made of: entries of both sides, steps, counts, and what a person wishes. Pure.

A name is relative to its side, with `/` between the parts, as the storage calls it; that of
a folder ends with `/`. Sizes are bytes, times nanoseconds since 1970.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import Final, NamedTuple

from explorer.base.records import dataclass
from explorer.transfer.model import JobOptions

SECOND_NS: Final = 1_000_000_000


class Entry(NamedTuple):
    """A file, or a folder with nothing in it, of one side."""

    name: str
    size_bytes: int
    mtime_ns: int
    mark: str
    """Changes whenever the file does: an ETag, or size and time of a local file."""
    md5: bytes | None = None
    real: str = ""
    """What it is called there in full: the blob's name, or the path below the local folder."""
    is_time_kept: bool = True
    """The time is the file's own; False where it only says when the blob was written."""
    refusal: str = ""
    """Why it cannot be mirrored; empty where it can."""
    is_error: bool = True
    """Of a refusal: whether it should have been mirrored. A socket should not."""

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/")


class Record(NamedTuple):
    """One file as a run left it: the same on both sides."""

    name: str
    size_bytes: int
    etag: str
    md5: bytes | None
    version_id: str
    mtime_ns: int
    source_mark: str
    target_mark: str


class Deed(Enum):
    """What is done about one name."""

    ADD = "add"
    UPDATE = "update"
    DELETE = "delete"
    SAME = "same"
    EXTRA = "extra"
    """Only at the target, and left there."""
    REFUSE = "refuse"
    """It cannot be mirrored, and that is an error."""
    SKIP = "skip"
    """Left out at the source: nothing that is mirrored."""
    CHECK = "check"
    """Not known yet: both sides are read for their MD5."""


class Step(NamedTuple):
    """One name, what is done about it, and why."""

    deed: Deed
    name: str
    reason: str
    source: Entry | None = None
    target: Entry | None = None

    @property
    def size_bytes(self) -> int:
        """Of what moves, or goes."""
        entry = self.source or self.target
        return entry.size_bytes if entry is not None else 0


@dataclass(frozen=True, slots=True)
class Limit:
    """How many files may be deleted: so many, or so many of a hundred at the target."""

    count: int | None = None
    percent: float = 50.0

    def allows(self, deletions: int, there: int) -> bool:
        """Whether so many of the files there may go."""
        if self.count is not None:
            return deletions <= self.count
        return deletions * 100 <= self.percent * there

    def __str__(self) -> str:
        return f"{self.count:,}" if self.count is not None else f"{self.percent:g}%"


@dataclass(frozen=True, slots=True)
class Wish:
    """How to mirror. Of the options, filters hold for both sides."""

    delete: bool = False
    by_checksum: bool = False
    limit: Limit = field(default_factory=Limit)
    options: JobOptions = field(default_factory=JobOptions)


def _none() -> dict[Deed, int]:
    return dict.fromkeys(Deed, 0)


@dataclass(slots=True)
class Counts:
    """Sums of a plan. `there` are the files at the target."""

    files: dict[Deed, int] = field(default_factory=_none)
    bytes: dict[Deed, int] = field(default_factory=_none)
    folders: dict[Deed, int] = field(default_factory=_none)
    """Those that have nothing in them, and stand for themselves."""
    there: int = 0

    def add(self, step: Step) -> None:
        if step.name.endswith("/"):
            self.folders[step.deed] += 1
            return
        if step.target is not None:
            self.there += 1
        self.files[step.deed] += 1
        self.bytes[step.deed] += step.size_bytes

    @property
    def refused(self) -> int:
        """Files and folders that should be mirrored, and cannot be."""
        return self.files[Deed.REFUSE] + self.folders[Deed.REFUSE]

    @property
    def is_nothing(self) -> bool:
        """Nothing to move, to delete or to complain of."""
        deeds = (Deed.ADD, Deed.UPDATE, Deed.DELETE, Deed.REFUSE)
        return not any(self.files[deed] + self.folders[deed] for deed in deeds)
