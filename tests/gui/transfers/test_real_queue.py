"""The panel before the real service and a real emulator: start, conflicts, pause, failure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azure.storage.blob import ContainerClient
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from explorer.base.tasks import TaskScope
from explorer.gui.bridge import Bridge
from explorer.gui.theme import Theme
from explorer.gui.transfers.conflicts import ConflictDialog
from explorer.gui.transfers.controller import TransfersController
from explorer.gui.transfers.job_files import FileFilter
from explorer.gui.transfers.jobs_model import Col
from explorer.gui.transfers.panel import TransfersPanel
from explorer.gui.transfers.papers import copy_command, write_log
from explorer.gui.transfers.start import TransferStarter
from explorer.service.emulator import Emulator
from explorer.service.host import ServiceHost
from explorer.service.model import Location
from explorer.storage.connection import parse
from explorer.transfer.model import (
    ConflictPolicy,
    DownloadRequest,
    DownloadSource,
    JobOptions,
    JobSnapshot,
    RemotePlace,
    UploadRequest,
    UploadSource,
)
from explorer.transfer.state import JobState, TransferState
from tests.gui.conftest import Drive, trigger, until


@dataclass(slots=True)
class Room:
    """The panel, the starter, and the place that everything goes to."""

    bridge: Bridge
    controller: TransfersController
    panel: TransfersPanel
    starter: TransferStarter
    place: RemotePlace

    async def ended(self, job_id: int) -> JobSnapshot:
        """The job's row, once it is at its end."""

        def is_over() -> bool:
            job = self.controller.jobs.job(job_id)
            return job is not None and job.state.is_final

        await until(is_over, f"job {job_id} to end")
        job = self.controller.jobs.job(job_id)
        assert job is not None
        return job


@asynccontextmanager
async def room(
    data_dir: Path, azurite: Emulator, container: ContainerClient, qtbot: QtBot
) -> AsyncIterator[Room]:
    errors: list[BaseException] = []
    bridge, scope = Bridge(), TaskScope(lambda _, error: errors.append(error))
    await bridge.attach(ServiceHost(data_dir))
    controller = TransfersController(bridge, scope)
    panel = TransfersPanel(controller)
    qtbot.addWidget(panel)
    panel.resize(1200, 600)
    panel.show()
    try:
        spec = parse(azurite.connection_string)
        known = await bridge.call(lambda service: service.session_connection(spec))
        where = Location(known.id, str(container.container_name))
        place = await bridge.get(lambda service: service.place(where))
        yield Room(bridge, controller, panel, TransferStarter(bridge, panel, panel.select), place)
    finally:
        controller.stop()
        await scope.aclose()
        await bridge.detach()
    assert errors == []


def folder_of(tmp_path: Path, count: int) -> UploadSource:
    folder = tmp_path / "run"
    folder.mkdir()
    for number in range(count):
        (folder / f"part-{number:03}.log").write_bytes(b"x" * (number + 1))
    return UploadSource(str(folder), "run")


async def answer(room: Room, policy: ConflictPolicy) -> None:
    await until(lambda: room.panel.findChildren(ConflictDialog))
    [dialog] = room.panel.findChildren(ConflictDialog)
    dialog.buttons[policy].click()
    dialog.go_button.click()


