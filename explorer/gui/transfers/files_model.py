"""The files of one job, appended a slice at a time, changed in place as snapshots come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from explorer.base.shown import shown
from explorer.base.units import format_bytes, format_exact_bytes
from explorer.gui import icons
from explorer.gui.parts.texts import tooltip
from explorer.gui.transfers import words
from explorer.gui.transfers.jobs_model import PROGRESS_ROLE
from explorer.transfer.model import Direction, TransferSnapshot
from explorer.transfer.state import TransferState

Index = QModelIndex | QPersistentModelIndex

TRANSFER_ROLE = int(Qt.ItemDataRole.UserRole) + 4

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Col(IntEnum):
    """The columns, in the order they have at first."""

    NAME = 0
    SIZE = 1
    PROGRESS = 2
    STATUS = 3
    FROM = 4
    TO = 5


TITLES = ("Name", "Size", "Progress", "Status", "From", "To")


class FilesModel(QAbstractTableModel):
    """Rows are `TransferSnapshot`s in the order they came; GUI thread only."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._files: list[TransferSnapshot] = []
        self._rows: dict[int, int] = {}
        self._prefix = ""

    def clear(self, prefix: str = "") -> None:
        """Begin anew; names are shown as they are below `prefix`."""
        self.beginResetModel()
        self._files, self._rows, self._prefix = [], {}, prefix
        self.endResetModel()

    def files(self) -> Sequence[TransferSnapshot]:
        return self._files

    def append(self, files: Sequence[TransferSnapshot]) -> int:
        """Add those that have no row yet, and say how many. Rows that are there stay as they
        are: what was told by an event is newer than a slice."""
        fresh = [transfer for transfer in files if transfer.id not in self._rows]
        if not fresh:
            return 0
        first = len(self._files)
        self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
        for at, transfer in enumerate(fresh, first):
            self._rows[transfer.id] = at
        self._files.extend(fresh)
        self.endInsertRows()
        return len(fresh)

    def update(self, transfers: Iterable[TransferSnapshot]) -> list[TransferSnapshot]:
        """Show the new states of files that have a row; returns those that have none.

        However many there are, views hear of it once.
        """
        unknown, first, last = [], len(self._files), -1
        for transfer in transfers:
            row = self._rows.get(transfer.id)
            if row is None:
                unknown.append(transfer)
                continue
            self._files[row] = transfer
            first, last = min(first, row), max(last, row)
        if last >= 0:
            # Where a file comes from and goes to stays as it is.
            self.dataChanged.emit(self.index(first, Col.NAME), self.index(last, Col.STATUS))
        return unknown

    def drop(self, transfer_id: int) -> None:
        """Take a row out; rows below it are numbered anew."""
        row = self._rows.get(transfer_id)
        if row is None:
            return
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._files[row]
        self._rows = {transfer.id: at for at, transfer in enumerate(self._files)}
        self.endRemoveRows()

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
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(TITLES):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section == Col.SIZE else _LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        transfer, column = self._files[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(transfer, column)
        if role == TRANSFER_ROLE:
            return transfer
        if role == PROGRESS_ROLE:
            return words.file_progress(transfer) if column == Col.PROGRESS else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column == Col.SIZE else _LEFT
        if role == Qt.ItemDataRole.DecorationRole and column == Col.NAME:
            return _icon(transfer)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(self._tip(transfer, column))
        return None

    def _text(self, transfer: TransferSnapshot, column: int) -> str:
        if column == Col.NAME:
            return shown(words.file_name(transfer, self._prefix))
        if column == Col.SIZE:
            return "folder" if transfer.is_folder else format_bytes(transfer.size_bytes)
        if column == Col.PROGRESS:
            is_skipped = transfer.state is TransferState.SKIPPED
            return "skipped" if is_skipped else words.file_progress(transfer).words
        if column == Col.STATUS:
            return words.file_status(transfer)
        is_download = transfer.direction is Direction.DOWNLOAD
        is_remote = (column == Col.FROM) is is_download  # a copy's source stands as the local one
        return shown(transfer.remote_name if is_remote else transfer.local_path)

    def _tip(self, transfer: TransferSnapshot, column: int) -> str:
        if column == Col.SIZE:
            return format_exact_bytes(transfer.size_bytes)
        if column == Col.STATUS and transfer.failure is not None:
            return words.failure_text(transfer.failure)
        return shown(transfer.remote_name) if column == Col.NAME else self._text(transfer, column)


def _icon(transfer: TransferSnapshot) -> Any:
    if transfer.is_folder:
        return icons.icon("folder")
    return icons.file_icon(transfer.remote_name)
