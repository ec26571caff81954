"""Rows of texts in a table: those of a preview, and the members of an archive."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from explorer.gui.icons import icon
from explorer.gui.parts.texts import tooltip
from explorer.gui.parts.views import dress_table
from explorer.preview.model import Table

Index = QModelIndex | QPersistentModelIndex
Row = tuple[str, ...]

MAX_WIDTH = 260
MEASURED_ROWS = 60
COPIED_ROWS = 10_000
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_NO_PARENT = QModelIndex()


class TextTable(QAbstractTableModel):
    """A preview's table, which may grow at either end."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[str, ...] = ()
        self._rows: list[Row] = []
        self._numeric: frozenset[int] = frozenset()
        self._first_row: int | None = None

    def show_table(self, table: Table) -> None:
        """Show this one in place of what was there."""
        self.beginResetModel()
        self._columns, self._rows = table.columns, list(table.rows)
        self._numeric, self._first_row = table.numeric, table.first_row
        self.endResetModel()

    def add_rows(self, rows: Sequence[Row]) -> None:
        """Put these behind."""
        if rows:
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()

    def row(self, number: int) -> Row:
        return self._rows[number]

    def columns(self) -> tuple[str, ...]:
        return self._columns

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(self._rows[index.row()][index.column()])
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in self._numeric:
            return _RIGHT
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if orientation is Qt.Orientation.Vertical:
            if role == Qt.ItemDataRole.DisplayRole and self._first_row is not None:
                return f"{self._first_row + section:,}"
            return None
        if not 0 <= section < len(self._columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(self._columns[section])
        if role == Qt.ItemDataRole.TextAlignmentRole and section in self._numeric:
            return _RIGHT
        return None


class TableView(QTableView):
    """Rows can be selected and copied, with tabs between their cells."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = TextTable(self)
        dress_table(self, name)
        self.setModel(self.table)
        header = self.horizontalHeader()
        header.setSectionsMovable(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(40)
        header.setStretchLastSection(True)
        header.setAccessibleName("Columns")
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.copy = QAction(icon("copy"), "Copy", self)
        self.copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        self.copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.copy.triggered.connect(self.copy_rows)
        self.addAction(self.copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def show_table(self, table: Table) -> None:
        """Show this one, its columns as wide as their first rows want."""
        self.table.show_table(table)
        self.scrollToTop()
        metrics = self.fontMetrics()
        for column, name in enumerate(table.columns):
            texts = [name, *(row[column][:60] for row in table.rows[:MEASURED_ROWS])]
            longest = sorted(texts, key=len)[-3:]
            width = max(metrics.horizontalAdvance(text) for text in longest) + 24
            self.setColumnWidth(column, min(MAX_WIDTH, max(52, width)))
        rows = self.verticalHeader()
        rows.setVisible(table.first_row is not None and bool(table.rows))

    def copy_rows(self) -> None:
        """Put the selected rows on the clipboard."""
        numbers = sorted({index.row() for index in self.selectionModel().selectedRows()})
        lines = ["\t".join(self.table.row(number)) for number in numbers[:COPIED_ROWS]]
        if lines:
            QGuiApplication.clipboard().setText("\n".join(lines))
