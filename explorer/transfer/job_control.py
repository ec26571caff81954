"""What a person does to whole jobs: pause, resume, retry, cancel, remove, one or all.

Belongs to the loop's thread. When a method returns, what it did is in the journal.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from explorer.base.errors import InputError, JournalError, QuaysideError
from explorer.base.records import dataclass
from explorer.base.tasks import TaskScope
from explorer.transfer import file_table, transfer_table
from explorer.transfer.dispatch import Dispatcher
from explorer.transfer.encoding import failure_of
from explorer.transfer.job import Job, places_of
from explorer.transfer.journal import Journal
from explorer.transfer.model import ConflictPolicy, Failure, JobOptions, Request
from explorer.transfer.queue import Queue
from explorer.transfer.runner import RESTING
from explorer.transfer.state import JobState, TransferState


@dataclass(frozen=True, slots=True)
class Refused:
    """A job to which it could not be done, and why."""

    job_id: int
    failure: Failure


class JobControl:
    """Every method takes a job's id and raises InputError where there is none."""

    def __init__(
        self, queue: Queue, journal: Journal, dispatcher: Dispatcher, scope: TaskScope
    ) -> None:
        self._queue = queue
        self._journal = journal
        self._dispatcher = dispatcher
        self._scope = scope

    # -- one ------------------------------------------------------------------

    async def pause(self, job_id: int) -> None:
        """Stop at a safe point; what is durable stays."""
        async with self._queue.held(job_id) as job:
            if job.row.state.is_final or await self._queue.wishes(job, "pause"):
                return
            async with self._dispatcher.stopped(job):
                if not job.row.state.is_final:
                    await self._queue.set_state(job, JobState.PAUSED)
                    self._dispatcher.dispatch()

    async def resume(self, job_id: int) -> None:
        """Go on with a job that was paused or interrupted, or waits for room, the network or
        credentials. Files that were paused one by one stay so, unless nothing else is left.
        Raises JournalError while another process runs it."""
        job = self._queue.job(job_id)
        job.look_again.set()
        if job.line is not None:
            job.line.look_now()
        if not await self.go_on(job, release=True):
            raise _theirs()

    async def retry(self, job_id: int, conflicts: ConflictPolicy | None = None) -> None:
        """Try the failed files of a finished job again; with another rule for what exists
        already, if one is given."""
        async with self._queue.held(job_id) as job:
            if job.row.state is not JobState.FAILED:
                raise InputError("Nothing in this job has failed, or it still runs.")
            if not await self._queue.claim(job):
                raise _theirs()
            if conflicts is not None:
                await self._queue.set_options(job, _under(job, conflicts))
            await self._journal.do(transfer_table.forget_refused, job.id)
            await self._queue.put_in_line(job, (*RESTING, TransferState.FAILED))
            self._dispatcher.dispatch()

    async def cancel(self, job_id: int) -> None:
        """Give up a job: finished files stay, half ones leave nothing, old targets are as
        they were."""
        async with self._queue.held(job_id) as job:
            if job.row.state.is_final or await self._queue.wishes(job, "cancel"):
                return
            async with self._dispatcher.stopped(job):
                if not job.row.state.is_final and await self._queue.claim(job):
                    await self._queue.recount(job)
                    if job.account.unfinished or job.row.is_expanding:
                        await self._queue.cancel(job)
                    else:  # the last answer came first
                        await self._queue.end(job)
            self._dispatcher.dispatch()

    async def remove(self, job_id: int) -> None:
        """Take a finished job out of the list."""
        async with self._queue.held(job_id) as job:
            if not job.row.state.is_final:
                raise _not_at_its_end()
            if not await self._queue.claim(job):  # begun again there
                raise _theirs()
            if not _has_ended(job):  # and paused
                await self._queue.release(job)
                raise _not_at_its_end()
            await self._queue.remove(job)

    def request(self, job_id: int) -> Request:
        """What the job was asked to do."""
        return self._queue.job(job_id).row.request

    # -- all ------------------------------------------------------------------

    async def pause_all(self) -> tuple[Refused, ...]:
        """Pause whatever would go on by itself; says to which it could not be done."""
        return await self._each((job for job in self._queue if not job.is_at_rest), self.pause)

    async def cancel_all(self) -> tuple[Refused, ...]:
        """Cancel whatever is not at its end."""
        return await self._each(
            (job for job in self._queue if not job.row.state.is_final), self.cancel
        )

    async def clear(self, *, with_failed: bool = False) -> tuple[Refused, ...]:
        """Take what ended well, or was cancelled, out of the list; what failed if asked to."""
        ends = {JobState.DONE, JobState.CANCELLED}
        if with_failed:
            ends.add(JobState.FAILED)
        return await self._each((job for job in self._queue if job.row.state in ends), self.remove)

    async def _each(
        self, jobs: Iterable[Job], act: Callable[[int], Awaitable[None]]
    ) -> tuple[Refused, ...]:
        refused = []
        for job_id in [job.id for job in jobs]:
            try:
                await act(job_id)
            except QuaysideError as error:
                refused.append(Refused(job_id, failure_of(error)))
        return tuple(refused)

    # -- credentials ----------------------------------------------------------

    def credentials_changed(self, connection_id: str) -> None:
        """There is a new credential: what waits for it goes on."""
        if self._dispatcher.is_closed:
            return
        for job in self._queue:
            waits = job.row.state is JobState.NEEDS_CREDENTIALS
            places = places_of(job.row.request)
            if connection_id not in {place.connection_id for place in places}:
                continue
            if waits:
                self._scope.spawn(self.go_on(job), name=f"go on with job {job.id}")
            elif job.task is not None:
                job.has_new_credential = True

    async def go_on(self, job: Job, *, release: bool = False) -> bool:
        """Put a job that rests in line; false where another process has it. With `release`,
        files that are held back go on if nothing else is left."""
        async with job.control:
            if job.row.state.is_final or job.task is not None:
                return True
            if not await self._queue.claim(job):
                return False
            if _has_ended(job):  # another process was first
                await self._queue.release(job)
                return True
            if release:
                await self._journal.do(file_table.release_all, job.id)
            await self._queue.put_in_line(job, RESTING)
            self._dispatcher.dispatch()
            return True


def _has_ended(job: Job) -> bool:
    """Asked anew after a claim, which tells what other processes have made of it."""
    return job.row.state.is_final


def _not_at_its_end() -> InputError:
    return InputError("This job is not at its end.", cure="Cancel it first.")


def _theirs() -> JournalError:
    return JournalError(
        "Another Quayside runs this job.", cure="Watch it there, or close that one first."
    )


def _under(job: Job, conflicts: ConflictPolicy) -> JobOptions:
    """The job's options with another rule; answers for single files that said 'fail' said it
    before."""
    options = job.row.request.options
    kept = {
        name: rule for name, rule in options.decisions.items() if rule is not ConflictPolicy.FAIL
    }
    return replace(options, conflicts=conflicts, decisions=kept)
