"""One setting: its name, what it is for, its field, and the way back to the default."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QWidget

from explorer.base import settings
from explorer.gui.parts.buttons import tool_button
from explorer.gui.parts.texts import plain_label
from explorer.gui.settings.editors import editor_for


class SettingRow(QWidget):
    """It asks for changes and shows what it is told; nothing is set in here."""

    change_requested = Signal(str, object)
    """The name of the setting, and a value that may be set."""

    def __init__(self, name: str) -> None:
        super().__init__()
        about = settings.about(name)
        self.name = name
        self._words = f"{about.section.value} {about.title} {about.description} {name}".casefold()
        self.editor = editor_for(name)
        title = plain_label(about.title)
        bold = QFont(title.font())
        bold.setWeight(QFont.Weight.Medium)
        title.setFont(bold)
        self._description = plain_label(about.description, muted=True, wrap=True)
        self._problem = plain_label("", wrap=True)
        self._problem.setProperty("tone", "bad")
        self._problem.hide()
        self.editor.field.setAccessibleDescription(about.description)
        self.reset = tool_button("undo", f"Reset {about.title}", hint="Back to the default")
        keeps_room = self.reset.sizePolicy()
        keeps_room.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(keeps_room)
        self.reset.clicked.connect(self._reset)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        grid.addWidget(title, 0, 0)
        grid.addWidget(self._description, 1, 0)
        grid.addWidget(self._problem, 2, 0)
        grid.addWidget(self.editor, 0, 1, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self.reset, 0, 2, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        self.editor.changed.connect(lambda value: self.change_requested.emit(name, value))
        self.editor.problem_changed.connect(self.tell)

    def show_value(self, value: Any) -> None:
        """What is in force."""
        self.editor.set_value(value)
        self.reset.setVisible(value != settings.default(self.name))
        self.tell("")

    def tell(self, problem: str) -> None:
        """What is wrong with what stands in the field."""
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))

    def problem(self) -> str:
        return self._problem.text()

    def matches(self, words: list[str]) -> bool:
        """Whether all these words, folded, are in what is said about it."""
        return all(word in self._words for word in words)

    def _reset(self) -> None:
        self.editor.setFocus()
        self.change_requested.emit(self.name, settings.default(self.name))
