"""A bar above a panel that tells something: information, a warning, an error."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from explorer.gui.colours import Tone
from explorer.gui.parts.buttons import push_button, tool_button
from explorer.gui.parts.room import stretched
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

LEAST_WORDS = 260
"""Where less width than this is left for the words, the button goes below them."""


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
        self._middle = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._middle.setSpacing(8)
        self._middle.addWidget(self._label, 1)
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self._middle.addWidget(self._action, 0, side)
        row.addWidget(self._icon)
        row.addLayout(self._middle, 1)
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
        self._fit()
        self.setAccessibleName(f"{_WORDS[tone]}: {text}")
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The button beside the words, or below them where it is narrow."""
        others = (self._icon, self._action, self._close)
        left = self.width() - sum(each.sizeHint().width() for each in others)
        is_narrow = left < stretched(LEAST_WORDS, self.fontMetrics())
        ways = QBoxLayout.Direction
        self._middle.setDirection(ways.TopToBottom if is_narrow else ways.LeftToRight)

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
