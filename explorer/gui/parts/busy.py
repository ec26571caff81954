"""An arc that turns while something is being fetched, in place and without covering anything."""

from __future__ import annotations

from time import monotonic

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.gui import colours

_FRAME_MS = 40
_TURN_S = 1.0


class BusyIndicator(QWidget):
    """Turns while `start`ed and visible; hidden or stopped it costs nothing."""

    def __init__(
        self, what: str = "Working", parent: QWidget | None = None, *, size: int = 16
    ) -> None:
        super().__init__(parent)
        self._size = size
        self._is_busy = False
        self._frames = QTimer(self)
        self._frames.setInterval(_FRAME_MS)
        self._frames.timeout.connect(self.update)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(what)

    def start(self, what: str = "") -> None:
        """Begin to turn; `what` says what for, to a screen reader."""
        if what:
            self.setAccessibleName(what)
        self._is_busy = True
        self._turn_when_seen()

    def stop(self) -> None:
        """Stop, and keep the place empty."""
        self._is_busy = False
        self._turn_when_seen()

    @property
    def is_busy(self) -> bool:
        return self._is_busy

    @property
    def is_turning(self) -> bool:
        return self._frames.isActive()

    def _turn_when_seen(self) -> None:
        if self._is_busy and self.isVisible():
            self._frames.start()
        else:
            self._frames.stop()
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._turn_when_seen()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._frames.stop()

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._is_busy:
            return
        scheme = colours.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = max(1.75, self._size / 9)
        margin = width / 2 + 0.5
        circle = QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)
        pen = QPen(QColor(scheme.track), width)
        painter.setPen(pen)
        painter.drawEllipse(circle)
        pen.setColor(QColor(scheme.accent))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        turned = monotonic() % _TURN_S / _TURN_S
        painter.drawArc(circle, round(-turned * 360 * 16), 100 * 16)
        painter.end()
