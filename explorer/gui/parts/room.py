"""Room for larger fonts and small windows: widths that grow, stacks that ask for no more than
they show. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QStackedWidget, QWidget

_USUAL_LINE = 18
"""Height of a line in the usual font of a desktop, in logical pixels."""


def stretched(width: int, metrics: QFontMetrics) -> int:
    """A width thought of for the usual font, in this one; never narrower."""
    return round(width * max(1.0, metrics.height() / _USUAL_LINE))


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
