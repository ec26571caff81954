"""How fast a job went over the last minutes, as a filled line."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from explorer.base.units import format_rate
from explorer.gui import colours

SPAN_S = 300.0
"""How much of the past is kept, in seconds."""
STEP_S = 0.5
"""No sample is nearer than this to the one before it."""
_LEAST_SPAN_S = 30.0
_MARGIN = 12


class SpeedHistory:
    """Samples of one job: (monotonic seconds, bytes per second), the last `SPAN_S` of them."""

    def __init__(self) -> None:
        self.samples: deque[tuple[float, float]] = deque()

    def add(self, now_s: float, rate: float) -> bool:
        """Keep a sample unless the last one is fresh, drop what is too old; whether it was kept."""
        if self.samples and now_s - self.samples[-1][0] < STEP_S:
            return False
        self.samples.append((now_s, rate))
        while self.samples[0][0] < now_s - SPAN_S:
            self.samples.popleft()
        return True

    @property
    def now(self) -> float:
        return self.samples[-1][1] if self.samples else 0.0

    @property
    def top(self) -> float:
        return max((rate for _, rate in self.samples), default=0.0)


class SpeedGraph(QWidget):
    """Paints a `SpeedHistory`; the newest sample is at the right edge."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = SpeedHistory()
        self._limit = 0
        self.setAccessibleName("Speed of the last minutes")
        self.setMinimumHeight(64)

    def show_history(self, history: SpeedHistory, limit_bytes_per_s: int = 0) -> None:
        """Paint it as it is now, and tell it to a screen reader."""
        self._history = history
        self._limit = limit_bytes_per_s
        self.setAccessibleDescription(self.words())
        self.update()

    def words(self) -> str:
        """`Now 12 MiB/s, at most 30 MiB/s in the last 5 minutes`."""
        if not self._history.top:
            return "Nothing has moved yet in this run of the program."
        now = f"Now {format_rate(self._history.now)}" if self._history.now else "It rests"
        told = f"{now}, at most {format_rate(self._history.top)} in the last 5 minutes"
        return f"{told}; limited to {format_rate(self._limit)}" if self._limit else told

    def sizeHint(self) -> QSize:
        return QSize(400, 120)

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = colours.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(scheme.base))
        line_height = self.fontMetrics().height()
        title = QRectF(_MARGIN, 6, self.width() - 2 * _MARGIN, line_height)
        room = QRectF(self.rect()).adjusted(_MARGIN, line_height + 14, -_MARGIN, -_MARGIN)
        painter.setPen(QColor(scheme.muted))
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(title, align | Qt.TextFlag.TextSingleLine, self.words())
        painter.setPen(QPen(QColor(scheme.border), 1))
        for share in (0.0, 0.5, 1.0):
            y = round(room.top() + share * room.height()) + 0.5
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
        if self._history.top and len(self._history.samples) > 1 and room.height() > 8:
            self._paint_line(painter, room)
        painter.end()

    def _paint_line(self, painter: QPainter, room: QRectF) -> None:
        scheme = colours.current()
        samples, top = self._history.samples, self._history.top
        end = samples[-1][0]
        span = max(end - samples[0][0], _LEAST_SPAN_S)
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
        painter.setBrush(colours.translucent(scheme.accent, 0.16))
        painter.drawPolygon(area)
        painter.setPen(QPen(QColor(scheme.accent), 1.6))
        painter.drawPolyline(line)
