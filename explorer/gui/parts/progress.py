"""The progress of a transfer in a table's cell: icon, bar and per cent."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem

from explorer.base.records import dataclass
from explorer.gui import colours, icons
from explorer.gui.colours import Colours, Tone
from explorer.gui.parts.reading import RTL, Cells, isolated
from explorer.gui.theme import tabular

_BAR_HEIGHT = 6
_ICON = 14
_GAP = 6
_MARGIN = 6


class ProgressState(Enum):
    """What a bar shows; the transfer's own states are finer."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    NEEDS_ATTENTION = "needs attention"
    FAILED = "failed"
    DONE = "done"
    CANCELLED = "cancelled"


_ICONS = {
    ProgressState.WAITING: "clock",
    ProgressState.RUNNING: "play",
    ProgressState.PAUSED: "pause",
    ProgressState.NEEDS_ATTENTION: "warning",
    ProgressState.FAILED: "error",
    ProgressState.DONE: "done",
    ProgressState.CANCELLED: "cancel",
}
_TONES = {
    ProgressState.NEEDS_ATTENTION: Tone.WARN,
    ProgressState.FAILED: Tone.BAD,
    ProgressState.DONE: Tone.OK,
}


@dataclass(frozen=True, slots=True)
class Progress:
    """What a cell shows. `fraction` is 0 to 1, or None while the size is not known."""

    state: ProgressState
    fraction: float | None = None

    @property
    def words(self) -> str:
        """The same for a screen reader, a copied cell, a tool tip."""
        percent = percent_text(self.fraction)
        return f"{percent}, {self.state.value}" if percent else self.state.value


def percent_text(fraction: float | None) -> str:
    """'42 %', rounded down, so that 100 % means all of it; empty where unknown."""
    if fraction is None:
        return ""
    return f"{int(min(max(fraction, 0.0), 1.0) * 100)} %"


def bar_colour(state: ProgressState, scheme: Colours) -> str:
    """The filled part of the bar."""
    if state is ProgressState.RUNNING:
        return scheme.accent
    return scheme.strong(_TONES.get(state, Tone.NEUTRAL))


def paint_progress(
    painter: QPainter, rect: QRect, progress: Progress, option: QStyleOptionViewItem
) -> None:
    """Paint icon, bar and per cent into `rect`, over a background already painted."""
    scheme = colours.current()
    is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
    inverted = is_selected and scheme.is_high_contrast
    colour = scheme.on_selection if inverted else bar_colour(progress.state, scheme)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    room = rect.adjusted(_MARGIN, 0, -_MARGIN, 0)

    scale = painter.device().devicePixelRatio()
    top = room.top() + (room.height() - _ICON) // 2
    drawn = icons.pixmap(_ICONS[progress.state], _ICON, scale, colour)
    place = _mirrored(option, rect, QRect(room.left(), top, _ICON, _ICON))
    painter.drawPixmap(place.topLeft(), drawn)

    font = tabular(option.font)
    text = percent_text(progress.fraction)
    text_width = QFontMetrics(font).horizontalAdvance("100 %")
    text_rect = QRect(room.right() - text_width, room.top(), text_width + 1, room.height())
    painter.setFont(font)
    painter.setPen(QColor(scheme.on_selection if is_selected else scheme.text))
    align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
    painter.drawText(
        _mirrored(option, rect, text_rect),
        align | Qt.TextFlag.TextSingleLine,
        isolated(text or "–", option.direction),
    )

    left = room.left() + _ICON + _GAP
    width = text_rect.left() - _GAP - left
    if width >= 2 * _BAR_HEIGHT:
        middle = room.top() + (room.height() - _BAR_HEIGHT) / 2
        bar = QRectF(left, middle, width, _BAR_HEIGHT)
        if option.direction == RTL:
            # Mirrored as a whole: it fills from where reading begins.
            painter.translate(rect.left() + rect.right() + 1, 0)
            painter.scale(-1, 1)
        _paint_bar(painter, bar, progress, QColor(colour), scheme, is_selected=is_selected)
    painter.restore()


def _mirrored(option: QStyleOptionViewItem, cell: QRect, rect: QRect) -> QRect:
    return QStyle.visualRect(option.direction, cell, rect)


def _paint_bar(
    painter: QPainter,
    bar: QRectF,
    progress: Progress,
    colour: QColor,
    scheme: Colours,
    *,
    is_selected: bool,
) -> None:
    radius = bar.height() / 2
    track = colours.translucent(scheme.text, 0.16) if is_selected else QColor(scheme.track)
    painter.setPen(QPen(colour, 1) if scheme.is_high_contrast else Qt.PenStyle.NoPen)
    painter.setBrush(track)
    painter.drawRoundedRect(bar, radius, radius)
    painter.setPen(Qt.PenStyle.NoPen)
    if progress.fraction is None:
        if progress.state is ProgressState.RUNNING:
            painter.setBrush(QBrush(colour, Qt.BrushStyle.BDiagPattern))
            painter.drawRoundedRect(bar, radius, radius)
        return
    share = min(max(progress.fraction, 0.0), 1.0)
    if share > 0:
        filled = QRectF(bar)
        filled.setWidth(max(bar.width() * share, bar.height()))
        painter.setBrush(colour)
        painter.drawRoundedRect(filled, radius, radius)


class ProgressDelegate(Cells):
    """Paints the `Progress` a model gives for `role`; other cells are painted as usual."""

    def __init__(self, role: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._role = role

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        progress = index.data(self._role)
        if not isinstance(progress, Progress):
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        option.text = ""
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        paint_progress(painter, option.rect, progress, option)

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(max(hint.width(), 140), max(hint.height(), _ICON + 6))
