"""The window as a program: a link from outside, closing, coming back, errors nobody caught."""

from __future__ import annotations

import asyncio
import base64
import os
import stat
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import keyring
import keyring.backend
import pytest
from azure.storage.blob import ContainerClient
from PySide6.QtWidgets import QApplication

from explorer.base import priority
from explorer.base.settings import ThemeChoice, change_settings
from explorer.gui import colours
from explorer.gui.app import Program, application
from explorer.gui.ask import ChoiceSheet
from explorer.gui.errors import ErrorSheet, ErrorText
from explorer.gui.window import main_window
from explorer.gui.window.closing import Leaving, Tray
from explorer.service.emulator import Emulator, EmulatorAccount
from explorer.service.model import Location
from explorer.storage.connection import parse
from explorer.transfer.state import JobState
from tests.gui.conftest import Drive, until


class SlowKeyring(keyring.backend.KeyringBackend):
    """Gives what it got, while it `answers`."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library's
        self._kept: dict[str, str] = {}
        self.answers = threading.Event()
        self.answers.set()

    def set_password(self, service: str, username: str, password: str) -> None:
        self._kept[username] = password

    def get_password(self, service: str, username: str) -> str | None:
        self.answers.wait()
        return self._kept.get(username)

    def delete_password(self, service: str, username: str) -> None:
        del self._kept[username]


@asynccontextmanager
async def running(data_dir: Path, target: str = "") -> AsyncIterator[Program]:
    """The program until it ends by itself, or, at the end of the block, by the window's closing."""
    program = Program(data_dir)
    life = asyncio.get_running_loop().create_task(program.run(target))
    try:
        await until(lambda: program.bridge.is_attached, "the service runs")
        yield program
        program.window.close()
        assert await life == 0
    finally:
        life.cancel()
        await program.aclose()


async def connected(program: Program, azurite: Emulator, container: str) -> Location:
    """A saved connection to the emulator, its container in front."""
    window = program.window
    connection = await program.bridge.call(
        lambda service: service.connect(parse(azurite.connection_string), name="emulator")
    )
    here = Location(connection.id, container)
    window.connecting.connected.emit(connection)
    window.pane.go(here)
    await until(lambda: window.pane.location == here and not window.pane.is_listing)
    return here


async def choice() -> ChoiceSheet:
    """The question that is open."""

    def found() -> list[ChoiceSheet]:
        tops = QApplication.topLevelWidgets()
        return [top for top in tops if isinstance(top, ChoiceSheet) and top.isVisible()]

    await until(found, "a question")
    return found()[0]


@pytest.mark.skipif(sys.platform != "linux", reason="threads are alike elsewhere")
def test_what_a_sign_in_starts_does_not_give_way_as_the_service_does(
    drive: Drive[Any], data_dir: Path
) -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    async def work() -> None:
        async with running(data_dir) as program:
            found: list[int] = []
            thread = threading.Thread(target=lambda: found.append(niceness()))
            assert await program.bridge.get(lambda service: niceness()) > niceness()
            await program.bridge.get(lambda service: priority.start(thread))
            await until(lambda: found == [niceness()], "it runs like the window")

    drive(work())


def test_a_link_from_outside_only_fills_in_the_dialog(drive: Drive[Any], data_dir: Path) -> None:
    url = "https://acct.blob.core.windows.net/data/x.txt"

    async def work() -> None:
        async with running(data_dir, url) as program:
            connecting = program.window.connecting
            await until(lambda: connecting._dialog is not None, "the dialog opens")
            dialog = connecting._dialog
            assert dialog is not None
            assert dialog.box.text() == url
            assert dialog.runs == 0
            assert await program.bridge.get(lambda service: service.connections()) == ()
            dialog.reject()

    drive(work())


