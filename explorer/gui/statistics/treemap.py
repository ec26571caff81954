"""A treemap: tiles as large as what they stand for. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.base.shown import shown
from explorer.base.units import format_bytes
from explorer.gui import colours
from explorer.gui.parts.texts import tooltip
from explorer.gui.statistics.layout import Box, squarified
from explorer.gui.statistics.tiles import Tile, for_map

_GAP = 1.0
_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class Treemap(QWidget):
    """Arrows go from tile to tile, Enter or a click opens one."""

    opened = Signal(object)
    """A `Tile` that leads somewhere."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles: list[Tile] = []
        self.boxes: list[QRectF] = []
        self.current = -1
        self._hovered = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Treemap")

    def show_tiles(self, tiles: list[Tile]) -> None:
        """Other tiles, laid out anew; the one of the same name stays current."""
        before = self.tiles[self.current].label if 0 <= self.current < len(self.tiles) else ""
        self.tiles = for_map(tiles)
        labels = [tile.label for tile in self.tiles]
        self.current = labels.index(before) if before in labels else (0 if labels else -1)
        self._hovered = -1
        self._lay_out()

    def sizeHint(self) -> QSize:
        return QSize(420, 320)

    def _lay_out(self) -> None:
        room = Box(0.0, 0.0, float(self.width()), float(self.height()))
        boxes = squarified([float(tile.size_bytes) for tile in self.tiles], room)
        self.boxes = [QRectF(*box) for box in boxes]
        self._describe()
        self.update()

    def _describe(self) -> None:
        if 0 <= self.current < len(self.tiles):
            self.setAccessibleDescription(sentence(self.tiles[self.current], self._total()))

    def _total(self) -> int:
        return sum(tile.size_bytes for tile in self.tiles)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    # -- pointing ---------------------------------------------------------------

    def _at(self, point: QPointF) -> int:
        return next((at for at, box in enumerate(self.boxes) if box.contains(point)), -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hovered = self._at(event.position())
        if hovered != self._hovered:
            self._hovered = hovered
            leads = hovered >= 0 and bool(self.tiles[hovered].opens)
            shape = Qt.CursorShape.PointingHandCursor if leads else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = -1
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and at >= 0:
            self._go(at)
            self._open(at)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = self._at(QPointF(event.pos()))
            text = sentence(self.tiles[at], self._total()) if at >= 0 else ""
            QToolTip.showText(event.globalPos(), tooltip(text), self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open(self.current)
        elif step := _STEPS.get(Qt.Key(event.key())):
            self._go(self._beside(*step))
        else:
            super().keyPressEvent(event)

    def _beside(self, right: int, down: int) -> int:
        """The nearest tile on that side of the current one; the same where there is none."""
        if not 0 <= self.current < len(self.boxes):
            return 0 if self.boxes else -1
        here = self.boxes[self.current]
        found = []
        for at, box in enumerate(self.boxes):
            along = (box.center().x() - here.center().x()) * right
            along += (box.center().y() - here.center().y()) * down
            across = abs((box.center().x() - here.center().x()) * down)
            across += abs((box.center().y() - here.center().y()) * right)
            is_beyond = (
                box.left() >= here.right() - 1 if right > 0
                else box.right() <= here.left() + 1 if right < 0
                else box.top() >= here.bottom() - 1 if down > 0
                else box.bottom() <= here.top() + 1
            )  # fmt: skip
            if is_beyond:
                found.append((along + 2 * across, at))
        return min(found)[1] if found else self.current

    def _go(self, at: int) -> None:
        self.current = at
        self._describe()
        self.update()

    def _open(self, at: int) -> None:
        if 0 <= at < len(self.tiles) and self.tiles[at].opens:
            self.opened.emit(self.tiles[at])

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    # -- painting -----------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = colours.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(scheme.window))
        strongest = max((tile.size_bytes for tile in self.tiles), default=1)
        for at, (tile, box) in enumerate(zip(self.tiles, self.boxes, strict=True)):
            inner = box.adjusted(_GAP, _GAP, -_GAP, -_GAP)
            if inner.width() < 1 or inner.height() < 1:
                continue
            painter.setBrush(_fill(tile, tile.size_bytes / strongest, scheme))
            edge = scheme.accent if at == self._hovered and tile.opens else scheme.border
            painter.setPen(QPen(QColor(edge), 1))
            painter.drawRoundedRect(inner, 3, 3)
            self._write(painter, tile, inner, scheme)
        if self.hasFocus() and 0 <= self.current < len(self.boxes):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(scheme.focus), 2))
            painter.drawRoundedRect(self.boxes[self.current].adjusted(2, 2, -2, -2), 3, 3)
        painter.end()

    def _write(self, painter: QPainter, tile: Tile, box: QRectF, scheme: colours.Colours) -> None:
        metrics = self.fontMetrics()
        room = box.adjusted(6, 4, -6, -4)
        if room.width() < metrics.averageCharWidth() * 3 or room.height() < metrics.height():
            return
        painter.setPen(QColor(scheme.text))
        label = metrics.elidedText(
            shown(tile.label), Qt.TextElideMode.ElideMiddle, int(room.width())
        )
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), label)
        if room.height() >= 2 * metrics.height():
            painter.setPen(QColor(scheme.muted))
            below = room.adjusted(0, metrics.height(), 0, 0)
            size = metrics.elidedText(
                format_bytes(tile.size_bytes), Qt.TextElideMode.ElideRight, int(room.width())
            )
            flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            painter.drawText(below, flags, size)


def _fill(tile: Tile, weight: float, scheme: colours.Colours) -> QColor:
    """The larger the stronger; what is no folder of its own is grey."""
    soft = QColor(scheme.neutral_soft if tile.is_rest else scheme.info_soft)
    strength = 0.45 + 0.55 * weight
    base = QColor(scheme.base)
    return QColor(
        round(base.red() + (soft.red() - base.red()) * strength),
        round(base.green() + (soft.green() - base.green()) * strength),
        round(base.blue() + (soft.blue() - base.blue()) * strength),
    )


def sentence(tile: Tile, total_bytes: int) -> str:
    """`logs/: 12 blobs, 3.4 GiB, 56%`."""
    share = f", {tile.size_bytes / total_bytes:.0%}" if total_bytes else ""
    blobs = f"{tile.blobs:,} blob{'' if tile.blobs == 1 else 's'}"
    return f"{shown(tile.label)}: {blobs}, {format_bytes(tile.size_bytes)}{share}"
