"""The columns of a listing share the room there is: what does not fit gives way, and comes back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.gui.browse.columns import PLAN, Columns
from explorer.gui.browse.listing_model import ListingModel
from explorer.gui.browse.listing_view import ListingView
from explorer.gui.browse.sorting import Column
from explorer.gui.parts.fitting import fitted

NAME, SIZE, MODIFIED = Column.NAME, Column.SIZE, Column.MODIFIED
TYPE, TIER = Column.TYPE, Column.TIER
WANTED = {NAME: 0, SIZE: 100, TYPE: 180, TIER: 80}
LEAST = {NAME: 200, SIZE: 100, TYPE: 110, TIER: 80}


@pytest.fixture
def columns() -> Columns:
    return Columns()


@pytest.fixture
def view(qtbot: QtBot, columns: Columns) -> ListingView:
    made = ListingView(ListingModel(), columns)
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.show()
    return made


def shown(view: ListingView) -> list[Column]:
    """The columns that are seen."""
    return [column for column in Column if not view.isColumnHidden(column)]


@pytest.mark.parametrize(
    ("room", "expected"),
    [
        (700, {NAME: 340, SIZE: 100, TYPE: 180, TIER: 80}),
        (520, {NAME: 200, SIZE: 100, TYPE: 140, TIER: 80}),
        (490, {NAME: 200, SIZE: 100, TYPE: 110, TIER: 80}),
        (489, {NAME: 309, SIZE: 100, TIER: 80}),
        (379, {NAME: 279, SIZE: 100}),
        (299, {NAME: 299}),
        (60, {NAME: 60}),
        (0, {NAME: 0}),
    ],
)
def test_the_name_stays_and_the_least_important_gives_way(
    room: int, expected: dict[Column, int]
) -> None:
    assert fitted(PLAN, room, WANTED, LEAST) == expected


def test_a_width_by_hand_gives_way_down_to_the_usual_one() -> None:
    wide = {**WANTED, NAME: 600, SIZE: 400}
    assert fitted(PLAN, 520, wide, LEAST) == {NAME: 200, SIZE: 130, TYPE: 110, TIER: 80}
    assert fitted(PLAN, 2000, wide, LEAST) == wide
    short = {**WANTED, NAME: 100}
    assert fitted(PLAN, 460, short, LEAST) == {NAME: 100, SIZE: 100, TYPE: 180, TIER: 80}


def test_no_width_makes_the_listing_scroll_sideways(view: ListingView) -> None:
    for width in range(900, 60, -7):
        view.resize(width, 300)
        assert view.horizontalHeader().length() <= view.viewport().width()
        assert view.horizontalScrollBar().maximum() == 0


def test_columns_come_back_with_the_room(view: ListingView, columns: Columns) -> None:
    before, widths = shown(view), dict(columns.widths)
    view.resize(380, 300)
    assert shown(view) == [NAME, SIZE]
    view.resize(900, 300)
    assert shown(view) == before
    assert columns.widths == widths
    assert TYPE not in columns.hidden


def test_the_menu_says_which_column_has_no_room(view: ListingView) -> None:
    view.resize(380, 300)
    told = {action.text(): action.isChecked() for action in view.header.menu().actions()}
    assert told["Type (no room now)"]
    assert told["Size"]
    assert not told["Lease"]


def drag_edge(view: ListingView, column: Column, by: int) -> None:
    """Take the right edge of a caption, and move it."""
    header = view.header
    right = header.sectionViewportPosition(column) + header.sectionSize(column) - 2
    at = QPoint(right, header.height() // 2)
    QTest.mousePress(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(header.viewport(), at + QPoint(by, 0))
    QTest.mouseRelease(header.viewport(), Qt.MouseButton.LeftButton, pos=at + QPoint(by, 0))


def test_a_column_is_widened_by_hand_as_far_as_the_name_can_be_read(
    view: ListingView, columns: Columns
) -> None:
    before = shown(view)
    drag_edge(view, SIZE, 30)
    size = columns.widths[SIZE]
    assert size == view.columnWidth(SIZE) > 100
    drag_edge(view, SIZE, 600)
    assert columns.widths[SIZE] == view.columnWidth(SIZE) > size
    assert view.columnWidth(NAME) >= 220
    assert shown(view) == before
    assert view.header.length() <= view.viewport().width()


def test_a_name_that_is_drawn_to_the_end_takes_what_is_left_again(
    view: ListingView, columns: Columns
) -> None:
    drag_edge(view, NAME, -60)
    assert columns.widths[NAME] == view.columnWidth(NAME)
    drag_edge(view, NAME, 400)
    assert columns.widths[NAME] == 0
    assert view.header.length() == view.viewport().width()


def test_a_caption_that_is_cut_is_whole_in_its_tool_tip(view: ListingView) -> None:
    assert view.header.textElideMode() is Qt.TextElideMode.ElideRight
    tip = Qt.ItemDataRole.ToolTipRole
    assert view.model().headerData(MODIFIED, Qt.Orientation.Horizontal, tip) == "Last modified"
