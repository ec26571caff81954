"""A file or folder to be uploaded as an artifact: what goes, as what, where to. GUI thread only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from explorer.base.errors import InputError
from explorer.base.records import dataclass
from explorer.base.shown import shown
from explorer.base.tasks import TaskScope
from explorer.base.units import format_bytes
from explorer.gui import ask
from explorer.gui.artifact import words
from explorer.gui.colours import Tone
from explorer.gui.parts.busy import BusyIndicator
from explorer.gui.parts.buttons import Rank, push_button
from explorer.gui.parts.fields import line_field, mark_invalid
from explorer.gui.parts.forms import add_field_with_buttons, new_form
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.work_sheet import WorkSheet
from explorer.service.model import Location
from explorer.service.naming import check_container_name
from explorer.workflows.artifact import Registered, check_label
from explorer.workflows.artifact_files import ArtifactSource
from explorer.workflows.artifact_upload import ArtifactUpload, ArtifactWish

LOOK_MS: Final = 300
"""So long after the last key the folder is looked at."""
TICK_MS: Final = 250
LINES: Final = 5


@dataclass(frozen=True, slots=True)
class ArtifactCalls:
    """What the sheet has done for it: the files of a path, and an upload begun (None where a job
    sends it now)."""

    find: Callable[[Path], Awaitable[ArtifactSource]]
    begin: Callable[[ArtifactUpload], Awaitable[Registered | None]]


class ArtifactUploadSheet(WorkSheet):
    """Accepted when a job sends it, or when the person wants to be shown what was `found` there
    already."""

    def __init__(
        self,
        place: Location,
        calls: ArtifactCalls,
        scope: TaskScope,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Upload as artifact", scope, parent, icon_name="upload", width=600)
        self._connection_id = place.connection_id
        self._calls = calls
        self._upload: ArtifactUpload | None = None
        self._named = ""
        self.source: ArtifactSource | None = None
        self.found: Registered | None = None
        self.path = line_field("File or folder", placeholder="/path/of/a/folder")
        self.folder_button = push_button("&Folder…", icon_name="folder-open")
        self.file_button = push_button("F&ile…", icon_name="file")
        self.name = line_field("Name", placeholder="resnet")
        self.version = line_field("Version", placeholder="a fresh one")
        self.container = line_field("Container", place.container, placeholder="azureml-blobstore-…")
        self.problem = plain_label(muted=True, wrap=True)
        self.problem.setMinimumHeight(self.problem.fontMetrics().lineSpacing())
        self.figures = plain_label(wrap=True)
        self.rules = QPlainTextEdit()
        self.rules.setReadOnly(True)
        self.rules.setTabChangesFocus(True)
        self.rules.setAccessibleName("What is left out")
        self.rules.setFixedHeight(self.rules.fontMetrics().lineSpacing() * LINES + 18)
        self._lay_out()
        self.busy = BusyIndicator("Reading")
        self.progress = plain_label(muted=True)
        self._left.addWidget(self.busy)
        self._left.addSpacing(8)
        self._left.addWidget(self.progress)
        self.close_button = self.add_button("Cancel")
        self.close_button.clicked.connect(self.reject)
        self.go_button = self.add_button("&Upload", rank=Rank.PRIMARY)
        self.go_button.clicked.connect(lambda: self.begin(self._send(), "upload an artifact"))
        self._wait = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._wait.timeout.connect(self.look)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._show_progress)
        self.folder_button.clicked.connect(lambda: self._choose(is_folder=True))
        self.file_button.clicked.connect(lambda: self._choose(is_folder=False))
        self.path.textChanged.connect(self._changed)
        for field in (self.name, self.version, self.container):
            field.textChanged.connect(self._edited)
        self.notice.action_requested.connect(self.accept)
        self.show_state()
        self.path.setFocus()

    def _lay_out(self) -> None:
        form = new_form()
        add_field_with_buttons(
            form, "File &or folder", self.path, self.folder_button, self.file_button
        )
        form.addRow("&Name", self.name)
        form.addRow("&Version", self.version)
        form.addRow("&Container", self.container)
        lead = plain_label(
            "It goes under the hash of its content, where AzureML would put it: what is there "
            "already is not sent again.",
            muted=True,
            wrap=True,
        )
        self.body.insertWidget(0, lead)
        self.body.insertLayout(1, form)
        for at, widget in enumerate((self.problem, self.figures, self.rules)):
            self.body.insertWidget(2 + at, widget)

    # -- what goes ----------------------------------------------------------------

    def _choose(self, *, is_folder: bool) -> None:
        async def choose() -> None:
            if is_folder:
                chosen = await ask.folder(self, "The folder to upload as an artifact")
            else:
                files = await ask.files_to_open(self, "The file to upload as an artifact")
                chosen = files[0] if files else None
            if chosen is not None:
                self.path.setText(str(chosen))
                self.look()

        self._scope.spawn(choose(), name="choose what to upload")

    def _changed(self) -> None:
        self.stop()
        self.source = None
        self._wait.start()
        self._edited()

    def _edited(self) -> None:
        """What was found there was something else."""
        if self.found is not None:
            self.found = None
            self.close_button.setText("Cancel")
            self.notice.hide()
        self.show_state()

    def look(self) -> None:
        """See what is in the folder that was named."""
        self._wait.stop()
        if self._path is not None:
            self.begin(self._find(self._path), "look at what is to be uploaded")

    @property
    def _path(self) -> Path | None:
        text = self.path.text().strip()
        return Path(text).expanduser().absolute() if text else None

    async def _find(self, path: Path) -> None:
        self.notice.hide()
        self.source = await self._calls.find(path)
        if self.name.text() in ("", self._named):
            self._named = self.source.name
            self.name.setText(self.source.name)

    # -- sending ------------------------------------------------------------------

    @property
    def _wish(self) -> ArtifactWish:
        return ArtifactWish(
            self._path or Path(),
            Location(self._connection_id, self.container.text().strip()),
            self.name.text().strip(),
            self.version.text().strip(),
        )

    async def _send(self) -> None:
        self.notice.hide()
        self._upload = upload = ArtifactUpload(self._wish)
        self.show_state()
        self.found = await self._calls.begin(upload)
        if self.found is None:
            self.accept()
            return
        self._upload = None
        self.close_button.setText("Close")
        self.notice.tell(words.registered(self.found), Tone.OK, action="Show it", closable=False)
        self.fit()
        self.close_button.setFocus()

    def _show_progress(self) -> None:
        upload, source = self._upload, self.source
        if upload is not None and source is not None:
            size = format_bytes(source.size_bytes)
            self.progress.setText(f"Reading: {format_bytes(upload.hashed_bytes)} of {size}")

    # -- showing ------------------------------------------------------------------

    def _trouble(self) -> tuple[QWidget | None, str]:
        """The field that cannot stay so, and why; an empty one is only still to be filled in."""
        for field, check in (
            (self.name, lambda text: check_label("name", text)),
            (self.version, lambda text: check_label("version", text)),
            (self.container, check_container_name),
        ):
            if text := field.text().strip():
                try:
                    check(text)
                except InputError as error:
                    return field, str(error)
        return None, ""

    def show_state(self) -> None:
        wrong, problem = self._trouble()
        is_sending = self.is_busy and self._upload is not None
        if not self.is_busy:
            self._upload = None
        for field in (self.name, self.version, self.container):
            mark_invalid(field, field is wrong)
            field.setEnabled(not is_sending)
        for widget in (self.path, self.folder_button, self.file_button):
            widget.setEnabled(not is_sending)
        self.problem.setText(shown(problem))
        source = self.source
        self.figures.setText(words.figures(source) if source is not None else "")
        patterns = source.ignored.patterns if source is not None else ()
        self.rules.setPlainText("\n".join(patterns))
        was_shown = self.rules.isVisible()
        self.rules.setVisible(bool(patterns))
        missing = ""
        if source is None:
            missing = "Name a file or folder of this computer."
        elif not self.name.text().strip() or not self.container.text().strip():
            missing = "An artifact has a name and a container."
        is_ready = not (missing or problem or self.is_busy)
        self.go_button.setEnabled(is_ready and self.found is None)
        explain(self.go_button, missing or problem)
        self.busy.start() if self.is_busy else self.busy.stop()
        if is_sending:
            self._tick.start()
            self._show_progress()
        else:
            self._tick.stop()
            self.progress.setText("")
        if was_shown != self.rules.isVisible() and self.isVisible():
            self.fit()

    def done(self, code: int) -> None:
        self._wait.stop()
        self._tick.stop()
        super().done(code)
