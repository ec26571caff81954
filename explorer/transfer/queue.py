"""The jobs of the journal in memory: loaded, claimed, changed and told; shared with others.

Every change is in the journal before it is told. Belongs to the loop's thread.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Collection, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Protocol

from explorer.base.errors import InputError, QuaysideError
from explorer.base.workers import Workers
from explorer.storage.model import Blob
from explorer.transfer import job_table, progress_table, transfer_table
from explorer.transfer.job import Job, title_of
from explorer.transfer.journal import Journal
from explorer.transfer.journal_file import Connection, fold
from explorer.transfer.lake_leftovers import Leftovers
from explorer.transfer.model import (
    DownloadRequest,
    Failure,
    JobOptions,
    JobSnapshot,
    RemotePlace,
    Request,
    TransferSnapshot,
)
from explorer.transfer.ownership import EngineLock
from explorer.transfer.rows import JobRow, Tally
from explorer.transfer.spot import Spot, part_mark, remove_part
from explorer.transfer.state import JobState, TransferState

log = logging.getLogger(__name__)


class EngineListener(Protocol):
    """Hears of everything, on the loop's thread; must be quick."""

    @property
    def hears_files(self) -> bool:
        """Whether anybody wants to know of single files: `transfer_changed`, `blob_arrived`."""
        ...

    def job_added(self, job: JobSnapshot) -> None: ...
    def job_changed(self, job: JobSnapshot) -> None: ...
    def job_finished(self, job: JobSnapshot) -> None: ...
    def job_removed(self, job_id: int) -> None: ...
    def transfer_changed(self, transfer: TransferSnapshot) -> None: ...
    def blob_arrived(self, place: RemotePlace, blob: Blob) -> None: ...
    def credentials_needed(self, connection_id: str, reason: str) -> None: ...


