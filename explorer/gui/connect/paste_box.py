"""The box a connection is pasted into; its secrets are hidden as soon as it is understood."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QPlainTextEdit, QWidget

_EDITING_KEYS = {Qt.Key.Key_Backspace, Qt.Key.Key_Delete}


class PasteBox(QPlainTextEdit):
    """Holds a text, and shows either it or a masked version of it.

    While it is masked, typing does nothing, another paste replaces all of it, and
    Backspace or Delete empties it. `text_changed` tells the real text.
    """

    text_changed = Signal(str)
    mask_wanted = Signal()
    """The text was pasted, or the person went on to another field: hide it if it is understood."""
    file_given = Signal(str)
    """A local file was dropped or pasted: its text is meant."""

    def __init__(self, parent: QWidget | None = None, *, lines: int = 4) -> None:
        super().__init__(parent)
        self._real = ""
        self._masked = ""
        self._is_setting = False
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setWordWrapMode(self.wordWrapMode().WrapAnywhere)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self.setFixedHeight(self.fontMetrics().lineSpacing() * lines + 20)
        self.textChanged.connect(self._edited)

    @property
    def is_masked(self) -> bool:
        return bool(self._masked)

    def text(self) -> str:
        """What was pasted or typed, whole."""
        return self._real

    def set_text(self, text: str) -> None:
        """Put another text in, as if it had been pasted."""
        self._show(text)
        self.moveCursor(self.textCursor().MoveOperation.End)
        self._real, self._masked = text, ""
        self.text_changed.emit(text)
        self.mask_wanted.emit()

    def show_masked(self, masked: str) -> None:
        """Show `masked` in place of the text."""
        if masked == self._real or not masked:
            return
        self._masked = masked
        self._show(masked)

    def reveal(self) -> None:
        """Show the text itself, to be edited."""
        if self._masked:
            self._masked = ""
            self._show(self._real)
            self.moveCursor(self.textCursor().MoveOperation.End)

    def _show(self, text: str) -> None:
        self._is_setting = True
        self.setPlainText(text)  # forgets the undo history, which held the secret
        self._is_setting = False

    def _edited(self) -> None:
        if self._is_setting:
            return
        if self._masked:
            self._masked = ""
            self._show("")
        self._real = self.toPlainText()
        self.text_changed.emit(self._real)

    # -- ways in --------------------------------------------------------------

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() or source.hasUrls()

    def insertFromMimeData(self, source: QMimeData) -> None:
        local = [url.toLocalFile() for url in source.urls() if url.isLocalFile()]
        if local:
            self.file_given.emit(local[0])
            return
        text = source.text()
        if not text:
            return
        if self._masked or not self._real.strip():
            self.set_text(text)
            return
        self.textCursor().insertText(text)
        self.mask_wanted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._masked and not self._is_harmless(event):
            if event.key() in _EDITING_KEYS or event.matches(QKeySequence.StandardKey.Cut):
                self.set_text("")
            elif event.matches(QKeySequence.StandardKey.Paste):
                super().keyPressEvent(event)
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            event.ignore()  # the dialog's default button
            return
        super().keyPressEvent(event)

    @staticmethod
    def _is_harmless(event: QKeyEvent) -> bool:
        """Moves, Tab, Escape, Return: what puts no character in."""
        return (not event.text() and event.key() not in _EDITING_KEYS) or event.key() in (
            Qt.Key.Key_Tab,
            Qt.Key.Key_Backtab,
            Qt.Key.Key_Escape,
            Qt.Key.Key_Return,
            Qt.Key.Key_Enter,
        )

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if not self._masked:
            super().inputMethodEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (
            Qt.FocusReason.PopupFocusReason,
            Qt.FocusReason.ActiveWindowFocusReason,
        ):
            self.mask_wanted.emit()
