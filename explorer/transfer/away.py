"""A job whose files other machines move: in batches, each of them a request of its own.

The walk, the journal, empty folders and all decisions stay here; a `Fleet` carries a batch
somewhere else and says what came of each file. Belongs to the loop's thread.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Final, Protocol

from explorer.base.records import dataclass
from explorer.transfer.expand import RULES
from explorer.transfer.job import Job
from explorer.transfer.job_run import End, JobRun
from explorer.transfer.model import (
    CopyRequest,
    CopySource,
    DownloadRequest,
    DownloadSource,
    Failure,
    JobOptions,
    Request,
    UploadRequest,
    UploadSource,
)
from explorer.transfer.names import decode, to_blob
from explorer.transfer.rows import Kind, TransferRow
from explorer.transfer.state import TransferState
from explorer.transfer.work import Live, Outcome, Work, is_being_cancelled

LOOK_S: Final = 0.5
"""How often it is looked whether there are more machines, or a target is free again."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What came of one file: DONE, SKIPPED or FAILED."""

    state: TransferState
    size_bytes: int = 0
    failure: Failure | None = None
    note: str = ""


class Fleet(Protocol):
    """Machines that carry batches."""

    @property
    def width(self) -> int:
        """How many batches can be under way at once now."""
        ...

    def share(self, sizes: Sequence[int]) -> int:
        """How many of the files that wait, by their sizes in bytes, are the next batch."""
        ...

    async def carry(
        self, request: Request, *, is_repeat: bool, told: Callable[[Mapping[int, int]], None]
    ) -> Mapping[int, Ending]:
        """Carry a request whose every source is one file to its end.

        `told` hears how many bytes of which source are moved; the answer has the ending of each
        source. A cancel winds the batch up: then those that ended are told, and nothing is
        raised. With `is_repeat` some may have arrived in an earlier attempt. Raises
        QuaysideError for what stops the whole job.
        """
        ...


FleetOpener = Callable[[Request], AbstractAsyncContextManager[Fleet]]


class AwayRun(JobRun):
    """One stretch of the life of a job that is carried by others."""

    def __init__(
        self,
        work: Work,
        job: Job,
        on_end: Callable[[Job, Live, TransferRow, Outcome], None],
        open_fleet: FleetOpener,
    ) -> None:
        super().__init__(work, job, on_end)
        self._open_fleet = open_fleet
        self._batches = Batches(job.row.request)

    async def run(self) -> None:
        async with self._open_fleet(self._job.row.request) as fleet:
            self._fleet = fleet
            await super().run()

    async def _feed(self, group: asyncio.TaskGroup) -> None:
        while True:
            self._wake.clear()
            is_walked = not self._job.row.is_expanding
            has_more, blocked = True, 0
            while self._busy < self._fleet.width:
                if not self._ready:
                    has_more, blocked = await self._turns.take()
                if not self._ready:
                    break
                self._begin_next(group)
            if is_walked and not (has_more or blocked or self._ready or self._busy):
                return
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _begin_next(self, group: asyncio.TaskGroup) -> None:
        if self._ready[0].kind is not Kind.FILE:  # an empty folder is made from here
            row = self._ready.popleft()
            self._start(group, self._one(row), [row])
            return
        files = []
        for row in self._ready:
            if row.kind is not Kind.FILE:
                break
            files.append(row.size_bytes)
        rows = [self._ready.popleft() for _ in range(self._fleet.share(files))]
        self._start(group, self._batch(rows), rows)

    async def _batch(self, rows: list[TransferRow]) -> None:
        lives = [self._job.begin(row) for row in rows]
        for live in lives:
            live.move(TransferState.RUNNING)

        def told(moved: Mapping[int, int]) -> None:
            for at, size_bytes in moved.items():
                more = min(size_bytes, lives[at].size_bytes) - lives[at].bytes_done
                if more > 0:
                    lives[at].moved(more)

        try:
            endings = await self._fleet.carry(
                self._batches.request(rows),
                is_repeat=any(row.attempt for row in rows),
                told=told,
            )
        except BaseException:
            for live in lives:
                self._nothing_of(live)
            raise
        finally:
            self._busy -= 1
            self._wake.set()
        is_stopping = is_being_cancelled()
        ends = []
        for at, live in enumerate(lives):
            ending = endings.get(at)
            if ending is None:
                self._nothing_of(live)
                continue
            outcome = Outcome(ending.state, ending.size_bytes, ending.failure, ending.note or None)
            ends.append(End(live, live.row, outcome))
        if ends:
            await self._keep(ends)
        if is_stopping:
            raise asyncio.CancelledError

    def _nothing_of(self, live: Live) -> None:
        live.stands_at(0)
        self._put_back(live)


class Batches:
    """Rows of a job as requests for somebody else. Pure."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._names: dict[bytes, list[str]] = {}
        self._marks: dict[str, tuple[str, str]] = {}
        if isinstance(request, UploadRequest):
            for upload in request.sources:
                self._names.setdefault(os.fsencode(upload.path), []).append(upload.name)
        elif isinstance(request, DownloadRequest):
            for one in request.sources:
                if one.snapshot or one.version_id:
                    self._marks[one.name] = (one.snapshot, one.version_id)

    def request(self, rows: Sequence[TransferRow]) -> Request:
        """What carries exactly these files, in their order, to where the job takes them."""
        request = self._request
        options = replace(
            request.options, on="", include=(), exclude=(), use_ignore_files=False, decisions={}
        )
        if isinstance(request, DownloadRequest):
            return replace(
                request,
                sources=tuple(self._download(row) for row in rows),
                options=_decided(options, request, [os.fsdecode(row.local) for row in rows]),
            )
        prefix = request.target.prefix
        options = _decided(options, request, [row.remote.removeprefix(prefix) for row in rows])
        if isinstance(request, CopyRequest):
            copies = tuple(
                CopySource(
                    row.local.decode("utf-8", "surrogatepass"),
                    False,
                    row.remote.removeprefix(prefix),
                )
                for row in rows
            )
            return replace(request, sources=copies, options=options, make_container=False)
        uploads = tuple(UploadSource(os.fsdecode(row.local), self._name(row)) for row in rows)
        return replace(request, sources=uploads, options=options, make_container=False)

    def _download(self, row: TransferRow) -> DownloadSource:
        parts = os.fsdecode(row.local).split("/")
        target = "/".join(decode(part, RULES) for part in parts)
        return DownloadSource(row.remote, False, target, *self._marks.get(row.remote, ()))

    def _name(self, row: TransferRow) -> str:
        """The file's path relative to the target, as the walk had it."""
        prefix = self._prefix
        path, below = row.local, b""
        while path:
            for name in self._names.get(path, ()):
                relative = "/".join(part for part in (name, os.fsdecode(below)) if part)
                relative = relative or os.fsdecode(os.path.basename(path))
                if to_blob(relative, RULES, prefix=prefix).name == row.remote:
                    return relative
            head, tail = os.path.split(path)
            if head == path:
                break
            path, below = head, os.path.join(tail, below) if below else tail
        return row.remote.removeprefix(prefix)

    @property
    def _prefix(self) -> str:
        request = self._request
        return "" if isinstance(request, DownloadRequest) else request.target.prefix


def _decided(options: JobOptions, request: Request, names: Sequence[str]) -> JobOptions:
    decisions = request.options.decisions
    return replace(
        options, decisions={name: decisions[name] for name in names if name in decisions}
    )
