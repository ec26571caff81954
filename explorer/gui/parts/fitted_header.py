"""The captions of a table that never scrolls sideways: what does not fit beside the names gives
way, and comes back with the room. GUI thread only."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHeaderView, QMenu, QTableView

from explorer.gui.parts.fitting import Chosen, Plan, fitted
from explorer.gui.parts.room import stretched

SECTION_LEAST = 48
FIRST_ROOM = 900
"""As wide as this a view is taken to be until it is shown."""


class FittedHeader(QHeaderView):
    """Shows what was `chosen`, as far as the width of its view allows.

    It is told that width by `fit`, each time that it changes, and to `set_up` once its view
    has its model.
    """

    columns_changed = Signal()
    """A person has chosen other columns or widths."""

    def __init__(self, plan: Plan, chosen: Chosen, parent: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._plan = plan
        self._chosen = chosen
        self._room = FIRST_ROOM
        self._is_fitting = False
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
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self._order()
        self._show()

    def fit(self, room: int) -> None:
        """The view is now `room` pixels wide inside."""
        if room != self._room:
            self._room = room
            self._show()

    def menu(self) -> QMenu:
        """Which columns are shown; the name always is."""
        menu = QMenu(self)
        for column in sorted(self._plan.usual):
            if not self._is_in_place(column):
                continue
            is_squeezed_out = self._is_wanted(column) and self.isSectionHidden(column)
            title = self.model().headerData(column, Qt.Orientation.Horizontal)
            action = QAction(title + (" (no room now)" if is_squeezed_out else ""), menu)
            action.setCheckable(True)
            action.setChecked(column not in self._chosen.hidden)
            action.setEnabled(column != self._plan.name)
            action.toggled.connect(lambda shown, column=column: self._choose(column, shown))
            menu.addAction(action)
        menu.addSeparator()
        reset = menu.addAction("Usual columns")
        reset.triggered.connect(self._reset)
        return menu

    # -- how wide -----------------------------------------------------------------

    def _is_in_place(self, column: Any) -> bool:
        """Whether it means anything where the view is now."""
        return True

    def _is_wanted(self, column: Any) -> bool:
        return column not in self._chosen.hidden and self._is_in_place(column)

    def _stretched(self, column: Any, width: int) -> int:
        """A usual width, in this font; of one by hand the pixels."""
        is_usual = width == self._plan.usual[column]
        return stretched(width, self.fontMetrics()) if is_usual else width

    def _wanted(self) -> dict[Any, int]:
        widths = self._chosen.widths
        return {
            column: self._stretched(column, widths[column])
            for column in self._plan.usual
            if self._is_wanted(column)
        }

    def _show(self) -> None:
        """Share the room out anew."""
        metrics = self.fontMetrics()
        enough = {**self._plan.usual, **self._plan.least}
        least = {column: stretched(width, metrics) for column, width in enough.items()}
        self._put(fitted(self._plan, self._room, self._wanted(), least))

    def _put(self, shown: dict[Any, int]) -> None:
        self._is_fitting = True
        for column in self._plan.usual:
            self.setSectionHidden(column, column not in shown)
            if column in shown:
                self.resizeSection(column, shown[column])
        self._is_fitting = False

    def _resized(self, section: int, _old: int, new: int) -> None:
        """By hand: as far as the name can give way, and the name as far as there is room."""
        if self._is_fitting or not new:
            return
        name, widths = self._plan.name, self._chosen.widths
        others = self.length() - new
        if section == name:
            left = self._room - others
            widths[name] = new if new < left else 0
        else:
            size = self.sectionSize(name)
            least = stretched(self._plan.least[name], self.fontMetrics())
            widths[section] = min(new, self._room - others + size - min(size, least))
        self._show()
        self.columns_changed.emit()

    # -- which --------------------------------------------------------------------

    def _order(self) -> None:
        for at, column in enumerate(self._plan.usual):
            self.moveSection(self.visualIndex(column), at)

    def _open_menu(self, at: QPoint) -> None:
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(at))

    def _choose(self, column: Any, is_shown: bool) -> None:
        if is_shown:
            self._chosen.hidden.discard(column)
        else:
            self._chosen.hidden.add(column)
        self._show()
        self.columns_changed.emit()

    def _reset(self) -> None:
        self._chosen.widths, self._chosen.hidden = dict(self._plan.usual), set(self._plan.hidden)
        self._order()
        self._show()
        self.columns_changed.emit()
