"""What local panes can have done: drags, clipboard, menu, and copies to and from the storage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QPoint, Qt, QUrl
from PySide6.QtGui import QAction, QDesktopServices, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu

from explorer.base.errors import InputError, QuaysideError
from explorer.gui.browse import rules
from explorer.gui.browse.drops import files_mime
from explorer.gui.browse.open_local import check_openable
from explorer.gui.browse.operations import Operations
from explorer.gui.browse.rules import Place
from explorer.gui.carry.parcel import Parcel, parcel_in
from explorer.gui.icons import icon
from explorer.gui.local.pane import LocalPane
from explorer.gui.local.verbs import LocalVerbs
from explorer.gui.window.actions import Act
from explorer.gui.window.surroundings import Surroundings


class LocalRoom(QObject):
    """One per window. GUI thread only."""

    def __init__(self, around: Surroundings, operations: Operations) -> None:
        super().__init__(around.window)
        self._around = around
        self._operations = operations
        verbs = LocalVerbs(around)
        self.deeds: Mapping[Act, Callable[[LocalPane], None]] = {
            Act.NEW_FOLDER: verbs.new_folder,
            Act.RENAME: verbs.rename,
            Act.DELETE: verbs.delete,
        }
        """What a local pane does in place of one of the storage."""

    def make(self, copy_across: Callable[[], None]) -> LocalPane:
        """A local pane with its keys, menu and drags; it is not anywhere yet."""
        pane = LocalPane(self._around.scope, self._around.workers)
        pane.view.carried = lambda: _files(pane)
        pane.view.drops.hovering.judge = pane.stage.hovering.judge = self._judge
        pane.parcel_dropped.connect(self.download)
        pane.file_opened.connect(lambda path: self._around.do(_open(path), "open a file"))
        across = _action("Copy to the &other pane", "split", copy_across, pane)
        copy = _action("&Copy", "copy", lambda: self._copy(pane), pane, "Ctrl+C")
        paste = _action("&Paste", "paste", lambda: self._paste(pane), pane, "Ctrl+V")
        everything = _action("Select &all", "", pane.view.selectAll, pane, "Ctrl+A")
        refresh = _action("Re&fresh", "refresh", pane.refresh, pane)
        deeds = self.deeds
        new = _action("&New folder…", "new-folder", lambda: deeds[Act.NEW_FOLDER](pane), pane)
        rename = _action("Rena&me…", "rename", lambda: deeds[Act.RENAME](pane), pane, "F2")
        delete = _action("De&lete…", "delete", lambda: deeds[Act.DELETE](pane), pane, "Del")
        up = _action("&Up", "up", pane.up, pane, "Backspace")
        pane.stage.addActions([copy, paste, everything, up, rename, delete])

        def menu(at: QPoint) -> None:
            selected = len(pane.selection())
            rename.setEnabled(selected == 1)
            made = QMenu(pane)
            made.aboutToHide.connect(made.deleteLater)
            made.aboutToHide.connect(lambda: rename.setEnabled(True))  # for its key
            made.addActions([across, copy, rename, delete] if selected else [])
            made.addActions([paste, new, everything, up, refresh])
            made.popup(at)

        pane.menu_requested.connect(menu)
        return pane

    def refusal(self, parcel: Parcel) -> str:
        """Why it cannot be downloaded; empty where it can."""
        connection = self._around.tree.connection(parcel.place.connection_id)
        count = len(parcel.names)
        return rules.download(Place(connection, parcel.place, count, count))

    def _judge(self, parcel: Parcel, _name: str, _wants_move: bool) -> Qt.DropAction:
        actions = Qt.DropAction
        return actions.IgnoreAction if self.refusal(parcel) else actions.CopyAction

    def download(self, parcel: Parcel, folder: Path) -> None:
        """What is in the parcel, into a folder of this computer."""
        self._around.do(self._download(parcel, folder), "download")

    async def _download(self, parcel: Parcel, folder: Path) -> None:
        if refusal := self.refusal(parcel):
            raise InputError(refusal)
        await self._operations.download_into(parcel, folder)

    def _copy(self, pane: LocalPane) -> None:
        if (mime := _files(pane)) is not None:
            QGuiApplication.clipboard().setMimeData(mime)

    def _paste(self, pane: LocalPane) -> None:
        if (parcel := parcel_in(QGuiApplication.clipboard().mimeData())) is not None:
            self.download(parcel, pane.folder)


def _files(pane: LocalPane) -> QMimeData | None:
    """What is selected, as a file manager would hand it out."""
    paths = pane.selected_paths()
    return files_mime(paths) if paths else None


async def _open(path: Path) -> None:
    """Hand a file over to the local program for it. Raises QuaysideError."""
    check_openable(path.name)
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
        raise QuaysideError(f"No program on this computer opens '{path.name}'.")


def _action(
    text: str, icon_name: str, act: Callable[[], None], pane: LocalPane, keys: str = ""
) -> QAction:
    action = QAction(text, pane)
    if icon_name:
        action.setIcon(icon(icon_name))
    if keys:
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    action.triggered.connect(lambda: act())
    return action
