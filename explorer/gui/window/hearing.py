"""What the service tells of its own accord, brought to the tabs that show it. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from explorer.gui.bridge import Bridge
from explorer.gui.browse.tree_controller import TreeController
from explorer.gui.colours import Tone
from explorer.gui.window.tabs import Tabs
from explorer.service.events import BlobArrived, CredentialsNeeded, FolderChanged, Notice
from explorer.service.model import Connection


class Hearing(QObject):
    """One per window."""

    connections_changed = Signal()
    """The name, claims or existence of one: titles and actions may differ now."""

    def __init__(
        self, bridge: Bridge, tabs: Tabs, tree: TreeController, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._tabs = tabs
        self._tree = tree
        events = bridge.events
        events.on(BlobArrived, self._blob_arrived)
        events.on(FolderChanged, self._folder_changed)
        events.on(Notice, self._notice)
        events.on(CredentialsNeeded, self._credentials_needed)
        tree.connection_changed.connect(self._connection_changed)
        tree.connection_removed.connect(self._connection_removed)

    def _blob_arrived(self, event: BlobArrived) -> None:
        for pane in self._tabs.panes():
            pane.blob_arrived(event)

    def _folder_changed(self, event: FolderChanged) -> None:
        for pane in self._tabs.panes():
            pane.folder_changed(event)

    def _notice(self, event: Notice) -> None:
        tone = Tone.WARN if event.is_warning else Tone.INFO
        self._tabs.pane.notice.say(f"{event.title}. {event.message}", tone)

    def _credentials_needed(self, event: CredentialsNeeded) -> None:
        connection = self._tree.connection(event.connection_id)
        name = connection.name if connection is not None else "A connection"
        self._tabs.pane.notice.ask_for_credential(f"{name}: {event.reason}", event.connection_id)

    def _connection_changed(self, connection: Connection) -> None:
        for pane in self._tabs.panes():
            pane.connection_changed(connection)
        self._tabs.retitle()
        self.connections_changed.emit()

    def _connection_removed(self, connection_id: str) -> None:
        for tab in self._tabs.tabs():
            for pane in tab.sides.panes():
                if pane.location is None or pane.location.connection_id != connection_id:
                    pane.forget(connection_id)
                elif not tab.sides.drop(pane):
                    self._tabs.close_tab(self._tabs.indexOf(tab))
        self.connections_changed.emit()
