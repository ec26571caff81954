"""The tabs of the window: each a start page or a pane. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QTabBar, QTabWidget, QWidget

from explorer.base.shown import shown
from explorer.gui.browse.pane import Pane
from explorer.gui.browse.tree_words import kind_text
from explorer.gui.icons import icon
from explorer.gui.local.pane import LocalPane
from explorer.gui.parts.buttons import tool_button
from explorer.gui.parts.room import Stack
from explorer.gui.parts.texts import tooltip
from explorer.gui.window.sides import Sides
from explorer.gui.window.start_page import StartPage
from explorer.service.model import Location


class Tab(Stack):
    """A start page until it has been somewhere; then one side, or two."""

    def __init__(self, pane: Pane, start: StartPage) -> None:
        super().__init__()
        self.start = start
        self.sides = Sides(pane)
        self.addWidget(start)
        self.addWidget(self.sides)
        self._is_met = False
        pane.location_changed.connect(self._show_pane)

    @property
    def pane(self) -> Pane:
        """The pane of the storage that actions are about."""
        return self.sides.pane

    def meet(self) -> None:
        """It has come to the front. The first time Qt would focus a button of its bar."""
        is_focused = self.focusWidget() is not None and self.focusWidget().hasFocus()
        if not self._is_met and is_focused and self.currentWidget() is self.sides:
            self.sides.front.stage.focus_shown()
        self._is_met = True
        self.sides.meet()

    def _show_pane(self) -> None:
        had_focus = self.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        if self.currentWidget() is not self.sides:
            self.setCurrentWidget(self.sides)
            if had_focus or self.isVisible():
                self.pane.stage.focus_shown()


class Tabs(QTabWidget):
    """Always at least one tab. `make` builds what a new tab holds."""

    pane_changed = Signal(object)
    """Another `Pane` is in front, or another side of it has the keys."""

    def __init__(self, make: Callable[[], Tab], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make = make
        self.setDocumentMode(True)
        self.setTabsClosable(True)
        self.setMovable(True)
        self.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.setUsesScrollButtons(True)
        self.setAccessibleName("Tabs")
        self.tabBar().setAccessibleName("Tabs")
        self.tabBar().setExpanding(False)
        self.tabBar().setChangeCurrentOnDrag(True)
        self.new_button = tool_button("plus", "New tab", hint="New tab (Ctrl+T)")
        self.new_button.clicked.connect(lambda: self.open_tab())
        self.setCornerWidget(self.new_button, Qt.Corner.TopRightCorner)
        self.tabCloseRequested.connect(self.close_tab)
        self.currentChanged.connect(self._changed)

    @property
    def pane(self) -> Pane:
        """The pane in front."""
        return self.tab.pane

    @property
    def tab(self) -> Tab:
        """The tab in front."""
        widget = self.currentWidget()
        if not isinstance(widget, Tab):
            raise RuntimeError("there is always a tab")
        return widget

    @property
    def front(self) -> Pane | LocalPane:
        """The side that has the keys."""
        return self.tab.sides.front

    def tabs(self) -> list[Tab]:
        """All of them, from left to right."""
        found = (self.widget(at) for at in range(self.count()))
        return [tab for tab in found if isinstance(tab, Tab)]

    def panes(self) -> list[Pane]:
        """All of the storage, from left to right; two of a tab with two sides."""
        return [pane for tab in self.tabs() for pane in tab.sides.panes()]

    def open_tab(self, location: Location | None = None, *, in_front: bool = True) -> Pane:
        """A new tab, at a place or at the start page; behind the others it is listed when it
        comes to the front."""
        tab = self._make()
        at = self.addTab(tab, icon("cloud"), "New tab")
        if close := self.tabBar().tabButton(at, QTabBar.ButtonPosition.RightSide):
            close.setAccessibleName("Close tab")
            close.setToolTip(tooltip("Close tab (Ctrl+W)"))
        tab.pane.location_changed.connect(lambda _: self._retitle(tab))
        tab.sides.front_changed.connect(lambda: self._turned(tab))
        if in_front:
            self.setCurrentIndex(at)
        if location is not None and in_front:
            tab.pane.go(location)
        elif location is not None:
            tab.pane.wait_at(location)
        elif in_front:
            tab.start.setFocus()
        return tab.pane

    def index_of(self, pane: Pane) -> int:
        """The number of the tab that pane is in."""
        return next(at for at, tab in enumerate(self.tabs()) if pane in tab.sides.panes())

    def bring(self, pane: Pane) -> None:
        """Put the tab of that pane in front, and the keys into it."""
        for tab in self.tabs():
            if pane in tab.sides.panes():
                self.setCurrentWidget(tab)
                tab.sides.turn_to(pane)

    def close_tab(self, at: int) -> None:
        """Close one; in place of the last one comes an empty one."""
        tab = self.widget(at)
        if not isinstance(tab, Tab):
            return
        if self.count() == 1:
            self.open_tab()
        self.removeTab(at)
        tab.sides.close_all()
        tab.deleteLater()

    def retitle(self) -> None:
        """After a connection was renamed."""
        for tab in self.tabs():
            self._retitle(tab)

    def _turned(self, tab: Tab) -> None:
        """Another side of a tab has the keys."""
        self._retitle(tab)
        if tab is self.currentWidget():
            self.pane_changed.emit(tab.pane)

    def _retitle(self, tab: Tab) -> None:
        at = self.indexOf(tab)
        place, connection = tab.pane.location, tab.pane.connection
        if place is None:
            self.setTabText(at, "New tab")
            self.setTabIcon(at, icon("cloud"))
            return
        # An ampersand would be taken for a mnemonic.
        self.setTabText(at, tab.pane.title.replace("&", "&&"))
        account = "lake" if connection is not None and connection.is_hierarchical else "account"
        name = "folder" if place.path else "container" if place.container else account
        self.setTabIcon(at, icon(name))
        where = f"{connection.name}: " if connection is not None else ""
        lines = [shown(f"{where}{place.container}/{place.path}".rstrip("/"))]
        if connection is not None and (kind := kind_text(connection)):
            lines.append(kind)
        self.setTabToolTip(at, tooltip("\n".join(lines)))

    def _changed(self, _at: int) -> None:
        tab = self.currentWidget()
        if isinstance(tab, Tab):
            tab.meet()
            self.pane_changed.emit(self.pane)
