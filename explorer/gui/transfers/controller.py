"""What the transfers panel does: follows the queue's events, carries out the row menu."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from explorer.base.tasks import TaskScope
from explorer.gui.bridge import Bridge
from explorer.gui.transfers.files_model import SLICE, FilesModel
from explorer.gui.transfers.jobs_model import JobsModel
from explorer.gui.transfers.speed import SpeedHistory
from explorer.service.events import JobAdded, JobChanged, JobFinished, JobRemoved, TransferChanged
from explorer.service.service import Service
from explorer.transfer.model import JobSnapshot
from explorer.transfer.state import JobState

_CAN_PAUSE = {
    JobState.QUEUED,
    JobState.PREPARING,
    JobState.RUNNING,
    JobState.RETRY_WAIT,
    JobState.NEEDS_CREDENTIALS,
}
_CAN_RESUME = {JobState.PAUSED, JobState.INTERRUPTED, JobState.NEEDS_CREDENTIALS}


class TransfersController(QObject):
    """Keeps the models of jobs and files; one per window, of the GUI thread.

    Errors of what a person asked for go to the error sink of `tasks`.
    """

    jobs_changed = Signal()
    """A job came, went or changed: counts and buttons are to be looked at again."""
    job_finished = Signal(object)
    """A `JobSnapshot` at its end."""
    speed_changed = Signal()

    def __init__(self, bridge: Bridge, tasks: TaskScope, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._tasks = tasks
        self.jobs = JobsModel(self)
        self.files = FilesModel(self)
        self._shown_job = 0
        self._has_all_files = True
        self._is_fetching = False
        self._histories: dict[int, SpeedHistory] = {}
        bridge.events.on(JobAdded, lambda event: self._put(event.job))
        bridge.events.on(JobChanged, lambda event: self._put(event.job))
        bridge.events.on(JobFinished, self._finished)
        bridge.events.on(JobRemoved, self._removed)
        bridge.events.on(TransferChanged, self._transfer_changed)
        tasks.spawn(self._load(), name="load the transfer queue")

    async def _load(self) -> None:
        for job in await self._bridge.get(lambda service: service.jobs()):
            if self.jobs.job(job.id) is None:
                self._put(job)

    # -- what comes in --------------------------------------------------------

    def _put(self, job: JobSnapshot) -> None:
        self.jobs.put(job)
        if job.state in (JobState.RUNNING, JobState.RETRY_WAIT):
            self.history(job.id).add(time.monotonic(), job.rate_bytes_per_s)
            if job.id == self._shown_job:
                self.speed_changed.emit()
        self.jobs_changed.emit()

    def _finished(self, event: JobFinished) -> None:
        self._put(event.job)
        self.job_finished.emit(event.job)

    def _removed(self, event: JobRemoved) -> None:
        self.jobs.drop(event.job_id)
        self._histories.pop(event.job_id, None)
        if event.job_id == self._shown_job:
            self.show_files(0)
        self.jobs_changed.emit()

    def _transfer_changed(self, event: TransferChanged) -> None:
        transfer = event.transfer
        if transfer.job_id != self._shown_job or self.files.update_known(transfer):
            return
        if self._has_all_files:
            self.files.append((transfer,))

    def history(self, job_id: int) -> SpeedHistory:
        """The speed of a job over the last minutes."""
        return self._histories.setdefault(job_id, SpeedHistory())

    @property
    def total_rate(self) -> float:
        """Bytes per second of everything that runs."""
        running = (job for job in self.jobs.jobs() if job.state is JobState.RUNNING)
        return sum(job.rate_bytes_per_s for job in running)

    @property
    def has_running(self) -> bool:
        """Whether closing the program would stop something of ours."""
        busy = _CAN_PAUSE - {JobState.NEEDS_CREDENTIALS}
        return any(job.state in busy and job.is_ours for job in self.jobs.jobs())

    # -- files of one job -----------------------------------------------------

    def show_files(self, job_id: int) -> None:
        """Show the files of this job from now on; 0 shows none."""
        if job_id == self._shown_job:
            return
        self._shown_job = job_id
        self._has_all_files = not job_id
        self.files.clear()
        self.speed_changed.emit()
        self.fetch_files()

    @property
    def shown_job(self) -> int:
        return self._shown_job

    def fetch_files(self) -> None:
        """Get the next slice, unless all are there or one is under way."""
        if not self._has_all_files and not self._is_fetching:
            self._is_fetching = True
            self._tasks.spawn(self._fetch(self._shown_job), name="list a job's files")

    async def _fetch(self, job_id: int) -> None:
        offset = self.files.rowCount()
        try:
            files = await self._bridge.call(
                lambda service: service.transfers(job_id, offset=offset, limit=SLICE)
            )
        finally:
            self._is_fetching = False
        if job_id != self._shown_job:  # another job was chosen meanwhile
            self.fetch_files()
            return
        self._has_all_files = len(files) < SLICE
        self.files.append(files)

    # -- what a person asks for -----------------------------------------------

    def _each(
        self,
        jobs: list[JobSnapshot],
        act: Callable[[Service, int], Coroutine[Any, Any, object]],
        name: str,
    ) -> None:
        async def run() -> None:
            for job in jobs:
                await self._bridge.call(lambda service, job_id=job.id: act(service, job_id))  # type: ignore[misc]

        if jobs:
            self._tasks.spawn(run(), name=name)

    def pause(self, jobs: list[JobSnapshot]) -> None:
        self._each([j for j in jobs if can_pause(j)], Service.pause, "pause transfers")

    def resume(self, jobs: list[JobSnapshot]) -> None:
        self._each([j for j in jobs if can_resume(j)], Service.resume, "resume transfers")

    def cancel(self, jobs: list[JobSnapshot]) -> None:
        self._each([j for j in jobs if can_cancel(j)], Service.cancel, "cancel transfers")

    def retry(self, jobs: list[JobSnapshot]) -> None:
        self._each([j for j in jobs if can_retry(j)], Service.retry, "retry what failed")

    def remove(self, jobs: list[JobSnapshot]) -> None:
        self._each([j for j in jobs if can_remove(j)], Service.remove, "remove transfers")

    def run_again(self, jobs: list[JobSnapshot]) -> None:
        self._each([j for j in jobs if can_remove(j)], Service.run_again, "run transfers again")

    def remove_finished(self) -> None:
        """Take every job that ended well, or was cancelled, out of the list."""
        ended = (JobState.DONE, JobState.CANCELLED)
        self.remove([job for job in self.jobs.jobs() if job.state in ended])

    def move_to(self, jobs: list[JobSnapshot], position: int) -> None:
        """Put these at `position` of the queue; 0 is next."""
        self._each(jobs, lambda service, job_id: service.move(job_id, position), "reorder")

    def set_limit(self, jobs: list[JobSnapshot], bytes_per_s: int) -> None:
        """Limit these jobs from now on; 0 lifts the limit."""
        self._each(jobs, lambda service, job_id: service.set_limit(job_id, bytes_per_s), "limit")


def can_pause(job: JobSnapshot) -> bool:
    return job.is_ours and job.state in _CAN_PAUSE


def can_resume(job: JobSnapshot) -> bool:
    return job.state in _CAN_RESUME


def can_cancel(job: JobSnapshot) -> bool:
    return job.is_ours and not job.state.is_final


def can_retry(job: JobSnapshot) -> bool:
    return job.files_failed > 0 or job.state is JobState.FAILED


def can_remove(job: JobSnapshot) -> bool:
    return job.state.is_final
