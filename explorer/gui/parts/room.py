"""Room for larger fonts and small windows: widths that grow, windows no larger than the screen,
stacks that ask for no more than they show. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QFontMetrics, QScreen
from PySide6.QtWidgets import QStackedWidget, QWidget

_USUAL_LINE = 18
"""Height of a line in the usual font of a desktop, in logical pixels."""
_FRAME = 4, 32
"""What the frame of a window takes, across and down."""


def stretched(width: int, metrics: QFontMetrics) -> int:
    """A width thought of for the usual font, in this one; never narrower."""
    return round(width * max(1.0, metrics.height() / _USUAL_LINE))


def on_screen(width: int, height: int, screen: QScreen) -> QSize:
    """The size for a new window: this one, or what the screen has beside a frame."""
    room = screen.availableGeometry().size() - QSize(*_FRAME)
    return QSize(width, height).boundedTo(room)


class Stack(QStackedWidget):
    """Its least size is that of the page it shows: one that nobody sees widens no window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.currentChanged.connect(lambda _: self.updateGeometry())

    def minimumSizeHint(self) -> QSize:
        page = self.currentWidget()
        if page is None:
            return QSize(0, 0)
        return page.minimumSizeHint().expandedTo(page.minimumSize())
