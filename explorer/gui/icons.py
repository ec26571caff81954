"""Icons drawn from our SVG files in the colours of the moment, sharp at every scale.

An icon keeps no pixels of one theme: it asks for the current colours at each
paint, so a change of theme needs a repaint and nothing else. GUI thread only.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QIconEngine, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from explorer.base import resources
from explorer.gui import colours
from explorer.gui.colours import Colours, Tone
from explorer.gui.file_kinds import file_icon_name

APP_ICON = "quayside"

_TONES = {
    "warning": Tone.WARN,
    "expired": Tone.WARN,
    "error": Tone.BAD,
    "done": Tone.OK,
    "info": Tone.INFO,
}
_LEADING = {"back", "forward", "chevron-left", "chevron-right", "panel-left", "panel-right", "undo"}
"""Icons that point along the way one reads: mirrored where that is from right to left."""
_IN_FOLDER_COLOUR = {"folder", "folder-open", "container"}
_STARRED = "star-filled"
_FROM_RIGHT = Qt.LayoutDirection.RightToLeft


def names() -> list[str]:
    """Every icon there is, sorted."""
    return [
        name.removeprefix("icons/").removesuffix(".svg")
        for name in resources.names("icons", ".svg")
    ]


@lru_cache(maxsize=512)
def icon(name: str, tone: Tone | None = None) -> QIcon:
    """The icon `name`, in `tone` or in the colour that is usual for it.

    Raises FileNotFoundError for a name that has no file.
    """
    _source(name)
    return QIcon(_Engine(name, tone))


def file_icon(name: str, content_type: str = "") -> QIcon:
    """The icon for a blob or local file of this name and content type."""
    return icon(file_icon_name(name, content_type))


def app_icon() -> QIcon:
    """The program's own icon, in its own colours."""
    return icon(APP_ICON)


def pixmap(name: str, size: int, scale: float, colour: str) -> QPixmap:
    """`name` in `colour`, `size` logical pixels square, for a screen of `scale`."""
    return _draw(name, QSize(size, size), scale, colour)


def colour_of(name: str, mode: QIcon.Mode, tone: Tone | None, scheme: Colours) -> str:
    """The colour in which icon `name` is drawn."""
    if mode == QIcon.Mode.Disabled:
        return scheme.disabled
    if mode == QIcon.Mode.Selected and scheme.is_high_contrast:
        return scheme.on_selection
    tone = tone or _TONES.get(name)
    if tone is not None and tone is not Tone.NEUTRAL:
        return scheme.strong(tone)
    if name in _IN_FOLDER_COLOUR:
        return scheme.folder
    if name == _STARRED:
        return scheme.warn
    if mode == QIcon.Mode.Selected:
        return scheme.on_selection
    return scheme.icon


@lru_cache(maxsize=512)
def _source(name: str) -> str:
    return resources.text(f"icons/{name}.svg")


def recoloured(name: str, colour: str) -> bytes:
    """The SVG of icon `name` with every `currentColor` set to `colour`."""
    return _source(name).replace("currentColor", colour).encode()


def _draw(name: str, size: QSize, scale: float, colour: str) -> QPixmap:
    width, height = round(size.width() * scale), round(size.height() * scale)
    is_mirrored = name in _LEADING and QGuiApplication.layoutDirection() == _FROM_RIGHT
    key = f"quayside/{name}/{width}x{height}/{scale}/{colour}/{is_mirrored}"
    found = QPixmap()
    if QPixmapCache.find(key, found):
        return found
    drawn = QPixmap(max(width, 1), max(height, 1))
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    if is_mirrored:
        painter.translate(width, 0)
        painter.scale(-1, 1)
    side = min(width, height)
    QSvgRenderer(QByteArray(recoloured(name, colour))).render(
        painter, QRectF((width - side) / 2, (height - side) / 2, side, side)
    )
    painter.end()
    drawn.setDevicePixelRatio(scale)
    QPixmapCache.insert(key, drawn)
    return drawn


class _Engine(QIconEngine):
    """Draws one icon on demand; Qt owns it."""

    # A clone belongs to Qt, but Python must not free its half before Qt does.
    _clones: list[_Engine] = []  # noqa: RUF012 - shared on purpose

    def __init__(self, name: str, tone: Tone | None) -> None:
        super().__init__()
        self._name = name
        self._tone = tone

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        colour = colour_of(self._name, mode, self._tone, colours.current())
        return _draw(self._name, size, scale, colour)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        scale = painter.device().devicePixelRatio()
        drawn = self.scaledPixmap(rect.size(), mode, state, scale)
        painter.drawPixmap(QPoint(rect.x(), rect.y()), drawn)

    def clone(self) -> QIconEngine:
        twin = _Engine(self._name, self._tone)
        self._clones.append(twin)
        return twin
