"""A field for a key or a SAS: hidden by default, shown on demand, hidden again by itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from explorer.gui.icons import icon
from explorer.gui.parts.buttons import tool_button
from explorer.gui.parts.secret_line import SecretLine
from explorer.gui.parts.texts import tooltip

_SHOW = "Show the secret"
_HIDE = "Hide the secret"


class SecretField(QWidget):
    """A line of text nobody can read over a shoulder. `name` is what a screen reader calls it."""

    text_changed = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None, *, placeholder: str = "") -> None:
        super().__init__(parent)
        self._line = SecretLine()
        self._line.setAccessibleName(name)
        self._line.setPlaceholderText(placeholder)
        self._line.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self._line.textChanged.connect(self.text_changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._line)
        self._reveal = tool_button("eye", _SHOW)
        self._reveal.setParent(self)
        self._reveal.setCheckable(True)
        self._reveal.toggled.connect(self._show_or_hide)
        self.setTabOrder(self._line, self._reveal)
        self.setFocusProxy(self._line)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # so that a caption may lead here
        self.setAccessibleName(name)
        self._show_or_hide(False)

    def text(self) -> str:
        """The secret itself."""
        return self._line.text()

    def set_text(self, text: str) -> None:
        self._line.setText(text)

    def clear(self) -> None:
        """Forget the secret, its undo history included, and hide what comes next."""
        self._line.clear()
        self._line.setText("")
        self._reveal.setChecked(False)

    @property
    def is_revealed(self) -> bool:
        return self._reveal.isChecked()

    @property
    def line(self) -> QLineEdit:
        return self._line

    @property
    def reveal_button(self) -> QToolButton:
        return self._reveal

    def _show_or_hide(self, is_shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if is_shown else QLineEdit.EchoMode.Password
        self._line.setEchoMode(mode)
        name = _HIDE if is_shown else _SHOW
        self._reveal.setIcon(icon("eye-off" if is_shown else "eye"))
        self._reveal.setAccessibleName(name)
        self._reveal.setToolTip(tooltip(name))

    def hideEvent(self, event: QHideEvent) -> None:
        self._reveal.setChecked(False)
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = self.height() - 6
        self._reveal.setGeometry(self.width() - side - 3, 3, side, side)
        self._reveal.raise_()