def test_an_upload_is_followed_to_its_end_and_conflicts_are_asked_about(
    drive: Drive[Any],
    qtbot: QtBot,
    theme: Theme,
    data_dir: Path,
    tmp_path: Path,
    azurite: Emulator,
    container: ContainerClient,
) -> None:
    source = folder_of(tmp_path, 30)
    container.upload_blob("run/part-007.log", b"theirs")

    async def go() -> None:
        async with room(data_dir, azurite, container, qtbot) as it:
            request = UploadRequest((source,), it.place)
            job_id, _ = await asyncio.gather(
                it.starter.start(request), answer(it, ConflictPolicy.SKIP)
            )
            assert job_id is not None
            await until(lambda: it.controller.jobs.job(job_id))
            it.panel.select(job_id)
            done = await it.ended(job_id)
            assert (done.state, done.files_done, done.files_skipped) == (JobState.DONE, 29, 1)
            files = it.controller.files.model.files
            await until(lambda: len(files()) == 30)
            await until(lambda: all(file.state.is_final for file in files()))
            index = it.panel.jobs.model().index(0, Col.STATUS)
            assert index.data(Qt.ItemDataRole.DisplayRole) == "Done, 1 skipped"
            it.panel.details.filter_button(FileFilter.SKIPPED).click()
            await until(lambda: len(files()) == 1)
            copy_command(it.controller, [done], it.panel)
            clipboard = QGuiApplication.clipboard()
            await until(lambda: clipboard.text().startswith("quayside upload "))
            assert f"--to {container.container_name}/run " in clipboard.text()
            assert "AccountKey" not in clipboard.text()
            await it.bridge.call(lambda service: write_log(service, [done], tmp_path / "log.csv"))
            told = (tmp_path / "log.csv").read_text().splitlines()
            assert len(told) == 31
            assert sum(line.startswith("skipped,run/part-007.log,") for line in told) == 1

    drive(go())
    assert container.download_blob("run/part-007.log").readall() == b"theirs"
    assert container.download_blob("run/part-029.log").readall() == b"x" * 30


def test_a_missing_blob_fails_with_its_reason_and_is_found_among_the_failed(
    drive: Drive[Any],
    qtbot: QtBot,
    theme: Theme,
    data_dir: Path,
    tmp_path: Path,
    azurite: Emulator,
    container: ContainerClient,
) -> None:
    container.upload_blob("here.txt", b"here")
    sources = tuple(DownloadSource(name, False, name) for name in ("here.txt", "gone.txt"))

    async def go() -> None:
        async with room(data_dir, azurite, container, qtbot) as it:
            request = DownloadRequest(sources, it.place, str(tmp_path / "down"))
            job_id = await it.starter.start(request)
            assert job_id is not None
            failed = await it.ended(job_id)
            assert (failed.state, failed.files_failed) == (JobState.FAILED, 1)
            it.panel.select(job_id)
            it.panel.details.filter_button(FileFilter.FAILED).click()
            files = it.controller.files.model.files
            await until(lambda: len(files()) == 1)
            assert files()[0].failure is not None
            it.controller.run_again([failed])
            await until(lambda: len(it.controller.jobs.jobs()) == 2)
            await it.ended(it.controller.jobs.jobs()[1].id)
            it.controller.remove([failed])
            await until(lambda: len(it.controller.jobs.jobs()) == 1)

    drive(go())
    assert (tmp_path / "down" / "here.txt").read_bytes() == b"here"


