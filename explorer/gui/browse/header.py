"""The captions of a listing: which columns are shown, how wide, sorted by which.

What does not fit beside the names gives way, and comes back with the room. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHeaderView, QMenu, QWidget

from explorer.gui.browse.cells import HEADERS
from explorer.gui.browse.columns import DEFAULT_WIDTHS, Columns
from explorer.gui.browse.fitting import NAME_LEAST, fitted
from explorer.gui.browse.sorting import Column
from explorer.gui.parts.room import stretched

SECTION_LEAST = 48
FIRST_ROOM = 900
"""As wide as this a view is taken to be until it is shown."""
TYPE_LEAST = 110
"""Of a content type this much tells enough; no other column is narrowed below its usual width."""


def sort_order(descending: bool) -> Qt.SortOrder:
    """Qt's word for it."""
    return Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder


class ListingHeader(QHeaderView):
    """Shows what `Columns` says, as far as the width of its view allows.

    It is told that width by `fit`, each time that it changes, and to `set_up` once its view
    has its model.
    """

    columns_changed = Signal()
    """A person has chosen other columns or widths."""

    def __init__(self, columns: Columns, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._columns = columns
        self._room = FIRST_ROOM
        self._is_fitting = False
        self._shows_deleted = False
        self.setSectionsClickable(True)
        self.setMinimumSectionSize(SECTION_LEAST)
        self.setStretchLastSection(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setAccessibleName("Columns")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_menu)
        self.sectionResized.connect(self._resized)

    def set_up(self) -> None:
        """Put the columns in their first order, and show them."""
        self.moveSection(Column.DELETED, 1)  # where it is seen, whatever the width
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.show_sorting(self._columns.sorted_by, descending=self._columns.descending)
        self._show()

    def fit(self, room: int) -> None:
        """The view is now `room` pixels wide inside."""
        if room != self._room:
            self._room = room
            self._show()

    def show_deleted(self, is_shown: bool) -> None:
        """The column that is about deleted rows: only where they are listed."""
        if is_shown != self._shows_deleted:
            self._shows_deleted = is_shown
            self._show()

    def show_sorting(self, column: Column, *, descending: bool) -> None:
        """Put the arrow where the sorting is."""
        self.setSortIndicator(column, sort_order(descending))

    def menu(self) -> QMenu:
        """Which columns are shown; the name always is."""
        menu = QMenu(self)
        for column in Column:
            if column is Column.DELETED and not self._shows_deleted:
                continue
            is_squeezed_out = self._is_wanted(column) and self.isSectionHidden(column)
            caption = HEADERS[column] + (" (no room now)" if is_squeezed_out else "")
            action = QAction(caption, menu)
            action.setCheckable(True)
            action.setChecked(column not in self._columns.hidden)
            action.setEnabled(column is not Column.NAME)
            action.toggled.connect(lambda shown, column=column: self._choose(column, shown))
            menu.addAction(action)
        menu.addSeparator()
        reset = menu.addAction("Usual columns")
        reset.triggered.connect(self._reset)
        return menu

    # -- how wide -----------------------------------------------------------------

    def _is_wanted(self, column: Column) -> bool:
        is_out_of_place = column is Column.DELETED and not self._shows_deleted
        return column not in self._columns.hidden and not is_out_of_place

    def _show(self) -> None:
        """Share the room out anew."""
        metrics, widths = self.fontMetrics(), self._columns.widths
        usual = {column: stretched(width, metrics) for column, width in DEFAULT_WIDTHS.items()}
        least = {
            **usual,
            Column.NAME: stretched(NAME_LEAST, metrics),
            Column.TYPE: stretched(TYPE_LEAST, metrics),
        }
        wanted = {
            column: usual[column] if widths[column] == DEFAULT_WIDTHS[column] else widths[column]
            for column in Column
            if self._is_wanted(column)
        }
        shown = fitted(self._room, wanted, least)
        self._is_fitting = True
        for column in Column:
            self.setSectionHidden(column, column not in shown)
            if column in shown:
                self.resizeSection(column, shown[column])
        self._is_fitting = False

    def _resized(self, section: int, _old: int, new: int) -> None:
        """By hand: as far as the name can give way, and the name as far as there is room."""
        if self._is_fitting or not new:
            return
        column = Column(section)
        others = self.length() - new
        if column is Column.NAME:
            left = self._room - others
            self._columns.widths[column] = new if new < left else 0
        else:
            name = self.sectionSize(Column.NAME)
            spare = name - min(name, stretched(NAME_LEAST, self.fontMetrics()))
            self._columns.widths[column] = min(new, self._room - others + spare)
        self._show()
        self.columns_changed.emit()

    # -- which --------------------------------------------------------------------

    def _open_menu(self, at: QPoint) -> None:
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(at))

    def _choose(self, column: Column, is_shown: bool) -> None:
        if is_shown:
            self._columns.hidden.discard(column)
        else:
            self._columns.hidden.add(column)
        self._show()
        self.columns_changed.emit()

    def _reset(self) -> None:
        usual = Columns()
        self._columns.widths, self._columns.hidden = usual.widths, usual.hidden
        self._show()
        self.columns_changed.emit()
