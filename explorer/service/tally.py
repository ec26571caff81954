"""Counting what is in a folder or container: by tier, type, ending, age and folder. Pure.

A `Tally` takes the pages of a listing and gives `Statistics` at any moment. Its memory
grows with the number of folders, up to a bound, and not with the number of blobs.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Final, NamedTuple

from explorer.base.records import dataclass
from explorer.storage.model import Blob

_DAY_S: Final = 86_400
AGES: Final = (
    ("last day", _DAY_S),
    ("last week", 7 * _DAY_S),
    ("last month", 30 * _DAY_S),
    ("last 3 months", 90 * _DAY_S),
    ("last year", 365 * _DAY_S),
)
"""Words for how long ago a blob was changed, and the end of each span in seconds."""
OLDER: Final = "older"
OTHER: Final = "other"
NO_TIER: Final = "no tier"
NO_TYPE: Final = "no type"
NO_ENDING: Final = "no ending"

MAX_WORDS: Final = 500
"""Different types, or endings, that are kept apart; the rest counts as `other`."""
MAX_FOLDERS: Final = 100_000
"""Folders that are kept apart; deeper ones found later count in the one above them."""
LARGEST: Final = 100


class Share(NamedTuple):
    """So many blobs and bytes."""

    blobs: int
    size_bytes: int


class Large(NamedTuple):
    """One of the largest blobs; `name` is in full below its container."""

    size_bytes: int
    container: str
    name: str
    last_modified_s: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """What was counted so far. Mappings are ordered by size, the largest first, except
    `by_age`, which goes from new to old."""

    blobs: int = 0
    size_bytes: int = 0
    folders: int = 0
    """How many folders hold something, at any depth."""
    by_tier: Mapping[str, Share] = field(default_factory=dict)
    by_type: Mapping[str, Share] = field(default_factory=dict)
    """By content type, without its parameters."""
    by_ending: Mapping[str, Share] = field(default_factory=dict)
    by_age: Mapping[str, Share] = field(default_factory=dict)
    by_folder: Mapping[str, Share] = field(default_factory=dict)
    """Whole folders, all below them included, by path relative to what was counted, with `/`
    at the end; `""` is all of it. In the order of their paths. Only the first level while the
    count goes on."""
    largest: tuple[Large, ...] = ()
    oldest_s: int = 0
    newest_s: int = 0
    is_complete: bool = False


class Tally:
    """One count. `now_s` is what ages are told from; `path` is the folder that is counted."""

    def __init__(self, now_s: float, path: str = "") -> None:
        self._now_s = now_s
        self._skip = len(path)
        self._blobs = self._size_bytes = 0
        self._oldest_s = self._newest_s = 0
        self._tiers: dict[str, list[int]] = {}
        self._types: dict[str, list[int]] = {}
        self._endings: dict[str, list[int]] = {}
        self._ages = {word: [0, 0] for word, _ in AGES} | {OLDER: [0, 0]}
        self._own: dict[str, list[int]] = {}
        """What lies directly in each folder."""
        self._largest: list[Large] = []

    def add(self, blobs: Iterable[Blob], *, container: str = "", above: str = "") -> None:
        """Count the blobs of one page. `above` goes before their folders, for a count over
        several containers. Markers of folders are no blobs."""
        for blob in blobs:
            if blob.is_directory:
                continue
            name, size, changed_s = blob.name, blob.size_bytes, blob.last_modified_s
            self._blobs += 1
            self._size_bytes += size
            _count(self._tiers, blob.tier or NO_TIER, size)
            kind = blob.content_type.partition(";")[0].strip().lower()
            _count(self._types, kind or NO_TYPE, size)
            _count(self._endings, ending_of(name), size)
            _count(self._ages, self._age(changed_s), size)
            _add(self._own, self._folder(above + name[self._skip :]), size)
            if changed_s:
                self._newest_s = max(self._newest_s, changed_s)
                self._oldest_s = min(self._oldest_s or changed_s, changed_s)
            if len(self._largest) < LARGEST:
                heapq.heappush(self._largest, Large(size, container, name, changed_s))
            elif size > self._largest[0].size_bytes:
                heapq.heapreplace(self._largest, Large(size, container, name, changed_s))

    def _age(self, changed_s: int) -> str:
        ago_s = self._now_s - changed_s
        return next((word for word, end_s in AGES if ago_s < end_s), OLDER)

    def _folder(self, path: str) -> str:
        """The folder of a blob, or the nearest one above it that is still kept apart."""
        folder = path[: path.rfind("/") + 1]
        while folder and folder not in self._own and len(self._own) >= MAX_FOLDERS:
            folder = _above(folder)
        return folder

    def statistics(self, *, is_complete: bool) -> Statistics:
        """What is known now; whole only with `is_complete`."""
        folders = self._whole_folders()
        if not is_complete:
            folders = {path: share for path, share in folders.items() if path.count("/") <= 1}
        return Statistics(
            blobs=self._blobs,
            size_bytes=self._size_bytes,
            folders=sum(1 for path in self._own if path),
            by_tier=_by_size(self._tiers),
            by_type=_by_size(self._types),
            by_ending=_by_size(self._endings),
            by_age={word: Share(*counts) for word, counts in self._ages.items()},
            by_folder=folders,
            largest=tuple(sorted(self._largest, key=lambda one: (-one.size_bytes, one.name))),
            oldest_s=self._oldest_s,
            newest_s=self._newest_s,
            is_complete=is_complete,
        )

    def _whole_folders(self) -> dict[str, Share]:
        whole: dict[str, list[int]] = {"": [0, 0]}
        for path, (blobs, size_bytes) in self._own.items():
            while True:
                counts = whole.setdefault(path, [0, 0])
                counts[0] += blobs
                counts[1] += size_bytes
                if not path:
                    break
                path = _above(path)
        return {path: Share(*whole[path]) for path in sorted(whole)}


def ending_of(name: str) -> str:
    """`.parquet`; `no ending` where there is none or it is too long to be one."""
    last = name[name.rfind("/") + 1 :]
    dot = last.rfind(".")
    if dot <= 0 or not 1 < len(last) - dot <= 12:
        return NO_ENDING
    return last[dot:].lower()


def _above(folder: str) -> str:
    """`a/b/` -> `a/`, `a/` -> ``."""
    return folder[: folder.rfind("/", 0, -1) + 1]


def _count(shares: dict[str, list[int]], word: str, size_bytes: int) -> None:
    """Of a word that strangers may have made up: only so many are kept apart."""
    _add(shares, word if word in shares or len(shares) < MAX_WORDS else OTHER, size_bytes)


def _add(shares: dict[str, list[int]], word: str, size_bytes: int) -> None:
    counts = shares.setdefault(word, [0, 0])
    counts[0] += 1
    counts[1] += size_bytes


def _by_size(shares: dict[str, list[int]]) -> dict[str, Share]:
    order = sorted(shares.items(), key=lambda item: (-item[1][1], -item[1][0], item[0]))
    return {word: Share(*counts) for word, counts in order}
