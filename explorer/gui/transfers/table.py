"""A table whose columns a person chooses, by the header's menu or from a button."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QByteArray,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QMenu, QStyleOptionViewItem, QWidget

from explorer.gui.parts.reading import Cells
from explorer.gui.parts.room import stretched
from explorer.gui.parts.views import RowTable, dress_table

NAME_ALWAYS = "Name"


class SentenceDelegate(Cells):
    """Cells with sentences: they lose their end when cut, while names lose their middle."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight


class ColumnTable(RowTable):
    """Shows `model`; the last column takes what is left of the width.

    `widths` has a width for each column number, in the order they have at first, `hidden` those
    that are not shown at first.
    """

    menu_requested = Signal(QPoint)
    """Where on the screen a menu for the selected rows is to be opened."""
    space_pressed = Signal()
    delete_pressed = Signal()
    """Where no action has taken the key."""

    def __init__(
        self,
        name: str,
        model: QAbstractItemModel,
        widths: Mapping[Any, int],
        hidden: Collection[int],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._widths = dict(widths)
        self._hidden = frozenset(int(column) for column in hidden)
        dress_table(self, name)
        self.setModel(model)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = self.horizontalHeader()
        header.setAccessibleName(f"Columns of {name}")
        header.setMinimumSectionSize(40)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(
            lambda at: self._pop_up_columns(header.mapToGlobal(at))
        )
        self._show_usual_columns()

    # -- columns ----------------------------------------------------------------

    def _show_usual_columns(self) -> None:
        header = self.horizontalHeader()
        for at, (column, width) in enumerate(self._widths.items()):
            header.moveSection(header.visualIndex(column), at)
            self.setColumnHidden(column, column in self._hidden)
            self.setColumnWidth(column, stretched(width, self.fontMetrics()))
        self._stretch_last()

    def _stretch_last(self) -> None:
        """Which one is the last is only looked at when stretching begins."""
        self.horizontalHeader().setStretchLastSection(False)
        self.horizontalHeader().setStretchLastSection(True)

    def _show_column(self, column: int, is_shown: bool) -> None:
        self.setColumnHidden(column, not is_shown)
        self._stretch_last()

    def column_menu(self) -> QMenu:
        """Which columns are shown; the name always is."""
        menu = QMenu(self)
        for column in range(self.model().columnCount()):
            title = self.model().headerData(column, Qt.Orientation.Horizontal)
            action = QAction(title, menu)
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(column))
            action.setEnabled(title != NAME_ALWAYS)
            action.toggled.connect(lambda shown, at=column: self._show_column(at, shown))
            menu.addAction(action)
        menu.addSeparator()
        menu.addAction("Usual columns").triggered.connect(self._show_usual_columns)
        return menu

    def _pop_up_columns(self, at: QPoint) -> None:
        menu = self.column_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def save_columns(self) -> str:
        """Widths, order, choice and sorting of the columns, for the session file."""
        state = self.horizontalHeader().saveState().toBase64()
        return bytes(state.data()).decode("ascii")

    def restore_columns(self, saved: str) -> None:
        """What `save_columns` gave; anything else is ignored."""
        state = QByteArray.fromBase64(QByteArray(saved.encode()))
        if self.horizontalHeader().restoreState(state):
            self.setColumnHidden(self._name_column(), False)
            self._stretch_last()

    def _name_column(self) -> int:
        model = self.model()
        titles = [
            model.headerData(column, Qt.Orientation.Horizontal)
            for column in range(model.columnCount())
        ]
        return titles.index(NAME_ALWAYS)

    # -- keys ---------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            self.space_pressed.emit()
            return
        if event.key() == Qt.Key.Key_Delete and not event.modifiers():
            self.delete_pressed.emit()
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        at = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            row = self.visualRect(self.currentIndex())
            at = self.viewport().mapToGlobal(row.bottomLeft())
        elif not self.indexAt(self.viewport().mapFromGlobal(at)).isValid():
            return
        self.menu_requested.emit(at)
