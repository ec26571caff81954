"""The sample's pictures are real ones: Qt reads them."""

from __future__ import annotations

from PySide6.QtGui import QColor, QImage

from explorer.demo import images


def test_a_picture_has_its_size_and_colours() -> None:
    made = images.png(5, 3, lambda x, y: (x * 50, y * 100, 7))
    picture = QImage.fromData(made)
    assert (picture.width(), picture.height()) == (5, 3)
    assert picture.pixelColor(4, 2) == QColor(200, 200, 7)


def test_the_plots_can_be_shown() -> None:
    for made in (images.confusion_matrix(10, 0.9), images.loss_curve([2.0, 1.0, 0.5])):
        assert not QImage.fromData(made).isNull()
