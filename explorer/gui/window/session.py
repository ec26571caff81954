"""The tabs of the last run: what is kept of them, and how they come back. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from explorer.gui.browse.tree_controller import TreeController
from explorer.gui.local.pane import LocalPane
from explorer.gui.window.memory import Memory
from explorer.gui.window.sides import Side
from explorer.gui.window.tabs import Tab, Tabs
from explorer.service.model import Location


class Session:
    """One per window."""

    def __init__(
        self,
        memory: Memory,
        tabs: Tabs,
        tree: TreeController,
        put_beside: Callable[[Tab, Location | Path], None],
    ) -> None:
        self._memory = memory
        self._tabs = tabs
        self._tree = tree
        self._put_beside = put_beside
        self._is_started = False

    def keep(self) -> None:
        """Put what is open into the memory."""
        if not self._is_started:
            return  # last time's tabs have not been opened yet
        memory = self._memory
        tabs = [tab for tab in self._tabs.tabs() if tab.sides.panes()[0].location is not None]
        found = (tab.sides.panes()[0].location for tab in tabs)
        memory.tabs = [place for place in found if place is not None]
        memory.beside = {}
        for at, tab in enumerate(tabs):
            if (place := _place_of(tab.sides.right)) is not None:
                memory.beside[at] = place
        in_front = self._tabs.tabs()[: self._tabs.currentIndex()]
        memory.current_tab = sum(tab in tabs for tab in in_front)

    def start(self, *, restore: bool) -> None:
        """Open last time's tabs, if they are wanted; from now on the memory follows."""
        if restore:
            self._restore()
        self._is_started = True

    def _restore(self) -> None:
        """Those of connections that are still there, the same one in front."""
        tabs, memory = self._tabs, self._memory
        in_front = tabs.currentIndex()
        pane = tabs.pane if tabs.pane.location is None else None
        for at, place in enumerate(memory.tabs):
            if self._tree.connection(place.connection_id) is None:
                continue
            if pane is None:
                pane = tabs.open_tab(place, in_front=False)
            else:
                pane.wait_at(place)
            if at <= memory.current_tab:
                in_front = tabs.index_of(pane)
            self._restore_beside(tabs.tabs()[tabs.index_of(pane)], memory.beside.get(at))
            pane = None
        tabs.setCurrentIndex(in_front)
        tabs.pane.meet()

    def _restore_beside(self, tab: Tab, place: Location | Path | None) -> None:
        if isinstance(place, Location) and self._tree.connection(place.connection_id) is None:
            return
        if place is not None:
            self._put_beside(tab, place)


def _place_of(side: Side | None) -> Location | Path | None:
    if isinstance(side, LocalPane):
        return side.folder
    return side.location if side is not None else None
