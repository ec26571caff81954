"""What the transfers panel does: follows the queue's events, carries out what is asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from explorer.base.errors import QuaysideError
from explorer.base.tasks import TaskScope
from explorer.gui.bridge import Bridge
from explorer.gui.transfers.file_verbs import FileVerb
from explorer.gui.transfers.job_files import JobFiles
from explorer.gui.transfers.jobs_model import JobsModel
from explorer.gui.transfers.speed import SpeedHistory
from explorer.service.events import JobAdded, JobChanged, JobFinished, JobRemoved, TransferChanged
from explorer.transfer.model import JobSnapshot
from explorer.transfer.state import JobState

if TYPE_CHECKING:  # the module behind imports the whole SDK; it is loaded in a thread
    from explorer.service.service import Service

BUSY = frozenset({JobState.QUEUED, JobState.PREPARING, JobState.RUNNING, JobState.RETRY_WAIT})
"""Jobs that would go on by themselves."""
_CAN_RESUME = {JobState.PAUSED, JobState.INTERRUPTED, JobState.NEEDS_CREDENTIALS}


class TransfersController(QObject):
    """Keeps the models of jobs and files; one per window, of the GUI thread.

    Errors of what a person asked for go to the error sink of `tasks`.
    """

    jobs_changed = Signal()
    """A job came, went or changed: counts and buttons are to be looked at again."""
    job_finished = Signal(object)
    """A `JobSnapshot` at its end."""
    speed_changed = Signal(int)
    """The id of a job whose `history` has grown."""

    def __init__(self, bridge: Bridge, tasks: TaskScope, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.tasks = tasks
        self.jobs = JobsModel(self)
        self.files = JobFiles(bridge, tasks, self)
        self.is_loaded = False
        """The jobs of the last time are there."""
        self._histories: dict[int, SpeedHistory] = {}
        events = bridge.events
        self._stops = [
            events.on(JobAdded, lambda event: self._put(event.job)),
            events.on(JobChanged, lambda event: self._put(event.job)),
            events.on(JobFinished, self._finished),
            events.on(JobRemoved, self._removed),
            events.on(TransferChanged, lambda event: self.files.transfer_changed(event.transfer)),
        ]
        tasks.spawn(self._load(), name="load the transfer queue")

    def stop(self) -> None:
        """Follow the queue no longer."""
        for stop in self._stops:
            stop()
        self._stops.clear()

    @property
    def bridge(self) -> Bridge:
        """To the service, for what is asked beside the queue."""
        return self._bridge

    async def _load(self) -> None:
        for job in await self._bridge.get(lambda service: service.jobs()):
            if self.jobs.job(job.id) is None:  # else an event told something newer
                self._put(job)
        self.is_loaded = True
        self.jobs_changed.emit()

    # -- what comes in --------------------------------------------------------

    def _put(self, job: JobSnapshot) -> None:
        self.jobs.put(job)
        self.files.job_changed(job)
        history = self._histories.get(job.id)
        if job.state is JobState.RUNNING or history is not None:
            if history is None:
                history = self._histories[job.id] = SpeedHistory()
            rate = job.rate_bytes_per_s if job.state is JobState.RUNNING else 0.0
            if history.add(time.monotonic(), rate):
                self.speed_changed.emit(job.id)
        self.jobs_changed.emit()

    def _finished(self, event: JobFinished) -> None:
        self._put(event.job)
        self.job_finished.emit(event.job)

    def _removed(self, event: JobRemoved) -> None:
        self.jobs.drop(event.job_id)
        self._histories.pop(event.job_id, None)
        if event.job_id == self.files.job_id:
            self.files.show(None)
        self.jobs_changed.emit()

    def history(self, job_id: int) -> SpeedHistory:
        """The speed of a job over the last minutes; empty for one that did not run."""
        return self._histories.get(job_id) or SpeedHistory()

    @property
    def total_rate(self) -> float:
        """Bytes per second of everything that runs."""
        running = (job for job in self.jobs.jobs() if job.state is JobState.RUNNING)
        return sum(job.rate_bytes_per_s for job in running)

    def busy(self) -> list[JobSnapshot]:
        """Jobs that closing the program would stop."""
        return [job for job in self.jobs.line() if job.state in BUSY and job.is_ours]

    # -- what a person asks for -----------------------------------------------

    def _each(
        self,
        jobs: Iterable[JobSnapshot],
        act: Callable[[Service, int], Coroutine[Any, Any, object]],
        name: str,
    ) -> None:
        ids = [job.id for job in jobs]

        async def run() -> None:
            first: QuaysideError | None = None
            for job_id in ids:
                try:
                    await self._bridge.call(lambda service, job_id=job_id: act(service, job_id))  # type: ignore[misc]
                except QuaysideError as error:  # the others are done all the same
                    first = first or error
            if first is not None:
                raise first

        if ids:
            self.tasks.spawn(run(), name=name)

    def pause(self, jobs: list[JobSnapshot]) -> None:
        self._each(filter(can_pause, jobs), lambda s, job_id: s.pause(job_id), "pause transfers")

    def resume(self, jobs: list[JobSnapshot]) -> None:
        self._each(filter(can_resume, jobs), lambda s, job_id: s.resume(job_id), "resume transfers")

    def pause_or_resume(self, jobs: list[JobSnapshot]) -> None:
        """Pause what can be paused; where nothing can, resume."""
        if any(map(can_pause, jobs)):
            self.pause(jobs)
        else:
            self.resume(jobs)

    def cancel(self, jobs: list[JobSnapshot]) -> None:
        self._each(filter(can_cancel, jobs), lambda s, job_id: s.cancel(job_id), "cancel transfers")

    def retry(self, jobs: list[JobSnapshot]) -> None:
        self._each(filter(can_retry, jobs), lambda s, job_id: s.retry(job_id), "retry what failed")

    def remove(self, jobs: list[JobSnapshot]) -> None:
        self._each(filter(can_remove, jobs), lambda s, job_id: s.remove(job_id), "remove transfers")

    def run_again(self, jobs: list[JobSnapshot]) -> None:
        self._each(
            filter(can_remove, jobs), lambda s, job_id: s.run_again(job_id), "run transfers again"
        )

    def remove_finished(self) -> None:
        """Take every job that ended well, or was cancelled, out of the list."""
        ended = (JobState.DONE, JobState.CANCELLED)
        self.remove([job for job in self.jobs.jobs() if job.state in ended])

    def set_limit(self, jobs: list[JobSnapshot], bytes_per_s: int) -> None:
        """Limit these jobs from now on; 0 lifts the limit."""
        self._each(
            filter(can_cancel, jobs),
            lambda s, job_id: s.set_limit(job_id, bytes_per_s),
            "limit the speed",
        )

    def act_on_files(self, verb: FileVerb, job_id: int, ids: list[int]) -> None:
        """Do it to these files of a job."""
        self.tasks.spawn(
            self._bridge.call(lambda service: verb.act(service.file_control, job_id, ids)),
            name=verb.name.lower(),
        )

    # -- the order of the queue -------------------------------------------------

    def move_first(self, jobs: list[JobSnapshot]) -> None:
        """Put these before all others, in the order they have."""
        line, chosen = self._line_and(jobs)
        self._reorder([i for i in line if i in chosen], 0)

    def move_last(self, jobs: list[JobSnapshot]) -> None:
        """Put these behind all others, in the order they have."""
        line, chosen = self._line_and(jobs)
        last = [i for i in line if i in chosen]
        # From the end, so that those that were put there stay where they are.
        self._reorder(last[::-1], len(line) - 1, step=-1)

    def move_up(self, jobs: list[JobSnapshot]) -> None:
        """Let each of these pass the one before it."""
        line, chosen = self._line_and(jobs)
        self._move([(job_id, at) for at, job_id in enumerate(passed(line, chosen))], chosen)

    def move_down(self, jobs: list[JobSnapshot]) -> None:
        """Let each of these be passed by the one behind it."""
        line, chosen = self._line_and(jobs)
        wanted = passed(line[::-1], chosen)[::-1]
        self._move([(job_id, at) for at, job_id in enumerate(wanted)][::-1], chosen)

    def _line_and(self, jobs: list[JobSnapshot]) -> tuple[list[int], set[int]]:
        return [job.id for job in self.jobs.line()], {job.id for job in jobs}

    def _reorder(self, job_ids: list[int], first: int, step: int = 1) -> None:
        places = [(job_id, first + step * at) for at, job_id in enumerate(job_ids)]
        self._move(places, set(job_ids))

    def _move(self, places: list[tuple[int, int]], chosen: set[int]) -> None:
        async def run() -> None:
            for job_id, at in places:
                if job_id in chosen:
                    await self._bridge.call(lambda s, job_id=job_id, at=at: s.move(job_id, at))  # type: ignore[misc]

        self.tasks.spawn(run(), name="reorder the queue")


def passed(line: list[int], chosen: set[int]) -> list[int]:
    """`line` with each chosen one a place further to the front; those in front stay there."""
    made = list(line)
    for at in range(1, len(made)):
        if made[at] in chosen and made[at - 1] not in chosen:
            made[at - 1], made[at] = made[at], made[at - 1]
    return made


def can_pause(job: JobSnapshot) -> bool:
    return job.state in BUSY


def can_resume(job: JobSnapshot) -> bool:
    waits_for_room = job.state is JobState.RETRY_WAIT and job.failure is not None
    return job.is_ours and (job.state in _CAN_RESUME or waits_for_room)


def can_cancel(job: JobSnapshot) -> bool:
    return not job.state.is_final


def can_retry(job: JobSnapshot) -> bool:
    return job.state is JobState.FAILED


def can_remove(job: JobSnapshot) -> bool:
    return job.state.is_final
