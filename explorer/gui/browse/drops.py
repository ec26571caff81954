"""What can be dropped or pasted: local files and folders; and how a drag looks."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QRect, Qt, QUrl
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from explorer.gui.colours import Tone
from explorer.gui.parts.chip import chip_size, paint_chip

COPIED = "x-special/gnome-copied-files"


def local_paths(mime: QMimeData | None) -> list[str]:
    """Local files and folders in a drop or on the clipboard, each once, in their order."""
    if mime is None or not mime.hasUrls():
        return []
    found = [url.toLocalFile().rstrip("/\\") for url in mime.urls() if url.isLocalFile()]
    return list(dict.fromkeys(path for path in found if path))


def files_mime(paths: Sequence[str]) -> QMimeData:
    """Local files as a file manager hands them out: dragged, or on the clipboard."""
    mime = QMimeData()
    urls = [QUrl.fromLocalFile(path) for path in paths]
    mime.setUrls(urls)
    mime.setText("\n".join(paths))
    # What file managers of GTK look for when something is pasted.
    told = "\n".join(
        ["copy", *(url.toString(QUrl.ComponentFormattingOption.FullyEncoded) for url in urls)]
    )
    mime.setData(COPIED, told.encode())
    return mime


def drag_picture(count: int, scale: float) -> QPixmap:
    """What goes with the mouse: how many are dragged. `scale` is of the screen."""
    text = "1 item" if count == 1 else f"{count:,} items"
    font = QApplication.font()
    size = chip_size(text, "copy", font)
    picture = QPixmap(size * scale)
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    paint_chip(painter, QRect(0, 0, size.width(), size.height()), text, Tone.INFO, "copy", font)
    painter.end()
    return picture
