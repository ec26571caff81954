"""A folder of this computer to be sent as one archive: which one, and its name. GUI thread only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from explorer.base.errors import InputError, LocalNotFoundError
from explorer.base.shown import shown
from explorer.base.tasks import TaskScope
from explorer.gui import ask
from explorer.gui.browse.words import path_text
from explorer.gui.parts.busy import BusyIndicator
from explorer.gui.parts.buttons import Rank, push_button
from explorer.gui.parts.fields import line_field, mark_invalid
from explorer.gui.parts.forms import add_field_with_buttons, new_form
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.work_sheet import WorkSheet
from explorer.service.model import Location
from explorer.service.naming import check_folder_name
from explorer.transfer.archive_names import archive_source
from explorer.transfer.model import UploadSource

LOOK_MS: Final = 300
"""So long after the last key the folder is looked at."""
ENDINGS: Final = (".tgz", ".tar.gz")
LEAD: Final = (
    "It is packed while it is sent: nothing is written on this computer. Paused, or started again "
    "later, it sends only what is not there yet."
)


def check_archive_name(path: str, name: str) -> None:
    """The name of an archive in the folder `path`. Raises InputError. Pure."""
    check_folder_name(path, name, what="file")
    if not name.lower().endswith(ENDINGS) or name.lower() in ENDINGS:
        raise InputError(
            f"'{name}' does not say that it is an archive.", cure="Let it end with .tgz."
        )


def find_folder(path: Path) -> UploadSource:
    """The folder as a source, called as its archive would be. Raises LocalNotFoundError,
    InputError. Blocking."""
    if not path.is_dir():
        raise LocalNotFoundError(
            f"There is no folder '{path}'.", path=str(path), cure="Check the name."
        )
    return archive_source(path)


class ArchiveSheet(WorkSheet):
    """Accepted when the folder is there and the archive's name can be; `wish` is what to send."""

    def __init__(
        self,
        place: Location,
        find: Callable[[Path], Awaitable[UploadSource]],
        scope: TaskScope,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            "Upload a folder as one .tgz", scope, parent, icon_name="file-archive", width=560
        )
        self._place = place
        self._find = find
        self._source: UploadSource | None = None
        self._named = ""
        self.path = line_field("Folder", placeholder="/path/of/a/folder")
        self.folder_button = push_button("C&hoose…", icon_name="folder-open")
        self.name = line_field("Name of the archive", placeholder="out.tgz")
        self.problem = plain_label(muted=True, wrap=True)
        self.problem.setMinimumHeight(self.problem.fontMetrics().lineSpacing())
        self._lay_out()
        self.busy = BusyIndicator("Looking at the folder")
        self._left.addWidget(self.busy)
        self.add_button("Cancel").clicked.connect(self.reject)
        self.go_button = self.add_button("&Upload", rank=Rank.PRIMARY)
        self.go_button.clicked.connect(self.accept)
        self._wait = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._wait.timeout.connect(self.look)
        self.finished.connect(lambda _: self._wait.stop())
        self.folder_button.clicked.connect(
            lambda: scope.spawn(self._choose(), name="choose a folder")
        )
        self.path.textChanged.connect(self._changed)
        self.name.textChanged.connect(self.show_state)
        self.show_state()
        self.path.setFocus()

    def _lay_out(self) -> None:
        form = new_form()
        add_field_with_buttons(form, "&Folder", self.path, self.folder_button)
        form.addRow("&Name", self.name)
        where = plain_label(shown(path_text(self._place).strip("/")), wrap=True)
        form.addRow("Goes to", where)
        self.body.insertWidget(0, plain_label(LEAD, muted=True, wrap=True))
        self.body.insertLayout(1, form)
        self.body.insertWidget(2, self.problem)

    @property
    def wish(self) -> UploadSource | None:
        """The folder, under the archive's name; None while it is not found."""
        source = self._source
        return None if source is None else replace(source, name=self.name.text().strip())

    async def _choose(self) -> None:
        chosen = await ask.folder(self, "The folder to upload as one .tgz")
        if chosen is not None:
            self.path.setText(str(chosen))
            self.look()

    def _changed(self) -> None:
        self.stop()
        self._source = None
        self._wait.start()
        self.show_state()

    def look(self) -> None:
        """See whether the folder that was named is there."""
        self._wait.stop()
        if text := self.path.text().strip():
            self.begin(self._look(Path(text).expanduser().absolute()), "look at a folder")

    async def _look(self, path: Path) -> None:
        self.notice.hide()
        source = await self._find(path)
        self._source = source
        # A name that was typed stays.
        if self.name.text() in ("", self._named):
            self._named = source.name
            self.name.setText(source.name)

    def _problem(self) -> str:
        name = self.name.text().strip()
        if not name:
            return ""
        try:
            check_archive_name(self._place.path, name)
        except InputError as error:
            return str(error)
        return ""

    def show_state(self) -> None:
        problem = self._problem()
        mark_invalid(self.name, bool(problem))
        self.problem.setText(shown(problem))
        missing = ""
        if self._source is None:
            missing = "Name a folder of this computer."
        elif not self.name.text().strip():
            missing = "The archive needs a name."
        self.go_button.setEnabled(not (missing or problem or self.is_busy))
        explain(self.go_button, missing or problem)
        if self.is_busy:
            self.busy.start()
        else:
            self.busy.stop()
