"""The end of a job of OpenPAI that uploads its outputs to a folder, to be copied. GUI thread
only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFormLayout, QWidget

from explorer.base.errors import InputError
from explorer.base.shown import shown
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.copy_text import CopyText
from explorer.gui.parts.fields import line_field, mark_invalid
from explorer.gui.parts.texts import plain_label
from explorer.gui.sheet import Sheet
from explorer.service.model import Location
from explorer.service.naming import check_folder_name
from explorer.workflows import snippet

LINES = 9


def check_folder(path: str) -> None:
    """A folder of a job, which may be in others. Raises InputError. Pure."""
    above = ""
    for part in path.strip("/").split("/"):
        check_folder_name(above, part)
        above += f"{part}/"


class SnippetSheet(Sheet):
    """For the container or folder `place`; nothing in it is secret."""

    def __init__(self, place: Location, parent: QWidget | None = None) -> None:
        super().__init__("Snippet for a job of OpenPAI", parent, icon_name="terminal", width=640)
        self._container = place.container
        self.folder = line_field("Folder", place.path.rstrip("/"), placeholder=snippet.FOLDER)
        self.per_job = QCheckBox("Below it a folder for each &job")
        self.per_job.setChecked(True)
        self.archive = QCheckBox("As &one .tgz")
        self.yaml = QCheckBox("As an item of the commands of the job's &YAML")
        self.problem = plain_label(muted=True, wrap=True)
        self.part = CopyText("At the end of the job's commands", lines=LINES)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.addRow("Container", plain_label(place.container))
        form.addRow("&Folder", self.folder)
        for box in (self.per_job, self.archive, self.yaml):
            form.addRow("", box)
            box.toggled.connect(self._update)
        self.folder.textChanged.connect(self._update)
        self.notes = plain_label(muted=True, wrap=True)
        self.body.addLayout(form)
        for widget in (self.problem, self.part, self.notes):
            self.body.addWidget(widget)
        close = self.add_button("Close", rank=Rank.PRIMARY)
        close.clicked.connect(self.accept)
        self._update()
        self.folder.setFocus()

    def _update(self) -> None:
        """What is shown follows what is chosen; without a folder each job has one of its own."""
        folder = self.folder.text().strip().strip("/")
        problem = ""
        try:
            if folder:
                check_folder(folder)
        except InputError as error:
            problem = str(error)
        mark_invalid(self.folder, bool(problem))
        self.problem.setText(shown(problem))
        self.problem.setVisible(bool(problem))
        self.per_job.setEnabled(bool(folder))
        made = snippet.openpai(
            self._container,
            folder,
            is_archive=self.archive.isChecked(),
            is_per_job=self.per_job.isChecked(),
        )
        commands = made.commands
        lines = snippet.as_yaml(commands) if self.yaml.isChecked() else commands
        self.part.show_text("" if problem else "\n".join(lines))
        self.notes.setText("\n".join(made.notes))
