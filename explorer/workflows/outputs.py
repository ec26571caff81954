"""The outputs of jobs: a folder of runs, each a folder or an archive in it, newest first.

What is known of a run is in the listing alone: how much it has, when that was last changed, and
whether a file directly in it says how it ended (Hadoop's `_SUCCESS` and the like). Counting is
pure; `list_outputs` lists. Of the service loop's thread.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator, Iterable
from dataclasses import field
from enum import Enum
from typing import Final

from explorer.base.errors import NotFoundError
from explorer.base.patterns import regex
from explorer.base.records import dataclass
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.storage.model import Blob
from explorer.transfer.model import DownloadRequest, DownloadSource, JobOptions

RUNNING_S: Final = 600
"""A run in which something changed so lately is taken to go on."""
TELL_S: Final = 0.25
ARCHIVES: Final = (".tgz", ".tar.gz", ".zip")
_DONE: Final = frozenset({"_success", "success", "_done", "done", "_finished", "finished"})
_FAILED: Final = frozenset({"_failed", "failed", "_failure", "failure", "_error", "error"})
_LOG: Final = regex(r"\.(log|out|err)$|(^|[/._-])(stdout|stderr|logs?)(\.txt)?$", re.I)
RULE: Final = (
    f"A run is 'running' while something in it changed in the last {RUNNING_S // 60} minutes, "
    "'done' or 'failed' where a file directly in it says so (_SUCCESS, done, _FAILED, failed, "
    "with or without an ending), else 'ended'."
)


class RunState(Enum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    ENDED = "ended"
    """Nothing changes any more, and nothing says how it ended."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `name` is below the folder that was looked at and ends with `/` for a folder;
    `log` is the log that was written last, below the same folder, or empty."""

    name: str
    blobs: int
    size_bytes: int
    modified_s: int
    state: RunState
    log: str

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/")


@dataclass(frozen=True, slots=True)
class Outputs:
    """What is known so far, newest first."""

    runs: tuple[Run, ...]
    is_complete: bool

    @property
    def latest(self) -> Run | None:
        return self.runs[0] if self.runs else None


@dataclass(slots=True)
class _Seen:
    blobs: int = 0
    size_bytes: int = 0
    modified_s: int = 0
    mark: RunState | None = None
    log: str = ""
    log_s: int = -1


@dataclass(slots=True)
class RunTally:
    """Sums up the blobs below the folder `path` (empty, or with `/` at its end) by run."""

    path: str
    _seen: dict[str, _Seen] = field(default_factory=dict)

    def add(self, blobs: Iterable[Blob]) -> None:
        for blob in blobs:
            name = blob.name[len(self.path) :]
            run, slash, rest = name.partition("/")
            if blob.is_directory:
                self.add_folder(blob.name)
                continue
            if not slash and not run.lower().endswith(ARCHIVES):
                continue
            seen = self._seen.setdefault(run + slash, _Seen())
            seen.blobs += 1
            seen.size_bytes += blob.size_bytes
            seen.modified_s = max(seen.modified_s, blob.last_modified_s)
            seen.mark = mark_of(rest) or seen.mark
            if _LOG.search(rest) and blob.last_modified_s >= seen.log_s:
                seen.log, seen.log_s = name, blob.last_modified_s

    def add_folder(self, name: str) -> None:
        """A folder that is listed for itself: a run may be empty."""
        run = name[len(self.path) :].partition("/")[0]
        if run:
            self._seen.setdefault(f"{run}/", _Seen())

    def runs(self, now_s: float) -> tuple[Run, ...]:
        """Newest first, those of one second by their names."""
        runs = [
            Run(name, one.blobs, one.size_bytes, one.modified_s, _state(name, one, now_s), one.log)
            for name, one in self._seen.items()
        ]
        return tuple(sorted(runs, key=lambda run: (-run.modified_s, run.name)))


def mark_of(name: str) -> RunState | None:
    """What a file directly in a run says of its end: by its name without dots and ending. Pure."""
    word = name.lower().lstrip(".").partition(".")[0]
    if "/" in name or not word:
        return None
    if word in _DONE:
        return RunState.DONE
    return RunState.FAILED if word in _FAILED else None


def _state(name: str, seen: _Seen, now_s: float) -> RunState:
    if seen.mark is not None:
        return seen.mark
    if not name.endswith("/"):
        return RunState.DONE  # an archive is there whole, or not at all
    is_fresh = now_s - seen.modified_s < RUNNING_S
    return RunState.RUNNING if is_fresh else RunState.ENDED


async def list_outputs(service: Service, folder: Location) -> AsyncGenerator[Outputs, None]:
    """The runs in `folder` as they are found, the last time complete; closing it stops.

    Raises what a listing raises, and NotFoundError where there is no such folder.
    """
    tally = RunTally(folder.path)
    told_s = time.monotonic()
    is_empty = True
    async for page in service.list_folder(folder, recursive=True):
        is_empty = is_empty and not page.blobs and not page.prefixes
        tally.add(page.blobs)
        for prefix in page.prefixes:  # folders that stand for themselves
            tally.add_folder(prefix.name)
        if time.monotonic() - told_s >= TELL_S:
            yield Outputs(tally.runs(time.time()), is_complete=False)
            told_s = time.monotonic()
    if is_empty and folder.path and not await service.is_folder(folder):
        raise NotFoundError(
            f"There is no folder '{folder.path}' in '{folder.container}'.",
            cure="Look one level higher.",
            status=404,
        )
    yield Outputs(tally.runs(time.time()), is_complete=True)


async def look_again(service: Service, folder: Location, run: Run) -> Run | None:
    """The run as it is now, by listing it alone; None where nothing is left of it. Raises what a
    listing raises."""
    tally = RunTally(folder.path)
    async for page in service.list_folder(folder, recursive=True, prefix=run.name):
        tally.add(page.blobs)
        for prefix in page.prefixes:
            tally.add_folder(prefix.name)
    return next((one for one in tally.runs(time.time()) if one.name == run.name), None)


def download_of(
    service: Service, folder: Location, run: Run, destination: str, options: JobOptions
) -> DownloadRequest:
    """What is below a run straight into `destination` (absolute), an archive under its name."""
    name = folder.path + run.name
    target = "" if run.is_folder else run.name
    return DownloadRequest(
        sources=(DownloadSource(name, is_prefix=run.is_folder, target=target),),
        source=service.place(Location(folder.connection_id, folder.container)),
        destination=destination,
        options=options,
    )
