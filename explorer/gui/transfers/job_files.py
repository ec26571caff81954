"""Keeps the model of one job's files: slices when they are wanted, events as they come."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.base.tasks import TaskScope
from explorer.gui.bridge import Bridge
from explorer.gui.transfers.files_model import FilesModel
from explorer.transfer.model import JobSnapshot, TransferSnapshot
from explorer.transfer.state import ACTIVE, JobState, TransferState

SLICE = 500
"""Files fetched and inserted at a time; more than this in one go stutters."""


class FileFilter(Enum):
    """The files one may look at; the value is the label."""

    ALL = "All"
    RUNNING = "Running"
    FAILED = "Failed"
    SKIPPED = "Skipped"

    @property
    def states(self) -> frozenset[TransferState] | None:
        """None is every state."""
        return _STATES[self]

    def takes(self, transfer: TransferSnapshot) -> bool:
        states = _STATES[self]
        return states is None or transfer.state in states

    def count(self, job: JobSnapshot) -> int | None:
        """How many files of `job` there are of this kind; None where the job does not say."""
        if self is FileFilter.ALL:
            return job.files_total
        if self is FileFilter.FAILED:
            return job.files_failed
        return job.files_skipped if self is FileFilter.SKIPPED else None


_STATES: dict[FileFilter, frozenset[TransferState] | None] = {
    FileFilter.ALL: None,
    FileFilter.RUNNING: ACTIVE,
    FileFilter.FAILED: frozenset({TransferState.FAILED}),
    FileFilter.SKIPPED: frozenset({TransferState.SKIPPED}),
}


_MOVING = frozenset({JobState.PREPARING, JobState.RUNNING, JobState.RETRY_WAIT})


class JobFiles(QObject):
    """The files of one kind of one job; GUI thread only.

    A file that failed stays in the list of failed ones when it is tried again, so that one
    sees what becomes of it; a file that runs no more leaves the list of running ones.
    """

    fetched = Signal()
    """A slice came, or there was none: what is shown is up to date."""

    def __init__(self, bridge: Bridge, tasks: TaskScope, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._tasks = tasks
        self.model = FilesModel(self)
        self._job: JobSnapshot | None = None
        self._kind = FileFilter.ALL
        self._generation = 0
        self._stretch = 0
        """How often the job has stopped or gone on: what was read before is out of date."""
        self._is_whole = True
        self._is_fetching = False
        self._told: set[int] = set()
        self._arrived: dict[int, TransferSnapshot] = {}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._take_in)
        self._meanwhile: dict[int, TransferSnapshot] = {}

    @property
    def job_id(self) -> int:
        """The job whose files are shown; 0 for none."""
        return self._job.id if self._job else 0

    @property
    def kind(self) -> FileFilter:
        return self._kind

    @property
    def is_fetching(self) -> bool:
        return self._is_fetching

    def show(self, job: JobSnapshot | None, kind: FileFilter = FileFilter.ALL) -> None:
        """Show the files of this kind of this job from now on; None shows nothing."""
        if (job.id if job else 0) == self.job_id and kind is self._kind:
            return
        self._job, self._kind = job, kind
        self._begin()

    def _begin(self) -> None:
        self._generation += 1
        self._is_whole = self._job is None
        self._is_fetching = False
        self._meanwhile.clear()
        self._told.clear()
        self._arrived.clear()
        self.model.clear(self._job.place.prefix if self._job else "")
        self.fetch_more()

    def fetch_more(self) -> None:
        """Get the next slice, unless all are there or one is under way."""
        if self._job is not None and not self._is_whole and not self._is_fetching:
            self._is_fetching = True
            self._tasks.spawn(
                self._fetch(self._job.id, self._kind, self._generation), name="list a job's files"
            )

    async def _fetch(self, job_id: int, kind: FileFilter, generation: int) -> None:
        offset, stretch = self._matching(), self._stretch
        try:
            files = await self._bridge.call(
                lambda service: service.transfers(
                    job_id, offset=offset, limit=SLICE, states=kind.states
                )
            )
        finally:
            if generation == self._generation:
                self._is_fetching = False
        if generation != self._generation:  # something else is shown meanwhile
            return
        if stretch != self._stretch:
            self.fetch_more()
            return
        self._is_whole = len(files) < SLICE
        newest = [self._meanwhile.pop(transfer.id, transfer) for transfer in files]
        if self._is_whole:
            newest.extend(self._meanwhile.values())
        self._meanwhile.clear()
        self.model.append([transfer for transfer in newest if kind.takes(transfer)])
        self.fetched.emit()

    def _matching(self) -> int:
        files = self.model.files()
        if self._kind is FileFilter.ALL:
            return len(files)
        return sum(self._kind.takes(transfer) for transfer in files)

    def job_changed(self, job: JobSnapshot) -> None:
        """Follow a job that may have more files now than it had."""
        if job.id != self.job_id:
            return
        was_moving = self._job is not None and self._job.state in _MOVING
        self._job = job
        if was_moving != (job.state in _MOVING):
            self._stopped_or_started()
        expected = self._kind.count(job)
        if self._is_whole and expected is not None and expected > self._matching():
            self._is_whole = False
        if self.model.rowCount() < SLICE:
            self.fetch_more()

    def _stopped_or_started(self) -> None:
        """Files that wait are told by no event of their own: look at the shown ones again."""
        if self._kind is FileFilter.RUNNING:
            self._begin()
        elif self._kind is FileFilter.ALL:
            self._take_in()
            self._told.clear()
            self._meanwhile.clear()
            self._stretch += 1
            self._tasks.spawn(self._look_again(), name="look at files again")

    async def _look_again(self) -> None:
        job_id, generation, stretch = self.job_id, self._generation, self._stretch
        for offset in range(0, self.model.rowCount(), SLICE):
            files = await self._bridge.call(
                lambda service, at=offset: service.transfers(job_id, offset=at, limit=SLICE)  # type: ignore[misc]
            )
            if (generation, stretch) != (self._generation, self._stretch):
                return
            # What an event told may be newer than the slice.
            self.model.update(file for file in files if file.id not in self._told)

    def transfer_changed(self, transfer: TransferSnapshot) -> None:
        """Show the new state of a file, together with all others that are told just now."""
        if transfer.job_id == self.job_id:
            self._told.add(transfer.id)
            self._arrived[transfer.id] = transfer
            if not self._soon.isActive():
                self._soon.start()

    def _take_in(self) -> None:
        arrived, self._arrived = self._arrived, {}
        unknown = self.model.update(arrived.values())
        if self._kind is FileFilter.RUNNING:
            for transfer in arrived.values():
                if not self._kind.takes(transfer):
                    self.model.drop(transfer.id)
        if self._is_fetching:
            self._meanwhile.update((transfer.id, transfer) for transfer in unknown)
        elif self._is_whole:
            self.model.append([transfer for transfer in unknown if self._kind.takes(transfer)])
