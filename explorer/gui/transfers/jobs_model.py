"""The table of jobs: one row each, changed in place as snapshots come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from explorer.base.records import dataclass
from explorer.base.shown import shown
from explorer.base.units import format_exact_bytes, format_rate
from explorer.gui import icons
from explorer.gui.parts.texts import tooltip
from explorer.gui.transfers import words
from explorer.transfer.model import JobSnapshot
from explorer.transfer.state import JobState

Index = QModelIndex | QPersistentModelIndex

SORT_ROLE = int(Qt.ItemDataRole.UserRole) + 1
PROGRESS_ROLE = int(Qt.ItemDataRole.UserRole) + 2
JOB_ROLE = int(Qt.ItemDataRole.UserRole) + 3

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Col(IntEnum):
    """The columns; saved layouts know them by these numbers."""

    NUMBER = 0
    NAME = 1
    DIRECTION = 2
    SIZE = 3
    PROGRESS = 4
    STATUS = 5
    SPEED = 6
    ETA = 7
    FILES = 8
    FAILED = 9
    SOURCE = 10
    DESTINATION = 11
    ADDED = 12
    FINISHED = 13


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    text: Callable[[JobSnapshot], str]
    key: Callable[[JobSnapshot], float | str]
    """Numbers as floats: Qt does not order whole numbers beyond 32 bits beside smaller ones."""
    is_number: bool = False


def _failed(job: JobSnapshot) -> str:
    return f"{job.files_failed:,}" if job.files_failed else ""


COLUMNS = {
    Col.NUMBER: _Column("#", lambda job: str(job.id), lambda job: float(job.id), is_number=True),
    Col.NAME: _Column("Name", lambda job: job.title, lambda job: job.title.lower()),
    Col.DIRECTION: _Column("Direction", words.job_direction, words.job_direction),
    Col.SIZE: _Column("Size", words.job_size, lambda job: float(job.bytes_total), is_number=True),
    Col.PROGRESS: _Column(
        "Progress",
        lambda job: words.job_progress(job).words,
        lambda job: words.job_fraction(job) or 0.0,
    ),
    Col.STATUS: _Column("Status", words.job_status, words.job_status),
    Col.SPEED: _Column("Speed", words.job_speed, lambda job: job.rate_bytes_per_s, is_number=True),
    Col.ETA: _Column("ETA", words.job_eta, lambda job: job.eta_s or 0.0, is_number=True),
    Col.FILES: _Column(
        "Files", words.job_files, lambda job: float(job.files_total), is_number=True
    ),
    Col.FAILED: _Column("Failed", _failed, lambda job: float(job.files_failed), is_number=True),
    Col.SOURCE: _Column("Source", lambda job: job.source, lambda job: job.source),
    Col.DESTINATION: _Column(
        "Destination", lambda job: job.destination, lambda job: job.destination
    ),
    Col.ADDED: _Column("Added", lambda job: words.clock_time(job.added_s), lambda job: job.added_s),
    Col.FINISHED: _Column(
        "Finished",
        lambda job: words.clock_time(job.finished_s),
        lambda job: job.finished_s or 0.0,
    ),
}


class JobsModel(QAbstractTableModel):
    """Rows are `JobSnapshot`s in the order they became known; GUI thread only."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: list[JobSnapshot] = []
        self._rows: dict[int, int] = {}
        self._ahead: dict[int, int] = {}

    def jobs(self) -> Sequence[JobSnapshot]:
        return self._jobs

    def job(self, job_id: int) -> JobSnapshot | None:
        row = self._rows.get(job_id)
        return None if row is None else self._jobs[row]

    def line(self) -> list[JobSnapshot]:
        """The jobs that are not at their end, in the order of the queue."""
        waiting = (job for job in self._jobs if not job.state.is_final)
        return sorted(waiting, key=lambda job: (job.priority, job.id))

    def put(self, job: JobSnapshot) -> None:
        """Add a job, or show its new state."""
        row = self._rows.get(job.id)
        if row is None:
            row = len(self._jobs)
            self.beginInsertRows(QModelIndex(), row, row)
            self._jobs.append(job)
            self._rows[job.id] = row
            self.endInsertRows()
            self._line_up()
            return
        old, self._jobs[row] = self._jobs[row], job
        if old != job:
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))
        if (old.state, old.priority) != (job.state, job.priority):
            self._line_up()

    def drop(self, job_id: int) -> None:
        """Take a job out of the table."""
        row = self._rows.get(job_id)
        if row is None:
            return
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._jobs[row]
        self._rows = {job.id: at for at, job in enumerate(self._jobs)}
        self.endRemoveRows()
        self._line_up()

    def _line_up(self) -> None:
        """Count who waits before whom, and show it where it changed."""
        queued = [job.id for job in self.line() if job.state is JobState.QUEUED]
        old, self._ahead = self._ahead, {job_id: at for at, job_id in enumerate(queued)}
        for job_id, ahead in self._ahead.items():
            if old.get(job_id) != ahead:
                at = self.index(self._rows[job_id], Col.STATUS)
                self.dataChanged.emit(at, at)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._jobs)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or section not in COLUMNS:
            return None
        column = COLUMNS[Col(section)]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.is_number else _LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        job, at = self._jobs[index.row()], Col(index.column())
        column = COLUMNS[at]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(job, at)
        if role == SORT_ROLE:
            return column.key(job)
        if role == JOB_ROLE:
            return job
        if role == PROGRESS_ROLE:
            return words.job_progress(job) if at is Col.PROGRESS else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.is_number else _LEFT
        if role == Qt.ItemDataRole.DecorationRole and at is Col.NAME:
            return icons.icon(words.job_icon(job))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(self._tip(job, at))
        if role == Qt.ItemDataRole.AccessibleTextRole and at is Col.NAME:
            return f"{words.job_direction(job)} of {job.title}"
        return None

    def _text(self, job: JobSnapshot, at: Col) -> str:
        if at is Col.STATUS:
            return words.job_status(job, self._ahead.get(job.id, 0))
        return shown(COLUMNS[at].text(job))

    def _tip(self, job: JobSnapshot, at: Col) -> str:
        if at is Col.NAME:
            title, source, destination = map(shown, (job.title, job.source, job.destination))
            return f"{words.job_direction(job)} of {title}\n{source} → {destination}"
        if at in (Col.PROGRESS, Col.STATUS) and job.failure is not None:
            return words.failure_text(job.failure)
        if at is Col.SIZE:
            return f"{format_exact_bytes(job.bytes_done)} of {format_exact_bytes(job.bytes_total)}"
        if at is Col.SPEED and job.limit_bytes_per_s:
            return f"Limited to {format_rate(job.limit_bytes_per_s)}"
        if at is Col.ADDED:
            return words.exact_time(job.added_s)
        if at is Col.FINISHED:
            return words.exact_time(job.finished_s)
        return self._text(job, at)


