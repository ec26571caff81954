"""The confirmation of a deletion: it waits for the count, and many files want a word typed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.base.errors import NetworkError
from explorer.base.tasks import TaskScope
from explorer.gui.browse.deleting import Counts, DeleteSheet
from explorer.gui.browse.rows import Row, RowKind
from explorer.service.model import DeleteCount
from tests.gui.conftest import Drive, until

FOLDER = Row(RowKind.FOLDER, "runs", -1, 0, "", "", None, "")
Asked = Callable[[Counts | None, Callable[[DeleteSheet], object]], DeleteSheet]


@pytest.fixture
def asked(qtbot: QtBot, drive: Drive[Any], scope: TaskScope) -> Asked:
    """The sheet about one folder, once something holds of it."""

    def go(count: Counts | None, holds: Callable[[DeleteSheet], object]) -> DeleteSheet:
        async def work() -> DeleteSheet:
            made = DeleteSheet([FOLDER], "c", count, scope, typed_above=10)
            qtbot.addWidget(made)
            made.show()
            await until(lambda: holds(made))
            return made

        found: DeleteSheet = drive(work())
        return found

    return go


async def few() -> AsyncGenerator[DeleteCount, None]:
    yield DeleteCount(3, 100)
    yield DeleteCount(10, 200, is_complete=True)


async def many() -> AsyncGenerator[DeleteCount, None]:
    yield DeleteCount(11, 300)
    yield DeleteCount(12, 400, is_complete=True)


async def failing() -> AsyncGenerator[DeleteCount, None]:
    yield DeleteCount(2, 100)
    raise NetworkError("The connection broke.")


async def endless() -> AsyncGenerator[DeleteCount, None]:
    yield DeleteCount(2, 100)
    await asyncio.Event().wait()


def test_few_files_are_deleted_with_one_click_once_they_are_counted(asked: Asked) -> None:
    sheet = asked(few, lambda it: not it.busy.is_busy)
    assert sheet.go_button.isEnabled()
    assert not sheet.line.isVisible()


def test_nothing_is_deleted_while_nobody_knows_how_much_it_is(
    asked: Asked, drive: Drive[Any]
) -> None:
    sheet = asked(endless, lambda it: "so far" in it.total.text())
    assert not sheet.go_button.isEnabled()
    sheet.reject()
    drive(asyncio.sleep(0))  # the count hears of it


@pytest.mark.parametrize("count", [many, failing])
def test_many_files_or_an_unknown_number_want_the_word_typed(asked: Asked, count: Counts) -> None:
    sheet = asked(count, lambda it: not it.busy.is_busy)
    assert sheet.line.isVisible()
    assert not sheet.go_button.isEnabled()
    QTest.keyClicks(sheet.line, "delet")
    assert not sheet.go_button.isEnabled()
    QTest.keyClicks(sheet.line, "e")
    assert sheet.go_button.isEnabled()
