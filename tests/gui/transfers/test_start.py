"""How a transfer starts: look, ask once, queue; and how it is called off."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from explorer.base.settings import OnConflict, Settings
from explorer.gui.transfers import start
from explorer.gui.transfers.conflicts import ConflictDialog
from explorer.gui.transfers.start import LookingSheet, TransferStarter, place_of
from explorer.service.events import JobAdded
from explorer.transfer.model import (
    Conflict,
    ConflictPolicy,
    DownloadRequest,
    DownloadSource,
    JobOptions,
    Side,
    UploadRequest,
    UploadSource,
)
from tests.gui.conftest import Drive, until
from tests.gui.transfers.conftest import Desk, Opened
from tests.support.jobs import NOON, PLACE, job
from tests.support.queue import Queue

P = ConflictPolicy
UPLOAD = UploadRequest(
    (UploadSource("/home/ada/a.txt", "a.txt"),), PLACE, JobOptions(with_md5=False)
)
DOWNLOAD = DownloadRequest((DownloadSource("runs/", True, "runs"),), PLACE, "/data/downloads")


def queue_with(count: int) -> Queue:
    queue = Queue()
    queue.conflicts = [Conflict(f"{at}.txt", Side(2, NOON), Side(1, NOON)) for at in range(count)]
    return queue


def starter_of(desk: Desk) -> TransferStarter:
    return TransferStarter(desk.bridge, desk.panel, desk.panel.select)


async def dialog_of(desk: Desk, kind: type[QDialog]) -> Any:
    await until(lambda: [it for it in desk.panel.findChildren(kind) if it.isVisible()])
    return next(it for it in desk.panel.findChildren(kind) if it.isVisible())


def test_without_conflicts_nobody_is_asked_and_late_ones_fail(
    drive: Drive[Any], opened: Opened
) -> None:
    async def go() -> None:
        async with opened(queue_with(0)) as desk:
            assert await starter_of(desk).start(UPLOAD) == 1
            [sent] = desk.queue.submitted
            assert sent.options == JobOptions(with_md5=False, conflicts=P.FAIL)
            assert desk.panel.findChildren(ConflictDialog) == []

    drive(go())


def test_what_was_started_is_selected_when_it_has_come(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(queue_with(0)) as desk:
            job_id = await starter_of(desk).start(UPLOAD)
            assert job_id is not None
            desk.bridge.events.tell((JobAdded(job(77)),))
            assert desk.panel.selected() == []
            desk.bridge.events.tell((JobAdded(job(job_id)), JobAdded(job(78))))
            assert [it.id for it in desk.panel.selected()] == [job_id]

    drive(go())


def test_the_answer_goes_into_the_request(drive: Drive[Any], opened: Opened) -> None:
    async def answer(desk: Desk) -> None:
        dialog = await dialog_of(desk, ConflictDialog)
        dialog.table.selectRow(0)
        dialog.buttons[P.OVERWRITE].click()
        dialog.go_button.click()

    async def go() -> None:
        async with opened(queue_with(2)) as desk:
            starter = starter_of(desk)
            job_id, _ = await asyncio.gather(starter.start(UPLOAD), answer(desk))
            [sent] = desk.queue.submitted
            assert job_id == 1
            assert sent.options.decisions == {"0.txt": P.OVERWRITE, "1.txt": P.SKIP}
            assert sent.options.conflicts is P.FAIL
            assert not sent.options.with_md5

    drive(go())


def test_a_cancelled_question_queues_nothing(drive: Drive[Any], opened: Opened) -> None:
    async def cancel(desk: Desk) -> None:
        dialog = await dialog_of(desk, ConflictDialog)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    async def go() -> None:
        async with opened(queue_with(1)) as desk:
            starter = starter_of(desk)
            job_id, _ = await asyncio.gather(starter.start(DOWNLOAD), cancel(desk))
            assert job_id is None
            assert desk.queue.submitted == []

    drive(go())


def test_more_conflicts_than_can_be_listed_are_covered_by_a_choice_for_all(
    drive: Drive[Any], opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "LISTED_CONFLICTS", 3)

    async def answer(desk: Desk) -> None:
        dialog = await dialog_of(desk, ConflictDialog)
        dialog.buttons[P.DIFFERENT].click()
        dialog.go_button.click()

    async def go() -> None:
        async with opened(queue_with(5)) as desk:
            starter = starter_of(desk)
            await asyncio.gather(starter.start(UPLOAD), answer(desk))
            [sent] = desk.queue.submitted
            assert sent.options.decisions == {}  # the request stays small
            assert sent.options.conflicts is P.DIFFERENT

    drive(go())


@pytest.mark.parametrize("rule", [rule for rule in OnConflict if rule is not OnConflict.ASK])
def test_a_rule_in_the_settings_answers_for_the_person(
    drive: Drive[Any], opened: Opened, rule: OnConflict
) -> None:
    async def go() -> None:
        queue = queue_with(1)
        queue.settings = replace(Settings(), on_conflict=rule)
        async with opened(queue) as desk:
            await starter_of(desk).start(UPLOAD)
            assert desk.queue.submitted[0].options.conflicts.value == rule.value

    drive(go())


def test_a_long_look_says_so_and_can_be_called_off(
    drive: Drive[Any], opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "PATIENCE_S", 0.01)

    async def call_off(desk: Desk) -> None:
        sheet = await dialog_of(desk, LookingSheet)
        QTest.keyClick(sheet, Qt.Key.Key_Escape)

    async def go() -> None:
        queue = queue_with(2)
        queue.search_goes_on = True
        async with opened(queue) as desk:
            starter = starter_of(desk)
            job_id, _ = await asyncio.gather(starter.start(UPLOAD), call_off(desk))
            assert job_id is None
            assert desk.queue.submitted == []
            await until(desk.queue.search_ended.is_set)

    drive(go())


def test_a_look_that_fails_raises_and_queues_nothing(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        queue = queue_with(2)
        queue.search_error = OSError("no such folder")
        async with opened(queue) as desk:
            with pytest.raises(OSError, match="no such folder"):
                await starter_of(desk).start(UPLOAD)
            assert desk.queue.submitted == []
            assert not [it for it in desk.panel.findChildren(LookingSheet) if it.isVisible()]

    drive(go())


def test_places_are_told_as_people_know_them() -> None:
    assert place_of(UPLOAD) == "models/runs/"
    assert place_of(DOWNLOAD) == "/data/downloads"
