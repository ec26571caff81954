"""The queue of jobs and those that run: what the service talks to.

One engine for a process, on one loop's thread. Every change of the queue is in the
journal before it is told. The journal may be shared with other processes; a job
runs in one of them.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from explorer.base import arenas
from explorer.base.errors import InputError, QuaysideError
from explorer.base.settings import Settings
from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.transfer import transfer_table
from explorer.transfer.buffers import Buffers
from explorer.transfer.crew import Crew
from explorer.transfer.dispatch import Dispatcher
from explorer.transfer.file_control import FileControl
from explorer.transfer.filters import Filter
from explorer.transfer.folder_syncs import FolderSyncs
from explorer.transfer.job import Job, transfer_snapshot
from explorer.transfer.job_control import JobControl
from explorer.transfer.journal import Journal
from explorer.transfer.lake_leftovers import Leftovers
from explorer.transfer.level import MOST, Level, Seen
from explorer.transfer.marks import marks_of
from explorer.transfer.model import (
    Conflict,
    ConflictPolicy,
    CopyRequest,
    JobSnapshot,
    Request,
    TransferSnapshot,
)
from explorer.transfer.ownership import EngineLock
from explorer.transfer.pacing import Limiter
from explorer.transfer.queue import EngineListener, Queue
from explorer.transfer.rows import TransferRow
from explorer.transfer.runner import RESTING, Runner, StoreSource
from explorer.transfer.slots import Slots
from explorer.transfer.state import JobState, TransferState
from explorer.transfer.work import Live, Outcome, Plant

if TYPE_CHECKING:
    from explorer.transfer.away import FleetOpener
    from explorer.transfer.rehearsal import Step

log = logging.getLogger(__name__)

JOURNAL_NAME: Final = "journal.sqlite3"
THREADS: Final = 264
"""As many as the largest concurrency and a few for files; they start as they are needed."""
TICK_S: Final = 1 / 15
WATCH_S: Final = 1.0


class Engine:
    """Made, started, used and closed on one loop's thread."""

    def __init__(
        self,
        data_dir: Path,
        stores: StoreSource,
        settings: Settings,
        listener: EngineListener,
        crew: Crew | None = None,
    ) -> None:
        self._data_dir = data_dir
        self._stores = stores
        self._settings = settings
        self._listener = listener
        self._crew = crew
        self._scope = TaskScope(self._fault)
        self._is_fixed = bool(settings.concurrency)
        """A person has said how many requests run at once; else it finds its own level."""

    # -- life -----------------------------------------------------------------

    async def start(self, *, adopt: bool) -> None:
        """Open the journal and take this process's lock. With `adopt`, jobs that nobody
        alive owns go on here; else they stay as they are until `resume`.

        Raises JournalError, LocalPermissionError, DiskFullError.
        """
        self._workers = Workers("transfer", THREADS)
        try:
            self._lock = await self._workers.run(EngineLock, self._data_dir / "engines")
        except BaseException:
            self._workers.close()
            raise
        try:
            self._journal = await Journal.open(
                self._data_dir / JOURNAL_NAME, is_alone=lambda: not self._lock.others()
            )
        except BaseException:
            self._lock.close()
            self._workers.close()
            raise
        self._plant = Plant(
            self._journal,
            self._workers,
            Slots(self._settings.concurrency or MOST),
            Buffers(),
            FolderSyncs(self._workers),
            Limiter(self._settings.limit_bytes_per_s),
            crew=self._crew,
        )
        self.set_outage(self._settings.outage_minutes)
        self._runner = Runner(self._plant, self._stores, self._data_dir, self._ended)
        leftovers = Leftovers(self._journal, self._runner.work_of)
        self._queue = Queue(self._journal, self._lock, self._workers, self._listener, leftovers)
        self._dispatcher = Dispatcher(self._queue, self._runner, self._scope, self._listener)
        self.control = JobControl(self._queue, self._journal, self._dispatcher, self._scope)
        self.files = FileControl(
            self._queue, self._journal, self._workers, self._dispatcher, self._listener
        )
        try:
            await self._begin(adopt=adopt)
        except BaseException:
            await self.aclose()
            raise

    async def _begin(self, *, adopt: bool) -> None:
        # Beside the rest: it takes a while to load what it needs, and few threads are there yet.
        self._scope.spawn(self._workers.run(arenas.keep_few), name="arenas")
        await self._queue.load()
        if self._crew is not None:
            await self._crew.start(self._lock.descriptor, self._scope)
        if adopt:
            for job in self._queue:
                is_open = job.row.state in (JobState.QUEUED, JobState.INTERRUPTED)
                is_here = not job.row.request.options.on  # a cluster is gone to when asked for
                if is_open and is_here and await self._queue.claim(job):
                    await self._queue.put_in_line(job, RESTING)
        if not self._is_fixed:
            self._begin_level()
        self._scope.spawn(self._tick(), name="transfer ticker")
        self._scope.spawn(self._watch(), name="transfer watch")
        self._dispatcher.dispatch()

    @property
    def notice(self) -> str:
        """What a person should read after the start: the journal was damaged. Else empty."""
        return self._journal.notice

    async def aclose(self) -> None:
        """Stop running work at a safe point, as interrupted, and close the journal."""
        self._dispatcher.is_closed = True
        async with AsyncExitStack() as ends:  # each of them comes, whatever befalls the others
            ends.callback(self._workers.close)
            ends.push_async_callback(self._workers.run, self._lock.close)
            ends.push_async_callback(self._journal.aclose)
            ends.push_async_callback(self._scope.aclose)
            if self._crew is not None:
                ends.push_async_callback(self._crew.aclose)
            try:
                await self._interrupt_all()
            except QuaysideError as error:  # the next start finds out by the lock
                log.warning("the queue could not be told of the end: %s", error)

    async def _interrupt_all(self) -> None:
        for job in self._queue.running():
            await self._dispatcher.stop(job)
        for job in self._queue:
            if job.row.owner == self._queue.me and not job.row.state.is_final:
                await self._queue.set_state(job, JobState.INTERRUPTED)

    # -- asking for work ------------------------------------------------------

    async def submit(self, request: Request) -> int:
        """Queue a request; when this returns, it survives a crash. Raises InputError."""
        if not request.sources:
            raise InputError("There is nothing to transfer.", cure="Choose files or folders.")
        Filter.make(request.options.include, request.options.exclude)
        if isinstance(request, CopyRequest):
            from explorer.transfer.copy_plan import check_copy  # late: most jobs copy nothing

            check_copy(request)
        marks_of(request)
        job = await self._queue.add(request)
        self._dispatcher.dispatch()
        return job.id

    async def run_again(self, job_id: int) -> int:
        """Queue the same request once more."""
        return await self.submit(self._queue.job(job_id).row.request)

    async def find_conflicts(self, request: Request) -> AsyncIterator[Conflict]:
        """Targets that exist already, as they are found; touches nothing."""
        from explorer.transfer.conflict_search import find_conflicts  # late: few are asked

        work = await self._runner.work_for(request, rank=lambda: 0, limiter=Limiter())
        async for conflict in find_conflicts(work, request):
            yield conflict

    async def rehearse(self, request: Request) -> AsyncIterator[Step]:
        """What the request would do, file by file; touches nothing."""
        from explorer.transfer.rehearsal import rehearse  # late: it is seldom asked for

        work = await self._runner.work_for(request, rank=lambda: 0, limiter=Limiter())
        async for step in rehearse(work, request):
            yield step

    # -- control --------------------------------------------------------------

    control: JobControl
    """What is done to whole jobs."""
    files: FileControl
    """What is done to single files."""

    async def pause(self, job_id: int) -> None:
        """See `JobControl`, as for the next four."""
        await self.control.pause(job_id)

    async def resume(self, job_id: int) -> None:
        await self.control.resume(job_id)

    async def retry(self, job_id: int, conflicts: ConflictPolicy | None = None) -> None:
        await self.control.retry(job_id, conflicts)

    async def cancel(self, job_id: int) -> None:
        await self.control.cancel(job_id)

    async def remove(self, job_id: int) -> None:
        await self.control.remove(job_id)

    async def move(self, job_id: int, position: int) -> None:
        """Put a job elsewhere in the queue of those that are not finished; 0 is next."""
        await self._queue.move(self._queue.job(job_id), position)
        self._dispatcher.dispatch()

    async def set_limit(self, job_id: int, bytes_per_s: int) -> None:
        """Limit one job, now and when it goes on; 0 lifts it."""
        await self._queue.set_limit(self._queue.job(job_id), bytes_per_s)

    def set_limit_all(self, bytes_per_s: int) -> None:
        """Limit all transfers together; 0 lifts it."""
        self._plant.limiter.set_rate(bytes_per_s)

    def set_concurrency(self, count: int) -> None:
        """How many requests run at once from now on: as many as a person said, no fewer; 0 lets
        it find its own level again."""
        was_fixed, self._is_fixed = self._is_fixed, bool(count)
        if count or was_fixed:
            self._plant.slots.resize(count or MOST)
        if was_fixed and not count:
            self._begin_level()

    def set_fleet(self, opener: FleetOpener) -> None:
        """How jobs that are to run on a cluster get there."""
        self._runner.open_fleet = opener

    def set_outage(self, minutes: int) -> None:
        """How long an account that cannot be reached is waited for; 0 is for ever."""
        self._plant.patience.longest_s = 60.0 * minutes

    def credentials_changed(self, connection_id: str) -> None:
        """There is a new credential: what waits for it goes on."""
        self.control.credentials_changed(connection_id)

    # -- looking --------------------------------------------------------------

    def jobs(self) -> tuple[JobSnapshot, ...]:
        """Every job, in the queue's order."""
        return tuple(job.snapshot() for job in self._queue.in_order())

    async def transfers(
        self,
        job_id: int,
        *,
        offset: int = 0,
        limit: int = 1000,
        states: frozenset[TransferState] | None = None,
    ) -> tuple[TransferSnapshot, ...]:
        """A slice of a job's files, in the order in which they were found."""
        job = self._queue.job(job_id)
        rows = await self._journal.read(transfer_table.some, job_id, offset, limit, states)
        return tuple(transfer_snapshot(row, job.direction, job.lives.get(row.id)) for row in rows)

    async def wait(self, job_id: int) -> JobSnapshot:
        """Until the job is done, failed, cancelled, paused, interrupted or needs credentials."""
        job = self._queue.job(job_id)
        while not job.is_at_rest:
            rests: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            job.waiters.append(rests)
            await rests
        return job.snapshot()

    # -- inside ---------------------------------------------------------------

    def _ended(self, job: Job, live: Live, row: TransferRow, outcome: Outcome) -> None:
        """A transfer is at its end, durably."""
        if not self._listener.hears_files:
            return
        final = replace(
            live.row,
            state=outcome.state,
            size_bytes=live.size_bytes,
            attempt=row.attempt + 1,
            failure=outcome.failure,
            note=outcome.note or row.note,
        )
        self._listener.transfer_changed(transfer_snapshot(final, job.direction, None))
        if outcome.arrived is not None:
            self._listener.blob_arrived(job.place, outcome.arrived)

    def _fault(self, name: str, error: BaseException) -> None:
        log.error("%s failed", name, exc_info=error)

    # -- telling what moves ---------------------------------------------------

    async def _tick(self) -> None:
        """Snapshots of what changed, at most 15 times a second; of a speed that fades, too."""
        while True:
            await asyncio.sleep(TICK_S)
            self._find_level()
            for job in self._queue:
                if not job.has_news:
                    continue
                self._listener.job_changed(job.tell())
                if not self._listener.hears_files:
                    continue
                for live in job.lives.values():
                    if live.is_changed:
                        live.is_changed = False
                        told = transfer_snapshot(live.row, job.direction, live)
                        self._listener.transfer_changed(told)

    def _begin_level(self) -> None:
        self._level = Level(self._plant.slots.size, self._seen())
        self._plant.slots.open_only(self._level.width)

    def _find_level(self) -> None:
        if self._is_fixed:
            return
        slots = self._plant.slots
        width = self._level.look(slots.size, self._seen())
        if width != slots.open:
            slots.open_only(width)

    def _seen(self) -> Seen:
        slots = self._plant.slots
        return Seen(
            time.monotonic(),
            time.process_time(),
            slots.ended,
            self._plant.limiter.moved_bytes,
            is_wanting=slots.is_wanting,
            is_short=self._plant.buffers.is_short,
            is_slowed=slots.take_slowed(),
            is_broken=slots.take_broken(),
        )

    # -- other processes ------------------------------------------------------

    async def _watch(self) -> None:
        """Follow what other processes write: their jobs, and their wishes for ours."""
        while True:
            await asyncio.sleep(WATCH_S)
            try:
                for job, wish in await self._queue.follow():
                    if wish == "pause":
                        await self.control.pause(job.id)
                    elif wish == "cancel":
                        await self.control.cancel(job.id)
                await self.files.take_wishes()
            except QuaysideError as error:
                log.warning("the queue could not be looked at: %s", error)
