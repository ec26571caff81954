"""Which of the queued jobs run, from the start of each to its end or stop.

Belongs to the loop's thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final, TypeVar

from explorer.base.errors import DiskFullError, QuaysideError, Retry
from explorer.base.tasks import TaskScope
from explorer.transfer.encoding import failure_of
from explorer.transfer.job import Job
from explorer.transfer.model import Failure
from explorer.transfer.queue import EngineListener, Queue
from explorer.transfer.runner import Runner
from explorer.transfer.state import JobState

log = logging.getLogger(__name__)

R = TypeVar("R")

RUNNING_JOBS: Final = 4
ROOM_S: Final = 2.0

_ENDS: Final = {
    Retry.NEEDS_CREDENTIALS: JobState.NEEDS_CREDENTIALS,
    Retry.LATER: JobState.INTERRUPTED,
}
"""What an error that stops a whole job leaves it as; it has failed otherwise."""


class Dispatcher:
    """Starts jobs in the queue's order, a few at a time, and stops them."""

    def __init__(
        self, queue: Queue, runner: Runner, scope: TaskScope, listener: EngineListener
    ) -> None:
        self._queue = queue
        self._runner = runner
        self._scope = scope
        self._listener = listener
        self.is_closed = False
        """Nothing more is started."""

    def dispatch(self) -> None:
        """Start what may run, in the queue's order. Jobs that wait for an account that cannot be
        reached are in nobody's way, and more of that account would only wait with them."""
        if self.is_closed:
            return
        cut_off = [job for job in self._queue.running() if job.is_cut_off]
        cut_off_from = {job.place.endpoint for job in cut_off}
        running = len(self._queue.running()) - len(cut_off)
        for job in self._queue.in_order():
            if running >= RUNNING_JOBS:
                return
            is_mine = job.row.owner == self._queue.me
            is_next = is_mine and job.row.state is JobState.QUEUED and job.task is None
            if is_next and job.place.endpoint not in cut_off_from:
                job.on_line_change = self.dispatch
                job.task = self._scope.spawn(self._run(job), name=f"job {job.id}")
                running += 1

    async def stop(self, job: Job) -> None:
        """End the job's task, which puts its transfers back. The end may have come first."""
        task = job.task
        if task is None:
            return
        task.cancel()
        await asyncio.wait([task])
        if job.task is task:  # cancelled before its first step, it has tidied up nothing
            job.task = None
        await self._queue.look_again(job)

    @asynccontextmanager
    async def stopped(self, job: Job) -> AsyncIterator[None]:
        """Inside, the job's task is at its end and it is written down what comes of the job.
        Where that fails it rests as interrupted: it must not look as if it ran."""
        try:
            await self.stop(job)
            yield
        except QuaysideError as error:
            if job.task is None and not (job.is_at_rest or job.row.state is JobState.QUEUED):
                row = replace(job.row, state=JobState.INTERRUPTED, failure=failure_of(error))
                self._queue.tell(job, row)
            raise

    async def _run(self, job: Job) -> None:
        try:
            async with job.control:  # whoever stops or changes it just now comes first
                if job.row.state is not JobState.QUEUED:
                    return
            await self._tell(job, JobState.RUNNING)
            while True:
                job.take_new_credential()
                failed = await self._run_to_its_end(job)
                if failed is None:
                    if await self._end(job):
                        break
                    continue  # a person let a file go on in the last moment
                end, failure = failed
                if end is not JobState.NEEDS_CREDENTIALS:
                    await self._tell_end(job, end, failure)
                    break
                if job.take_new_credential():
                    continue  # it came while what had met the old one was being stopped
                self._ask_for_credentials(job, failure)
                await self._tell_end(job, end, failure)
                if job.take_new_credential() and await self._queue.claim(job):
                    await self._queue.put_in_line(job, ())  # or in that very moment
                break
        except Exception as error:
            # The journal cannot be written: nobody may wait for ever, or begin over and over.
            # It still says that the job runs, so the next start takes it up.
            log.exception("the state of job %d could not be kept", job.id)
            self._queue.tell(
                job, replace(job.row, state=JobState.INTERRUPTED, failure=failure_of(error))
            )
        finally:
            job.task = None
            self.dispatch()

    async def _tell(self, job: Job, state: JobState, failure: Failure | None = None) -> None:
        """Keep and tell a state, as soon as there is room for it."""
        await self._with_room(job, lambda: self._queue.set_state(job, state, failure))

    # A job ends while nobody else starts, stops or changes it; the lock is not held while
    # there is no room, so that it can be stopped then.

    async def _tell_end(self, job: Job, state: JobState, failure: Failure) -> None:
        async def keep() -> None:
            async with job.control:
                await self._queue.set_state(job, state, failure)

        await self._with_room(job, keep)

    async def _end(self, job: Job) -> bool:
        async def keep() -> bool:
            async with job.control:
                return await self._queue.end(job)

        return await self._with_room(job, keep)

    async def _with_room(self, job: Job, keep: Callable[[], Awaitable[R]]) -> R:
        while True:
            try:
                return await keep()
            except DiskFullError as error:
                waits = replace(job.row, state=JobState.RETRY_WAIT, failure=failure_of(error))
                self._queue.tell(job, waits)
                await asyncio.sleep(ROOM_S)

    async def _run_to_its_end(self, job: Job) -> tuple[JobState, Failure] | None:
        """What stopped it as a whole; None where its files say what came of it."""
        try:
            await self._runner.run(job)
        except QuaysideError as error:
            job.waits_for = error.connection_id
            return _ENDS.get(error.retry, JobState.FAILED), failure_of(error)
        except Exception as error:
            log.exception("a job met a fault of ours")
            return JobState.FAILED, failure_of(error)
        return None

    def _ask_for_credentials(self, job: Job, failure: Failure) -> None:
        connection_id = job.wanted_connection
        is_asked = any(
            other.row.state is JobState.NEEDS_CREDENTIALS
            and other.wanted_connection == connection_id
            for other in self._queue
        )
        if not is_asked:
            self._listener.credentials_needed(connection_id, failure.message)
