"""A window that reads from right to left, and marks in menus that can be seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmapCache, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QMenu, QStyleOptionViewItem, QTableView, QWidget
from pytestqt.qtbot import QtBot

from explorer.base.settings import ThemeChoice
from explorer.gui import colours, icons
from explorer.gui.colours import Colours
from explorer.gui.parts.progress import Progress, ProgressState, paint_progress
from explorer.gui.parts.reading import Cells, isolated
from explorer.gui.parts.views import dress_table
from explorer.gui.theme import Theme, style_sheet
from explorer.gui.window import menus
from explorer.gui.window.offers import Offer, fill
from tests.gui.test_look import SCHEMES
from tests.gui.test_offers import Room, nothing, subject

LTR = Qt.LayoutDirection.LeftToRight
RTL = Qt.LayoutDirection.RightToLeft
CELL = QRect(0, 0, 200, 28)


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, ThemeChoice.LIGHT)
    yield made
    made.show(colours.LIGHT)
    qapp.setStyleSheet("")
    made.deleteLater()


@pytest.fixture
def from_right(qapp: QApplication) -> Iterator[None]:
    qapp.setLayoutDirection(RTL)
    yield
    qapp.setLayoutDirection(LTR)
    QPixmapCache.clear()


def painted(direction: Qt.LayoutDirection) -> QImage:
    """A cell with a bar that is a quarter full."""
    image = QImage(CELL.size(), QImage.Format.Format_ARGB32)
    image.fill(QColor("white"))
    option = QStyleOptionViewItem()
    option.rect, option.direction = CELL, direction
    painter = QPainter(image)
    painter.setLayoutDirection(direction)
    paint_progress(painter, CELL, Progress(ProgressState.RUNNING, 0.25), option)
    painter.end()
    return image


def columns_of(image: QImage, colour: str) -> list[int]:
    """Where in the middle of the image a colour is."""
    y = image.height() // 2
    return [x for x in range(image.width()) if QColor(image.pixel(x, y)).name() == colour]


def test_a_bar_fills_from_where_reading_begins(qapp: QApplication) -> None:
    scheme = colours.current()
    usual, mirrored = painted(LTR), painted(RTL)
    for colour in (scheme.accent, scheme.track):
        found = columns_of(usual, colour)
        assert found
        assert [CELL.right() - x for x in reversed(columns_of(mirrored, colour))] == found
    assert min(columns_of(usual, scheme.track)) > max(columns_of(usual, scheme.accent)[:-3])
    assert max(columns_of(mirrored, scheme.track)) < min(columns_of(mirrored, scheme.accent)[3:])


def test_names_keep_their_own_order(qtbot: QtBot) -> None:
    model = QStandardItemModel()
    model.appendRow(QStandardItem(".env"))
    view = QTableView()
    qtbot.addWidget(view)
    dress_table(view, "Names")
    view.setModel(model)
    delegate = view.itemDelegate()
    assert isinstance(delegate, Cells)
    option = QStyleOptionViewItem()
    for direction, text in ((LTR, ".env"), (RTL, "\u2066.env\u2069")):
        option.direction = direction
        delegate.initStyleOption(option, model.index(0, 0))
        assert option.text == text
    assert model.index(0, 0).data() == ".env", "what is copied is as it was"
    assert isolated("", RTL) == ""


def unlike(one: QImage, other: QImage) -> float:
    """How far the opacity of their pixels differs on average, 0 to 255."""
    places = [(x, y) for x in range(one.width()) for y in range(one.height())]
    far = [
        abs(QColor.fromRgba(one.pixel(x, y)).alpha() - QColor.fromRgba(other.pixel(x, y)).alpha())
        for x, y in places
    ]
    return sum(far) / len(far)


def test_icons_that_lead_on_are_mirrored_and_others_are_not(theme: Theme, from_right: None) -> None:
    def drawn(name: str) -> QImage:
        return icons.icon(name).pixmap(QSize(32, 32)).toImage()

    there = {name: drawn(name) for name in ("back", "question")}
    QApplication.setLayoutDirection(LTR)
    here = {name: drawn(name) for name in there}
    turned = here["back"].flipped(Qt.Orientation.Horizontal)
    assert unlike(there["back"], turned) < 4 < unlike(there["back"], here["back"])
    assert there["question"] == here["question"]


def test_branches_open_towards_where_one_reads_on() -> None:
    closed = ":closed:has-children:has-siblings { border-image: none; image: url("
    for is_from_right, name in ((False, "chevron-right"), (True, "chevron-left")):
        sheet = style_sheet(colours.LIGHT, ":/x", is_from_right=is_from_right)
        assert f'{closed}":/x/{name}.svg")' in sheet


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)
def test_what_is_on_in_a_menu_has_a_mark_that_can_be_seen(
    qtbot: QtBot, theme: Theme, scheme: Colours
) -> None:
    theme.show(scheme)
    window, menu = QWidget(), QMenu()
    qtbot.addWidget(window)
    qtbot.addWidget(menu)
    menu.addAction(menus.panel_action("Transfers", "panel-bottom", window))
    fill(menu, [Room(Offer("Read-only", nothing, "shield", is_checked=False))], subject())
    menu.ensurePolished()
    menu.resize(menu.sizeHint())
    for action in menu.actions():
        if action.isSeparator():
            continue
        room = menu.actionGeometry(action).intersected(QRect(0, 0, 30, menu.height()))
        room.setWidth(room.width() - room.height() // 4)

        def seen(room: QRect = room) -> set[str]:
            image = menu.grab(room).toImage()
            return {
                QColor(image.pixel(x, y)).name()
                for x in range(image.width())
                for y in range(image.height())
            }

        action.setChecked(False)
        assert scheme.accent not in seen()
        action.setChecked(True)
        assert {scheme.accent, scheme.on_accent} <= seen()
