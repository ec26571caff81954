"""The tabs of the last run: what is kept of them, and how they come back. GUI thread only."""

from __future__ import annotations

from explorer.gui.browse.tree_controller import TreeController
from explorer.gui.window.memory import Memory
from explorer.gui.window.tabs import Tabs


class Session:
    """One per window."""

    def __init__(self, memory: Memory, tabs: Tabs, tree: TreeController) -> None:
        self._memory = memory
        self._tabs = tabs
        self._tree = tree
        self._is_started = False

    def keep(self) -> None:
        """Put what is open into the memory."""
        if not self._is_started:
            return  # last time's tabs have not been opened yet
        memory = self._memory
        places = [pane.location for pane in self._tabs.panes()]
        memory.tabs = [place for place in places if place is not None]
        in_front = places[: self._tabs.currentIndex()]
        memory.current_tab = sum(place is not None for place in in_front)

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
                in_front = tabs.panes().index(pane)
            pane = None
        tabs.setCurrentIndex(in_front)
        tabs.pane.meet()