def test_a_job_is_limited_paused_with_all_its_files_and_resumed(
    drive: Drive[Any],
    qtbot: QtBot,
    theme: Theme,
    data_dir: Path,
    tmp_path: Path,
    azurite: Emulator,
    container: ContainerClient,
) -> None:
    size = 24 * 1024 * 1024
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(range(256)) * (size // 256))
    small = tmp_path / "small.txt"
    small.write_bytes(b"small")
    sources = (UploadSource(str(path), "large.bin"), UploadSource(str(small), "small.txt"))

    async def go() -> None:
        async with room(data_dir, azurite, container, qtbot) as it:
            await it.bridge.call(lambda service: service.update_settings(limit_bytes_per_s=1 << 17))
            job_id = await it.starter.start(UploadRequest(sources, it.place))
            assert job_id is not None

            def job() -> JobSnapshot:
                found = it.controller.jobs.job(job_id)
                assert found is not None
                return found

            await until(lambda: it.controller.jobs.job(job_id))
            it.panel.select(job_id)
            await until(lambda: job().state is JobState.RUNNING)
            await trigger(it.panel.actions_of["Pause"])
            await until(lambda: job().state is JobState.PAUSED)
            files = it.controller.files.model.files
            resting = {TransferState.PAUSED, TransferState.QUEUED, TransferState.DONE}
            await until(lambda: len(files()) == 2 and {f.state for f in files()} <= resting)
            it.controller.set_limit([job()], 5 << 20)
            await until(lambda: job().limit_bytes_per_s == 5 << 20)
            it.controller.set_limit([job()], 0)
            await it.bridge.call(lambda service: service.update_settings(limit_bytes_per_s=0))
            await trigger(it.panel.actions_of["Resume"])
            assert (await it.ended(job_id)).state is JobState.DONE

    drive(go())
    assert container.download_blob("large.bin").readall() == path.read_bytes()


def test_single_files_are_paused_cancelled_and_resumed_by_the_buttons_of_the_files_list(
    drive: Drive[Any],
    qtbot: QtBot,
    theme: Theme,
    data_dir: Path,
    tmp_path: Path,
    azurite: Emulator,
    container: ContainerClient,
) -> None:
    for name in "abcd":
        (tmp_path / name).write_bytes(b"x" * (4 << 20))
    sources = tuple(UploadSource(str(tmp_path / name), name) for name in "abcd")
    slow = JobOptions(block_size_bytes=256 * 1024, limit_bytes_per_s=1 << 18)

    async def go() -> None:
        async with room(data_dir, azurite, container, qtbot) as it:
            request = UploadRequest(sources, it.place, slow)
            job_id = await it.bridge.call(lambda service: service.submit(request))
            it.panel.select(job_id)
            details, model = it.panel.details, it.controller.files.model
            await until(lambda: model.rowCount() == 4)

            def state(name: str) -> TransferState:
                return next(f.state for f in model.files() if f.remote_name == name)

            def choose(*names: str) -> None:
                details.files.clearSelection()
                for row, file in enumerate(model.files()):
                    if file.remote_name in names:
                        details.files.selectionModel().select(
                            model.index(row, 0),
                            QItemSelectionModel.SelectionFlag.Select
                            | QItemSelectionModel.SelectionFlag.Rows,
                        )

            choose("b", "c", "d")
            assert not details.file_actions["Resume files"].isEnabled()
            await trigger(details.file_actions["Pause files"])
            await until(lambda: all(state(n) is TransferState.PAUSED for n in "bcd"))
            choose("d")
            await trigger(details.file_actions["Cancel files"])
            await until(lambda: state("d") is TransferState.CANCELLED)
            choose("b", "c")
            await trigger(details.file_actions["Resume files"])
            await until(lambda: all(state(n) is not TransferState.PAUSED for n in "bc"))
            await it.bridge.call(lambda service: service.set_limit(job_id, 0))
            job = await it.ended(job_id)
            assert (job.state, job.files_done, job.files_cancelled) == (JobState.DONE, 3, 1)
            assert sorted(container.list_blob_names()) == ["a", "b", "c"]

    drive(go())


def test_a_copy_is_started_as_an_upload_is_and_asks_about_what_is_there(
    drive: Drive[Any],
    qtbot: QtBot,
    theme: Theme,
    data_dir: Path,
    azurite: Emulator,
    container: ContainerClient,
) -> None:
    container.upload_blob("a.txt", b"newer")
    container.upload_blob("d/a.txt", b"old")

    async def work() -> None:
        async with room(data_dir, azurite, container, qtbot) as it:
            here = Location(it.place.connection_id, it.place.container)
            request = await it.bridge.get(
                lambda service: service.copies.request(here, ("a.txt",), here.child("d"))
            )
            asking = asyncio.get_running_loop().create_task(it.starter.start(request))
            await answer(it, ConflictPolicy.OVERWRITE)
            job_id = await asking
            assert job_id is not None
            assert (await it.ended(job_id)).state is JobState.DONE
            assert container.download_blob("d/a.txt").readall() == b"newer"

    drive(work())