class JobFilter(Enum):
    """The kinds of jobs one may look at; the value is the label."""

    ALL = "All"
    ACTIVE = "Active"
    QUEUED = "Queued"
    PAUSED = "Paused"
    DONE = "Done"
    FAILED = "Failed"

    def takes(self, job: JobSnapshot) -> bool:
        """Whether `job` is of this kind."""
        return self is JobFilter.ALL or job.state in _STATES[self]


_STATES = {
    JobFilter.ACTIVE: {JobState.RUNNING, JobState.PREPARING, JobState.RETRY_WAIT},
    JobFilter.QUEUED: {JobState.QUEUED},
    JobFilter.PAUSED: {JobState.PAUSED, JobState.INTERRUPTED, JobState.NEEDS_CREDENTIALS},
    JobFilter.DONE: {JobState.DONE, JobState.CANCELLED},
    JobFilter.FAILED: {JobState.FAILED},
}


class ShownJobs(QSortFilterProxyModel):
    """The jobs of one kind, sorted. Jobs are few, so Qt's proxy is quick enough here."""

    def __init__(self, source: JobsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = source
        self._filter = JobFilter.ALL
        self.setSortRole(SORT_ROLE)
        self.setDynamicSortFilter(True)
        self.setSourceModel(source)

    def show_only(self, kind: JobFilter) -> None:
        self._filter = kind
        self.invalidate()

    def shows(self, job: JobSnapshot) -> bool:
        return self._filter.takes(job)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        return self._filter.takes(self._jobs.jobs()[source_row])
