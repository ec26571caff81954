"""A small rounded label: a permission, a tier, 'expires in 6 d'. Widget and painter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from explorer.gui import colours, icons
from explorer.gui.colours import Tone
from explorer.gui.parts.reading import isolated
from explorer.gui.parts.texts import explain
from explorer.gui.theme import scaled

_PAD = 7
_ICON = 12
_GAP = 4


def chip_font(font: QFont) -> QFont:
    """The chip's font beside text in `font`."""
    return scaled(font, 0.9, QFont.Weight.Medium)


def chip_size(text: str, icon_name: str, font: QFont) -> QSize:
    """Room a chip takes beside text in `font`, in logical pixels."""
    metrics = QFontMetrics(chip_font(font))
    icon_width = (_ICON + _GAP if text else _ICON) if icon_name else 0
    return QSize(metrics.horizontalAdvance(text) + icon_width + 2 * _PAD, metrics.height() + 4)


def paint_chip(
    painter: QPainter, rect: QRect, text: str, tone: Tone, icon_name: str, font: QFont
) -> None:
    """Paint a chip into `rect`, as the widget and the delegates of tables show it."""
    scheme = colours.current()
    strong, soft = scheme.strong(tone), scheme.soft(tone)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    edge = QColor(strong) if scheme.is_high_contrast else colours.translucent(strong, 0.28)
    painter.setPen(QPen(edge, 1))
    painter.setBrush(QColor(soft))
    radius = min(rect.height() / 2, 9.0)
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    direction = painter.layoutDirection()
    left = rect.left() + _PAD
    if icon_name:
        scale = painter.device().devicePixelRatio()
        top = rect.top() + (rect.height() - _ICON) // 2
        place = QStyle.visualRect(direction, rect, QRect(left, top, _ICON, _ICON))
        painter.drawPixmap(place.topLeft(), icons.pixmap(icon_name, _ICON, scale, strong))
        left += _ICON + _GAP
    painter.setFont(chip_font(font))
    painter.setPen(QColor(strong))
    inner = QRect(left, rect.top(), rect.right() - _PAD - left + 2, rect.height())
    inner = QStyle.visualRect(direction, rect, inner)
    painter.drawText(
        inner,
        Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine,
        isolated(text, direction),
    )
    painter.restore()


class Chip(QWidget):
    """One chip. The words carry the meaning; the tone only underlines it."""

    def __init__(
        self,
        text: str,
        tone: Tone = Tone.NEUTRAL,
        parent: QWidget | None = None,
        *,
        icon_name: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(parent)
        self._text = text
        self._tone = tone
        self._icon_name = icon_name
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        explain(self, hint)

    def text(self) -> str:
        return self._text

    def tone(self) -> Tone:
        return self._tone

    def set_state(self, text: str, tone: Tone, icon_name: str = "") -> None:
        """Show something else."""
        self._text, self._tone, self._icon_name = text, tone, icon_name
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return chip_size(self._text, self._icon_name, self.font())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_chip(painter, self.rect(), self._text, self._tone, self._icon_name, self.font())
        painter.end()
