"""A text that is there to be copied: commands, snippets. GUI thread only."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase, QGuiApplication, QTextOption
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from explorer.gui.parts.buttons import push_button
from explorer.gui.parts.texts import plain_label


class CopyText(QWidget):
    """A headline, the text, and a button that copies it as it is, however it is wrapped here."""

    def __init__(self, title: str, *, lines: int = 8) -> None:
        super().__init__()
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(title)
        self.text.setTabChangesFocus(True)
        self.text.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setMinimumHeight(self.text.fontMetrics().lineSpacing() * lines + 18)
        self.copy_button: QPushButton = push_button("Copy", icon_name="copy")
        self.copy_button.setAccessibleName(f"Copy: {title}")
        self.copy_button.clicked.connect(self._copy)
        self.top = QHBoxLayout()
        self.top.setSpacing(8)
        self.top.addWidget(plain_label(title), 1)
        self.top.addWidget(self.copy_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self.top)
        column.addWidget(self.text)

    def show_text(self, text: str) -> None:
        """Show it; an empty one cannot be copied."""
        self.text.setPlainText(text)
        self.copy_button.setEnabled(bool(text))
        self.copy_button.setText("Copy")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.copy_button.setText("Copied")
