"""Metadata as lines of `name=value`, checked while they are typed. GUI thread only."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from explorer.base.errors import InputError
from explorer.gui.parts.fields import mark_invalid
from explorer.gui.parts.texts import plain_label
from explorer.storage.labels import check_metadata, split_pair

LINES = 4


def read_lines(text: str) -> dict[str, str]:
    """The metadata that `text` says; empty lines are passed over. Raises InputError."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, value = split_pair(line, "metadata")
        name, value = name.strip(), value.strip()
        if name in found:
            raise InputError(f"There are two values of metadata called '{name}'.")
        found[name] = value
    check_metadata(found)
    return found


class MetadataField(QWidget):
    """`problem` says why what is typed cannot be kept; empty where it can."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = QPlainTextEdit()
        self.lines.setAccessibleName("Metadata, one name=value a line")
        self.lines.setPlaceholderText("name=value, one a line")
        self.lines.setTabChangesFocus(True)
        height = self.lines.fontMetrics().lineSpacing() * LINES + 18
        self.lines.setFixedHeight(height)
        self.problem_line = plain_label(muted=True, wrap=True)
        self.problem_line.hide()
        self.problem = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.lines)
        column.addWidget(self.problem_line)
        self.setFocusProxy(self.lines)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # so that a caption may lead here
        self.lines.textChanged.connect(self._look)

    def show_metadata(self, metadata: Mapping[str, str]) -> None:
        """Put these in place of what is there."""
        self.lines.setPlainText("\n".join(f"{name}={value}" for name, value in metadata.items()))

    def metadata(self) -> dict[str, str]:
        """Raises InputError while there is a `problem`."""
        return read_lines(self.lines.toPlainText())

    def _look(self) -> None:
        try:
            self.metadata()
            self.problem = ""
        except InputError as error:
            self.problem = str(error)
        mark_invalid(self.lines, bool(self.problem))
        self.problem_line.setText(self.problem)
        self.problem_line.setVisible(bool(self.problem))
        self.changed.emit()
