"""The plan of a mirror as a table: a row for each name, narrowed by kind. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from explorer.base.shown import shown
from explorer.base.units import format_bytes
from explorer.gui.icons import icon
from explorer.gui.parts.texts import tooltip
from explorer.workflows.mirror_model import Deed
from explorer.workflows.mirror_session import PlanRow

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

WORDS: Final = {
    Deed.ADD: "Add",
    Deed.UPDATE: "Update",
    Deed.DELETE: "Delete",
    Deed.REFUSE: "Cannot",
    Deed.SAME: "Same",
    Deed.EXTRA: "Leave",
    Deed.SKIP: "Skip",
    Deed.CHECK: "Check",
}
ICONS: Final = {
    Deed.ADD: "plus",
    Deed.UPDATE: "refresh",
    Deed.DELETE: "delete",
    Deed.REFUSE: "error",
    Deed.SAME: "check",
    Deed.EXTRA: "minus",
    Deed.SKIP: "minus",
    Deed.CHECK: "search",
}
ORDER: Final = tuple(WORDS)


class Col(IntEnum):
    DEED = 0
    NAME = 1
    SIZE = 2
    REASON = 3


HEADERS: Final = {Col.DEED: "What", Col.NAME: "Name", Col.SIZE: "Size", Col.REASON: "Why"}
_KEYS: Final[dict[int, Callable[[PlanRow], Any]]] = {
    Col.DEED: lambda row: (ORDER.index(row.deed), row.name),
    Col.NAME: lambda row: row.name,
    Col.SIZE: lambda row: (row.size_bytes, row.name),
    Col.REASON: lambda row: (row.reason, row.name),
}


class PlanModel(QAbstractTableModel):
    """A hundred thousand rows and more: what is shown is a list of references."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[PlanRow, ...] = ()
        self._kinds: frozenset[Deed] = frozenset(Deed)
        self._text = ""
        self._order = (int(Col.NAME), Qt.SortOrder.AscendingOrder)
        self.shown: list[PlanRow] = []

    def show(self, rows: tuple[PlanRow, ...]) -> None:
        """Another plan."""
        self._rows = rows
        self._arrange()

    def narrow(self, kinds: Collection[Deed], text: str) -> None:
        """Show only these kinds, with this text in their names (letter case aside)."""
        self._kinds, self._text = frozenset(kinds), text.casefold()
        self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._order = (column, order)
        self._arrange()

    def _arrange(self) -> None:
        kinds, text = self._kinds, self._text
        rows = [row for row in self._rows if row.deed in kinds]
        if text:
            rows = [row for row in rows if text in row.name.casefold()]
        column, order = self._order
        rows.sort(key=_KEYS[column], reverse=order is Qt.SortOrder.DescendingOrder)
        self.beginResetModel()
        self.shown = rows
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.shown)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(HEADERS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(HEADERS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADERS[Col(section)]
        if role == Qt.ItemDataRole.TextAlignmentRole and section == Col.SIZE:
            return _RIGHT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.shown):
            return None
        row, column = self.shown[index.row()], Col(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(row, column)
        if role == Qt.ItemDataRole.DecorationRole and column is Col.DEED:
            return icon(ICONS[row.deed])
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(shown(_text(row, column)))
        if role == Qt.ItemDataRole.TextAlignmentRole and column is Col.SIZE:
            return _RIGHT
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{HEADERS[column]}: {_text(row, column)}"
        return None


def _text(row: PlanRow, column: Col) -> str:
    if column is Col.DEED:
        return WORDS[row.deed]
    if column is Col.NAME:
        return shown(row.name)
    if column is Col.SIZE:
        return "" if row.name.endswith("/") else format_bytes(row.size_bytes)
    reason = shown(row.reason)
    return f"{reason[:1].upper()}{reason[1:]}"
