"""Text as it comes, in slices, so that a large piece never holds up the window."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFontDatabase, QTextCursor, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from explorer.gui.theme import scaled

SLICE_CHARACTERS = 16 * 1024
WIDE_SLICE_CHARACTERS = 2 * 1024
FOLLOWED_LINES = 20_000
"""While a blob is followed, older lines go."""


class TextView(QPlainTextEdit):
    """Read only; keeps its place when earlier text comes before, or later text after."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setAccessibleName("Content")
        self.setProperty("bare", True)
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPointSizeF(self.font().pointSizeF())
        self.setFont(scaled(fixed, 0.95))
        self.setTabStopDistance(self.fontMetrics().horizontalAdvance(" ") * 4)
        self.set_wrapping(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._waiting: deque[str] = deque()
        self._keeps_end = False
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._put_next)

    def set_wrapping(self, wraps: bool) -> None:
        """Break long lines at the edge, or let them run out of it."""
        mode = QPlainTextEdit.LineWrapMode
        self.setLineWrapMode(mode.WidgetWidth if wraps else mode.NoWrap)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)

    @property
    def is_settled(self) -> bool:
        """Everything that came is in."""
        return not self._waiting

    def show_text(self, text: str, *, at_end: bool = False) -> None:
        """Show this and nothing else, from its beginning or at its end."""
        self._waiting.clear()
        self.setMaximumBlockCount(0)
        self.clear()
        self._keeps_end = at_end
        self._enqueue(text)

    def add_text(self, text: str, *, keeps_end: bool = False) -> None:
        """Put this behind what is there; with `keeps_end` the view goes along if it is there."""
        bar = self.verticalScrollBar()
        self._keeps_end = keeps_end and bar.value() >= bar.maximum() - 2
        self._enqueue(text)

    def keep_last_lines(self) -> None:
        """From now on older lines go."""
        self.setMaximumBlockCount(FOLLOWED_LINES)

    def add_before(self, text: str) -> None:
        """Put this before what is there; what is seen stays where it is."""
        self._put_all()
        bar = self.verticalScrollBar()
        lines, place = self.blockCount(), bar.value()
        cursor = QTextCursor(self.document())
        cursor.setPosition(0)
        cursor.insertText(text)
        bar.setValue(place + self.blockCount() - lines)

    def _enqueue(self, text: str) -> None:
        at, most = 0, SLICE_CHARACTERS
        if not text.isascii():  # other letters may take ten times as long to be laid out
            most = WIDE_SLICE_CHARACTERS
        while at < len(text):
            end = min(len(text), at + most)
            line = text.rfind("\n", at, end)
            if end < len(text) and line > at:
                end = line + 1
            self._waiting.append(text[at:end])
            at = end
        self._put_next()

    def _put_next(self) -> None:
        if self._waiting:
            bar = self.verticalScrollBar()
            place = bar.value()
            cursor = QTextCursor(self.document())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(self._waiting.popleft())
            bar.setValue(bar.maximum() if self._keeps_end else place)
        if self._waiting:
            self._timer.start()
        else:
            self._timer.stop()

    def _put_all(self) -> None:
        while self._waiting:
            self._put_next()

    def clear_text(self) -> None:
        """Show nothing."""
        self._waiting.clear()
        self._timer.stop()
        self.clear()
