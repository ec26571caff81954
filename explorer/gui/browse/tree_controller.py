"""Feeds the tree: connections as they come and go, children when a row is opened.

GUI thread only.
"""

from __future__ import annotations

from contextlib import aclosing

from PySide6.QtCore import QObject, Signal

from explorer.base.tasks import TaskScope
from explorer.gui.bridge import Bridge
from explorer.gui.browse.filler import STEP
from explorer.gui.browse.tree_model import NodeState, TreeModel
from explorer.gui.errors import describe
from explorer.service.events import (
    BlobArrived,
    ConnectionAdded,
    ConnectionChanged,
    ConnectionRemoved,
    FolderChanged,
)
from explorer.service.model import Ability, Connection, Location
from explorer.storage.access import Verdict
from explorer.storage.model import ContainerPage

MOST_SHOWN = 5_000
"""Children of one place: with each that comes or goes Qt looks at all of them again."""
CUT = f"The first {MOST_SHOWN:,} are shown here. Open it to see, filter and search them all."


class TreeController(QObject):
    """One per window."""

    connection_changed = Signal(object)
    connection_removed = Signal(str)

    def __init__(
        self, bridge: Bridge, scope: TaskScope, model: TreeModel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._scope = scope
        self.model = model
        model.listing_wanted.connect(self._list)
        bridge.events.on(ConnectionAdded, lambda event: self._put(event.connection))
        bridge.events.on(ConnectionChanged, lambda event: self._put(event.connection))
        bridge.events.on(ConnectionRemoved, self._removed)
        bridge.events.on(FolderChanged, lambda event: self._folder_changed(event.folder))
        bridge.events.on(BlobArrived, self._arrived)

    async def load(self) -> None:
        """Show the connections there are."""
        for connection in await self._bridge.get(lambda service: service.connections()):
            self._put(connection)

    def connection(self, connection_id: str) -> Connection | None:
        return self.model.connection(connection_id)

    def _put(self, connection: Connection) -> None:
        self.model.put_connection(connection)
        self.connection_changed.emit(connection)

    def _removed(self, event: ConnectionRemoved) -> None:
        self.model.remove_connection(event.connection_id)
        self.connection_removed.emit(event.connection_id)

    def refresh(self, location: Location) -> None:
        """List the children of a place again."""
        self.model.refresh(location)

    def offer(self, location: Location, names: list[str]) -> None:
        """The folders of a place that a tab has just listed to its end."""
        if self.model.state(location) is NodeState.UNLISTED and len(names) <= MOST_SHOWN:
            self.model.offer(location, names)

    def _list(self, location: Location, generation: int) -> None:
        connection = self.model.connection(location.connection_id)
        ability = Ability.LIST if location.container else Ability.LIST_CONTAINERS
        claim = connection.claim(ability) if connection is not None else None
        if claim is not None and claim.verdict is Verdict.NO:
            self.model.fail(location, generation, claim.reason)
            return
        self._scope.spawn(self._fetch(location, generation), name="list for the tree")

    async def _fetch(self, location: Location, generation: int) -> None:
        try:
            if location.container:
                cut = await self._fetch_folders(location, generation)
            else:
                cut = await self._fetch_containers(location, generation)
        except Exception as error:
            self.model.fail(location, generation, describe(error).line)
        else:
            self.model.finish(location, generation, CUT if cut else "")

    async def _fetch_containers(self, location: Location, generation: int) -> bool:
        connection_id = location.connection_id
        pages = self._bridge.stream(lambda service: service.list_containers(connection_id))
        async with aclosing(pages):
            async for page in pages:
                if self._add(location, generation, names_of(page)):
                    return True
        return False

    async def _fetch_folders(self, location: Location, generation: int) -> bool:
        pages = self._bridge.stream(lambda service: service.list_folder(location))
        async with aclosing(pages):
            async for page in pages:
                names = [leaf(prefix.name) for prefix in page.prefixes]
                if self._add(location, generation, names):
                    return True
        return False

    def _add(self, location: Location, generation: int, names: list[str]) -> bool:
        """Whether there are more than the tree shows."""
        room = MOST_SHOWN - self.model.told(location)
        for start in range(0, min(len(names), room), STEP):
            self.model.add(location, generation, names[start : min(start + STEP, room)])
        return len(names) > room

    def _folder_changed(self, folder: Location) -> None:
        if self.model.state(folder) in (NodeState.LISTED, NodeState.FAILED):
            self.model.refresh(folder)

    def _arrived(self, event: BlobArrived) -> None:
        """A blob in a new folder: the folder's row, as far as its parent is open."""
        folder = event.folder
        while folder.path:
            self.model.add_one(folder.parent, folder.name)
            folder = folder.parent


def names_of(page: ContainerPage) -> list[str]:
    """The containers on a page."""
    return [container.name for container in page.containers]


def leaf(prefix: str) -> str:
    """The last part of `a/b/c/`."""
    return prefix.rstrip("/").rpartition("/")[2]
