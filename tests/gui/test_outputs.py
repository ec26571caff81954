"""Job outputs in the window."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from azure.storage.blob import ContainerClient
from pytestqt.qtbot import QtBot

from explorer.base.tasks import TaskScope
from explorer.gui.outputs.sheet import Looks, OutputsSheet
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.subject import Subject
from explorer.service.model import Location
from explorer.workflows.outputs import Outputs, Run, RunState
from tests.gui.conftest import Drive, until
from tests.gui.test_keyboard import KEY, in_front, press, tab_to
from tests.gui.test_manage import opened_by
from tests.gui.test_window import Run as RunWindow
from tests.gui.test_window import run
from tests.gui.test_window import sheet as sheet_of

__all__ = ["run"]

NEW = Run("new/", 3, 5_000_000, 1_800_000_100, RunState.RUNNING, "new/train.log")
OLD = Run("old.tgz", 1, 900, 1_800_000_000, RunState.DONE, "")


async def nothing() -> AsyncGenerator[Outputs, None]:
    """No runs are found."""
    yield Outputs((), is_complete=True)


async def the_same(run: Run) -> Run | None:
    """It is as it was."""
    return run


@pytest.fixture
def sheet(qtbot: QtBot, scope: TaskScope) -> OutputsSheet:
    made = OutputsSheet("training/ada", Looks(nothing, the_same), scope)
    qtbot.addWidget(made)
    made.show()
    return made


def test_what_is_shown_grows_and_the_latest_waits_for_the_end(sheet: OutputsSheet) -> None:
    sheet.tell(Outputs((OLD,), is_complete=False))
    sheet.table.selectRow(0)
    assert not sheet.latest_button.isEnabled()
    sheet.tell(Outputs((NEW, OLD), is_complete=True))
    assert sheet.chosen == OLD
    assert [line.cells[:2] for line in sheet.model.lines] == [
        ("new", "running"), ("old.tgz", "done")
    ]  # fmt: skip
    assert sheet.latest_button.isEnabled()
    assert not sheet.log_button.isEnabled()
    sheet.table.selectRow(0)
    assert sheet.log_button.isEnabled()


def test_the_buttons_ask_for_their_run(sheet: OutputsSheet, drive: Drive[Any]) -> None:
    asked: list[Run] = []
    sheet.download_requested.connect(asked.append)
    sheet.log_requested.connect(asked.append)
    sheet.tell(Outputs((NEW, OLD), is_complete=True))
    sheet.latest_button.click()
    sheet.table.selectRow(1)
    sheet.run_button.click()
    sheet.table.selectRow(0)

    async def ask_for_the_log() -> None:
        sheet.log_button.click()
        await until(lambda: len(asked) == 3, "it was looked at again")

    drive(ask_for_the_log())
    assert asked == [NEW, OLD, NEW]


async def shown(window: MainWindow, here: Location) -> OutputsSheet:
    """The dialog of the container, once all is listed."""
    connection = window.pane.connection
    assert connection is not None
    await opened_by(window, Subject(connection, here), "Job outputs")
    dialog: OutputsSheet = await sheet_of(OutputsSheet)
    await in_front(dialog)
    await until(lambda: not dialog.is_busy, "all runs are listed")
    return dialog


def states(dialog: OutputsSheet) -> list[tuple[str, ...]]:
    return [line.cells[:2] for line in dialog.model.lines]


def test_a_run_that_goes_on_is_looked_at_again_and_new_ones_with_refresh(
    run: RunWindow, container: ContainerClient
) -> None:
    container.upload_blob("ada/train.log", b"epoch 1\n")

    async def work(window: MainWindow, here: Location) -> None:
        dialog = await shown(window, here)
        assert states(dialog) == [("ada", "running")]
        container.upload_blob("ada/_SUCCESS", b"")
        container.upload_blob("bob.tgz", b"x")
        dialog.look_at_running()
        await until(lambda: states(dialog) == [("ada", "done")], "its state")
        tab_to(dialog, dialog.again_button)
        press(dialog, KEY.Key_Space)
        await until(lambda: len(states(dialog)) == 2, "the other")
        dialog.reject()

    run(work)


def test_a_run_that_is_gone_leaves_the_list(run: RunWindow, container: ContainerClient) -> None:
    container.upload_blob("ada/train.log", b"epoch 1\n")

    async def work(window: MainWindow, here: Location) -> None:
        dialog = await shown(window, here)
        container.delete_blob("ada/train.log")
        dialog.table.selectRow(0)
        dialog.log_button.click()
        await until(lambda: "not there any more" in dialog.notice.text(), "it is told")
        assert states(dialog) == []
        dialog.reject()

    run(work)


def test_the_log_of_a_run_that_goes_on_is_followed_by_itself(
    run: RunWindow, container: ContainerClient
) -> None:
    log = container.get_blob_client("ada/logs/train.log")
    log.create_append_blob()
    log.append_block(b"epoch 1\n")

    async def work(window: MainWindow, here: Location) -> None:
        page = window.inspecting.preview
        page.follow_poll_s = 0.05
        dialog = await shown(window, here)
        tab_to(dialog, dialog.table)
        press(dialog, KEY.Key_Down)
        tab_to(dialog, dialog.log_button)
        press(dialog, KEY.Key_Space)
        await until(lambda: "epoch 1" in page.body.text.toPlainText(), "the log")
        assert window.pane.location == Location(here.connection_id, here.container, "ada/logs/")
        assert page.bar.is_following
        assert not page.bar.end.isEnabled()
        await until(lambda: page.line.text().startswith("Following"), "it is followed")
        log.append_block(b"epoch 2\n")
        await until(lambda: "epoch 2" in page.body.text.toPlainText(), "what comes")

    run(work)


def test_the_log_of_a_run_that_has_ended_is_only_shown(
    run: RunWindow, container: ContainerClient
) -> None:
    container.upload_blob("ada/train.log", b"epoch 9\n")

    async def work(window: MainWindow, here: Location) -> None:
        dialog = await shown(window, here)
        assert states(dialog) == [("ada", "running")]
        container.upload_blob("ada/done", b"")  # after it was listed
        dialog.table.selectRow(0)
        dialog.log_button.click()
        page = window.inspecting.preview
        await until(lambda: "epoch 9" in page.body.text.toPlainText(), "the log")
        assert not page.bar.is_following

    run(work)
