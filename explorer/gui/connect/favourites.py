"""Favourite places above the connections: a list that is opened, renamed and put in order.

GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import QDropEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QVBoxLayout, QWidget

from explorer.base.shown import shown
from explorer.gui import ask
from explorer.gui.bridge import Bridge
from explorer.gui.icons import icon
from explorer.gui.parts.texts import plain_label, tooltip
from explorer.gui.parts.views import ROW_HEIGHT, VIEW_ICON_SIZE
from explorer.service.marks import Favoured
from explorer.service.model import Connection, Location

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
Do = Callable[[Coroutine[Any, Any, Any], str], None]
MOST_ROWS = 7
"""So many are seen at once; the rest is scrolled to."""


class FavouritesModel(QAbstractListModel):
    """`places` in their order."""

    def __init__(
        self, find: Callable[[str], Connection | None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._find = find
        self.favoured: tuple[Favoured, ...] = ()

    def show(self, favoured: tuple[Favoured, ...]) -> None:
        """These in place of what is shown."""
        self.beginResetModel()
        self.favoured = favoured
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.favoured)

    def flags(self, index: Index) -> Qt.ItemFlag:
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.isValid():
            return usual | Qt.ItemFlag.ItemIsDragEnabled
        return Qt.ItemFlag.ItemIsDropEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid() or index.row() >= len(self.favoured):
            return None
        one = self.favoured[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return shown(one.name)
        if role == Qt.ItemDataRole.DecorationRole:
            return icon("star-filled")
        if role == Qt.ItemDataRole.ToolTipRole:
            connection = self._find(one.location.connection_id)
            where = f"{one.location.container}/{one.location.path}".rstrip("/")
            return tooltip(shown(f"{connection.name if connection else ''}: {where}"))
        return None


class FavouritesView(QListView):
    """Rows are dragged to their place, or moved by Ctrl+Shift+Up and Down."""

    moved = Signal(int, int)
    """The row, and the place it is to have."""
    chosen = Signal(int)
    rename_requested = Signal(int)
    remove_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Favourites")
        self.setAccessibleDescription(
            "Enter opens, F2 renames, Delete removes, Ctrl+Shift+Up and Down move."
        )
        self.setIconSize(VIEW_ICON_SIZE)
        self.setProperty("bare", True)
        self.setUniformItemSizes(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDropIndicatorShown(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.clicked.connect(lambda index: self.chosen.emit(index.row()))

    def dropEvent(self, event: QDropEvent) -> None:
        """The row that is dragged goes before the one it is dropped on, or to the end."""
        row, at = self.currentIndex().row(), self.indexAt(event.position().toPoint())
        to = at.row() if at.isValid() else self.model().rowCount() - 1
        event.setDropAction(Qt.DropAction.IgnoreAction)  # the model is told by the service
        event.accept()
        if event.source() is self and row >= 0 and to != row:
            self.moved.emit(row, to)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row, key = self.currentIndex().row(), event.key()
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        if row < 0:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and event.modifiers() & both == both:
            to = row + (1 if key == Qt.Key.Key_Down else -1)
            if 0 <= to < self.model().rowCount():
                self.moved.emit(row, to)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(row)
        elif key == Qt.Key.Key_F2:
            self.rename_requested.emit(row)
        elif key == Qt.Key.Key_Delete:
            self.remove_requested.emit(row)
        else:
            super().keyPressEvent(event)


class FavouritesPanel(QWidget):
    """The heading and the list; hidden while there are none."""

    open_requested = Signal(object)
    open_in_tab_requested = Signal(object)

    def __init__(
        self,
        bridge: Bridge,
        do: Do,
        find: Callable[[str], Connection | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._do = do
        self.model = FavouritesModel(find, self)
        self.view = FavouritesView()
        self.view.setModel(self.model)
        title = plain_label("Favourites", muted=True)
        title.setContentsMargins(10, 8, 10, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(0)
        column.addWidget(title)
        column.addWidget(self.view)
        self.hide()
        self._is_asked = False
        self.view.chosen.connect(lambda row: self.open_requested.emit(self._place(row)))
        self.view.moved.connect(lambda row, to: do(self.move_to(row, to), "move a favourite"))
        self.view.rename_requested.connect(
            lambda row: do(self.rename(self._place(row)), "rename a favourite")
        )
        self.view.remove_requested.connect(
            lambda row: do(self.take_out(self._place(row)), "remove a favourite")
        )
        self.view.customContextMenuRequested.connect(self._menu)

    def _place(self, row: int) -> Location:
        return self.model.favoured[row].location

    def is_favourite(self, place: Location) -> bool:
        return any(one.location == place for one in self.model.favoured)

    def look(self) -> None:
        """Soon, once for all that changes now: see which there are."""
        if not self._is_asked:
            self._is_asked = True
            self._do(self.load(), "list favourites")

    async def load(self) -> None:
        """Show those there are, the chosen one chosen still."""
        self._is_asked = False
        row = self.view.currentIndex().row()
        chosen = self._place(row) if row >= 0 else None
        favoured = await self._bridge.get(lambda service: service.favourites.list())
        if favoured == self.model.favoured:
            return
        self.model.show(favoured)
        for at, one in enumerate(favoured):
            if one.location == chosen:
                self.view.setCurrentIndex(self.model.index(at))
        height = max(ROW_HEIGHT, self.view.sizeHintForRow(0)) * min(MOST_ROWS, len(favoured))
        self.view.setFixedHeight(height + 4)
        self.setVisible(bool(favoured))

    async def add(self, place: Location) -> None:
        await self._bridge.call(lambda service: service.favourites.add(place))

    async def take_out(self, place: Location) -> None:
        """It is one no more; the place itself stays."""
        await self._bridge.call(lambda service: service.favourites.remove(place))

    async def move_to(self, row: int, to: int) -> None:
        place = self._place(row)
        await self._bridge.call(lambda service: service.favourites.move(place, to))

    async def rename(self, place: Location) -> None:
        """Ask for another name; one that is taken is asked again."""
        name = next((one.name for one in self.model.favoured if one.location == place), "")
        await ask.text_done(
            self.window(),
            "Rename favourite",
            "&Name",
            lambda text: self._bridge.call(lambda it: it.favourites.rename(place, text)),
            go="&Rename",
            value=name,
        )

    def _menu(self, at: QPoint) -> None:
        index = self.view.indexAt(at)
        if not index.isValid():
            return
        menu = self.menu_for(index.row())
        menu.popup(self.view.viewport().mapToGlobal(at))

    def menu_for(self, row: int) -> QMenu:
        """What can be done with that one."""
        place, last = self._place(row), self.model.rowCount() - 1
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.addAction(icon("folder-open"), "&Open", lambda: self.open_requested.emit(place))
        menu.addAction(
            icon("plus"), "Open in new &tab", lambda: self.open_in_tab_requested.emit(place)
        )
        menu.addSeparator()
        up = menu.addAction(icon("up"), "Move &up", lambda: self.view.moved.emit(row, row - 1))
        up.setEnabled(row > 0)
        down = menu.addAction(
            icon("down"), "Move &down", lambda: self.view.moved.emit(row, row + 1)
        )
        down.setEnabled(row < last)
        menu.addSeparator()
        menu.addAction(
            icon("rename"), "Rena&me…", lambda: self._do(self.rename(place), "rename a favourite")
        )
        menu.addAction(
            icon("star"),
            "&Remove from favourites",
            lambda: self._do(self.take_out(place), "remove a favourite"),
        )
        return menu


class BesideTree(QWidget):
    """The panel at the left: favourites, and the tree below them."""

    def __init__(self, favourites: FavouritesPanel, tree: QWidget) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(favourites)
        column.addWidget(tree, 1)
        self.setFocusProxy(tree)
