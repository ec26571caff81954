"""An icon as a widget of its own, beside a text that says the same."""

from __future__ import annotations

from PySide6.QtGui import QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from explorer.gui import colours, icons
from explorer.gui.colours import Tone


class ToneIcon(QWidget):
    """One icon in a tone, `size` logical pixels square."""

    def __init__(self, name: str, tone: Tone, size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._tone = tone
        self._size = size
        self.setFixedSize(size, size)

    def set_state(self, name: str, tone: Tone) -> None:
        """Show another icon."""
        self._name, self._tone = name, tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        scheme = colours.current()
        colour = icons.colour_of(self._name, QIcon.Mode.Normal, self._tone, scheme)
        drawn = icons.pixmap(self._name, self._size, self.devicePixelRatioF(), colour)
        painter.drawPixmap(0, 0, drawn)
        painter.end()
