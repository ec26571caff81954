"""A line of text that holds a secret: what is copied out of it is on the clipboard for a minute."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QMenu

from explorer.gui.parts.secret_clip import secret_clip


class SecretLine(QLineEdit):
    """Copy and Cut, by key and by menu, go through `secret_clip()`. Nothing is copied or cut
    while the text is hidden, as in every field for passwords."""

    def copy_for_a_minute(self) -> None:
        if self.hasSelectedText() and self.echoMode() is QLineEdit.EchoMode.Normal:
            secret_clip().put(self.selectedText())

    def cut_for_a_minute(self) -> None:
        if not self.isReadOnly() and self.echoMode() is QLineEdit.EchoMode.Normal:
            self.copy_for_a_minute()
            self.insert("")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """On X11 what was selected so can be pasted at once."""
        super().mouseReleaseEvent(event)
        if self.echoMode() is QLineEdit.EchoMode.Normal:
            secret_clip().selected(self.selectedText())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_for_a_minute()
        elif event.matches(QKeySequence.StandardKey.Cut):
            self.cut_for_a_minute()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu().popup(event.globalPos())

    def menu(self) -> QMenu:
        """The usual one; it is gone when it closes."""
        menu = self.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, do in (
            ("edit-copy", self.copy_for_a_minute),
            ("edit-cut", self.cut_for_a_minute),
        ):
            if (action := menu.findChild(QAction, name)) is not None:
                action.triggered.disconnect()
                action.triggered.connect(do)
        return menu
