"""A table whose columns a person chooses, by the header's menu or from a button."""

from __future__ import annotations

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
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QStyleOptionViewItem, QTableView, QWidget

from explorer.base.records import dataclass
from explorer.gui.parts.fitted_header import SECTION_LEAST, FittedHeader
from explorer.gui.parts.fitting import Plan
from explorer.gui.parts.reading import Cells
from explorer.gui.parts.room import stretched
from explorer.gui.parts.views import RowTable, dress_table


class SentenceDelegate(Cells):
    """Cells with sentences: they lose their end when cut, while names lose their middle."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight


@dataclass(slots=True)
class _Choice:
    """What a person chose for one table."""

    widths: dict[Any, int]
    hidden: set[Any]


class KeptHeader(FittedHeader):
    """Captions whose widths, order, choice and sorting are kept as one text."""

    def __init__(self, plan: Plan, parent: QTableView) -> None:
        super().__init__(plan, _Choice(dict(plan.usual), set(plan.hidden)), parent)

    def saved(self) -> str:
        """What was chosen, whatever has room now. A name that takes what is left has no width."""
        self._put(self._wanted())
        state = self.saveState().toBase64()
        self._show()
        return bytes(state.data()).decode("ascii")

    def restore(self, saved: str) -> None:
        """What `saved` gave; anything else is ignored."""
        self._is_fitting = True
        if self.restoreState(QByteArray.fromBase64(QByteArray(saved.encode()))):
            self._take_over()
        self._show()

    def _take_over(self) -> None:
        """Learn the choice from the sections. Where the last one is stretched, they are of a time
        when it took what the others left; now the name does."""
        name, usual, metrics = self._plan.name, self._plan.usual, self.fontMetrics()
        hidden = {column for column in usual if self.isSectionHidden(column)} - {name}
        widths = dict(usual)
        was_stretched = self.stretchLastSection()
        self.setStretchLastSection(False)  # and it has its own width again
        for column, width in usual.items():
            self.setSectionHidden(column, False)  # a hidden one tells no size
            size = self.sectionSize(column)
            is_rest = column == name and was_stretched
            if not is_rest and size != stretched(width, metrics):
                widths[column] = max(size, SECTION_LEAST)
        self._chosen.widths, self._chosen.hidden = widths, hidden


class ColumnTable(RowTable):
    """Shows `model` in the columns of `plan`, and never scrolls sideways."""

    menu_requested = Signal(QPoint)
    """Where on the screen a menu for the selected rows is to be opened."""
    space_pressed = Signal()
    delete_pressed = Signal()
    """Where no action has taken the key."""

    def __init__(
        self, name: str, model: QAbstractItemModel, plan: Plan, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.header = KeptHeader(plan, self)
        self.setHorizontalHeader(self.header)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        dress_table(self, name)
        self.setModel(model)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.header.setAccessibleName(f"Columns of {name}")
        self.header.set_up()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.header.fit(self.viewport().width())
        super().resizeEvent(event)

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
