"""A folder of this computer sent as one archive from the window."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient
from PySide6.QtTest import QTest

from explorer.base.errors import InputError
from explorer.gui.outputs.archive_sheet import ArchiveSheet, check_archive_name
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.subject import Subject
from explorer.service.model import Ability, Location
from explorer.transfer.model import JobSnapshot
from explorer.transfer.state import JobState
from tests.gui.conftest import trigger, until
from tests.gui.connections import connection
from tests.gui.test_keyboard import KEY, in_front, press, tab_to
from tests.gui.test_manage import opened_by
from tests.gui.test_share import offer
from tests.gui.test_window import Run, run, sheet

__all__ = ["run"]

OFFER = "Upload folder as one .tgz"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "out"
    (root / "logs").mkdir(parents=True)
    (root / "logs/train.log").write_text("epoch 1")
    (root / "weights.bin").write_bytes(b"w" * 3000)
    return root


async def opened(window: MainWindow, place: Location) -> ArchiveSheet:
    conn = window.pane.connection
    assert conn is not None
    await opened_by(window, Subject(conn, place), OFFER)
    dialog: ArchiveSheet = await sheet(ArchiveSheet)
    await in_front(dialog)
    return dialog


async def sent(window: MainWindow, place: Location, folder: Path) -> JobSnapshot:
    """Its job, as soon as the queue has it."""
    dialog = await opened(window, place)
    dialog.path.setText(str(folder))
    await until(dialog.go_button.isEnabled, "the folder is found")
    dialog.go_button.click()
    await until(window.transfers.jobs.rowCount, "the job")
    return window.transfers.jobs.jobs()[0]


def members(container: ContainerClient, name: str) -> dict[str, bytes]:
    data = container.download_blob(name).readall()
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        found = {one.name: archive.extractfile(one) for one in archive if one.isfile()}
        return {name: stream.read() for name, stream in found.items() if stream is not None}


def test_a_folder_goes_up_as_one_archive_of_a_chosen_name_by_keys(
    run: Run, container: ContainerClient, folder: Path
) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        place = Location(here.connection_id, here.container, "ada/")
        dialog = await opened(window, place)
        assert dialog.path.hasFocus()
        assert not dialog.go_button.isEnabled()
        QTest.keyClicks(dialog.path, str(folder))
        await until(lambda: dialog.name.text() == "out.tgz", "its name is proposed")
        tab_to(dialog, dialog.folder_button)
        tab_to(dialog, dialog.name)
        dialog.name.selectAll()
        QTest.keyClicks(dialog.name, "train-042.tgz")
        tab_to(dialog, dialog.go_button)
        press(dialog, KEY.Key_Space)
        await until(lambda: "ada/train-042.tgz" in list(container.list_blob_names()), "the blob")

    run(work)
    assert members(container, "ada/train-042.tgz") == {
        "out/logs/train.log": b"epoch 1",
        "out/weights.bin": b"w" * 3000,
    }


def test_an_archive_is_paused_and_resumed_like_any_other_transfer(
    run: Run, container: ContainerClient, folder: Path
) -> None:
    (folder / "noise").write_bytes(noise := os.urandom(24 << 20))

    async def work(window: MainWindow, here: Location) -> None:
        bridge, actions = window._bridge, window.transfers_panel.actions_of
        await bridge.call(lambda it: it.update_settings(limit_bytes_per_s=1 << 17))
        job_id = (await sent(window, here, folder)).id

        def state() -> JobState:
            job = window.transfers.jobs.job(job_id)
            assert job is not None
            return job.state

        await until(lambda: state() is JobState.RUNNING, "it runs")
        await trigger(actions["Pause"])
        await until(lambda: state() is JobState.PAUSED, "it rests")
        assert list(container.list_blob_names()) == []
        await bridge.call(lambda it: it.update_settings(limit_bytes_per_s=0))
        await trigger(actions["Resume"])
        await until(lambda: state() is JobState.DONE, "its end")

    run(work)
    assert members(container, "out.tgz")["out/noise"] == noise


def test_an_archive_that_failed_is_whole_after_a_retry(
    run: Run, container: ContainerClient, folder: Path, tmp_path: Path
) -> None:
    (folder / "noise").write_bytes(os.urandom(4 << 20))
    aside = tmp_path / "aside"

    async def work(window: MainWindow, here: Location) -> None:
        bridge, actions = window._bridge, window.transfers_panel.actions_of
        await bridge.call(lambda it: it.update_settings(limit_bytes_per_s=1 << 17))
        job_id = (await sent(window, here, folder)).id

        def state() -> JobState:
            job = window.transfers.jobs.job(job_id)
            assert job is not None
            return job.state

        await until(lambda: state() is JobState.RUNNING, "it runs")
        await trigger(actions["Pause"])
        await until(lambda: state() is JobState.PAUSED, "it rests")
        os.rename(folder, aside)
        await bridge.call(lambda it: it.update_settings(limit_bytes_per_s=0))
        await trigger(actions["Resume"])
        await until(lambda: state() is JobState.FAILED, "it cannot be packed")
        os.rename(aside, folder)
        await trigger(actions["Retry failed"])
        await until(lambda: state() is JobState.DONE, "its end")

    run(work)
    assert len(members(container, "out.tgz")) == 3


def test_what_cannot_be_sent_is_said_and_a_typed_name_stays(
    run: Run, container: ContainerClient, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()

    async def work(window: MainWindow, here: Location) -> None:
        dialog = await opened(window, here)
        dialog.path.setText(str(folder / "weights.bin"))
        await until(lambda: "There is no folder" in dialog.notice.text(), "the reason")
        assert not dialog.go_button.isEnabled()
        dialog.path.setText(str(folder))
        await until(dialog.go_button.isEnabled)
        assert dialog.notice.isHidden()
        dialog.path.setText(str(other))
        await until(lambda: dialog.name.text() == "other.tgz", "it follows the folder")
        dialog.name.setText("a/b.tgz")
        assert dialog.name.property("invalid")
        assert "slash" in dialog.problem.text()
        assert not dialog.go_button.isEnabled()
        dialog.name.setText("mine.tgz")
        dialog.path.setText(str(folder))
        await until(dialog.go_button.isEnabled)
        assert dialog.name.text() == "mine.tgz"
        press(dialog, KEY.Key_Escape)
        await until(lambda: not dialog.isVisible())

    run(work)
    assert list(container.list_blob_names()) == []


def test_a_name_says_that_it_is_an_archive() -> None:
    for name in ("run.tgz", "run 7.TAR.GZ"):
        check_archive_name("", name)
    for name in ("run", ".tgz", "run.zip", "..", ""):
        with pytest.raises(InputError):
            check_archive_name("", name)


def test_who_may_not_write_is_told_so(run: Run, container: ContainerClient) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        reader = connection(denied=(Ability.WRITE,))
        at = Location(reader.id, here.container)
        assert offer(window, Subject(reader, at), OFFER).refusal == "No write here."
        assert not offer(window, Subject(connection(), at), OFFER).refusal

    run(work)
