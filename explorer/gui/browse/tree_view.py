"""The tree widget: a badge beside what expires, drops on containers and folders.

It tells what is wanted and does nothing. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QStyle,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from explorer.gui.browse.drops import local_paths
from explorer.gui.browse.tree_model import CONNECTION_ROLE, LOCATION_ROLE, TreeModel
from explorer.gui.browse.tree_words import Badge, badges
from explorer.gui.carry.parcel import Parcel, parcel_in
from explorer.gui.connect import marks
from explorer.gui.parts.chip import chip_size, paint_chip
from explorer.gui.parts.reading import RTL, Cells, placed
from explorer.gui.parts.views import dress_tree
from explorer.service.model import Location

Index = QModelIndex | QPersistentModelIndex


NO_CONNECTIONS = "Your connections will be listed here."


BADGE_MARGIN = 6


STRIP = 4
"""Width of the strip in a connection's colour, in logical pixels."""


def _badges_of(index: Index) -> tuple[Badge, ...]:
    connection = index.data(CONNECTION_ROLE)
    return badges(connection) if connection is not None else ()


class BadgeDelegate(Cells):
    """Paints the badges of a connection at the right end of its row, its colour at the left."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        found = _badges_of(index)
        if not found:
            return
        # The name ends where the badge begins.
        style = QApplication.style() if option.widget is None else option.widget.style()
        element = QStyle.SubElement.SE_ItemViewItemText
        room = style.subElementRect(element, option, option.widget).width()
        for text, _, icon_name in found:
            room -= chip_size(text, icon_name, option.font).width() + BADGE_MARGIN
        room -= BADGE_MARGIN
        option.text = option.fontMetrics.elidedText(option.text, option.textElideMode, room)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        room = QRect(option.rect)
        super().paint(painter, option, index)
        right = room.right()
        for text, tone, icon_name in reversed(_badges_of(index)):
            size = chip_size(text, icon_name, option.font)
            right -= size.width() + BADGE_MARGIN
            top = room.top() + (room.height() - size.height()) // 2
            rect = placed(option, QRect(right, top, size.width(), size.height()))
            paint_chip(painter, rect, text, tone, icon_name, option.font)
        connection = index.data(CONNECTION_ROLE)
        if connection is not None and connection.colour:
            colour = QColor(marks.hue(connection.colour))
            strip = QRect(0, room.top() + 2, STRIP, room.height() - 4)
            if option.direction == RTL and isinstance(option.widget, QTreeView):
                strip.moveRight(option.widget.viewport().width() - 1)
            painter.fillRect(strip, colour)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), max(hint.height(), 28))


class TreeView(QTreeView):
    """Connections, containers, folders."""

    open_requested = Signal(object)
    open_in_tab_requested = Signal(object)
    menu_requested = Signal(object, QPoint)
    """A Location (None beside the rows) and a point on the screen."""
    rename_requested = Signal(object)
    """F2 on a Location: a connection, a container or a folder."""
    paths_dropped = Signal(list, object)
    parcel_dropped = Signal(object, object, bool)
    """A `Parcel`, the Location it was dropped on, and whether it is to be moved."""

    def __init__(self, model: TreeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        dress_tree(self, "Connections")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setModel(model)
        self.setItemDelegate(BadgeDelegate(self))
        self.setAcceptDrops(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DropOnly)
        self.setExpandsOnDoubleClick(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.clicked.connect(self._open)
        self.expanded.connect(self._expanded)
        model.group_made.connect(self.expand)
        self._tree = model
        self._parcel: Parcel | None = None
        self.judge: Callable[[Parcel, Location | None, bool], Qt.DropAction] = (
            lambda parcel, location, wants_move: Qt.DropAction.IgnoreAction
        )
        """What dropping a parcel on a place does, and whether Shift is held."""

    def location_at(self, index: Index) -> Location | None:
        location = index.data(LOCATION_ROLE) if index.isValid() else None
        return location if isinstance(location, Location) else None

    def current_location(self) -> Location | None:
        return self.location_at(self.currentIndex())

    def reveal(self, location: Location) -> None:
        """Select that place, making its node and opening those above it."""
        index = self._tree.ensure(location)
        if index.isValid() and index != self.currentIndex():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def _expanded(self, index: QModelIndex) -> None:
        location = self.location_at(index)
        if location is not None:
            self._tree.want(location)

    def _open(self, index: QModelIndex) -> None:
        location = self.location_at(index)
        if location is not None:
            self.open_requested.emit(location)

    def _menu(self, at: QPoint) -> None:
        self.menu_requested.emit(
            self.location_at(self.indexAt(at)), self.viewport().mapToGlobal(at)
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
            return
        location = self.current_location()
        if event.key() == Qt.Key.Key_F2 and location is not None:
            self.rename_requested.emit(location)
            return
        if event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            event.ignore()
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            location = self.location_at(self.indexAt(event.position().toPoint()))
            if location is not None:
                self.open_in_tab_requested.emit(location)
            return
        super().mouseReleaseEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._tree.rowCount():
            return
        painter = QPainter(self.viewport())
        painter.setPen(self.palette().placeholderText().color())
        room = self.viewport().rect().adjusted(16, 24, -16, -16)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(room, flags, NO_CONNECTIONS)
        painter.end()

    # -- drops --------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._parcel = parcel_in(event.mimeData())
        if self._parcel is not None or local_paths(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.setState(QAbstractItemView.State.DraggingState)
        else:
            event.ignore()

    def _action(self, event: QDropEvent, location: Location | None) -> Qt.DropAction:
        """What dropping there does."""
        if location is None:
            return Qt.DropAction.IgnoreAction
        if self._parcel is not None:
            wants_move = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            return self.judge(self._parcel, location, wants_move)
        return Qt.DropAction.CopyAction if location.container else Qt.DropAction.IgnoreAction

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)  # opens rows that are hovered over, shows the indicator
        location = self.location_at(self.indexAt(event.position().toPoint()))
        action = self._action(event, location)
        if action == Qt.DropAction.IgnoreAction:
            event.ignore()
        else:
            event.setDropAction(action)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        location = self.location_at(self.indexAt(event.position().toPoint()))
        paths = local_paths(event.mimeData())
        self._parcel = parcel = parcel_in(event.mimeData())
        action = self._action(event, location)
        self.setState(QAbstractItemView.State.NoState)
        self.viewport().update()
        if action == Qt.DropAction.IgnoreAction or not (parcel or paths):
            event.ignore()
            return
        event.setDropAction(action)
        event.accept()
        if parcel is not None:
            self.parcel_dropped.emit(parcel, location, action == Qt.DropAction.MoveAction)
        else:
            self.paths_dropped.emit(paths, location)