def test_tabs_are_kept_privately_and_come_back(
    drive: Drive[Any], data_dir: Path, azurite: Emulator, container: ContainerClient
) -> None:
    async def first() -> Location:
        async with running(data_dir) as program:
            return await connected(program, azurite, container.container_name)

    async def second(here: Location) -> None:
        async with running(data_dir) as program:
            await until(lambda: program.window.pane.location == here, "the tab comes back")

    here = drive(first())
    file = data_dir / "window.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    drive(second(here))


def test_tabs_that_come_back_wait_for_a_keyring_that_takes_its_time(
    drive: Drive[Any], data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main_window, "KEYRING_WAIT_S", 60.0)
    before, slow = keyring.get_keyring(), SlowKeyring()
    keyring.set_keyring(slow)

    async def work(emulator: Emulator) -> None:
        async with running(data_dir) as program:
            await connected(program, emulator, "")
        slow.answers.clear()
        async with running(data_dir) as program:
            pane = program.window.pane
            opened = asyncio.Event()
            pane.location_changed.connect(opened.set)
            await until(lambda: program.window.tree_model.rowCount() == 1)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(opened.wait(), 1.0)
            slow.answers.set()
            await until(lambda: pane.location is not None and pane.lister.is_listed)

    account = EmulatorAccount("contoso", base64.b64encode(bytes(64)).decode())
    try:  # an account whose key is not known to everybody
        with Emulator(log=tmp_path / "emulator.log", accounts=(account,)) as emulator:
            drive(work(emulator))
    finally:
        slow.answers.set()
        keyring.set_keyring(before)


def test_closing_while_a_transfer_runs_asks_and_it_goes_on_next_time(
    drive: Drive[Any],
    data_dir: Path,
    azurite: Emulator,
    container: ContainerClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Tray, "is_available", staticmethod(lambda: False))
    big = tmp_path / "big.bin"
    big.write_bytes(bytes(24 * 1024 * 1024))

    async def first() -> None:
        async with running(data_dir) as program:
            here = await connected(program, azurite, container.container_name)
            await program.bridge.call(lambda s: s.update_settings(limit_bytes_per_s=1 << 17))
            await program.window.operations.upload([str(big)], here)
            await until(program.window.transfers.busy, "it runs")
            program.window.close()
            question = await choice()
            assert question.stay_button.text() == "&Stay"
            question.stay_button.click()
            await until(lambda: "close" not in program._scope.names, "the question is over")
            assert program.window.isVisible()
            program.window.close()
            question = await choice()
            question._choose(Leaving.PAUSE.value)
        assert list(container.list_blobs()) == []

    async def second() -> None:
        async with running(data_dir) as program:
            await program.bridge.call(lambda s: s.update_settings(limit_bytes_per_s=0))
            jobs = program.window.transfers.jobs
            await until(jobs.jobs, "the job is there again")
            job = jobs.jobs()[0]
            if job.state is JobState.PAUSED:
                await program.bridge.call(lambda s: s.resume(job.id))
            await until(lambda: jobs.jobs()[0].state is JobState.DONE, "it is done")

    drive(first())
    drive(second())
    assert [blob.size for blob in container.list_blobs()] == [big.stat().st_size]


def test_closing_can_cancel_what_runs(
    drive: Drive[Any],
    data_dir: Path,
    azurite: Emulator,
    container: ContainerClient,
    tmp_path: Path,
) -> None:
    big = tmp_path / "big.bin"
    big.write_bytes(bytes(24 * 1024 * 1024))

    async def work() -> None:
        async with running(data_dir) as program:
            here = await connected(program, azurite, container.container_name)
            await program.bridge.call(lambda s: s.update_settings(limit_bytes_per_s=1 << 17))
            await program.window.operations.upload([str(big)], here)
            await until(program.window.transfers.busy, "it runs")
            program.window.close()
            question = await choice()
            question._choose(Leaving.CANCEL.value)
            await until(lambda: not program.window.transfers.busy(), "it is cancelled")

    drive(work())
    assert list(container.list_blobs()) == []


