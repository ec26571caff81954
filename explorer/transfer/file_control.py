"""What a person does to single files of a job: pause, resume, cancel, retry, to the front.

Belongs to the loop's thread. When a method returns, what it did is in the journal; where
another process runs the job, word is left there for it. Files that came to their end
meanwhile stay as they are.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from explorer.base.errors import InputError, QuaysideError
from explorer.base.workers import Workers
from explorer.transfer import file_table
from explorer.transfer.conflicts import MOST_DECISIONS
from explorer.transfer.dispatch import Dispatcher
from explorer.transfer.job import Job, place_of, transfer_snapshot
from explorer.transfer.journal import Journal
from explorer.transfer.model import (
    ConflictPolicy,
    DownloadRequest,
    JobOptions,
    TransferSnapshot,
)
from explorer.transfer.queue import EngineListener, Queue
from explorer.transfer.rows import Kind, TransferRow
from explorer.transfer.spot import Spot, part_mark, remove_part
from explorer.transfer.state import JobState, TransferState

log = logging.getLogger(__name__)

_S = TransferState
MOST_NAMED: Final = 10_000
"""A pattern stands for so many files at most."""


class FileControl:
    """Every method takes a job's id and ids of its files; others are passed over."""

    def __init__(
        self,
        queue: Queue,
        journal: Journal,
        workers: Workers,
        dispatcher: Dispatcher,
        listener: EngineListener,
    ) -> None:
        self._queue = queue
        self._journal = journal
        self._workers = workers
        self._dispatcher = dispatcher
        self._listener = listener

    # -- looking --------------------------------------------------------------

    async def find(self, job_id: int, names: Iterable[str]) -> tuple[TransferSnapshot, ...]:
        """The files of these names: in the container, below the job's folder, or on this
        machine; or of these patterns (`*`, `?`). Raises InputError for a name of none."""
        job = self._queue.job(job_id)
        ids: dict[int, None] = {}
        for name in names:
            found = await self._journal.read(
                file_table.named, job_id, name, place_of(job.row.request).prefix, MOST_NAMED
            )
            if not found:
                raise InputError(
                    f"Job {job_id} has no file '{name}'.",
                    cure=f"See `quayside jobs {job_id}` for its files.",
                )
            ids.update(dict.fromkeys(found))
        return await self.get(job_id, list(ids))

    async def get(self, job_id: int, ids: Sequence[int]) -> tuple[TransferSnapshot, ...]:
        """These files as they are now."""
        job = self._queue.job(job_id)
        rows = await self._journal.read(file_table.these, job_id, ids)
        return tuple(transfer_snapshot(row, job.direction, job.lives.get(row.id)) for row in rows)

    # -- changing -------------------------------------------------------------

    async def pause(self, job_id: int, ids: Sequence[int]) -> None:
        """Hold these back; what is durable of them stays, the rest of the job goes on."""
        async with self._queue.held(job_id) as job:
            if await self._wishes(job, ids, "pause"):
                return
            await self._hold(job, ids)
            await self._tell(job, ids)

    async def resume(self, job_id: int, ids: Sequence[int]) -> None:
        """Let these go on. A job that rests as a whole stays so, unless only files that were
        held back are left of it."""
        async with self._queue.held(job_id) as job:
            if await self._wishes(job, ids, "resume"):
                return
            rows = await self._journal.do(
                file_table.move, job.id, ids, _S.QUEUED, frozenset({_S.PAUSED})
            )
            await self._released(job, rows)
            await self._tell(job, ids)

    async def cancel(self, job_id: int, ids: Sequence[int]) -> None:
        """Give these up: nothing half is left of them, and old targets are as they were."""
        async with self._queue.held(job_id) as job:
            if await self._wishes(job, ids, "cancel"):
                return
            await self._hold(job, ids)
            held = await self._journal.read(file_table.these, job.id, ids)
            held = [row for row in held if row.state is _S.PAUSED]
            await self._remove_parts(job, held)
            rows = await self._journal.do(
                file_table.move, job.id, [row.id for row in held], _S.CANCELLED, {_S.PAUSED}
            )
            for row in rows:
                durable = job.partials.pop(row.id, 0)
                job.passed(_S.PAUSED, _S.CANCELLED, row.size_bytes, durable)
            if job.row.state is JobState.PAUSED and job.task is None:
                await self._end_if_nothing_is_left(job)
            await self._tell(job, ids)

    async def retry(
        self, job_id: int, ids: Sequence[int], conflicts: ConflictPolicy | None = None
    ) -> None:
        """Try these again, as far as they failed or were cancelled; with another rule for
        what exists already, if one is given. Raises InputError where there is none."""
        async with self._queue.held(job_id) as job:
            if job.row.state is JobState.CANCELLED:
                raise InputError("This job was cancelled.", cure="Run it again instead.")
            known = await self._journal.read(file_table.these, job.id, ids)
            rows = [row for row in known if row.state in file_table.CAN_RETRY]
            if not rows:
                raise InputError("None of these files has failed or was cancelled.")
            if conflicts is not None:
                _decided(job, rows, conflicts)
            if await self._wishes(job, ids, f"retry {conflicts.value}" if conflicts else "retry"):
                return
            if conflicts is not None or any(row.kind is Kind.REFUSED for row in rows):
                # The rules, and the walk, are of the whole job: it stops for a moment.
                async with self._dispatcher.stopped(job):
                    await self._look_again(job, rows, conflicts)
            await self._go_on_with(job, rows)
            await self._tell(job, ids)

    async def put_first(self, job_id: int, ids: Sequence[int]) -> None:
        """Put these before all other files of the job, in this order."""
        async with self._queue.held(job_id) as job:
            if await self._wishes(job, ids, "first"):
                return
            await self._journal.do(file_table.put_first, job.id, ids)
            if job.run is not None:
                await job.run.put_first(ids)

    async def take_wishes(self) -> None:
        """Do what other processes asked of ours."""
        if not await self._journal.read(file_table.has_wishes):
            return
        wished = await self._journal.do(file_table.take_wishes, self._queue.me)
        for (job_id, wish), ids in wished.items():
            try:
                await self._do_wish(job_id, wish, ids)
            except QuaysideError as error:
                log.warning("what was asked for files of job %d: %s", job_id, error)

    async def _do_wish(self, job_id: int, wish: str, ids: Sequence[int]) -> None:
        verb, _, rule = wish.partition(" ")
        match verb:
            case "pause":
                await self.pause(job_id, ids)
            case "resume":
                await self.resume(job_id, ids)
            case "cancel":
                await self.cancel(job_id, ids)
            case "first":
                await self.put_first(job_id, ids)
            case "retry":
                await self.retry(job_id, ids, ConflictPolicy(rule) if rule else None)

    # -- inside ---------------------------------------------------------------

    async def _wishes(self, job: Job, ids: Sequence[int], wish: str) -> bool:
        """If another process owns the job, leave word for it there, and say so."""
        if job.is_ours or job.row.owner in ("", self._queue.me):
            return False
        await self._journal.do(file_table.wish, ids, wish)
        return True

    async def _hold(self, job: Job, ids: Sequence[int]) -> None:
        if job.row.state.is_final:
            return
        if job.run is not None:
            await job.run.hold(ids)
            return
        rows = await self._journal.do(file_table.move, job.id, ids, _S.PAUSED, file_table.OPEN)
        for _ in rows:
            job.passed(_S.QUEUED, _S.PAUSED)

    async def _released(self, job: Job, rows: Sequence[TransferRow]) -> None:
        """Files were held back, and are not any more."""
        for row in rows:
            job.passed(row.state, _S.QUEUED)
        if rows and job.run is not None:
            job.run.release([row.id for row in rows])
        if rows and job.task is None:
            await self._queue.recount(job)
            is_all = job.account.counts[_S.QUEUED] == len(rows) and not job.row.is_expanding
            if job.row.state is JobState.PAUSED and is_all:
                await self._put_in_line(job)

    async def _go_on_with(self, job: Job, rows: Sequence[TransferRow]) -> None:
        """Files were at their end, and are not any more."""
        ids = [row.id for row in rows]
        was_final = job.row.state.is_final
        moved = await self._journal.do(
            file_table.move, job.id, ids, _S.QUEUED, file_table.CAN_RETRY
        )
        for row in moved:
            durable = job.partials.get(row.id, 0)
            job.passed(row.state, _S.QUEUED, row.size_bytes, durable)
        if job.run is not None:
            job.run.release(ids)
        if job.task is None:
            await self._queue.recount(job)
            if was_final or job.row.state.is_final or job.row.state is JobState.QUEUED:
                await self._put_in_line(job)

    async def _put_in_line(self, job: Job) -> None:
        if await self._queue.claim(job):
            await self._queue.put_in_line(job, ())
            self._dispatcher.dispatch()

    async def _look_again(
        self, job: Job, rows: Sequence[TransferRow], conflicts: ConflictPolicy | None
    ) -> None:
        if conflicts is not None:
            options = _decided(job, rows, conflicts)
            await self._queue.set_options(job, options)
        if await self._journal.do(file_table.look_again, job.id, [row.id for row in rows]):
            job.row = replace(job.row, is_expanding=True)
        if not job.row.state.is_final:
            await self._queue.set_state(job, JobState.QUEUED)

    async def _end_if_nothing_is_left(self, job: Job) -> None:
        await self._queue.recount(job)
        if not job.account.unfinished and not job.row.is_expanding:
            await self._queue.end(job)

    async def _remove_parts(self, job: Job, rows: Sequence[TransferRow]) -> None:
        await self._queue.remove_temporaries(job, [row.id for row in rows])
        request = job.row.request
        if not isinstance(request, DownloadRequest):
            return
        added_s = job.row.added_s

        def remove() -> None:
            root = os.path.realpath(os.fsencode(request.destination))
            for row in rows:
                if row.attempt:
                    remove_part(root, Spot.of(row.local, part_mark(added_s, row.id)))

        await self._workers.run(remove)

    async def _tell(self, job: Job, ids: Sequence[int]) -> None:
        rows = await self._journal.read(file_table.these, job.id, ids)
        for row in rows:
            told = transfer_snapshot(row, job.direction, job.lives.get(row.id))
            self._listener.transfer_changed(told)
        self._listener.job_changed(job.snapshot())


def _decided(job: Job, rows: Sequence[TransferRow], conflicts: ConflictPolicy) -> JobOptions:
    """The job's options with a rule of their own for these. Raises InputError where there would
    be more than `MOST_DECISIONS`."""
    options = job.row.request.options
    names = [_name_in_job(job, row) for row in rows]
    decisions = {**options.decisions, **dict.fromkeys(names, conflicts)}
    if len(decisions) > max(MOST_DECISIONS, len(options.decisions)):
        raise InputError(
            f"More than {MOST_DECISIONS:,} files of one job cannot have a rule of their own.",
            cure="Retry the whole job with that rule.",
        )
    return replace(options, decisions=decisions)


def _name_in_job(job: Job, row: TransferRow) -> str:
    """The key of `JobOptions.decisions`."""
    if isinstance(job.row.request, DownloadRequest):
        return os.fsdecode(row.local_original)
    return row.remote_original.removeprefix(place_of(job.row.request).prefix)
