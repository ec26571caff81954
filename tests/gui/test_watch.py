"""Watched folders in the window: begun, stopped, gone on with at the next start, refused."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient
from PySide6.QtTest import QTest

from explorer.base.errors import InputError
from explorer.gui.bridge import Bridge
from explorer.gui.watch import words
from explorer.gui.watch.area import WatchArea, quiet_of
from explorer.gui.watch.desk import Watched, WatchState
from explorer.gui.watch.sheet import WatchedSheet
from explorer.gui.watch.start_sheet import WatchStartSheet
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.subject import Subject
from explorer.service.emulator import Emulator
from explorer.service.events import JobAdded, JobFinished
from explorer.service.model import Ability, Location
from explorer.storage.connection import parse
from explorer.transfer.model import JobSnapshot
from explorer.transfer.state import JobState
from explorer.workflows.watch import target_key
from explorer.workflows.watch_state import opened as state_opened
from explorer.workflows.watched_folders import WatchWish
from tests.gui.conftest import Drive, until
from tests.gui.connections import connection
from tests.gui.test_keyboard import KEY, in_front, press, tab_to
from tests.gui.test_manage import opened_by
from tests.gui.test_share import offer
from tests.gui.test_window import Run, opened, run, sheet

__all__ = ["run"]

START, LIST = "Watch a folder", "Watched folders"
MIB = 1024 * 1024
Work = Callable[[MainWindow, Location], Coroutine[Any, Any, None]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    return made


def area_of(window: MainWindow) -> WatchArea:
    return next(area for area in window.areas if isinstance(area, WatchArea))


def names(container: ContainerClient) -> list[str]:
    return [blob.name for blob in container.list_blobs()]


def wish(folder: Path, target: Location) -> WatchWish:
    return WatchWish(str(folder), target, settle_s=0.1)


async def state(watched: Watched, wanted: WatchState) -> None:
    await until(lambda: watched.state is wanted, f"it is {wanted}; {watched.reason}")


async def form(window: MainWindow, here: Location) -> WatchStartSheet:
    """The form of the container, in front."""
    conn = window.pane.connection
    assert conn is not None
    await opened_by(window, Subject(conn, here), START)
    dialog: WatchStartSheet = await sheet(WatchStartSheet)
    await in_front(dialog)
    return dialog


def test_a_folder_is_watched_stopped_and_forgotten_by_keys(
    run: Run, container: ContainerClient, folder: Path
) -> None:
    (folder / "before.txt").write_text("1")
    (folder / "skip.tmp").write_text("1")

    async def work(window: MainWindow, here: Location) -> None:
        jobs: list[str] = []
        window._bridge.events.on(JobAdded, lambda event: jobs.append(event.job.title))
        dialog = await form(window, here.child("live"))
        assert dialog.folder.hasFocus()
        QTest.keyClicks(dialog.folder, str(folder))
        tab_to(dialog, dialog.folder_button)
        tab_to(dialog, dialog.exclude)
        QTest.keyClicks(dialog.exclude, "*.tmp")
        tab_to(dialog, dialog.include)
        tab_to(dialog, dialog.ignore_box)
        tab_to(dialog, dialog.settle)
        dialog.settle.selectAll()
        QTest.keyClicks(dialog.settle, "0.1s")
        tab_to(dialog, dialog.goes_on_box)
        press(dialog, KEY.Key_Space)
        tab_to(dialog, dialog.go_button)
        press(dialog, KEY.Key_Space)
        listed: WatchedSheet = await sheet(WatchedSheet)
        await in_front(listed)
        (watched,) = area_of(window).desk.all
        assert watched.wish.goes_on
        await until(lambda: names(container) == ["live/before.txt"], "what was there")
        (folder / "sub").mkdir()
        (folder / "sub/after.txt").write_text("2")
        await until(lambda: "live/sub/after.txt" in names(container), "what came")
        await until(lambda: watched.last_name == "sub/after.txt", "it is told")
        assert jobs
        assert window._transfers_dock.isVisible()
        (line,) = listed.model.lines
        assert line.cells[0] == str(folder)
        assert line.cells[1] == f"emulator: {here.container}/live"
        assert line.cells[3].startswith("sub/after.txt, ")
        assert line.cells[5] == "–"
        tab_to(listed, listed.goes_on_box)
        press(listed, KEY.Key_Space)
        assert [one.wish.goes_on for one in area_of(window).desk.all] == [False]
        assert not listed.remove_button.isEnabled()
        tab_to(listed, listed.run_button)
        assert listed.run_button.text() == "&Stop"
        press(listed, KEY.Key_Space)
        await state(watched, WatchState.STOPPED)
        (folder / "late.txt").write_text("3")
        assert listed.run_button.text() == "&Start"
        tab_to(listed, listed.remove_button)
        press(listed, KEY.Key_Space)
        assert area_of(window).desk.all == ()
        assert listed.figures.text() == "No folder is watched."
        press(listed, KEY.Key_Escape)
        await until(lambda: area_of(window)._sheet is None, "it is closed")

    run(work)
    assert names(container) == ["live/before.txt", "live/sub/after.txt"]


def test_stopped_in_the_middle_of_a_file_it_goes_on_with_the_next_start(
    run: Run, container: ContainerClient, folder: Path
) -> None:
    data = bytes(range(256)) * (24 * MIB // 256)
    (folder / "large.bin").write_bytes(data)

    async def work(window: MainWindow, here: Location) -> None:
        bridge = window._bridge
        await bridge.call(
            lambda service: service.update_settings(
                limit_bytes_per_s=MIB, block_size_bytes=MIB // 2
            )
        )
        desk = area_of(window).desk
        watched = desk.begin(wish(folder, here))
        jobs = window.transfers.jobs
        await until(lambda: any(job.bytes_done for job in jobs.line()), "it moves")
        assert words.state_text(watched) == "Uploading"
        desk.stop(watched)
        await state(watched, WatchState.STOPPED)
        (job,) = await bridge.get(lambda service: service.jobs())
        assert job.state is JobState.PAUSED
        await bridge.call(lambda service: service.update_settings(limit_bytes_per_s=0))
        desk.start(watched)
        await until(lambda: watched.last_name == "large.bin", "it is whole")
        await until(lambda: jobs.rowCount() == 0, "its job is taken out")
        desk.stop(watched)
        await state(watched, WatchState.STOPPED)

    run(work)
    assert container.download_blob("large.bin").readall() == data


def jobs_added(bridge: Bridge) -> list[int]:
    """The ids of the jobs that are added from now on."""
    ids: list[int] = []
    bridge.events.on(JobAdded, lambda event: ids.append(event.job.id))
    return ids


def test_a_job_that_is_paused_in_the_transfers_is_waited_for(
    run: Run, container: ContainerClient, folder: Path
) -> None:
    (folder / "large.bin").write_bytes(b"x" * (24 * MIB))

    async def work(window: MainWindow, here: Location) -> None:
        bridge = window._bridge
        added = jobs_added(bridge)
        await bridge.call(
            lambda service: service.update_settings(
                limit_bytes_per_s=MIB, block_size_bytes=MIB // 2
            )
        )
        watched = area_of(window).desk.begin(wish(folder, here))
        jobs = window.transfers.jobs
        await until(lambda: any(job.bytes_done for job in jobs.line()), "it moves")
        (job,) = jobs.line()
        await bridge.call(lambda service: service.pause(job.id))
        await bridge.call(lambda service: service.wait(job.id))
        await bridge.call(lambda service: service.update_settings(limit_bytes_per_s=0))
        assert not watched.failures
        await bridge.call(lambda service: service.resume(job.id))
        await until(lambda: watched.last_name == "large.bin", "it goes on")
        assert not watched.failures
        assert added == [job.id]

    run(work)


def test_a_job_that_is_cancelled_in_the_transfers_is_not_tried_again(
    run: Run, container: ContainerClient, folder: Path
) -> None:
    (folder / "large.bin").write_bytes(b"x" * (8 * MIB))

    async def work(window: MainWindow, here: Location) -> None:
        bridge = window._bridge
        added = jobs_added(bridge)
        await bridge.call(lambda service: service.update_settings(limit_bytes_per_s=100_000))
        watched = area_of(window).desk.begin(wish(folder, here))
        jobs = window.transfers.jobs
        await until(lambda: any(job.files_total for job in jobs.line()), "it moves")
        (job,) = jobs.line()
        await bridge.call(lambda service: service.cancel(job.id))
        await until(lambda: not watched.waiting, "it is left")
        await bridge.call(lambda service: service.update_settings(limit_bytes_per_s=0))
        (folder / "other.txt").write_text("x")
        await until(lambda: watched.last_name == "other.txt", "the watch goes on")
        assert not watched.failures
        assert len(added) == 2

    run(work)
    assert names(container) == ["other.txt"]


def test_the_end_of_each_batch_is_no_news_and_a_failure_is_once(
    run: Run, container: ContainerClient, folder: Path
) -> None:
    (folder / "a.txt").write_text("x")

    async def work(window: MainWindow, here: Location) -> None:
        ended: list[JobSnapshot] = []
        window._bridge.events.on(JobFinished, lambda event: ended.append(event.job))
        is_quiet = quiet_of(window.areas)
        area_of(window).desk.begin(wish(folder, here))
        await until(lambda: ended, "it is uploaded")
        (job,) = ended
        assert job.state is JobState.DONE
        assert is_quiet(job)
        assert not is_quiet(replace(job, id=job.id + 1000)), "another's job"
        failed = replace(job, state=JobState.FAILED)
        assert [is_quiet(failed) for _ in range(3)] == [False, True, True]

    run(work)


@pytest.mark.parametrize("goes_on", [True, False])
def test_after_a_start_of_quayside_it_goes_on_only_where_that_was_said(
    drive: Drive[Any],
    data_dir: Path,
    azurite: Emulator,
    container: ContainerClient,
    folder: Path,
    goes_on: bool,
) -> None:
    (folder / "same.txt").write_text("1")

    async def whole() -> None:
        async with opened(data_dir) as window:
            spec = parse(azurite.connection_string)
            made = await window._bridge.call(lambda s: s.connect(spec, name="kept"))
            here = Location(made.id, container.container_name)
            desk = area_of(window).desk
            watched = desk.begin(replace(wish(folder, here), goes_on=goes_on))
            await until(lambda: watched.uploaded == 1, "the first")
            await until(lambda: not window._scope.names.count("keep the watched folders"))
        before = {blob.name: blob.etag for blob in container.list_blobs()}
        (folder / "new.txt").write_text("2")
        async with opened(data_dir) as window:
            desk = area_of(window).desk
            await until(lambda: desk.all, "it is remembered")
            (watched,) = desk.all
            assert watched.is_running == goes_on
            desk.start(watched)
            await until(lambda: watched.last_name == "new.txt", "the new one")
            assert watched.uploaded == 1
        after = {blob.name: blob.etag for blob in container.list_blobs()}
        assert sorted(after) == ["new.txt", "same.txt"]
        assert after["same.txt"] == before["same.txt"]

    drive(whole())


@pytest.mark.parametrize("goes_on", [True, False])
def test_closed_in_the_middle_of_a_file_it_sends_that_once_and_whole(
    drive: Drive[Any],
    data_dir: Path,
    azurite: Emulator,
    container: ContainerClient,
    folder: Path,
    goes_on: bool,
) -> None:
    data = bytes(range(256)) * (24 * MIB // 256)
    (folder / "large.bin").write_bytes(data)

    async def whole() -> None:
        async with opened(data_dir) as window:
            bridge = window._bridge
            spec = parse(azurite.connection_string)
            made = await bridge.call(lambda s: s.connect(spec, name="kept"))
            await bridge.call(
                lambda s: s.update_settings(limit_bytes_per_s=MIB, block_size_bytes=MIB // 2)
            )
            here = Location(made.id, container.container_name)
            area_of(window).desk.begin(replace(wish(folder, here), goes_on=goes_on))
            jobs = window.transfers.jobs
            await until(lambda: any(job.bytes_done for job in jobs.line()), "it moves")
            await until(lambda: not window._scope.names.count("keep the watched folders"))
        async with opened(data_dir) as window:
            bridge = window._bridge
            await bridge.call(lambda s: s.update_settings(limit_bytes_per_s=0))
            desk = area_of(window).desk
            await until(lambda: desk.all, "it is remembered")
            (watched,) = desk.all
            if not goes_on:  # the transfer does so by itself, as all do
                await until(lambda: names(container) == ["large.bin"], "it is there")
                desk.start(watched)
            await until(lambda: watched.last_name == "large.bin", "it is whole")
            await state(watched, WatchState.WATCHING)
            assert watched.uploaded == 1
            assert not watched.failures
            await until(lambda: window.transfers.jobs.rowCount() == 0, "no second job")

    drive(whole())
    assert container.download_blob("large.bin").readall() == data


def test_a_pair_that_another_process_watches_is_refused_and_can_be_started_later(
    run: Run, container: ContainerClient, folder: Path, data_dir: Path
) -> None:
    (folder / "a.txt").write_text("1")

    async def work(window: MainWindow, here: Location) -> None:
        place = await window._bridge.get(lambda service: service.place(here))
        desk = area_of(window).desk
        with state_opened(data_dir, str(folder), target_key(place)):
            watched = desk.begin(wish(folder, here))
            await state(watched, WatchState.STOPPED)
            assert "Another Quayside watches this folder" in watched.reason
            assert "Another Quayside" in window.pane.notice.text()
            window.pane.notice.action_button.click()
            listed: WatchedSheet = await sheet(WatchedSheet)
            assert listed.chosen is watched
            assert listed.model.lines[0].cells[2] == "Not running"
            assert "Another Quayside" in listed.notice.text()
        listed.run_button.click()
        await until(lambda: watched.uploaded == 1, "it is free now")
        assert listed.notice.isHidden()
        listed.reject()

    run(work)


def test_a_folder_that_is_not_there_is_refused_in_the_form(run: Run, folder: Path) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        dialog = await form(window, here)
        dialog.folder.setText(str(folder / "none"))
        dialog.go_button.click()
        await until(lambda: "There is no folder" in dialog.notice.text(), "the reason")
        dialog.folder.setText("out")
        assert not dialog.go_button.isEnabled()
        assert "whole path" in dialog.problem.text()
        dialog.folder.setText(str(folder))
        assert dialog.go_button.isEnabled()
        dialog.settle.setText("soon")
        assert "not a length of time" in dialog.problem.text()
        dialog.settle.setText("1s")
        dialog.exclude.setPlainText("*.tmp\n/")
        assert "not a pattern" in dialog.problem.text()
        dialog.reject()
        assert area_of(window).desk.all == ()

    run(work)


def test_a_folder_that_is_gone_at_a_later_start_says_so(run: Run, folder: Path) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        desk = area_of(window).desk
        watched = desk.begin(wish(folder, here))
        await state(watched, WatchState.WATCHING)
        desk.stop(watched)
        await state(watched, WatchState.STOPPED)
        folder.rmdir()  # noqa: ASYNC240 - a test's own folder
        desk.start(watched)
        await state(watched, WatchState.STOPPED)
        assert watched.reason == f"There is no folder '{folder}'. Check the name."

    run(work)


def test_who_may_not_write_is_refused_before_anything_starts(run: Run, folder: Path) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        reader = connection(denied=(Ability.WRITE,))
        subject = Subject(reader, Location("c1", "c"))
        assert offer(window, subject, START).refusal == "No write here."
        bridge, desk = window._bridge, area_of(window).desk
        watched = desk.begin(wish(folder, Location("gone", "c")))
        await state(watched, WatchState.STOPPED)
        assert "connection is gone" in watched.reason
        await bridge.call(lambda s: s.marks.set_read_only(here.connection_id, True))
        watched = desk.begin(wish(folder, here))
        await state(watched, WatchState.STOPPED)
        assert "read-only" in watched.reason

    run(work)


def test_what_failed_is_listed_with_its_reason(
    run: Run, container: ContainerClient, folder: Path
) -> None:
    (folder / "ends with a dot.").write_text("1")
    (folder / "fine.txt").write_text("1")

    async def work(window: MainWindow, here: Location) -> None:
        area = area_of(window)
        watched = area.desk.begin(wish(folder, here))
        area.show(watched)
        listed: WatchedSheet = await sheet(WatchedSheet)
        await until(lambda: watched.failures and watched.uploaded, "one of each")
        (line,) = listed.failures_model.lines
        assert line.cells[0] == "ends with a dot."
        assert line.cells[1]
        assert listed.failures.isVisible()
        assert listed.model.lines[0].cells[5] == "1"
        assert words.state_text(watched) == "Watching"
        (folder / "ends with a dot.").unlink()
        area.desk.stop(watched)
        await state(watched, WatchState.STOPPED)
        area.desk.start(watched)
        await state(watched, WatchState.WATCHING)
        assert listed.failures.isHidden()
        listed.reject()

    run(work)


def test_the_same_pair_is_not_watched_twice_and_the_list_is_offered_once_there_is_one(
    run: Run, folder: Path
) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        conn = window.pane.connection
        assert conn is not None
        with pytest.raises(AssertionError, match="nobody offers"):
            offer(window, Subject(conn, here), LIST)
        watched = area_of(window).desk.begin(wish(folder, here))
        await state(watched, WatchState.WATCHING)
        dialog = await form(window, here)
        dialog.folder.setText(f"{folder}/")
        dialog.go_button.click()
        await until(lambda: "watched for this place already" in dialog.notice.text())
        dialog.reject()
        await opened_by(window, Subject(conn, conn.root), LIST)
        listed: WatchedSheet = await sheet(WatchedSheet)
        listed.show_button.click()
        await until(lambda: len(window.tabs.tabs()) == 2, "the target in a tab")
        assert window.pane.location == here
        listed.close_button.click()

    run(work)


def typed(folder: str, exclude: str = "", settle: str = "2s") -> WatchWish:
    return words.wish_of(
        Location("c1", "c"),
        folder,
        include="",
        exclude=exclude,
        use_ignore_files=False,
        settle=settle,
        goes_on=False,
    )


def test_patterns_are_one_a_line() -> None:
    made = typed(" /data/out/ ", "*.tmp\n\n  build/ \n")
    assert made == WatchWish("/data/out", Location("c1", "c"), exclude=("*.tmp", "build/"))


def test_a_folder_is_named_as_on_the_command_line() -> None:
    assert typed("~/out").folder == str(Path.home() / "out")
    for text, reason in ((" ", "Name a folder"), ("out", "whole path"), ("~nobody", "whole path")):
        with pytest.raises(InputError, match=reason):
            typed(text)
