"""Ctrl+K: gathers everything that can be done just now, and does what was chosen."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtWidgets import QWidget

from explorer.base.shown import shown
from explorer.gui import ask
from explorer.gui.browse.tree_controller import TreeController
from explorer.gui.browse.words import path_text
from explorer.gui.palette.commands import Command, of_actions, of_areas
from explorer.gui.palette.sheet import PaletteSheet
from explorer.gui.window.actions import SPECS, Act, Actions
from explorer.gui.window.offers import Area
from explorer.gui.window.subject import Subject
from explorer.gui.window.tabs import Tabs


class Commanding:
    """One per window. GUI thread only."""

    def __init__(
        self,
        actions: Actions,
        areas: Iterable[Area],
        tabs: Tabs,
        tree: TreeController,
        window: QWidget,
    ) -> None:
        self._actions = actions
        self._areas = tuple(areas)
        self._tabs = tabs
        self._tree = tree
        self._window = window

    async def open(self) -> None:
        """Show the palette, and do what is chosen in it once it is gone."""
        sheet = PaletteSheet(self.commands(), self._window)
        chosen = await ask.finished(sheet, lambda it: it.chosen)
        if chosen is not None:
            chosen.act()

    def commands(self) -> list[Command]:
        """All of them, as things are now."""
        actions = self._of_actions()
        names = {it.name for it in actions}
        offered = [it for it in self._of_selection() if it.name not in names]
        return [*actions, *offered, *self._places()]

    def _of_actions(self) -> list[Command]:
        return of_actions(
            (self._actions[act], spec.icon_name, self._actions[act].statusTip())
            for act, spec in SPECS.items()
            if act is not Act.COMMANDS
        )

    def _of_selection(self) -> list[Command]:
        pane = self._tabs.pane
        if pane.connection is None or pane.location is None:
            return []
        rows = tuple(pane.selection())
        return of_areas(self._areas, Subject(pane.connection, pane.location, rows))

    def _places(self) -> list[Command]:
        found = []
        for pane in self._tabs.panes():
            if pane.location is not None and pane is not self._tabs.pane:
                where = shown(path_text(pane.location))
                bring = partial(self._tabs.bring, pane)
                found.append(Command(f"Tab: {pane.title}", bring, where, "folder-open"))
        for connection in self._tree.model.connections():
            go = partial(self._tabs.pane.go, connection.start)
            name = f"Go to {shown(connection.name)}"
            found.append(Command(name, go, shown(connection.account), "account"))
        return found
