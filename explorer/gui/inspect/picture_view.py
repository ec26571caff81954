"""A picture, decoded in a thread with limits, scaled down to fit and never up beyond itself."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.gui import colours
from explorer.preview.model import Picture

MAX_SIDE = 2048
"""Larger pictures are scaled down while they are decoded, where the format can."""
_SQUARE = 8
_FORMATS = {"PNG": b"png", "JPEG": b"jpeg", "GIF": b"gif", "BMP": b"bmp", "WebP": b"webp"}


def decode(picture: Picture) -> QImage | None:
    """The pixels; None where they are damaged. Blocks: for a worker thread. Only the reader of
    the format its head tells is tried, and it may not use more memory than the head allows."""
    buffer = QBuffer()
    buffer.setData(QByteArray(picture.data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(_FORMATS[picture.format_name]))
    reader.setDecideFormatFromContent(False)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and (size.width(), size.height()) != (picture.width, picture.height):
        return None
    if max(picture.width, picture.height) > MAX_SIDE:
        whole = QSize(picture.width, picture.height)
        reader.setScaledSize(_fitted(whole, QSize(MAX_SIDE, MAX_SIDE)))
    image = reader.read()
    return None if image.isNull() else image


def _fitted(size: QSize, room: QSize) -> QSize:
    """As large as there is room for, a line of pixels at least. Pure."""
    fitted = size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
    return fitted.expandedTo(QSize(1, 1))


class PictureView(QWidget):
    """Shows one image in the middle, on squares where it lets them through."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QPixmap | None = None
        self._size = QSize()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(80)

    def show_image(self, image: QImage, size: QSize, description: str) -> None:
        """Show this; `size` is that of the picture itself, in pixels."""
        self._image, self._size = QPixmap.fromImage(image), size
        self.setAccessibleName(description)
        self.update()

    @property
    def size_shown(self) -> QSize:
        """Of the picture itself, upright, in pixels."""
        return self._size

    def clear_image(self) -> None:
        self._image = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image is None:
            return
        scheme = colours.current()
        room = self.rect().adjusted(12, 12, -12, -12)
        size = QSize(self._size)
        # A small one is shown as it is; a very small one enlarged, in whole steps.
        if size.width() > room.width() or size.height() > room.height():
            size = _fitted(size, room.size())
            is_smooth = True
        else:
            times = min(
                4, room.width() // max(1, size.width()), room.height() // max(1, size.height())
            )
            times = max(1, times) if max(size.width(), size.height()) <= 64 else 1
            size *= times
            is_smooth = times == 1
        target = QRectF(
            room.x() + (room.width() - size.width()) / 2,
            room.y() + (room.height() - size.height()) / 2,
            size.width(),
            size.height(),
        ).toRect()
        painter = QPainter(self)
        if self._image.hasAlphaChannel():
            painter.setClipRect(target)
            painter.fillRect(target, QColor(scheme.base))
            for row in range(target.height() // _SQUARE + 1):
                for column in range(row % 2, target.width() // _SQUARE + 1, 2):
                    x, y = target.x() + column * _SQUARE, target.y() + row * _SQUARE
                    painter.fillRect(x, y, _SQUARE, _SQUARE, QColor(scheme.hover))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smooth)
        painter.drawPixmap(target, self._image)
        painter.end()
