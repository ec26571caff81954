"""The files of one job, fetched a slice at a time, changed in place as snapshots come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from explorer.base.units import format_bytes, format_exact_bytes
from explorer.gui import icons
from explorer.gui.parts.texts import tooltip
from explorer.gui.transfers import words
from explorer.gui.transfers.jobs_model import PROGRESS_ROLE
from explorer.transfer.model import Direction, TransferSnapshot

Index = QModelIndex | QPersistentModelIndex

SLICE = 500
"""Rows fetched and inserted at a time; more than this in one go stutters."""

TRANSFER_ROLE = Qt.ItemDataRole.UserRole + 4
TITLES = ("Name", "Size", "Progress", "Status", "From", "To")
NAME, SIZE, PROGRESS, STATUS, FROM, TO = range(6)

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class FilesModel(QAbstractTableModel):
    """Shows what it was given so far; `more_wanted` says that the view scrolled to the end.

    GUI thread only.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._files: list[TransferSnapshot] = []
        self._rows: dict[int, int] = {}

    def clear(self) -> None:
        """Forget the job that was shown."""
        self.beginResetModel()
        self._files, self._rows = [], {}
        self.endResetModel()

    def append(self, files: Sequence[TransferSnapshot]) -> None:
        """Add the next slice; files that are known already are only brought up to date."""
        fresh = [transfer for transfer in files if transfer.id not in self._rows]
        for transfer in files:
            self.update_known(transfer)
        if not fresh:
            return
        first = len(self._files)
        self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
        for at, transfer in enumerate(fresh, first):
            self._rows[transfer.id] = at
        self._files.extend(fresh)
        self.endInsertRows()

    def update_known(self, transfer: TransferSnapshot) -> bool:
        """Show the new state of a file that has a row; False where it has none."""
        row = self._rows.get(transfer.id)
        if row is None:
            return False
        self._files[row] = transfer
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(TITLES) - 1))
        return True

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._files)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(TITLES)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section == SIZE else _LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        transfer, column = self._files[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(transfer, column)
        if role == TRANSFER_ROLE:
            return transfer
        if role == PROGRESS_ROLE:
            return words.file_progress(transfer) if column == PROGRESS else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column == SIZE else _LEFT
        if role == Qt.ItemDataRole.DecorationRole and column == NAME:
            return icons.file_icon(transfer.remote_name)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(_tip(transfer, column))
        return None


def _text(transfer: TransferSnapshot, column: int) -> str:
    if column == NAME:
        return transfer.remote_name.rstrip("/").rpartition("/")[2] or transfer.remote_name
    if column == SIZE:
        return format_bytes(transfer.size_bytes)
    if column == PROGRESS:
        return words.file_progress(transfer).words
    if column == STATUS:
        return words.file_status(transfer)
    is_upload = transfer.direction is Direction.UPLOAD
    ends = (transfer.local_path, transfer.remote_name)
    return ends[0] if (column == FROM) is is_upload else ends[1]


def _tip(transfer: TransferSnapshot, column: int) -> str:
    if column == SIZE:
        return format_exact_bytes(transfer.size_bytes)
    if column == STATUS and transfer.failure is not None:
        return words.failure_text(transfer.failure)
    return transfer.remote_name if column == NAME else _text(transfer, column)
