"""Context menus of the tree: for a connection, a container, a folder, and for nothing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMenu, QWidget

from explorer.gui.browse import rules
from explorer.gui.browse.rules import Place
from explorer.gui.icons import icon
from explorer.gui.parts.texts import tooltip
from explorer.gui.window.letters import give_letters
from explorer.gui.window.tree_deeds import TreeDeeds
from explorer.service.model import Connection, Location


class TreeMenu(QMenu):
    """Built for one place; gone when it closes."""

    def __init__(
        self,
        deeds: TreeDeeds,
        connection: Connection | None,
        location: Location | None,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setToolTipsVisible(True)
        give_letters(self)
        self.aboutToHide.connect(self.deleteLater)
        self._deeds = deeds
        if connection is None or location is None:
            self._add("&Connect…", "link", deeds.connect)
            self._add("Explore &local storage", "local-storage", deeds.local_storage)
        elif not location.container:
            self._account(connection, location)
        else:
            self._place(connection, location)
            if location == connection.root:
                self.addSeparator()
                self._connection(connection)

    def _add(self, text: str, icon_name: str, act: Callable[[], None], refusal: str = "") -> None:
        action = self.addAction(icon(icon_name), text)
        action.triggered.connect(lambda: act())
        action.setEnabled(not refusal)
        action.setToolTip(tooltip(refusal))

    def _account(self, connection: Connection, location: Location) -> None:
        deeds, place = self._deeds, Place(connection, location)
        self._add("&Open", "folder-open", lambda: deeds.open(location))
        self._add("Open in new &tab", "plus", lambda: deeds.open_in_tab(location))
        self.addSeparator()
        self._add(
            "&Create container…",
            "new-container",
            lambda: deeds.new_container(location),
            rules.new_container(place),
        )
        self._add("Re&fresh", "refresh", lambda: deeds.refresh(location))
        self.addSeparator()
        self._connection(connection)

    def _connection(self, connection: Connection) -> None:
        deeds = self._deeds
        self._add("&Edit connection…", "edit", lambda: deeds.edit(connection))
        self._add("Replace c&redential…", "key", lambda: deeds.replace(connection))
        self._add("Rena&me…", "rename", lambda: deeds.rename(connection))
        self._add("Disco&nnect…", "unlink", lambda: deeds.remove(connection))

    def _place(self, connection: Connection, location: Location) -> None:
        deeds, place = self._deeds, Place(connection, location, 1)
        self._add("&Open", "folder-open", lambda: deeds.open(location))
        self._add("Open in new &tab", "plus", lambda: deeds.open_in_tab(location))
        self.addSeparator()
        refusal = rules.upload(place)
        self._add("&Upload files…", "upload", lambda: deeds.upload_files(location), refusal)
        self._add("Upload f&older…", "folder", lambda: deeds.upload_folder(location), refusal)
        self._add("&Download…", "download", lambda: deeds.download(location), rules.download(place))
        self.addSeparator()
        self._add("&New folder…", "new-folder", lambda: deeds.new_folder(location), refusal)
        self._add("Re&fresh", "refresh", lambda: deeds.refresh(location))
        self.addSeparator()
        above = Place(connection, location.parent, 1, 0 if not location.path else 1)
        self._add("De&lete…", "delete", lambda: deeds.delete(location), rules.delete(above))
