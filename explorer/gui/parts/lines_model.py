"""A table of plain texts for a list that is short and read only: versions, deleted things."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from explorer.base.records import dataclass
from explorer.base.shown import shown
from explorer.gui.icons import icon
from explorer.gui.parts.texts import tooltip

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a text for each column, the icon of the first, and what a tool tip says."""

    cells: tuple[str, ...]
    icon_name: str = ""
    hint: str = ""


class LinesModel(QAbstractTableModel):
    """GUI thread only. `numbers` are columns that stand at the right."""

    def __init__(
        self, headers: Sequence[str], parent: QObject | None = None, *, numbers: Sequence[int] = ()
    ) -> None:
        super().__init__(parent)
        self._headers = tuple(headers)
        self._numbers = frozenset(numbers)
        self._lines: tuple[Line, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        return self._lines

    def show(self, lines: Sequence[Line]) -> None:
        """Other lines in place of those shown."""
        self.beginResetModel()
        self._lines = tuple(lines)
        self.endResetModel()

    def add(self, lines: Sequence[Line]) -> None:
        """More lines behind those shown."""
        if lines:
            first = len(self._lines)
            self.beginInsertRows(ROOT, first, first + len(lines) - 1)
            self._lines += tuple(lines)
            self.endInsertRows()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._headers)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self._headers):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headers[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section in self._numbers:
            return _RIGHT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        line, column = self._lines[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return shown(line.cells[column])
        if role == Qt.ItemDataRole.DecorationRole and not column and line.icon_name:
            return icon(line.icon_name)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(shown(line.hint or line.cells[column]))
        if role == Qt.ItemDataRole.TextAlignmentRole and column in self._numbers:
            return _RIGHT
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._headers[column]}: {shown(line.cells[column])}"
        return None