def test_cancelling_what_runs_leaves_what_was_paused(
    drive: Drive[Any],
    data_dir: Path,
    azurite: Emulator,
    container: ContainerClient,
    tmp_path: Path,
) -> None:
    kept, running_one = tmp_path / "kept.bin", tmp_path / "running.bin"
    for path in (kept, running_one):
        path.write_bytes(bytes(24 * 1024 * 1024))

    async def work() -> None:
        async with running(data_dir) as program:
            here = await connected(program, azurite, container.container_name)
            window, bridge = program.window, program.bridge
            await bridge.call(lambda s: s.update_settings(limit_bytes_per_s=1 << 17))
            paused = await window.operations.upload([str(kept)], here)
            assert paused is not None
            await bridge.call(lambda s: s.pause(paused))
            other = await window.operations.upload([str(running_one)], here)
            await until(lambda: [job.id for job in window.transfers.busy()] == [other], "one runs")
            window.close()
            (await choice())._choose(Leaving.CANCEL.value)
            await until(lambda: not window.transfers.busy(), "it is cancelled")
            jobs = window.transfers.jobs
            states = {job.id: job.state for job in jobs.jobs()}
            assert states == {paused: JobState.PAUSED, other: JobState.CANCELLED}

    drive(work())


def test_a_theme_from_the_menu_is_shown_and_kept(drive: Drive[Any], data_dir: Path) -> None:
    async def first() -> None:
        async with running(data_dir) as program:
            themes = program.window.themes
            await until(lambda: themes.action(ThemeChoice.SYSTEM).isChecked(), "the usual one")
            themes.action(ThemeChoice.DARK).trigger()
            assert colours.current().is_dark
            await until(lambda: "keep the theme" not in program._scope.names, "it is kept")

    async def second() -> None:
        async with running(data_dir) as program:
            themes = program.window.themes
            await until(lambda: themes.action(ThemeChoice.DARK).isChecked(), "it is marked")
            assert colours.current().is_dark
            themes.action(ThemeChoice.SYSTEM).trigger()

    drive(first())
    drive(second())


def test_the_theme_is_there_before_anything_is_seen(drive: Drive[Any], data_dir: Path) -> None:
    change_settings(data_dir, theme=ThemeChoice.DARK)

    async def work() -> None:
        program = Program(data_dir)
        try:
            assert colours.current().is_dark
            assert not program.window.isVisible()
            program._show_theme(ThemeChoice.SYSTEM)
        finally:
            await program.aclose()

    drive(work())


def test_an_unexpected_error_is_told_once_and_without_a_trace(
    drive: Drive[Any], data_dir: Path
) -> None:
    async def work() -> None:
        async with running(data_dir) as program:
            told: list[str] = []

            def tell(words: ErrorText) -> None:
                told.append(words.line)

            program.window.pane.notice.say_failure = tell  # type: ignore[method-assign]

            async def broken() -> None:
                raise ZeroDivisionError("secret")

            for _ in range(2):
                program._spawn(broken(), "a broken task")
            await until(lambda: told, "it is told")
            await until(lambda: "a broken task" not in program._scope.names)
            assert told == [
                "Quayside met an error it did not expect (ZeroDivisionError). "
                "Try again; if it happens again, the log file has the details."
            ]

    drive(work())


def test_a_data_folder_that_cannot_be_used_is_told(drive: Drive[Any], tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")

    async def work() -> None:
        program = Program(blocked)
        life = asyncio.get_running_loop().create_task(program.run(""))

        def found() -> list[ErrorSheet]:
            tops = QApplication.topLevelWidgets()
            return [top for top in tops if isinstance(top, ErrorSheet) and top.isVisible()]

        await until(found, "it is told")
        found()[0].accept()
        program.window.close()
        assert await life == 0
        await program.aclose()

    drive(work())


def test_the_application_has_its_names(qapp: QApplication) -> None:
    app = application()
    assert app is qapp
    assert app.applicationName() == "quayside"
    assert app.desktopFileName() == "quayside"
    assert not app.quitOnLastWindowClosed()
