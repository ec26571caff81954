"""What choosing an action does, for the tab in front or a place in the tree.

Each returns at once; what takes time becomes a task of the window, and an error of it
is told in a dialog. GUI thread only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from explorer.base.errors import QuaysideError
from explorer.base.shown import plain_path, shown
from explorer.base.tasks import TaskScope
from explorer.gui import errors
from explorer.gui.browse.opened import Opened
from explorer.gui.browse.operations import Operations
from explorer.gui.browse.rows import Row, RowKind
from explorer.gui.browse.tree_controller import TreeController
from explorer.gui.browse.words import path_text
from explorer.gui.colours import Tone
from explorer.gui.connect.controller import Connecting
from explorer.gui.window.about import AboutSheet
from explorer.gui.window.deletion import Deletion
from explorer.gui.window.tabs import Tabs
from explorer.gui.window.tree_deeds import TreeDeeds
from explorer.service.model import Location


class Deeds(QObject):
    """One per window."""

    def __init__(
        self,
        scope: TaskScope,
        tabs: Tabs,
        tree: TreeController,
        operations: Operations,
        connecting: Connecting,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._scope = scope
        self._tabs = tabs
        self._tree = tree
        self._operations = operations
        self._connecting = connecting
        self._window = window
        operations.opened.changed.connect(self._offer_to_save_back)
        operations.opened.saved.connect(self._tell_saved)

    def open_here(self, location: Location) -> None:
        """Show a place in the tab in front."""
        if location != self._tabs.pane.location:
            self._tabs.pane.go(location)

    def open_in_tab(self, location: Location) -> None:
        """Show a place in a tab of its own."""
        self._tabs.open_tab(location)

    def do(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        if self._scope.is_closed:  # the window is going: what it still hears of is not looked at
            work.close()
            return
        task = self._scope.spawn(self.told(work), name=name)
        task.add_done_callback(lambda _: work.close())  # where it was ended before it began

    async def told(self, work: Coroutine[Any, Any, Any]) -> None:
        """Errors of what a person asked for are told in a dialog."""
        try:
            await work
        except QuaysideError as error:
            errors.show(self._window, error)

    def show_words(self, words: errors.ErrorText) -> None:
        sheet = errors.ErrorSheet(words, self._window)
        sheet.finished.connect(sheet.deleteLater)
        sheet.open()

    def explore_local_storage(self) -> None:
        self.do(self._connecting.explore_local_storage(), "explore local storage")

    def upload(self, paths: list[str], target: Location) -> None:
        self.do(self._operations.upload(paths, target), "upload")

    def _here(self) -> Location | None:
        place = self._tabs.pane.location
        return place if place is not None and place.container else None

    def upload_files(self) -> None:
        if place := self._here():
            self.do(self._operations.upload_files(place), "upload files")

    def upload_folder(self) -> None:
        if place := self._here():
            self.do(self._operations.upload_folder(place), "upload a folder")

    def paste(self) -> None:
        if place := self._here():
            self.do(self._operations.paste(place), "paste files")

    def download(self) -> None:
        if (place := self._tabs.pane.location) is not None:
            self.do(self._operations.download(place, self._tabs.pane.selection()), "download")

    def save_as(self) -> None:
        rows = self._tabs.pane.selection()
        if (place := self._here()) and len(rows) == 1:
            self.do(self._operations.save_as(place, rows[0]), "save as")

    def open_selected(self) -> None:
        """A folder is gone into, a blob opened in the local program."""
        pane, rows = self._tabs.pane, self._tabs.pane.selection()
        if pane.location is None or len(rows) != 1:
            return
        if rows[0].is_folder:
            pane.open_row(rows[0])
        else:
            self.do(self._operations.open_blob(pane.location, rows[0]), "open a blob")

    def _offer_to_save_back(self, opened: Opened) -> None:
        notice, name = self._tabs.pane.notice, shown(opened.name)
        if not opened.may_write:
            notice.say(
                f"'{name}' was changed, and this connection does not allow to save it back. "
                f"Your copy is {opened.path}.",
                Tone.WARN,
            )
            return
        notice.say(
            f"'{name}' was changed in the local program.",
            Tone.INFO,
            action="Save back",
            act=lambda: self._save_back(opened),
        )

    def _save_back(self, opened: Opened) -> None:
        self._tabs.pane.notice.dismiss()
        self.do(self._operations.opened.save_back(opened), "save back")

    def _tell_saved(self, opened: Opened) -> None:
        self._tabs.pane.notice.say(f"'{shown(opened.name)}' was saved back.", Tone.OK)

    def copy_paths(self) -> None:
        place = self._tabs.pane.location
        if place is not None:
            names = [
                plain_path(path_text(place) + row.name + ("/" if row.is_folder else ""))
                for row in self._tabs.pane.selection()
            ]
            QGuiApplication.clipboard().setText("\n".join(names))

    def new_folder(self) -> None:
        if place := self._here():
            self.do(self._new_folder(place), "new folder")

    def new_container(self) -> None:
        if (place := self._tabs.pane.location) is not None:
            self.do(self._new_container(place.connection_id), "new container")

    async def _new_folder(self, place: Location) -> None:
        if name := await self._operations.new_folder(place):
            self._show_new(place, name)

    async def _new_container(self, connection_id: str) -> None:
        if name := await self._operations.new_container(connection_id):
            self._show_new(Location(connection_id), name)

    def _show_new(self, place: Location, name: str) -> None:
        for pane in self._tabs.panes():
            if pane.location == place:
                pane.wanted.expect(name)

    def delete(self) -> None:
        place, rows = self._tabs.pane.location, self._tabs.pane.selection()
        if place is None or not rows:
            return
        if rows[0].kind is RowKind.CONTAINER:
            self.do(self._operations.delete_container(place.child(rows[0].name)), "delete")
        else:
            self.do(self._delete_rows(place, rows), "delete")

    async def _delete_rows(self, place: Location, rows: list[Row]) -> None:
        own = asyncio.current_task()
        deletion = Deletion(self._tabs, lambda: own.cancel() if own is not None else None)
        try:
            count = await self._operations.delete(place, rows, deletion.progressed)
        except BaseException:
            deletion.forget()
            raise
        if count is not None:
            deletion.ended(count)

    def about(self) -> None:
        sheet = AboutSheet(self._window)
        sheet.finished.connect(sheet.deleteLater)
        sheet.open()

    def refresh_place(self, place: Location) -> None:
        self._tree.refresh(place)
        for pane in self._tabs.panes():
            if pane.location == place:
                pane.refresh()

    async def _delete_place(self, place: Location) -> None:
        if not place.path:
            await self._operations.delete_container(place)
            return
        row = Row(RowKind.FOLDER, place.name, -1, 0, "", "", None, "")
        await self._delete_rows(place.parent, [row])

    def for_tree(self) -> TreeDeeds:
        work, connecting = self._operations, self._connecting
        return TreeDeeds(
            connect=lambda: connecting.open_dialog(),
            local_storage=self.explore_local_storage,
            open=self.open_here,
            open_in_tab=self.open_in_tab,
            refresh=self.refresh_place,
            upload_files=lambda place: self.do(work.upload_files(place), "upload files"),
            upload_folder=lambda place: self.do(work.upload_folder(place), "upload a folder"),
            download=lambda place: self.do(work.download(place, []), "download"),
            new_folder=lambda place: self.do(self._new_folder(place), "new folder"),
            new_container=lambda place: self.do(
                self._new_container(place.connection_id), "new container"
            ),
            delete=lambda place: self.do(self._delete_place(place), "delete"),
            edit=lambda it: self.do(connecting.edit(it), "edit a connection"),
            rename=lambda it: self.do(connecting.rename(it), "rename a connection"),
            replace=lambda it: self.do(connecting.replace(it), "replace a credential"),
            remove=lambda it: self.do(connecting.remove(it), "remove a connection"),
        )
