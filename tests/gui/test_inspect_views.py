"""The inspector's views alone: pictures, texts and tables, and the keys."""

from __future__ import annotations

import struct

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.demo.images import gradient, png
from explorer.gui.inspect.body_view import BodyView, member_row
from explorer.gui.inspect.picture_view import MAX_SIDE, decode
from explorer.gui.inspect.preview_bar import PreviewBar
from explorer.gui.inspect.table_view import TextTable
from explorer.gui.inspect.text_view import FOLLOWED_LINES, TextView
from explorer.preview import look as door
from explorer.preview.model import Member, Picture, Preview, Table, Text
from explorer.preview.source import BytesSource, Source


def picture_of(data: bytes) -> Picture:
    body = door.look(Source(BytesSource(data)), "a").body
    assert isinstance(body, Picture)
    return body


def encoded(image: QImage, kind: str) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert QImageWriter(buffer, QByteArray(kind.encode())).write(image)
    return bytes(data.data())


@pytest.mark.parametrize("kind", ["PNG", "JPG", "BMP", "WEBP"])
def test_what_a_head_tells_is_what_is_decoded(qapp: QApplication, kind: str) -> None:
    image = QImage(31, 17, QImage.Format.Format_RGB32)
    image.fill(QColor("teal"))
    found = picture_of(encoded(image, kind))
    decoded = decode(found)
    assert (found.width, found.height) == (31, 17)
    assert decoded is not None
    assert (decoded.width(), decoded.height()) == (31, 17)


def test_a_large_picture_is_scaled_down(qapp: QApplication) -> None:
    decoded = decode(picture_of(png(3000, 20, lambda x, y: (x % 256, y, 0))))
    assert decoded is not None
    assert decoded.width() == MAX_SIDE


def test_a_damaged_picture_is_none(qapp: QApplication) -> None:
    data = gradient(1)
    assert decode(picture_of(data[:60])) is None


def test_a_picture_taken_sideways_stands_upright(qtbot: QtBot) -> None:
    image = QImage(40, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("teal"))
    data = encoded(image, "JPG")
    turned = struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, 0x112, 3, 1, 6, 0, 0)
    exif = b"Exif\0\0" + turned
    data = data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:]
    found = picture_of(data)
    decoded = decode(found)
    assert decoded is not None
    assert (decoded.width(), decoded.height()) == (20, 40)
    view = BodyView()
    qtbot.addWidget(view)
    view.show_image(decoded, found)
    assert (view.picture.size_shown.width(), view.picture.size_shown.height()) == (20, 40)


def test_a_table_obeys_the_rules_of_models(qtbot: QtBot) -> None:
    model = TextTable()
    tester = QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Fatal, None
    )
    model.show_table(Table("t", ("a", "b"), (("1", "x"),), numeric=frozenset({0})))
    model.add_rows([("2", "y"), ("3", "<b>z</b>")])
    assert model.rowCount() == 3
    assert model.headerData(2, Qt.Orientation.Vertical) == "3"
    tip = str(model.data(model.index(2, 1), Qt.ItemDataRole.ToolTipRole))
    assert "&lt;b&gt;" in tip
    model.show_table(Table("t", (), ()))
    assert model.columnCount() == 0
    del tester


def test_text_before_what_is_seen_does_not_move_it(qtbot: QtBot) -> None:
    view = TextView()
    qtbot.addWidget(view)
    view.resize(300, 200)
    view.show()
    view.show_text("".join(f"line {at}\n" for at in range(500)))
    qtbot.waitUntil(lambda: view.is_settled)
    view.verticalScrollBar().setValue(100)
    top = view.firstVisibleBlock().text()
    view.add_before("".join(f"earlier {at}\n" for at in range(50)))
    assert view.firstVisibleBlock().text() == top == "line 100"


def test_a_followed_text_keeps_its_last_lines_and_goes_along(qtbot: QtBot) -> None:
    view = TextView()
    qtbot.addWidget(view)
    view.resize(300, 200)
    view.show()
    view.show_text("begin\n", at_end=True)
    view.keep_last_lines()
    view.add_text("".join(f"line {at}\n" for at in range(FOLLOWED_LINES + 500)), keeps_end=True)
    qtbot.waitUntil(lambda: view.is_settled, timeout=20_000)
    assert view.blockCount() == FOLLOWED_LINES
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum()
    bar.setValue(10)
    view.add_text("more\n", keeps_end=True)
    assert bar.value() == 10


def test_every_button_of_the_bar_is_reached_by_keys(qtbot: QtBot) -> None:
    bar = PreviewBar()
    qtbot.addWidget(bar)
    bar.offer(Preview("Text", body=Text("x", 0, 1), has_ends=True, can_follow=True))
    bar.show()
    bar.activateWindow()
    bar.way.setFocus()
    reached = []
    for _ in range(4):
        focused = bar.focusWidget()
        assert focused is not None
        reached.append(focused.accessibleName())
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert reached == ["Show as", "Wrap lines", "End", "Follow"]


@pytest.mark.parametrize(("width", "height"), [(5000, 1), (1, 5000)])
def test_a_picture_of_one_line_is_scaled_to_one_line(
    qapp: QApplication, width: int, height: int
) -> None:
    decoded = decode(picture_of(png(width, height, lambda x, y: (0, 99, 0))))
    assert decoded is not None
    assert sorted((decoded.width(), decoded.height())) == [1, MAX_SIDE]


def test_the_name_of_a_member_does_not_fill_the_window() -> None:
    name, _, _ = member_row(Member("\u202e" + "n" * 2**20, 1, 1, "", False, 0))
    assert len(name) < 400
    assert name.startswith("\\u202e")


def test_letters_that_are_slow_to_lay_out_come_in_smaller_slices(qtbot: QtBot) -> None:
    view = TextView()
    qtbot.addWidget(view)
    for text, slices in (("a\n" * 8 * 1024, 1), ("\u05d0\n" * 8 * 1024, 8)):
        view.show_text(text)
        assert len(view._waiting) == slices - 1
    qtbot.waitUntil(lambda: view.is_settled)
    assert view.toPlainText() == text
