"""The tables of transfers: which columns stay where it is narrow, what is kept, old layouts."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from explorer.gui.transfers.files_model import FilesModel
from explorer.gui.transfers.jobs_model import Col, JobsModel
from explorer.gui.transfers.plans import FILES, JOBS
from explorer.gui.transfers.table import ColumnTable

WIDE = 1300


@pytest.fixture
def table(qtbot: QtBot) -> ColumnTable:
    return opened(qtbot)


def opened(qtbot: QtBot) -> ColumnTable:
    made = ColumnTable("Transfers", JobsModel(), JOBS)
    made.setSortingEnabled(True)
    qtbot.addWidget(made)
    made.resize(WIDE, 200)
    made.show()
    return made


def seen(table: ColumnTable) -> list[Col]:
    """The columns that are shown, from the left."""
    header = table.header
    ordered = [Col(header.logicalIndex(at)) for at in range(header.count())]
    return [column for column in ordered if not table.isColumnHidden(column)]


def old_layout(table: ColumnTable, **widths: int) -> str:
    """As the tables saved it whose last column took what was left; files are not shown there."""
    view = QTableView()
    view.setModel(table.model())
    view.resize(1600, 200)
    view.show()
    header = view.horizontalHeader()
    for at, column in enumerate(JOBS.usual):
        header.moveSection(header.visualIndex(column), at)
        header.resizeSection(column, widths.get(column.name.lower(), JOBS.usual[column] or 190))
        header.setSectionHidden(column, column in {*JOBS.hidden, Col.FILES})
    header.setSortIndicator(Col.NAME, Qt.SortOrder.DescendingOrder)
    header.setStretchLastSection(True)
    saved = bytes(header.saveState().toBase64().data()).decode("ascii")
    assert header.sectionSize(Col.DESTINATION) > 400
    view.deleteLater()
    return saved


def test_no_width_makes_a_table_of_transfers_scroll_sideways(
    table: ColumnTable, qtbot: QtBot
) -> None:
    files = ColumnTable("Files", FilesModel(), FILES)
    qtbot.addWidget(files)
    files.show()
    for shown in (table, files):
        for width in range(WIDE, 200, -9):
            shown.resize(width, 200)
            assert shown.header.length() == shown.viewport().width()


def test_name_and_progress_stay_longest_then_status_speed_and_time_left(table: ColumnTable) -> None:
    gone: list[Any] = []
    before = seen(table)
    for width in range(WIDE, 200, -3):
        table.resize(width, 200)
        gone += [column for column in before if column not in (*seen(table), *gone)]
    assert gone == [
        Col.DESTINATION,
        Col.NUMBER,
        Col.FILES,
        Col.SIZE,
        Col.ETA,
        Col.SPEED,
        Col.STATUS,
    ]
    assert seen(table) == [Col.NAME, Col.PROGRESS]
    table.resize(WIDE, 200)
    assert seen(table) == before


def test_the_menu_of_a_table_says_which_column_has_no_room(table: ColumnTable) -> None:
    table.resize(400, 200)
    menu = table.header.menu()
    told = {action.text(): action.isChecked() for action in menu.actions()}
    assert told["Size (no room now)"]
    assert told["Status"]
    assert not told["Source"]
    menu.deleteLater()


def test_what_has_no_room_now_is_kept(table: ColumnTable, qtbot: QtBot) -> None:
    header = table.header
    header.moveSection(header.visualIndex(Col.SPEED), 0)
    edge = header.sectionViewportPosition(Col.SIZE) + header.sectionSize(Col.SIZE) - 2
    at = QPoint(edge, header.height() // 2)
    QTest.mousePress(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(header.viewport(), at + QPoint(40, 0))
    QTest.mouseRelease(header.viewport(), Qt.MouseButton.LeftButton, pos=at + QPoint(40, 0))
    menu = header.menu()
    next(action for action in menu.actions() if action.text() == "#").trigger()
    menu.deleteLater()
    columns, size = seen(table), table.columnWidth(Col.SIZE)
    assert size > header.sectionSizeHint(Col.SIZE)
    table.resize(320, 200)
    saved = header.saved()
    assert header.length() == table.viewport().width()
    again = opened(qtbot)
    again.header.restore(saved)
    assert seen(again) == columns
    assert again.columnWidth(Col.SIZE) == size
    assert again.header.length() == again.viewport().width()
    menu = again.header.menu()
    next(action for action in menu.actions() if action.text() == "Usual columns").trigger()
    menu.deleteLater()
    assert seen(again) == [column for column in JOBS.usual if column not in JOBS.hidden]
    assert again.columnWidth(Col.SIZE) == size - 40


def test_a_layout_of_a_time_when_the_last_column_was_stretched_is_read(table: ColumnTable) -> None:
    usual = table.columnWidth(Col.DESTINATION)
    table.header.restore(old_layout(table, speed=123))
    assert Col.FILES not in seen(table)
    assert table.columnWidth(Col.SPEED) == 123
    assert table.columnWidth(Col.DESTINATION) == usual
    assert table.header.sortIndicatorSection() == Col.NAME
    assert not table.header.stretchLastSection()
    for width in (WIDE, 500):
        table.resize(width, 200)
        assert table.header.length() == table.viewport().width()


def test_a_layout_that_is_none_changes_nothing(table: ColumnTable) -> None:
    before = seen(table)
    for nonsense in ("no such thing", "", "AAAA", "é"):
        table.header.restore(nonsense)
    assert seen(table) == before
    assert table.header.length() == table.viewport().width()
