"""Questions to the person, awaited: dialogs that are opened and answer later.

`exec()` would run a second event loop inside a task, which asyncio does not survive.
Every function here returns None (or False) when the dialog was dismissed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QFileDialog, QLineEdit, QPushButton, QWidget

from explorer.base.errors import InputError, QuaysideError
from explorer.gui.colours import Tone
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.fields import mark_invalid
from explorer.gui.parts.texts import plain_label
from explorer.gui.sheet import Sheet

D = TypeVar("D", bound=QDialog)
T = TypeVar("T")


async def answer(dialog: QDialog) -> int:
    """Open `dialog` and wait for its result code. What it holds can be read at once
    afterwards; then it is gone, as it is when the waiting task is cancelled."""
    code: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def done(result: int) -> None:
        if not code.done():
            code.set_result(result)

    dialog.finished.connect(done)
    dialog.open()
    try:
        return await code
    finally:
        dialog.hide()
        dialog.deleteLater()


async def finished(dialog: D, read: Callable[[D], T]) -> T | None:
    """What `read` finds in `dialog` once it was accepted; None when it was rejected."""
    return read(dialog) if await answer(dialog) == QDialog.DialogCode.Accepted else None


class ConfirmSheet(Sheet):
    """Go on or not. A dangerous one has its focus on Cancel."""

    def __init__(
        self, headline: str, text: str, go: str, parent: QWidget | None, *, is_danger: bool
    ) -> None:
        super().__init__(
            headline,
            parent,
            icon_name="warning" if is_danger else "question",
            tone=Tone.WARN if is_danger else Tone.NEUTRAL,
        )
        if text:
            self.body.addWidget(plain_label(text, wrap=True))
        cancel = self.add_button("Cancel")
        cancel.clicked.connect(self.reject)
        self.go_button = self.add_button(go, rank=Rank.DANGER if is_danger else Rank.PRIMARY)
        self.go_button.clicked.connect(self.accept)
        (cancel if is_danger else self.go_button).setFocus()


async def confirm(
    parent: QWidget, headline: str, text: str, *, go: str, is_danger: bool = False
) -> bool:
    """Whether the person wants to go on."""
    sheet = ConfirmSheet(headline, text, go, parent, is_danger=is_danger)
    return bool(await finished(sheet, lambda _: True))


class ChoiceSheet(Sheet):
    """One of several buttons; `chosen` is the key of the one pressed."""

    def __init__(
        self,
        headline: str,
        text: str,
        choices: tuple[tuple[str, str, Rank], ...],
        parent: QWidget | None,
        *,
        stay: str,
        also: str = "",
    ) -> None:
        super().__init__(headline, parent, icon_name="question")
        self.chosen = ""
        self.body.addWidget(plain_label(text, wrap=True))
        self.also = QCheckBox(also)
        self.body.addWidget(self.also)
        self.also.setVisible(bool(also))
        self.stay_button = self.add_button(stay, at_left=True)
        self.stay_button.clicked.connect(self.reject)
        for key, label, rank in choices:
            button = self.add_button(label, rank=rank)
            button.clicked.connect(lambda _=False, key=key: self._choose(key))

    @property
    def is_also(self) -> bool:
        """Whether the tick beside `also` is set."""
        return self.also.isChecked()

    def _choose(self, key: str) -> None:
        self.chosen = key
        self.accept()


async def choose(
    parent: QWidget,
    headline: str,
    text: str,
    choices: tuple[tuple[str, str, Rank], ...],
    *,
    stay: str,
) -> str | None:
    """The key of the choice: each is (key, label, rank). `stay` is on the button for none."""
    sheet = ChoiceSheet(headline, text, choices, parent, stay=stay)
    return await finished(sheet, lambda it: it.chosen)


class TextSheet(Sheet):
    """One line of text, checked while it is typed."""

    submitted = Signal(str)
    """Instead of closing, where it waits for what comes of the text."""

    def __init__(
        self,
        headline: str,
        label: str,
        text: str,
        go: str,
        check: Callable[[str], None],
        parent: QWidget | None,
        *,
        waits: bool = False,
        selected: int | None = None,
    ) -> None:
        super().__init__(headline, parent)
        self._check = check
        caption = plain_label(label)
        self.line = QLineEdit(text)
        self.line.setAccessibleName(label.replace("&", ""))
        self.line.setSelection(0, len(text) if selected is None else selected)
        caption.setBuddy(self.line)
        self.problem = plain_label("", muted=True, wrap=True)
        self.problem.setMinimumHeight(self.problem.fontMetrics().lineSpacing() * 2)
        self.body.addWidget(caption)
        self.body.addWidget(self.line)
        self.body.addWidget(self.problem)
        cancel = self.add_button("Cancel")
        cancel.clicked.connect(self.reject)
        self.go_button: QPushButton = self.add_button(go, rank=Rank.PRIMARY)
        if waits:
            self.go_button.clicked.connect(lambda: self.submitted.emit(self.line.text().strip()))
        else:
            self.go_button.clicked.connect(self.accept)
        self.line.textChanged.connect(self._look)
        self._look(text)
        self.line.setFocus()

    def _look(self, text: str) -> None:
        problem = ""
        if text.strip():
            try:
                self._check(text.strip())
            except InputError as error:
                problem = str(error)
        self.refuse(problem)
        self.go_button.setEnabled(bool(text.strip()) and not problem)

    def refuse(self, problem: str) -> None:
        """Say why this text cannot be; empty where it can."""
        self.problem.setText(problem)
        mark_invalid(self.line, bool(problem))


def anything(_text: str) -> None:
    """A check that lets everything pass."""


async def text(
    parent: QWidget,
    headline: str,
    label: str,
    *,
    go: str,
    value: str = "",
    check: Callable[[str], None] = anything,
) -> str | None:
    """A line of text without blanks at its ends; `check` raises InputError where it cannot be."""
    sheet = TextSheet(headline, label, value, go, check, parent)
    return await finished(sheet, lambda it: it.line.text().strip())


async def text_done(
    parent: QWidget,
    headline: str,
    label: str,
    attempt: Callable[[str], Coroutine[Any, Any, object]],
    *,
    go: str,
    value: str = "",
    selected: int | None = None,
    check: Callable[[str], None] = anything,
) -> str | None:
    """Like `text`, for a name that may be taken: `attempt` does what the name is for, and where
    it raises one of our errors, the line stays open with the reason. `selected` is how many
    letters of `value` typing replaces, all where it is not said."""
    sheet = TextSheet(headline, label, value, go, check, parent, waits=True, selected=selected)
    texts: asyncio.Queue[str | None] = asyncio.Queue()
    sheet.submitted.connect(texts.put_nowait)
    sheet.finished.connect(lambda _: texts.put_nowait(None))
    sheet.open()
    try:
        while (typed := await texts.get()) is not None:
            sheet.setEnabled(False)
            try:
                await attempt(typed)
            except QuaysideError as error:
                sheet.setEnabled(True)
                sheet.line.setFocus()
                sheet.refuse(str(error))
            else:
                return typed
        return None
    finally:
        sheet.hide()
        sheet.deleteLater()


def _names(dialog: QFileDialog) -> list[Path]:
    return [Path(name) for name in dialog.selectedFiles()]


async def files_to_open(parent: QWidget, title: str) -> list[Path] | None:
    """Existing local files."""
    dialog = QFileDialog(parent, title)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    return await finished(dialog, _names)


async def folder(parent: QWidget, title: str) -> Path | None:
    """An existing local folder."""
    dialog = QFileDialog(parent, title)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
    found = await finished(dialog, _names)
    return found[0] if found else None


async def file_to_save(parent: QWidget, title: str, name: str) -> Path | None:
    """A local file that may exist; whether it may be replaced is asked later, in one way."""
    dialog = QFileDialog(parent, title)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setOption(QFileDialog.Option.DontConfirmOverwrite, True)
    dialog.selectFile(name)
    found = await finished(dialog, _names)
    return found[0] if found else None
