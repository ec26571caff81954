"""From what was typed, linked or transferred to a place that is shown. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from explorer.base.errors import InputError
from explorer.gui.bridge import Bridge
from explorer.gui.browse.pane import Pane
from explorer.gui.browse.tree_controller import TreeController
from explorer.gui.browse.words import last_name
from explorer.gui.connect.controller import Connecting
from explorer.gui.window.tabs import Tabs
from explorer.service.model import Location
from explorer.transfer.model import Direction, JobSnapshot


def is_address(text: str) -> bool:
    """A URL, a connection string: something that names its own account."""
    head = text.strip().lower()
    return "://" in head.split("?", 1)[0] or "accountname=" in head or "endpoint=" in head


class Going:
    """Finds the connection a text belongs to; a text of none goes into the connect dialog."""

    def __init__(
        self, bridge: Bridge, tree: TreeController, tabs: Tabs, connecting: Connecting
    ) -> None:
        self._bridge = bridge
        self._tree = tree
        self._tabs = tabs
        self._connecting = connecting

    async def go_to(self, pane: Pane, text: str) -> None:
        """Show in `pane` what the path field says. Raises InputError for a path that is none."""
        own = pane.location.connection_id if pane.location is not None else ""
        if not is_address(text):
            if own:
                await self._show(pane, own, text)
            else:
                self._connecting.open_dialog(text)
            return
        others = [it.id for it in self._tree.model.connections() if it.id != own]
        for connection_id in [own, *others] if own else others:
            try:
                await self._show(pane, connection_id, text)
            except InputError:
                continue  # of another account
            return
        self._connecting.open_dialog(text)

    async def _show(self, pane: Pane, connection_id: str, text: str) -> None:
        location = await self._bridge.call(lambda service: service.find(connection_id, text))
        if pane not in self._tabs.panes():
            return  # its tab was closed meanwhile
        leaf = last_name(text)
        pane.go(location, select="" if location.name == leaf else leaf)
        pane.stage.focus_shown()

    async def show_destination(self, job: JobSnapshot) -> None:
        """Where a job's files go: the folder in a tab, or the local one in the file manager."""
        if job.direction is Direction.DOWNLOAD:
            QDesktopServices.openUrl(QUrl.fromLocalFile(job.destination))
            return
        place = job.place
        location = Location(place.connection_id, place.container, place.prefix)
        if self._tree.connection(place.connection_id) is None:
            raise InputError(
                "The connection of this transfer has been removed.", cure="Connect again."
            )
        for pane in self._tabs.panes():
            if pane.location == location:
                self._tabs.bring(pane)
                return
        self._tabs.open_tab(location)
