"""What an empty tab shows: one box to paste into, and the way to local storage."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.empty import EmptyState

HEADLINE = "Paste a connection string, SAS URL or blob URL"


class _PasteLine(QLineEdit):
    """Hands on what is pasted at once, what is typed on Return; then it is empty again."""

    given = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(HEADLINE)
        self.setPlaceholderText("https://account.blob.core.windows.net/…")
        self.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData)
        self.setMinimumHeight(36)
        self._length = 0
        self.textEdited.connect(self._edited)
        self.returnPressed.connect(self._give)

    def _edited(self, text: str) -> None:
        grown, self._length = len(text) - self._length, len(text)
        if grown > 1:
            self._give()

    def _give(self) -> None:
        """The secret goes into the dialog and not into this line's history."""
        text, self._length = self.text().strip(), 0
        self.setText("")
        self.given.emit(text)


class StartPage(QWidget):
    """Shown while a tab has no place."""

    connect_requested = Signal(str)
    local_storage_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.state = EmptyState(
            "cloud",
            HEADLINE,
            "Quayside says what it is and what it allows, tests it, and opens the very place.",
        )
        self.line = _PasteLine()
        self.state.add_widget(self.line)
        self.connect_button = self.state.add_action("&Connect…", Rank.PRIMARY)
        self.local_button = self.state.add_action(
            "&Explore local storage", icon_name="local-storage"
        )
        self.line.given.connect(self.connect_requested)
        self.connect_button.clicked.connect(self.line.returnPressed)
        self.local_button.clicked.connect(self.local_storage_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.state)
        self.setFocusProxy(self.line)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _is_text(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.connect_requested.emit(event.mimeData().text())


def _is_text(mime: QMimeData) -> bool:
    return mime.hasText() and not any(url.isLocalFile() for url in mime.urls())
