"""Job outputs in the window, and a folder of this computer sent as one archive."""

from __future__ import annotations

from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient
from pytestqt.qtbot import QtBot

from explorer.gui import ask
from explorer.gui.outputs.area import OutputsArea
from explorer.gui.outputs.sheet import OutputsSheet
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.subject import Subject
from explorer.service.model import Location
from explorer.workflows.outputs import Outputs, Run, RunState
from tests.gui.conftest import until
from tests.gui.test_share import offer
from tests.gui.test_window import Run as RunWindow
from tests.gui.test_window import run

__all__ = ["run"]

NEW = Run("new/", 3, 5_000_000, 1_800_000_100, RunState.RUNNING, "new/train.log")
OLD = Run("old.tgz", 1, 900, 1_800_000_000, RunState.DONE, "")


@pytest.fixture
def sheet(qtbot: QtBot) -> OutputsSheet:
    made = OutputsSheet("training/ada")
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


def test_the_buttons_ask_for_their_run(sheet: OutputsSheet) -> None:
    asked: list[Run] = []
    sheet.download_requested.connect(asked.append)
    sheet.log_requested.connect(asked.append)
    sheet.tell(Outputs((NEW, OLD), is_complete=True))
    sheet.latest_button.click()
    sheet.table.selectRow(1)
    sheet.run_button.click()
    sheet.table.selectRow(0)
    sheet.log_button.click()
    assert asked == [NEW, OLD, NEW]


def test_a_folder_is_sent_as_one_archive_and_runs_are_offered(
    run: RunWindow,
    container: ContainerClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "a").write_bytes(b"a")

    async def chosen(*_: object) -> Path:
        return folder

    monkeypatch.setattr(ask, "folder", chosen)

    async def work(window: MainWindow, here: Location) -> None:
        connection = window.pane.connection
        assert connection is not None
        subject = Subject(connection, here)
        assert not offer(window, subject, "Job outputs").refusal
        assert not offer(window, subject, "Upload a folder as .tgz").refusal
        (area,) = (one for one in window.areas if isinstance(one, OutputsArea))
        job_id = await area.upload(here)
        assert job_id is not None
        await until(lambda: "out.tgz" in list(container.list_blob_names()))

    run(work)
