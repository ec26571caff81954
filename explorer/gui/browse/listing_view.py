"""The table widget of a listing: header, keys, drags, drops. It tells what is wanted only.

GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QMimeData,
    QModelIndex,
    QPoint,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from explorer.gui.browse.columns import Columns
from explorer.gui.browse.drops import drag_picture
from explorer.gui.browse.header import ListingHeader
from explorer.gui.browse.listing_model import ListingModel
from explorer.gui.browse.row_cells import RowCells
from explorer.gui.browse.row_drops import RowDrops
from explorer.gui.browse.rows import Row, RowKind
from explorer.gui.browse.sorting import Column
from explorer.gui.parts.views import RowTable, dress_table

SEARCH_PAUSE_S = 1.0
SEARCH_SLICE = 50_000
"""So many names are looked at in one turn of the window's loop: some 15 ms."""


class ListingView(RowTable):
    """Shows a ListingModel under the columns that all tabs share."""

    opened = Signal(object)
    """A `Row` was double-clicked, or Return pressed on it."""
    sort_requested = Signal(object, bool)
    columns_changed = Signal()
    paths_dropped = Signal(list, str)
    """Local paths, and the name of the folder (or container) they were dropped on, or ''."""
    parcel_dropped = Signal(object, str, bool)
    """A `Parcel`, the name of the folder (or container) or '', and whether it is to be moved."""
    menu_requested = Signal(QPoint)
    selection_changed = Signal()

    def __init__(
        self, model: ListingModel, columns: Columns, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rows = model
        self._columns = columns
        self.carried: Callable[[], QMimeData | None] = lambda: None
        """What a drag of the selection takes along."""
        self.drag_ended: Callable[[Qt.DropAction], None] = lambda action: None
        """Told what whoever took it made of it."""
        self._typed = ""
        self._typed_at = 0.0
        self._to_search: list[tuple[int, int]] = []
        self._searching = QTimer(self)
        self._searching.setSingleShot(True)
        self._searching.timeout.connect(self._search_on)
        model.modelReset.connect(self._to_search.clear)
        model.layoutChanged.connect(self._to_search.clear)
        self.drop_refusal = ""
        """Why no files may be dropped here; empty where they may."""
        self.header = ListingHeader(columns, self)
        self.setHorizontalHeader(self.header)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        dress_table(self, "Files and folders")
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setModel(model)
        self.setAcceptDrops(True)
        self.setDragEnabled(True)
        self.drops = RowDrops(self.viewport())
        self.setDropIndicatorShown(False)  # painted here
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self.menu_requested)
        self.activated.connect(self._activate)
        self.selectionModel().selectionChanged.connect(self._selection_changed)
        model.modelReset.connect(self._selection_changed)
        # An empty selection of its own: painting a header asks whether whole columns are
        # selected, row by row, which stops the window for seconds where all rows are.
        self.header.setSelectionModel(QItemSelectionModel(model, self.header))
        self.header.set_up()
        self.header.columns_changed.connect(self.columns_changed)
        model.sort_wanted.connect(self._sort_wanted)
        self.setSortingEnabled(True)
        self.cells = RowCells(model, self)
        self.setItemDelegate(self.cells)
        model.rowsAboutToBeInserted.connect(self._before_insertion)
        model.rowsInserted.connect(self._after_insertion)

    # -- painting -----------------------------------------------------------------

    def _before_insertion(self, _parent: QModelIndex, first: int, _last: int) -> None:
        """Rows below what is seen are no reason to paint; Qt would, each time."""
        below = self.rowAt(self.viewport().height() - 1)
        if below != -1 and first > below:
            self.viewport().setAttribute(Qt.WidgetAttribute.WA_UpdatesDisabled, True)

    def _after_insertion(self) -> None:
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_UpdatesDisabled, False)

    # -- columns ----------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.header.fit(self.viewport().width())
        super().resizeEvent(event)

    def _sort_wanted(self, column: Column, descending: bool) -> None:
        if (column, descending) != (self._columns.sorted_by, self._columns.descending):
            self.sort_requested.emit(column, descending)

    # -- selection ----------------------------------------------------------------

    def spans(self) -> list[tuple[int, int]]:
        """Selected rows as stretches from first to last, in order and without overlap."""
        selection = self.selectionModel().selection()
        parts = [selection.at(at) for at in range(selection.count())]
        ranges = sorted((part.top(), part.bottom()) for part in parts)
        joined: list[tuple[int, int]] = []
        for first, last in ranges:
            if joined and first <= joined[-1][1] + 1:
                joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
            else:
                joined.append((first, last))
        return joined

    def current_row(self) -> int | None:
        index = self.currentIndex()
        return index.row() if index.isValid() else None

    def select_names(self, wanted: set[tuple[str, bool]]) -> None:
        """Select rows by (name, whether a folder)."""
        model = self._rows
        rows = model.rows
        selection = QItemSelection()
        last = len(Column) - 1
        for row in range(model.rowCount()):
            number = model.number(row)
            if (rows.names[number], rows.kinds[number] != RowKind.BLOB) in wanted:
                selection.append(QItemSelectionRange(model.index(row, 0), model.index(row, last)))
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.Select)

    def go_to(self, row: int) -> None:
        """Select that row and bring it into view."""
        self.selectRow(row)
        self.scrollTo(self._rows.index(row, 0))

    def _selection_changed(self) -> None:
        self.selection_changed.emit()

    def _activate(self, index: QModelIndex) -> None:
        self.opened.emit(self._rows.at(index.row()))

    def keyboardSearch(self, search: str) -> None:
        """Go to the next name that begins with what was typed within a second.

        Qt's own would ask the model row by row.
        """
        now = monotonic()
        text = search.casefold()
        if now - self._typed_at < SEARCH_PAUSE_S and self._typed != text:
            self._typed += text
        else:
            self._typed = text
        self._typed_at = now
        current = self.current_row()
        start = 0 if current is None else current + (1 if len(self._typed) == 1 else 0)
        count = self._rows.rowCount()
        # From there to the end, and round again; a slice at a time, as there may be a million.
        stretches = ((start, count), (0, start))
        self._to_search[:] = [
            (first, min(first + SEARCH_SLICE, end))
            for begin, end in stretches
            for first in range(begin, end, SEARCH_SLICE)
        ]
        self._search_on()

    def _search_on(self) -> None:
        self._searching.stop()
        if not self._to_search:
            return
        row = self._rows.beginning(self._typed, *self._to_search.pop(0))
        if row is None:
            self._searching.start()
        else:
            self._to_search.clear()
            self.go_to(row)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_on_a_row = self.indexAt(event.position().toPoint()).isValid()
        if event.button() == Qt.MouseButton.RightButton and not is_on_a_row:
            self.clearSelection()  # its menu is about the folder
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            event.ignore()  # the window's shortcuts
            return
        super().keyPressEvent(event)

    # -- drags and drops ------------------------------------------------------------

    def startDrag(self, supported: Qt.DropAction) -> None:
        """What is selected goes with the mouse; what becomes of it is for whoever takes it."""
        mime = self.carried()
        if mime is None:
            return
        drag = QDrag(self)
        drag.setMimeData(mime)
        count = sum(last - first + 1 for first, last in self.spans())
        drag.setPixmap(drag_picture(count, self.devicePixelRatioF()))
        actions = Qt.DropAction
        self.drag_ended(drag.exec(actions.CopyAction | actions.MoveAction, actions.CopyAction))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.drops.enter(event, self.drop_refusal)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)  # scrolls while the mouse is near an edge
        row = self._folder_at(event.position().toPoint())
        self.drops.move(event, row, self._name_of(row))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._end_drop()

    def dropEvent(self, event: QDropEvent) -> None:
        name = self._name_of(self._folder_at(event.position().toPoint()))
        parcel, paths, is_move = self.drops.hovering.dropped(event, name)
        self._end_drop()
        if parcel is not None:
            self.parcel_dropped.emit(parcel, name, is_move)
        elif paths:
            self.paths_dropped.emit(paths, name)

    def _folder_at(self, at: QPoint) -> int | None:
        index = self.indexAt(at)
        if not index.isValid():
            return None
        row: Row = self._rows.at(index.row())
        is_gone = row.is_deleted and row.kind is RowKind.CONTAINER
        return index.row() if row.is_folder and not is_gone else None

    def _name_of(self, row: int | None) -> str:
        return "" if row is None else self._rows.at(row).name

    def _end_drop(self) -> None:
        self.stopAutoScroll()
        self.drops.end()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.drops.is_shown:
            on = self.drops.row
            self.drops.paint(self.viewport().rect() if on is None else self.row_rect(on))
