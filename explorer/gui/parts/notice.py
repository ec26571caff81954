"""A bar above a panel that tells something: information, a warning, an error."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from explorer.gui.colours import Tone
from explorer.gui.parts.buttons import push_button, tool_button
from explorer.gui.parts.texts import plain_label
from explorer.gui.parts.tone_icon import ToneIcon

_ICONS = {
    Tone.NEUTRAL: "info",
    Tone.INFO: "info",
    Tone.OK: "done",
    Tone.WARN: "warning",
    Tone.BAD: "error",
}
_WORDS = {
    Tone.NEUTRAL: "Note",
    Tone.INFO: "Note",
    Tone.OK: "Done",
    Tone.WARN: "Warning",
    Tone.BAD: "Error",
}


class NoticeBar(QFrame):
    """Says `text` until it is closed or replaced; hidden while there is nothing to say.

    Escape closes it while it has the focus. The text can be selected and copied,
    because people paste errors into mails.
    """

    action_requested = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = Tone.INFO
        self._icon = ToneIcon("info", Tone.INFO, 18)
        self._label = plain_label(wrap=True)
        self._label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._action = push_button("")
        self._action.clicked.connect(self.action_requested)
        self._close = tool_button("close", "Close this notice")
        self._close.clicked.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(self._label, 1)
        row.addWidget(self._action)
        row.addWidget(self._close)
        self.hide()

    def tell(
        self, text: str, tone: Tone = Tone.INFO, *, action: str = "", closable: bool = True
    ) -> None:
        """Show `text`, and tell a screen reader at once. `action` names the button, if any."""
        self._tone = tone
        self.setProperty("tone", tone.value)
        self.style().unpolish(self)
        self.style().polish(self)
        self._icon.set_state(_ICONS[tone], tone)
        self._label.setText(text)
        self._label.setAccessibleName(f"{_WORDS[tone]}: {text}")
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self._close.setVisible(closable)
        self.setAccessibleName(f"{_WORDS[tone]}: {text}")
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def dismiss(self) -> None:
        """Hide the bar and say so."""
        if self.isHidden():
            return
        self.hide()
        self.closed.emit()

    def text(self) -> str:
        return self._label.text()

    def tone(self) -> Tone:
        return self._tone

    @property
    def action_button(self) -> QPushButton:
        return self._action

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self._close.isHidden():
            self.dismiss()
            return
        super().keyPressEvent(event)
