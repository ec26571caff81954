"""A folder to be watched: which one, what of it, when a file has settled. GUI thread only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtWidgets import QCheckBox, QPlainTextEdit, QWidget

from explorer.base.errors import InputError
from explorer.base.shown import shown
from explorer.base.tasks import TaskScope
from explorer.gui import ask
from explorer.gui.browse.words import path_text
from explorer.gui.parts.buttons import Rank, push_button
from explorer.gui.parts.fields import line_field
from explorer.gui.parts.forms import add_field_with_buttons, new_form
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.watch import words
from explorer.gui.work_sheet import WorkSheet
from explorer.service.model import Location
from explorer.workflows.watched_folders import WatchWish

LINES = 3
LEAD = (
    "Every file of the folder is uploaded once it has settled, and again when it changes. What is "
    "deleted here stays in storage."
)


class WatchStartSheet(WorkSheet):
    """Accepted with a `wish` whose folder is there."""

    def __init__(
        self,
        target: Location,
        refusal: Callable[[WatchWish], Awaitable[str]],
        scope: TaskScope,
        parent: QWidget | None = None,
        *,
        use_ignore_files: bool = False,
    ) -> None:
        place = path_text(target).strip("/")
        super().__init__(
            f"Watch a folder for {place}", scope, parent, icon_name="follow", width=600
        )
        self._target = target
        self._refusal = refusal
        self.wish: WatchWish | None = None
        self.folder = line_field("Folder", placeholder="/path/of/a/folder")
        self.folder_button = push_button("Choo&se…", icon_name="folder-open")
        self.exclude = _lines("Leave out", "*.tmp\nbuild/")
        self.include = _lines("Only", "everything")
        self.ignore_box = QCheckBox("Leave out what .&amlignore, or else .gitignore, says")
        self.ignore_box.setChecked(use_ignore_files)
        self.settle = line_field("Settled after", "2s", placeholder="2s")
        explain(self.settle, "So long a file must rest before it is uploaded: 2s, 5min, 1h")
        self.goes_on_box = QCheckBox("&Go on when Quayside starts")
        self.problem = plain_label(muted=True, wrap=True)
        self.problem.setMinimumHeight(self.problem.fontMetrics().lineSpacing())
        self._lay_out()
        self.close_button = self.add_button("Cancel")
        self.close_button.clicked.connect(self.reject)
        self.go_button = self.add_button("&Watch", rank=Rank.PRIMARY)
        self.go_button.clicked.connect(self._go)
        self.folder_button.clicked.connect(self._choose)
        for line in (self.folder, self.settle):
            line.textChanged.connect(lambda _: self.show_state())
        for lines in (self.exclude, self.include):
            lines.textChanged.connect(self.show_state)
        self.show_state()
        self.folder.setFocus()

    def _lay_out(self) -> None:
        form = new_form()
        add_field_with_buttons(form, "&Folder", self.folder, self.folder_button)
        form.addRow("Leave &out", self.exclude)
        form.addRow("O&nly", self.include)
        form.addRow("", self.ignore_box)
        form.addRow("Se&ttled after", self.settle)
        form.addRow("", self.goes_on_box)
        self.body.insertWidget(0, plain_label(LEAD, muted=True, wrap=True))
        self.body.insertLayout(1, form)
        self.body.insertWidget(2, self.problem)

    def _choose(self) -> None:
        async def choose() -> None:
            chosen = await ask.folder(self, "The folder to watch")
            if chosen is not None:
                self.folder.setText(str(chosen))

        self._scope.spawn(choose(), name="choose a folder to watch")

    def _read(self) -> WatchWish:
        return words.wish_of(
            self._target,
            self.folder.text(),
            include=self.include.toPlainText(),
            exclude=self.exclude.toPlainText(),
            use_ignore_files=self.ignore_box.isChecked(),
            settle=self.settle.text(),
            goes_on=self.goes_on_box.isChecked(),
        )

    def _go(self) -> None:
        wish = self._read()

        async def check() -> None:
            self.notice.hide()
            if refusal := await self._refusal(wish):
                raise InputError(refusal)
            self.wish = wish
            self.accept()

        self.begin(check(), "look at a folder to watch")

    def show_state(self) -> None:
        problem = ""
        try:
            self._read()
        except InputError as error:
            problem = str(error)
        self.problem.setText(shown(problem) if self.folder.text().strip() else "")
        self.go_button.setEnabled(not problem and not self.is_busy)
        explain(self.go_button, problem)


def _lines(name: str, placeholder: str) -> QPlainTextEdit:
    edit = QPlainTextEdit()
    edit.setAccessibleName(name)
    edit.setPlaceholderText(placeholder)
    edit.setTabChangesFocus(True)
    edit.setFixedHeight(edit.fontMetrics().lineSpacing() * LINES + 18)
    explain(edit, "One pattern a line, as in .gitignore: *.tmp, build/, /data/**/*.csv")
    return edit
