"""When there is something to tell: the queue is at rest, and nobody looks. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.gui.bridge import Bridge
from explorer.gui.desktop.words import of_jobs
from explorer.gui.transfers.controller import BUSY
from explorer.service.events import JobAdded, JobChanged, JobFinished, JobRemoved
from explorer.transfer.model import JobSnapshot
from explorer.transfer.state import JobState

REST_MS = 1000
"""So long nothing may begin anew: a mirror, say, is several jobs, one after the other."""
_TOLD = frozenset({JobState.DONE, JobState.FAILED})


class Endings(QObject):
    """One per window. Jobs of other processes, what a person cancelled, and whatever `is_quiet`
    says is no news, are not told."""

    came_to_rest = Signal(object)
    """`Words` for a person who looks elsewhere."""

    def __init__(
        self,
        bridge: Bridge,
        is_watched: Callable[[], bool],
        parent: QObject | None = None,
        *,
        rest_ms: int = REST_MS,
    ) -> None:
        super().__init__(parent)
        self._is_watched = is_watched
        self.is_quiet: Callable[[JobSnapshot], bool] = lambda job: False
        self._busy: set[int] = set()
        self._ended: dict[int, JobSnapshot] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(rest_ms)
        self._timer.timeout.connect(self._tell)
        bridge.events.on(JobAdded, lambda event: self._changed(event.job))
        bridge.events.on(JobChanged, lambda event: self._changed(event.job))
        bridge.events.on(JobFinished, lambda event: self._finished(event.job))
        bridge.events.on(JobRemoved, lambda event: self._gone(event.job_id))

    def _changed(self, job: JobSnapshot) -> None:
        if job.is_ours and job.state in BUSY:
            self._ended.pop(job.id, None)
            self._busy.add(job.id)
            self._timer.stop()
            return
        if job.id in self._busy and job.state is JobState.NEEDS_CREDENTIALS:
            self._ended[job.id] = job
        self._gone(job.id)

    def _finished(self, job: JobSnapshot) -> None:
        if job.is_ours and job.state in _TOLD and not self.is_quiet(job):
            self._ended[job.id] = job
        self._gone(job.id)

    def _gone(self, job_id: int) -> None:
        self._busy.discard(job_id)
        if self._ended and not self._busy:
            self._timer.start()

    def _tell(self) -> None:
        jobs = tuple(self._ended.values())
        self._ended.clear()
        if jobs and not self._is_watched():
            self.came_to_rest.emit(of_jobs(jobs))
