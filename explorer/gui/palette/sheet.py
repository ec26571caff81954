"""The palette itself: a line to type into and the commands that fit. GUI thread only."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QListView,
    QStyle,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from explorer.gui import colours
from explorer.gui.icons import icon
from explorer.gui.palette.commands import Command, best
from explorer.gui.parts.fields import line_field
from explorer.gui.parts.reading import Cells, isolated, placed
from explorer.gui.parts.texts import tooltip
from explorer.gui.parts.views import ROW_HEIGHT, VIEW_ICON_SIZE

Index = QModelIndex | QPersistentModelIndex
WIDTH, HEIGHT = 560, 420
_KEYS_OF_THE_LIST = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


class CommandList(QAbstractListModel):
    """The commands that fit, the best first."""

    def __init__(self, commands: list[Command], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all = commands
        self.fitting = best(commands, "")

    def narrow(self, typed: str) -> None:
        self.beginResetModel()
        self.fitting = best(self._all, typed)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.fitting)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        command = self.fitting[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return command.name
        if role == Qt.ItemDataRole.DecorationRole:
            return icon(command.icon_name) if command.icon_name else None
        if role == Qt.ItemDataRole.UserRole:
            return command.refusal or command.detail
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(command.refusal)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(filter(None, (command.name, command.refusal or command.detail)))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        is_off = bool(self.fitting[index.row()].refusal)
        return flags if is_off else flags | Qt.ItemFlag.ItemIsEnabled


class CommandDelegate(Cells):
    """The name at the left, keys or reason at the right, where there is room for both."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        option = QStyleOptionViewItem(option)
        self.initStyleOption(option, index)
        name, detail = option.text, str(index.data(Qt.ItemDataRole.UserRole) or "")
        option.text = ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        room: QRect = option.rect.adjusted(14 + VIEW_ICON_SIZE.width() + 8, 0, -12, 0)
        metrics = option.fontMetrics
        is_on = bool(option.state & QStyle.StateFlag.State_Enabled)
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        scheme = colours.current()
        painter.save()
        painter.setFont(option.font)
        ink = scheme.on_selection if is_chosen else scheme.text if is_on else scheme.disabled
        painter.setPen(QColor(ink))
        elide = Qt.TextElideMode.ElideRight
        flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
        wanted = min(metrics.horizontalAdvance(name), room.width() * 2 // 3)
        shown = metrics.elidedText(name, elide, room.width())
        painter.drawText(placed(option, room), flags, shown)
        rest = room.adjusted(wanted + 16, 0, 0, 0)
        painter.setPen(QColor(scheme.on_selection if is_chosen else scheme.muted))
        painter.drawText(
            placed(option, rest),
            flags | int(Qt.AlignmentFlag.AlignRight),
            isolated(metrics.elidedText(detail, elide, rest.width()), option.direction),
        )
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, max(ROW_HEIGHT, option.fontMetrics.height() + 12))


class PaletteSheet(QDialog):
    """Accepted with `chosen` once a command was taken."""

    def __init__(self, commands: list[Command], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Commands")
        self.resize(WIDTH, HEIGHT)
        self.chosen: Command | None = None
        self.line = line_field(
            "Command", placeholder="Type what you want to do, or where to go", icon_name="search"
        )
        self.model = CommandList(commands, self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(CommandDelegate(self.list))
        self.list.setIconSize(VIEW_ICON_SIZE)
        self.list.setAccessibleName("Commands")
        self.list.setProperty("bare", True)
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(self.line)
        column.addWidget(self.list, 1)
        self.line.textChanged.connect(self._narrow)
        self.line.installEventFilter(self)
        self.list.clicked.connect(self._take)
        self._narrow("")
        self.line.setFocus()

    def _narrow(self, typed: str) -> None:
        self.model.narrow(typed)
        first = self.model.index(0)
        if first.isValid() and first.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.list.setCurrentIndex(first)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The line keeps the focus: the keys that choose go to the list."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in _KEYS_OF_THE_LIST:
                self.list.keyPressEvent(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take(self.list.currentIndex())
                return True
        return super().eventFilter(watched, event)

    def _take(self, index: Index) -> None:
        if index.isValid() and not self.model.fitting[index.row()].refusal:
            self.chosen = self.model.fitting[index.row()]
            self.accept()
