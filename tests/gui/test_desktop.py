"""What the desktop hears of transfers, and when; on a real message bus."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient
from PySide6.QtWidgets import QApplication

from explorer.base.workers import Workers
from explorer.gui.bridge import Bridge
from explorer.gui.desktop.endings import Endings
from explorer.gui.desktop.notification import Notification
from explorer.gui.desktop.words import Words, of_jobs
from explorer.service.emulator import Emulator
from explorer.service.events import Event, JobAdded, JobChanged, JobFinished, JobRemoved
from explorer.transfer.model import JobSnapshot
from explorer.transfer.state import JobState
from tests.gui.conftest import Drive, until
from tests.gui.test_program import connected, running
from tests.support.desktop_bus import Called, Recorder, desktop
from tests.support.jobs import DISK_FULL, MIB, job

needs_bus = pytest.mark.skipif(sys.platform != "linux", reason="the bus is Linux's")
DONE = job(1, JobState.DONE, files_done=3, bytes_done=10 * MIB)
FAILED = job(2, JobState.FAILED, files_failed=2, failure=DISK_FULL)
WAITING = job(3, JobState.NEEDS_CREDENTIALS, title="figures")


@pytest.mark.parametrize(
    ("jobs", "title", "body", "is_bad"),
    [
        ([DONE], "Upload of ‘train-042’ has ended", "3 files, 10 MiB.", False),
        (
            [FAILED],
            "Upload of ‘train-042’ failed",
            "1 file, 5 MiB, 2 failed. The disk is full.",
            True,
        ),
        ([WAITING], "Upload of ‘figures’ waits for a new SAS or key", "1 file, 5 MiB.", True),
        ([DONE, DONE], "2 transfers have ended", "6 files, 20 MiB.", False),
        (
            [replace(DONE, folders_total=1, folders_done=1)],
            "Upload of ‘train-042’ has ended",
            "2 files and 1 folder, 10 MiB.",
            False,
        ),
        (
            [DONE, FAILED],
            "1 of 2 transfers failed",
            "4 files, 15 MiB, 2 failed. The disk is full.",
            True,
        ),
        (
            [DONE, WAITING],
            "1 of 2 transfers wait for a new SAS or key",
            "4 files, 15 MiB.",
            True,
        ),
    ],
)
def test_words_say_what_came_of_it(
    jobs: list[JobSnapshot], title: str, body: str, is_bad: bool
) -> None:
    assert of_jobs(jobs) == Words(title, body, is_bad)


def heard(drive: Drive[Any], events: list[Event], *, is_watched: bool = False) -> list[Words]:
    """What is told after these events, once all is at rest."""

    async def work() -> list[Words]:
        bridge = Bridge()
        told: list[Words] = []
        endings = Endings(bridge, lambda: is_watched, rest_ms=20)
        endings.came_to_rest.connect(told.append)
        bridge.events.tell(tuple(events))
        await until(lambda: not endings._timer.isActive())
        await bridge.detach()
        return told

    found: list[Words] = drive(work())
    return found


def test_the_last_end_tells_of_all(drive: Drive[Any]) -> None:
    events: list[Event] = [JobAdded(job(1)), JobAdded(job(2)), JobFinished(DONE)]
    assert heard(drive, events) == []
    assert heard(drive, [*events, JobFinished(FAILED)]) == [of_jobs([DONE, FAILED])]


def test_what_is_no_news_is_not_told(drive: Drive[Any]) -> None:
    async def work() -> list[Words]:
        bridge = Bridge()
        told: list[Words] = []
        endings = Endings(bridge, lambda: False, rest_ms=20)
        endings.is_quiet = lambda job: job.id == DONE.id
        endings.came_to_rest.connect(told.append)
        bridge.events.tell((JobFinished(DONE), JobFinished(FAILED)))
        await until(lambda: not endings._timer.isActive())
        await bridge.detach()
        return told

    assert drive(work()) == [of_jobs([FAILED])]


def test_nothing_is_told_to_whom_looks(drive: Drive[Any]) -> None:
    assert heard(drive, [JobAdded(job(1)), JobFinished(DONE)], is_watched=True) == []


@pytest.mark.parametrize(
    "events",
    [
        [JobAdded(job(1)), JobFinished(job(1, JobState.CANCELLED))],
        [JobAdded(job(1)), JobChanged(job(1, JobState.PAUSED))],
        [JobAdded(job(1, is_ours=False)), JobFinished(job(1, JobState.DONE, is_ours=False))],
        [JobChanged(WAITING)],  # so it was at the start
        [JobFinished(DONE), JobAdded(job(2))],
        [JobFinished(FAILED), JobChanged(job(2, JobState.QUEUED)), JobRemoved(2)],
    ],
    ids=["cancelled", "paused", "another's", "old", "more to come", "tried again"],
)
def test_what_needs_no_telling_is_not_told(drive: Drive[Any], events: list[Event]) -> None:
    assert heard(drive, events) == []


def test_a_job_that_needs_a_credential_is_told(drive: Drive[Any]) -> None:
    events: list[Event] = [JobAdded(job(3)), JobChanged(WAITING)]
    assert heard(drive, events) == [of_jobs([WAITING])]


@pytest.fixture
def on_bus(monkeypatch: pytest.MonkeyPatch) -> Callable[[Recorder], Recorder]:
    def use(recorder: Recorder) -> Recorder:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", recorder.address)
        return recorder

    return use


def click(bus: Recorder, shown_id: int) -> None:
    path = "/org/freedesktop/Notifications"
    bus.signal(path, "org.freedesktop.Notifications", "ActionInvoked", "us", shown_id, "default")


@needs_bus
def test_a_notification_is_shown_replaced_and_clicked(
    drive: Drive[Any], workers: Workers, on_bus: Callable[[Recorder], Recorder]
) -> None:
    async def work() -> None:
        clicks: list[int] = []
        instead: list[Words] = []
        shown = Notification(workers, instead.append)
        shown.clicked.connect(lambda: clicks.append(1))
        await shown.show(of_jobs([DONE]))
        await until(lambda: shown._shown_id == 7, "the answer")
        await shown.show(of_jobs([FAILED]))
        first, second = bus.wait_for("Notify", 2)
        assert first.body[:6] == (
            "Quayside",
            0,
            "quayside",
            "Upload of ‘train-042’ has ended",
            "3 files, 10 MiB.",
            ["default", "Show"],
        )
        assert first.body[6]["desktop-entry"] == ("s", "quayside")
        assert second.body[1] == 7, "takes the place of the first"
        await until(lambda: not shown._asked, "the answer")
        click(bus, 8)  # another program's
        click(bus, 7)
        await until(lambda: clicks, "the click")
        assert clicks == [1]
        assert instead == []
        shown.close()

    with desktop() as bus:
        on_bus(bus)
        drive(work())


@needs_bus
def test_a_desktop_without_notifications_gets_the_text_another_way(
    drive: Drive[Any], workers: Workers, on_bus: Callable[[Recorder], Recorder]
) -> None:
    def refuse(_: Called) -> str:
        return "org.freedesktop.DBus.Error.ServiceUnknown"

    async def work() -> None:
        instead: list[Words] = []
        shown = Notification(workers, instead.append)
        await shown.show(of_jobs([DONE]))
        await until(lambda: instead, "the other way")
        assert instead == [of_jobs([DONE])]
        shown.close()

    with desktop(Notify=refuse) as bus:
        on_bus(bus)
        drive(work())


@needs_bus
def test_a_bus_that_went_is_found_again(
    drive: Drive[Any], workers: Workers, on_bus: Callable[[Recorder], Recorder]
) -> None:
    instead: list[Words] = []

    async def first(shown: Notification) -> None:
        await shown.show(of_jobs([DONE]))
        await until(lambda: shown._shown_id, "the answer")

    async def gone(shown: Notification) -> None:
        await until(lambda: shown._bus is None, "the bus is seen to be gone")

    shown = Notification(workers, instead.append)
    with desktop() as bus:
        on_bus(bus)
        drive(first(shown))
    drive(gone(shown))
    with desktop() as bus:
        on_bus(bus)
        drive(first(shown))
        assert len(bus.wait_for("Notify")) == 1
    drive(gone(shown))
    assert instead == []


def test_without_a_bus_the_text_goes_another_way(drive: Drive[Any], workers: Workers) -> None:
    instead: list[Words] = []
    shown = Notification(workers, instead.append)
    drive(shown.show(of_jobs([DONE])))
    assert instead == [of_jobs([DONE])]


@needs_bus
@pytest.mark.parametrize("is_on", [True, False])
def test_an_upload_that_ends_out_of_sight_is_told_and_a_click_brings_the_window_back(
    drive: Drive[Any],
    data_dir: Path,
    azurite: Emulator,
    container: ContainerClient,
    tmp_path: Path,
    on_bus: Callable[[Recorder], Recorder],
    is_on: bool,
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"x" * 1024)

    async def work() -> None:
        async with running(data_dir) as program:
            here = await connected(program, azurite, str(container.container_name))
            await program.bridge.call(lambda service: service.update_settings(notify=is_on))
            window = program.window
            window.hide()
            await until(lambda: QApplication.activeWindow() is None, "nobody looks")
            said: list[Words] = []
            program._desktop._endings.came_to_rest.connect(said.append)
            await window.operations.upload([str(path)], here)
            await until(lambda: said, "the end")
            assert said == [Words("Upload of ‘a.bin’ has ended", "1 file, 1 KiB.", False)]
            if is_on:
                await until(lambda: program._desktop.notification._shown_id == 7, "the answer")
                click(bus, 7)
                await until(window.isVisible, "the window")
        assert [call.body[3] for call in bus.calls] == (
            ["Upload of ‘a.bin’ has ended"] if is_on else []
        )

    with desktop() as bus:
        on_bus(bus)
        drive(work())
