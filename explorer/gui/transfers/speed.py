"""How fast a job went over the last minutes, as a filled line."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from explorer.base.units import format_rate
from explorer.gui import colours

SPAN_S = 300.0
"""How much of the past is kept and shown, in seconds."""


class SpeedHistory:
    """Samples of one job: (monotonic seconds, bytes per second), the last `SPAN_S` of them."""

    def __init__(self) -> None:
        self.samples: deque[tuple[float, float]] = deque()

    def add(self, now_s: float, rate: float) -> None:
        """Keep a sample, drop what is too old."""
        self.samples.append((now_s, rate))
        while self.samples[0][0] < now_s - SPAN_S:
            self.samples.popleft()


class SpeedGraph(QWidget):
    """Paints a `SpeedHistory`; the newest sample is at the right edge."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = SpeedHistory()
        self.setAccessibleName("Speed of the last minutes")
        self.setMinimumHeight(60)

    def show_history(self, history: SpeedHistory) -> None:
        self._history = history
        self.refresh()

    def refresh(self) -> None:
        """Paint what came in since, and tell it to a screen reader."""
        samples = self._history.samples
        self.setAccessibleDescription(f"Now {format_rate(samples[-1][1])}" if samples else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, 120)

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = colours.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect()).adjusted(12, 22, -12, -12)
        painter.setPen(QPen(QColor(scheme.border), 1))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        samples = self._history.samples
        top = max((rate for _, rate in samples), default=0.0)
        painter.setPen(QColor(scheme.muted))
        text = (
            f"{format_rate(samples[-1][1])}, at most {format_rate(top)}" if top else "No transfer"
        )
        painter.drawText(
            QRectF(12, 2, room.width(), 18), Qt.AlignmentFlag.AlignVCenter, f"{text} in 5 minutes"
        )
        if top and len(samples) > 1:
            self._paint_line(painter, room, top)
        painter.end()

    def _paint_line(self, painter: QPainter, room: QRectF, top: float) -> None:
        scheme = colours.current()
        samples = self._history.samples
        end = samples[-1][0]
        span = max(end - samples[0][0], 10.0)
        line = QPolygonF(
            [
                QPointF(
                    room.right() - (end - at) / span * room.width(),
                    room.bottom() - rate / top * room.height(),
                )
                for at, rate in samples
            ]
        )
        area = QPolygonF(line)
        area.append(QPointF(line.last().x(), room.bottom()))
        area.append(QPointF(line.first().x(), room.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.translucent(scheme.accent, 0.18))
        painter.drawPolygon(area)
        painter.setPen(QPen(QColor(scheme.accent), 1.6))
        painter.drawPolyline(line)
