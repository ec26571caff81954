"""A QR code painted by us: dark on light with its quiet zone, crisp at every scale.

Source: ISO/IEC 18004, section 5.3.8 (a quiet zone of four modules around the symbol).
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

QUIET = 4
"""Light modules at each side, without which readers fail."""
SIDE = 216
"""In pixels of the layout; drawn smaller by what does not divide."""


def qr_image(text: str) -> QImage:
    """One pixel a module, quiet zone included. Raises ValueError for more than fits."""
    import segno  # late: a library of its own

    try:
        code = segno.make(text, micro=False, error="l", boost_error=False)
    except segno.DataOverflowError:
        raise ValueError("a QR code does not hold so much") from None
    rows = [bytes(row) for row in code.matrix_iter(border=QUIET)]
    image = QImage(len(rows[0]), len(rows), QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    black = QColor("black").rgb()
    for y, row in enumerate(rows):
        for x, is_dark in enumerate(row):
            if is_dark:
                image.setPixel(x, y, black)
    return image


class QrView(QWidget):
    """Shows one code; light behind it in dark mode too, since readers want it so."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("QR code of the URL")

    def show_text(self, text: str) -> bool:
        """Show the code of `text`; false where it is too long for one."""
        try:
            self.image = qr_image(text)
        except ValueError:
            self.image = QImage()
        self.updateGeometry()
        self.update()
        return not self.image.isNull()

    def forget(self) -> None:
        """Show nothing any more."""
        self.image = QImage()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(SIDE, SIDE)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.image.isNull():
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("white"))
        # Whole pixels of the screen a module: edges stay sharp at 150 % and 200 %.
        ratio = self.devicePixelRatioF()
        across = self.image.width()
        step = max(1, int(min(self.width(), self.height()) * ratio) // across)
        drawn = self.image.scaled(
            across * step,
            across * step,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.FastTransformation,
        )
        drawn.setDevicePixelRatio(ratio)
        side = across * step / ratio
        painter.drawImage(
            round((self.width() - side) / 2), round((self.height() - side) / 2), drawn
        )
        painter.end()