class Queue:
    """All jobs, those of other processes included; `me` is this engine in the journal."""

    def __init__(
        self,
        journal: Journal,
        lock: EngineLock,
        workers: Workers,
        listener: EngineListener,
        leftovers: Leftovers,
    ) -> None:
        self._journal = journal
        self._lock = lock
        self._workers = workers
        self._listener = listener
        self._leftovers = leftovers
        self._jobs: dict[int, Job] = {}
        self._version = 0

    @property
    def me(self) -> str:
        return self._lock.id

    def __iter__(self) -> Iterator[Job]:
        return iter(list(self._jobs.values()))

    def job(self, job_id: int) -> Job:
        """Raises InputError where there is none."""
        try:
            return self._jobs[job_id]
        except KeyError:
            raise job_table.unknown(job_id) from None

    @asynccontextmanager
    async def held(self, job_id: int) -> AsyncIterator[Job]:
        """A job that nobody else starts, stops or takes out of the list meanwhile. Raises
        InputError where there is none, or is none any more when its turn has come."""
        async with self.job(job_id).control:
            yield self.job(job_id)

    def in_order(self) -> list[Job]:
        return sorted(self._jobs.values(), key=lambda job: (job.row.priority, job.id))

    def running(self) -> list[Job]:
        """Those that run here."""
        return [job for job in self._jobs.values() if job.task is not None]

    # -- loading and adding ---------------------------------------------------

    async def load(self) -> None:
        """Read the journal, after taking from dead engines what they had."""
        await self._journal.do(job_table.reap, self._lock.is_alive)
        await self._journal.do(job_table.prune)
        self._version = await self._journal.read(job_table.data_version)
        for row, tally, partials in await self._journal.read(_counted):
            self._put(row).recount(tally, partials)

    def _put(self, row: JobRow) -> Job:
        job = self._jobs[row.id] = Job(row, is_ours=row.owner in ("", self.me))
        job.limiter.set_rate(row.request.options.limit_bytes_per_s)
        return job

    async def add(self, request: Request) -> Job:
        """A new job of ours, at the end. After a cancel there is none."""
        row: JobRow | None = None

        def add(db: Connection) -> JobRow:
            nonlocal row
            row = job_table.add(db, request, title_of(request), self.me)
            return row

        def take_back(db: Connection) -> None:
            with suppress(InputError):
                if row is not None and job_table.get(db, row.id) == row:
                    job_table.remove(db, row.id)

        try:
            added = await self._journal.do(add)
            await self._fold()
        except asyncio.CancelledError:
            self._journal.post(take_back)
            raise
        job = self._put(added)
        self._listener.job_added(job.snapshot())
        return job

    async def _fold(self) -> None:
        try:
            await self._journal.read(fold)
        except QuaysideError as error:  # it is in the log, and durable
            log.info("the log of the queue stays as it is: %s", error.title)

    async def recount(self, job: Job) -> None:
        """Count a job's transfers anew."""
        job.recount(*await self._journal.read(_counts, job.id))

    # -- changing -------------------------------------------------------------

    async def claim(self, job: Job) -> bool:
        """Make it ours if nobody alive owns it."""
        is_ours = await self._journal.do(job_table.claim, job.id, self.me, self._lock.is_alive)
        job.row = await self._journal.read(job_table.get, job.id)
        job.is_ours = is_ours
        return is_ours

    async def release(self, job: Job) -> None:
        """It was claimed, and there is nothing to be done for it."""
        await self._journal.do(job_table.release, job.id, self.me)
        job.row = replace(job.row, owner="")

    async def wishes(self, job: Job, wish: str) -> bool:
        """If another process owns the job, leave word for it there, and say so."""
        if job.is_ours or job.row.owner in ("", self.me):
            return False
        await self._journal.do(job_table.wish, job.id, wish)
        return True

    async def put_in_line(self, job: Job, states: Iterable[TransferState]) -> None:
        """Its turn comes again, and that of its transfers in these states."""
        row = await self._journal.do(job_table.set_queued, job.id, tuple(states))
        await self.recount(job)
        self.tell(job, row)

    async def set_state(self, job: Job, state: JobState, failure: Failure | None = None) -> None:
        row = await self._journal.do(job_table.set_state, job.id, state, failure=failure)
        if state is JobState.CANCELLED:
            await self.recount(job)
        self.tell(job, row)

    async def end(self, job: Job) -> bool:
        """Keep and tell what came of it; false where some of its files wait for their turn."""
        row = await self._journal.do(job_table.end, job.id)
        if row is None:
            return False
        await self.recount(job)
        self.tell(job, row)
        return True

    async def look_again(self, job: Job) -> None:
        """The journal may have heard of the end before we did."""
        row = await self._journal.read(job_table.get, job.id)
        if row.state.is_final and not job.row.state.is_final:
            self.tell(job, row)

    def tell(self, job: Job, row: JobRow) -> None:
        job.set_row(row)
        self._listener.job_changed(job.snapshot())
        if row.state.is_final:
            self._listener.job_finished(job.snapshot())

    async def cancel(self, job: Job) -> None:
        """Everything of it that is not at its end ends here."""
        await self.remove_halves(job)
        await self._journal.do(transfer_table.cancel_rest, job.id)
        await self.set_state(job, JobState.CANCELLED)

    async def remove(self, job: Job) -> None:
        """Forget a job."""
        await self.remove_halves(job)
        await self._journal.do(job_table.remove, job.id)
        del self._jobs[job.id]
        self._listener.job_removed(job.id)

    async def remove_halves(self, job: Job) -> None:
        """Remove the parts of what did not come to a good end: of downloads here, of uploads
        there."""
        await self.remove_temporaries(job)
        request = job.row.request
        if not isinstance(request, DownloadRequest):
            return
        halves = await self._journal.read(transfer_table.halves, job.id)
        added_s = job.row.added_s

        def remove() -> None:
            root = os.path.realpath(os.fsencode(request.destination))
            for transfer_id, local in halves:
                remove_part(root, Spot.of(local, part_mark(added_s, transfer_id)))

        await self._workers.run(remove)

    async def remove_temporaries(self, job: Job, ids: Collection[int] | None = None) -> None:
        """Remove what uploads have left beside their targets: all of a job at rest, or these."""
        await self._leftovers.remove(job, ids)

    async def move(self, moved: Job, position: int) -> None:
        """Put it elsewhere among those that are not finished."""
        order = [job for job in self.in_order() if job is not moved]
        open_ones = [job for job in order if not job.row.state.is_final]
        before = open_ones[: max(0, position)]
        order.insert(order.index(before[-1]) + 1 if before else 0, moved)
        await self._journal.do(job_table.reorder, [job.id for job in order])
        for place, job in enumerate(order, 1):
            job.row = replace(job.row, priority=place)
            job.is_changed = True

    async def set_limit(self, job: Job, bytes_per_s: int) -> None:
        options = replace(job.row.request.options, limit_bytes_per_s=bytes_per_s)
        await self.set_options(job, options)
        job.limiter.set_rate(bytes_per_s)

    async def set_options(self, job: Job, options: JobOptions) -> None:
        """Keep other options; a run that has begun goes on with the old ones."""
        request = replace(job.row.request, options=options)
        await self._journal.do(job_table.set_request, job.id, request)
        job.row = replace(job.row, request=request)
        job.is_changed = True

    # -- other processes ------------------------------------------------------

    async def follow(self) -> list[tuple[Job, str]]:
        """Take in what other processes wrote. Returns their wishes for jobs of ours."""
        version = await self._journal.read(job_table.data_version)
        theirs = [job for job in self._jobs.values() if not job.is_ours]
        if theirs:
            await self._journal.do(job_table.reap, self._lock.is_alive)
        if version == self._version and not theirs:
            return []
        self._version = version
        rows = {row.id: row for row in await self._journal.read(job_table.every)}
        for job in self:
            if job.id not in rows and job.task is None:
                del self._jobs[job.id]
                job.gone(job_table.unknown(job.id))
                self._listener.job_removed(job.id)
        wishes = []
        for row in rows.values():
            known = self._jobs.get(row.id)
            if row.owner == self.me:
                if known is not None and row.wish:
                    wishes.append((known, row.wish))
                if known is not None:
                    self._take_limit(known, row)
            elif known is None:
                await self.recount(job := self._put(row))
                self._listener.job_added(job.snapshot())
            elif known.task is None and (row != known.row or row.owner):
                await self._take_over(known)
        if wishes:
            self._version = -1  # they are told again until they are fulfilled
        return wishes

    def _take_limit(self, job: Job, row: JobRow) -> None:
        """Another process has changed how fast our job may be."""
        limit = row.request.options.limit_bytes_per_s
        if limit != job.row.request.options.limit_bytes_per_s:
            options = replace(job.row.request.options, limit_bytes_per_s=limit)
            job.row = replace(job.row, request=replace(job.row.request, options=options))
            job.limiter.set_rate(limit)
            job.is_changed = True

    async def _take_over(self, job: Job) -> None:
        """Another process has changed, or runs, this job."""
        await self.recount(job)
        try:
            row = await self._journal.read(job_table.get, job.id)
        except InputError:
            return  # taken out of the list meanwhile, which the next look finds
        # Nothing was awaited since: it cannot have become ours meanwhile.
        if job.task is None and row.owner != self.me:
            job.is_ours = not row.owner
            self.tell(job, row)


def _counts(db: Connection, job_id: int) -> tuple[Tally, dict[int, int]]:
    """What `Job.recount` takes."""
    return job_table.tally(db, job_id), progress_table.partials(db, job_id)


def _counted(db: Connection) -> list[tuple[JobRow, Tally, dict[int, int]]]:
    """Every job with its counts, at one go: there may be hundreds, and each command begins so."""
    return [(row, *_counts(db, row.id)) for row in job_table.every(db)]
