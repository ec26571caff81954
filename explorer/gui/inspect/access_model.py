"""The entries of one scope as rows: whom they are about, and a tick for each of r, w, x.

GUI thread only. The model changes nothing: it tells what was ticked, and is shown the outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from explorer.base.shown import shown
from explorer.gui.icons import icon
from explorer.gui.inspect import access_words as words
from explorer.gui.inspect.access_words import LETTER_WORDS, Names
from explorer.gui.parts.texts import tooltip
from explorer.storage.acl import AclEntry

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
_LETTERS = tuple(LETTER_WORDS)
_HEADERS = ("Who", *LETTER_WORDS.values())
_PLAIN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class EntriesModel(QAbstractTableModel):
    """Column 0 says who; the others have ticks."""

    letter_ticked = Signal(object, str, bool)
    """The key of an entry, one of r, w, x, and whether it is given."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[AclEntry, ...] = ()
        self._names: Names = {}
        self._refusal = ""

    @property
    def entries(self) -> tuple[AclEntry, ...]:
        return self._entries

    def show(self, entries: Sequence[AclEntry], names: Names, refusal: str) -> None:
        """Other entries; `refusal` is why nothing can be ticked. Rows that stay stay selected."""
        is_same = [entry.key for entry in entries] == [entry.key for entry in self._entries]
        if not is_same:
            self.beginResetModel()
        self._entries, self._names, self._refusal = tuple(entries), names, refusal
        if not is_same:
            self.endResetModel()
        elif self._entries:
            last = self.index(len(self._entries) - 1, len(_LETTERS))
            self.dataChanged.emit(self.index(0, 0), last)

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(_HEADERS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(_HEADERS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _HEADERS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section:
            return Qt.AlignmentFlag.AlignCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if not index.column() or self._refusal:
            return _PLAIN
        return _PLAIN | Qt.ItemFlag.ItemIsUserCheckable

    def _is_given(self, index: Index) -> bool:
        letter = _LETTERS[index.column() - 1]
        return letter in self._entries[index.row()].permissions

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._entries):
            return None
        entry, column = self._entries[index.row()], index.column()
        if column:
            is_given = self._is_given(index)
            if role == Qt.ItemDataRole.CheckStateRole:
                return Qt.CheckState.Checked if is_given else Qt.CheckState.Unchecked
            word = f"{_HEADERS[column]} for {shown(words.whom(entry, self._names))}"
            if role == Qt.ItemDataRole.AccessibleTextRole:
                return f"{word}: {'yes' if is_given else 'no'}"
            if role == Qt.ItemDataRole.ToolTipRole:
                return tooltip(f"{word}\n{self._refusal}".rstrip())
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return shown(words.whom_line(entry, self._entries, self._names))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return shown(words.entry_line(entry, self._names))
        if role == Qt.ItemDataRole.DecorationRole:
            return icon(words.icon_of(entry))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(shown(words.whom_hint(entry, self._names)))
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        can = bool(self.flags(index) & Qt.ItemFlag.ItemIsUserCheckable)
        if role != Qt.ItemDataRole.CheckStateRole or not can:
            return False
        key = self._entries[index.row()].key
        is_given = Qt.CheckState(value) is Qt.CheckState.Checked
        self.letter_ticked.emit(key, _LETTERS[index.column() - 1], is_given)
        return True


class TickDelegate(QStyledItemDelegate):
    """A box in the middle of its cell; a click anywhere in the cell, or Space, ticks it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        whole = QStyleOptionViewItem(option)
        self.initStyleOption(whole, index)
        features = QStyleOptionViewItem.ViewItemFeature
        is_ticked = whole.checkState is Qt.CheckState.Checked
        whole.features &= ~features.HasCheckIndicator
        style = whole.widget.style() if whole.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, whole, painter, whole.widget)
        box = QStyleOptionViewItem(option)
        state = QStyle.StateFlag
        box.state &= ~state.State_HasFocus
        box.state |= state.State_On if is_ticked else state.State_Off
        if not index.flags() & Qt.ItemFlag.ItemIsUserCheckable:
            box.state &= ~state.State_Enabled
        width = style.pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth, box, whole.widget)
        height = style.pixelMetric(QStyle.PixelMetric.PM_IndicatorHeight, box, whole.widget)
        rect = option.rect
        box.rect.setRect(
            rect.left() + (rect.width() - width) // 2,
            rect.top() + (rect.height() - height) // 2,
            width,
            height,
        )
        element = QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck
        style.drawPrimitive(element, box, painter, whole.widget)

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        if not index.flags() & Qt.ItemFlag.ItemIsUserCheckable:
            return False
        if isinstance(event, QKeyEvent):
            if event.key() not in (Qt.Key.Key_Space, Qt.Key.Key_Select):
                return False
        elif event.type() != QEvent.Type.MouseButtonRelease:
            return event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
        checked, unchecked = Qt.CheckState.Checked, Qt.CheckState.Unchecked
        is_on = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) is checked
        role = Qt.ItemDataRole.CheckStateRole
        return bool(model.setData(index, unchecked if is_on else checked, role))
