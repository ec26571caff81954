"""The menu 'All transfers': what it does is done to every job that it fits, chosen or not."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from tests.gui.conftest import Drive
from tests.gui.transfers.conftest import Desk, Opened
from tests.gui.transfers.test_panel import calm, dialog_of, full_queue
from tests.support.jobs import MIB, job
from tests.support.queue import Queue

OPEN = [3, 5, 6, 7, 8, 9, 10, 11, 12]
"""Those of the full queue that are not at their end."""


def all_transfers(desk: Desk) -> tuple[QMenu, dict[str, QAction]]:
    """The menu of the newest job, and what is in its last submenu by name."""
    desk.panel.select(max(it.id for it in desk.controller.jobs.jobs()))
    menu = desk.panel.row_menu()
    [entry] = [it for it in menu.actions() if it.text() == "All transfers"]
    every = entry.menu()
    assert isinstance(every, QMenu)
    return menu, {it.text(): it for it in every.actions()}


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Resume all", [("resume", it) for it in (3, 5, 6, 8)]),
        ("Pause all", [("pause", it) for it in (7, 8, 9, 10, 11, 12)]),
        ("Retry all that failed", [("retry", 2)]),
    ],
)
def test_it_is_done_to_every_job_that_it_fits(
    drive: Drive[Any], opened: Opened, name: str, asked: list[tuple[str, int]]
) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            menu, entries = all_transfers(desk)
            entries[name].trigger()
            await calm(desk)
            assert sorted(desk.queue.asked) == asked
            menu.deleteLater()

    drive(go())


@pytest.mark.parametrize("is_sure", [True, False])
def test_cancelling_all_is_asked_for_once(drive: Drive[Any], opened: Opened, is_sure: bool) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            menu, entries = all_transfers(desk)
            entries["Cancel all…"].trigger()
            sheet = await dialog_of(desk)
            assert sheet.headline() == f"Cancel {len(OPEN)} transfers?"
            if is_sure:
                sheet.go_button.click()
            else:
                QTest.keyClick(sheet, Qt.Key.Key_Escape)
            await calm(desk)
            assert sorted(desk.queue.asked) == ([("cancel", it) for it in OPEN] if is_sure else [])
            menu.deleteLater()

    drive(go())


def test_one_limit_is_set_for_every_open_job(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            menu, entries = all_transfers(desk)
            entries["Limit all…"].trigger()
            sheet = await dialog_of(desk)
            sheet.line.setText("2M")
            sheet.go_button.click()
            await calm(desk)
            assert sorted(desk.queue.asked) == [("set_limit", it, 2 * MIB) for it in OPEN]
            menu.deleteLater()

    drive(go())


def test_what_fits_no_job_is_not_offered(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        queue = Queue()
        queue.known = [job(1)]
        async with opened(queue) as desk:
            menu, entries = all_transfers(desk)
            assert {name: it.isEnabled() for name, it in entries.items()} == {
                "Resume all": False,
                "Pause all": True,
                "Cancel all…": True,
                "Retry all that failed": False,
                "Limit all…": True,
            }
            menu.deleteLater()

    drive(go())
