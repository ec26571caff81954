"""The table of jobs: one row each, newest first, changed in place as snapshots come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from explorer.base.units import format_exact_bytes
from explorer.gui import icons
from explorer.gui.parts.texts import tooltip
from explorer.gui.transfers import words
from explorer.transfer.model import Direction, JobSnapshot
from explorer.transfer.state import JobState

Index = QModelIndex | QPersistentModelIndex

SORT_ROLE = Qt.ItemDataRole.UserRole + 1
PROGRESS_ROLE = Qt.ItemDataRole.UserRole + 2
JOB_ROLE = Qt.ItemDataRole.UserRole + 3

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    text: Callable[[JobSnapshot], str]
    key: Callable[[JobSnapshot], object]
    is_number: bool = False


COLUMNS = (
    _Column("#", lambda job: str(job.id), lambda job: job.id, is_number=True),
    _Column("Name", lambda job: job.title, lambda job: job.title.lower()),
    _Column("Size", words.job_size, lambda job: job.bytes_total, is_number=True),
    _Column(
        "Progress",
        lambda job: words.job_progress(job).words,
        lambda job: words.job_fraction(job) or 0.0,
    ),
    _Column("Status", words.job_status, words.job_status),
    _Column("Speed", words.job_speed, lambda job: job.rate_bytes_per_s, is_number=True),
    _Column("ETA", words.job_eta, lambda job: job.eta_s or 0.0, is_number=True),
    _Column("Files", words.job_files, lambda job: job.files_total, is_number=True),
    _Column(
        "Failed",
        lambda job: f"{job.files_failed:,}" if job.files_failed else "",
        lambda job: job.files_failed,
        is_number=True,
    ),
    _Column("Source", lambda job: job.source, lambda job: job.source),
    _Column("Destination", lambda job: job.destination, lambda job: job.destination),
    _Column("Added", lambda job: words.clock_time(job.added_s), lambda job: job.added_s),
    _Column(
        "Finished",
        lambda job: words.clock_time(job.finished_s),
        lambda job: job.finished_s or 0.0,
    ),
)
NAME, PROGRESS, STATUS = 1, 3, 4


class JobsModel(QAbstractTableModel):
    """Rows are `JobSnapshot`s in the order they became known; GUI thread only."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: list[JobSnapshot] = []
        self._rows: dict[int, int] = {}

    def jobs(self) -> Sequence[JobSnapshot]:
        return self._jobs

    def job(self, job_id: int) -> JobSnapshot | None:
        row = self._rows.get(job_id)
        return None if row is None else self._jobs[row]

    def put(self, job: JobSnapshot) -> None:
        """Add a job, or show its new state."""
        row = self._rows.get(job.id)
        if row is None:
            row = len(self._jobs)
            self.beginInsertRows(QModelIndex(), row, row)
            self._jobs.append(job)
            self._rows[job.id] = row
            self.endInsertRows()
            return
        self._jobs[row] = job
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))

    def drop(self, job_id: int) -> None:
        """Take a job out of the table."""
        row = self._rows.get(job_id)
        if row is None:
            return
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._jobs[row]
        self._rows = {job.id: at for at, job in enumerate(self._jobs)}
        self.endRemoveRows()

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
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if COLUMNS[section].is_number else _LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        job, column = self._jobs[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(job)
        if role == SORT_ROLE:
            return column.key(job)
        if role == JOB_ROLE:
            return job
        if role == PROGRESS_ROLE:
            return words.job_progress(job) if index.column() == PROGRESS else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.is_number else _LEFT
        if role == Qt.ItemDataRole.DecorationRole and index.column() == NAME:
            return icons.icon("upload" if job.direction is Direction.UPLOAD else "download")
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(_tip(job, index.column()))
        return None


def _tip(job: JobSnapshot, column: int) -> str:
    if job.failure is not None and column in (PROGRESS, STATUS):
        return words.failure_text(job.failure)
    if COLUMNS[column].title == "Size":
        return f"{format_exact_bytes(job.bytes_done)} of {format_exact_bytes(job.bytes_total)}"
    return COLUMNS[column].text(job)


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

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        return self._filter.takes(self._jobs.jobs()[source_row])
