"""The statistics window: figures grow, every view tells the same whole, tiles lead on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from explorer.base.errors import NetworkError
from explorer.base.tasks import TaskScope
from explorer.gui.statistics.sheet import Count, StatisticsWindow
from explorer.gui.statistics.tiles import View
from explorer.gui.statistics.tiles_model import Col
from explorer.service.tally import Large, Share, Statistics
from tests.gui.conftest import Drive, until

WHOLE = Statistics(
    blobs=3,
    size_bytes=2048,
    folders=2,
    by_folder={"": Share(3, 2048), "a/": Share(2, 1536), "a/b/": Share(1, 512)},
    by_tier={"Hot": Share(3, 2048)},
    by_type={"text/csv": Share(2, 1536), "no type": Share(1, 512)},
    by_ending={".csv": Share(3, 2048)},
    by_age={"last day": Share(3, 2048), "older": Share(0, 0)},
    largest=(Large(1024, "c", "a/big.csv", 1_700_000_000),),
    oldest_s=1_600_000_000,
    newest_s=1_700_000_000,
    is_complete=True,
)
PART = Statistics(blobs=1, size_bytes=512, by_folder={"": Share(1, 512)})


async def growing() -> AsyncGenerator[Statistics, None]:
    yield PART
    yield WHOLE


Opened = Callable[[Count, Callable[[StatisticsWindow], object]], StatisticsWindow]


@pytest.fixture
def opened(qtbot: QtBot, drive: Drive[Any], scope: TaskScope) -> Opened:
    """A window of a count, once something holds of it."""

    def go(count: Count, holds: Callable[[StatisticsWindow], object]) -> StatisticsWindow:
        async def work() -> StatisticsWindow:
            made = StatisticsWindow("c/runs", count, scope)
            made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
            qtbot.addWidget(made)
            QAbstractItemModelTester(
                made.model, QAbstractItemModelTester.FailureReportingMode.Fatal, made
            )
            made.show()
            await until(lambda: holds(made))
            return made

        found: StatisticsWindow = drive(work())
        return found

    return go


@pytest.fixture
def window(opened: Opened) -> StatisticsWindow:
    return opened(growing, lambda made: made.counted.is_complete and not made.busy.is_busy)


def test_the_figures_are_those_of_the_whole(window: StatisticsWindow) -> None:
    assert window.figures.text() == "3 blobs, 2 KiB, 2 folders"
    assert "between" in window.times.text()


def test_every_view_shows_the_same_whole_in_table_and_map(window: StatisticsWindow) -> None:
    for view in (View.FOLDER, View.TYPE, View.ENDING, View.TIER, View.AGE):
        window.view_buttons[view].click()
        assert sum(tile.size_bytes for tile in window.model.tiles) == 2048, view
        assert sum(tile.size_bytes for tile in window.treemap.tiles) == 2048, view


def test_one_goes_into_a_folder_and_up_again(window: StatisticsWindow) -> None:
    window.table.activated.emit(window.model.index(0, 0))
    assert window.where.text() == "/a/"
    assert [tile.label for tile in window.model.tiles] == ["b/", "files here"]
    window.up_button.click()
    assert [tile.label for tile in window.model.tiles] == ["a/", "files here"]
    assert not window.up_button.isEnabled()


def test_the_folder_and_a_largest_blob_lead_to_their_places(window: StatisticsWindow) -> None:
    asked: list[str] = []
    window.place_requested.connect(asked.append)
    window.treemap.setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Up):  # as the window lies
        QTest.keyClick(window.treemap, key)
    QTest.keyClick(window.treemap, Qt.Key.Key_Return)
    window.go_button.click()
    window.view_buttons[View.LARGEST].click()
    window.table.activated.emit(window.model.index(0, 0))
    assert asked == ["a/", "c/a/big.csv"]


def test_a_count_that_is_stopped_says_so(opened: Opened, drive: Drive[Any]) -> None:
    async def endless() -> AsyncGenerator[Statistics, None]:
        yield PART
        await asyncio.Event().wait()

    window = opened(endless, lambda made: made.counted.blobs)
    assert window.figures.text().endswith("so far…")
    window.stop_button.click()
    assert window.figures.text().endswith("when it was stopped")
    assert not window.busy.is_busy
    drive(asyncio.sleep(0))  # the count hears of it


def test_counting_again_begins_with_nothing(opened: Opened, drive: Drive[Any]) -> None:
    more = asyncio.Event()

    async def twice() -> AsyncGenerator[Statistics, None]:
        await more.wait()
        yield WHOLE

    more.set()
    window = opened(twice, lambda made: made.counted.is_complete and not made.busy.is_busy)
    more.clear()

    async def work() -> None:
        window.again_button.setFocus()
        window.again_button.click()
        assert window.focusWidget() is window.stop_button
        assert window.figures.text() == "0 blobs, 0 B so far…"
        assert window.times.text() == ""
        assert window.model.tiles == window.treemap.tiles == []
        more.set()
        await until(lambda: window.figures.text() == "3 blobs, 2 KiB, 2 folders", "all")
        await until(lambda: window.focusWidget() is window.again_button, "the button again")

    drive(work())


def test_the_table_has_the_keyboard_and_not_the_view_that_is_chosen(
    window: StatisticsWindow,
) -> None:
    assert window.focusWidget() is window.table
    assert window.view_buttons[View.FOLDER].isChecked()


def test_a_caption_stands_where_its_figures_stand(window: StatisticsWindow) -> None:
    side, row = Qt.ItemDataRole.TextAlignmentRole, Qt.Orientation.Horizontal
    for column in Col:
        figure = window.model.index(0, column).data(side)
        assert window.model.headerData(column, row, side) == figure


def test_a_count_that_fails_is_never_whole(opened: Opened) -> None:
    async def failing() -> AsyncGenerator[Statistics, None]:
        yield PART
        raise NetworkError("The connection broke.")

    window = opened(failing, lambda made: not made.busy.is_busy)
    assert "connection broke" in window.notice.text()
    assert window.figures.text().endswith("when it was stopped")
