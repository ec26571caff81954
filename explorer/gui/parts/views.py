"""One look for every list, tree and table of the window."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractItemView, QTableView, QTreeView

from explorer.gui import colours
from explorer.gui.parts.reading import Cells, Index

ROW_HEIGHT = 28
VIEW_ICON_SIZE = QSize(18, 18)


class RowTable(QTableView):
    """A table of whole rows: Home and End lead to the first and the last one, as in any list.

    Qt's own go to the first and last cell of the row, which scrolls the names out of sight. The
    keyboard's frame goes around the whole row, too.
    """

    frames_rows = True
    """Its cells leave the frame to it."""

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        ends = (QAbstractItemView.CursorAction.MoveHome, QAbstractItemView.CursorAction.MoveEnd)
        model = self.model()
        if action not in ends or model is None or not model.rowCount():
            return super().moveCursor(action, modifiers)
        row = 0 if action is ends[0] else model.rowCount() - 1
        if not self.currentIndex().isValid():
            return model.index(row, self.horizontalHeader().logicalIndex(0))
        return model.index(row, self.currentIndex().column())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        current = self.currentIndex()
        if current.isValid() and self.hasFocus():
            painter = QPainter(self.viewport())
            painter.setPen(QPen(QColor(colours.current().focus), 1))
            painter.drawRect(self.row_rect(current.row()).adjusted(0, 0, -1, -1))
            painter.end()

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.viewport().update()  # the frame is as wide as the row

    def row_rect(self, row: int) -> QRect:
        """Where it is seen, from edge to edge."""
        top = self.rowViewportPosition(row)
        return QRect(0, top, self.viewport().width(), self.rowHeight(row))


def dress_tree(view: QTreeView, name: str) -> None:
    """Give `view` the window's look and `name` for a screen reader. Call it before it has rows."""
    _dress(view, name)
    view.setHeaderHidden(True)
    view.setUniformRowHeights(True)
    view.setAnimated(False)
    view.setIndentation(18)


def dress_table(view: QTableView, name: str) -> None:
    """Give `view` the window's look and `name`: whole rows, one height, sortable header."""
    _dress(view, name)
    view.setTabKeyNavigation(False)  # Tab leads on; arrows go from row to row
    view.setShowGrid(False)
    view.setAlternatingRowColors(True)
    view.setWordWrap(False)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    rows = view.verticalHeader()
    rows.hide()
    # Rows grow with the system's font, but stay a comfortable target for the mouse.
    rows.setDefaultSectionSize(max(ROW_HEIGHT, view.fontMetrics().height() + 10))
    columns = view.horizontalHeader()
    columns.setHighlightSections(False)
    columns.setSectionsMovable(True)
    columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def _dress(view: QAbstractItemView, name: str) -> None:
    view.setAccessibleName(name)
    view.setItemDelegate(Cells(view))
    view.setIconSize(VIEW_ICON_SIZE)
    view.setProperty("bare", True)
    view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    # Row heights are kept from the first measure, which must already see the style sheet.
    view.ensurePolished()
