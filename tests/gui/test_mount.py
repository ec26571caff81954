"""The mount dialog: what the command prints, kept up to date and copied; nothing secret in it."""

from __future__ import annotations

import asyncio
import socket
import stat
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from azure.storage.blob import ContainerClient
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.base.tasks import TaskScope
from explorer.gui import ask
from explorer.gui.colours import Tone
from explorer.gui.mount.area import NO_SHARES, MountArea
from explorer.gui.mount.credentials import CredentialsSheet, Keys
from explorer.gui.mount.sheet import MountSheet
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.subject import Subject
from explorer.service.emulator import Emulator
from explorer.service.model import Location
from explorer.workflows import mount_here
from explorer.workflows.mount import file_host
from explorer.workflows.mount_here import Reached, reach
from tests.gui.conftest import until
from tests.gui.test_keyboard import KEY as KEYS
from tests.gui.test_keyboard import in_front, mnemonic, press, tab_to
from tests.gui.test_share import offer
from tests.gui.test_window import Run, run, sheet

__all__ = ["run"]


HOST = "user1.file.core.windows.net"
KEY = "Y2FuYXJ5LWtleS1vZi1hLXNoYXJl"


@pytest.fixture
def dialog(qtbot: QtBot, scope: TaskScope) -> MountSheet:
    made = MountSheet(HOST, Keys("", never, never), never, scope)
    qtbot.addWidget(made)
    made.show()
    return made


async def never(*_: object) -> Any:
    """Nothing of it is asked for."""
    pytest.fail("it was asked for")


def shown(dialog: MountSheet) -> str:
    return "\n".join(part.text.toPlainText() for part in dialog.parts.values())


def test_what_is_shown_follows_what_is_typed(dialog: MountSheet) -> None:
    assert shown(dialog).strip() == ""
    QTest.keyClicks(dialog.share, "vfolder/a b")
    assert "//user1.file.core.windows.net/vfolder/a b' /mnt/vfolder -o" in shown(dialog)
    assert '- name: "user1-vfolder"' in shown(dialog)
    assert "at: requested" in shown(dialog)
    dialog.mount_point.setText("/srv/v")
    dialog.volume.setText("users")
    dialog.at_startup.setChecked(True)
    assert "//user1.file.core.windows.net/vfolder/a\\040b /srv/v cifs" in shown(dialog)
    assert '- name: "users"' in shown(dialog)
    assert "at: startup" in shown(dialog)


def test_each_part_is_copied_by_itself(dialog: MountSheet) -> None:
    part = dialog.parts["fstab"]
    assert not part.copy_button.isEnabled()
    dialog.share.setText("vfolder")
    part.copy_button.click()
    line = QGuiApplication.clipboard().text()
    assert line.startswith("//user1.file.core.windows.net/vfolder /mnt/vfolder cifs nofail,")
    assert "\n" not in line
    assert part.copy_button.text() == "Copied"
    dialog.share.setText("vfolder2")
    assert part.copy_button.text() == "Copy"


@pytest.mark.parametrize(
    ("share", "point", "wrong"),
    [("A_b", "", "share"), ("vfolder?sig=x", "", "share"), ("vfolder", "mnt", "mount_point")],
)
def test_what_cannot_be_is_marked_and_nothing_is_shown(
    dialog: MountSheet, share: str, point: str, wrong: str
) -> None:
    dialog.share.setText(share)
    dialog.mount_point.setText(point)
    assert dialog.problem.text()
    assert shown(dialog).strip() == ""
    marked = [
        name for name in ("share", "mount_point") if getattr(dialog, name).property("invalid")
    ]
    assert marked == [wrong]


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [
        ("https://user1.blob.core.windows.net", "user1.file.core.windows.net"),
        ("https://user1.dfs.core.chinacloudapi.cn/", "user1.file.core.chinacloudapi.cn"),
        ("https://user1-secondary.blob.core.windows.net", "user1.file.core.windows.net"),
        ("https://user1.z6.blob.storage.azure.net", "user1.z6.file.storage.azure.net"),
        ("https://user1.privatelink.blob.core.windows.net", "user1.file.core.windows.net"),
        ("http://127.0.0.1:10000/devstoreaccount1", ""),
        ("https://data.example.com", ""),
    ],
)
def test_the_host_of_the_shares_is_that_of_the_blobs(endpoint: str, host: str) -> None:
    assert file_host(endpoint) == host


def test_it_is_offered_on_an_account_alone(run: Run, container: ContainerClient) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        connection = window.pane.connection
        assert connection is not None
        found = offer(window, Subject(connection, connection.root), "Mount Azure Files")
        assert found.refusal == NO_SHARES  # the emulator has none
        with pytest.raises(AssertionError, match="nobody offers"):
            offer(window, Subject(connection, here), "Mount Azure Files")

    run(work)


async def shown_in(window: MainWindow, share: str = "vfolder") -> MountSheet:
    """The dialog of the window's account, as if its shares were at HOST."""
    connection = window.pane.connection
    assert connection is not None
    (area,) = (one for one in window.areas if isinstance(one, MountArea))
    window._scope.spawn(area.open(HOST, connection), name="mount Azure Files")
    dialog: MountSheet = await sheet(MountSheet)
    await in_front(dialog)
    assert dialog.share.hasFocus()
    QTest.keyClicks(dialog.share, share)
    return dialog


async def write_sheet(dialog: MountSheet, path: Path) -> CredentialsSheet:
    tab_to(dialog, dialog.write_button)
    press(dialog, KEYS.Key_Space)
    asked: CredentialsSheet = await sheet(CredentialsSheet)
    await in_front(asked)
    asked.file.setFocus()
    asked.file.selectAll()
    QTest.keyClicks(asked.file, str(path))
    return asked


def test_the_key_of_the_connection_is_written_by_keys_and_never_shown(
    run: Run, azurite: Emulator, tmp_path: Path
) -> None:
    path = tmp_path / "user1.cred"

    async def work(window: MainWindow, _here: Location) -> None:
        dialog = await shown_in(window)
        asked = await write_sheet(dialog, path)
        assert asked.own.isChecked()
        tab_to(asked, asked.browse_button)
        tab_to(asked, asked.own)
        tab_to(asked, asked.go_button)
        press(asked, KEYS.Key_Space)
        await until(lambda: bool(dialog.file), "it is written")
        assert path.read_text() == f"username=user1\npassword={azurite.accounts[0].key}\n"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert f"credentials={path}" in dialog.parts["fstab"].text.toPlainText()
        assert f"chown root: {path}" in dialog.parts["credentials"].text.toPlainText()
        assert azurite.accounts[0].key not in shown(dialog) + dialog.notice.text()
        await in_front(dialog)
        press(dialog, KEYS.Key_Escape)
        await until(lambda: not shiboken6.isValid(dialog), "it is closed")

    run(work)


def test_another_key_is_typed_and_a_file_is_replaced_only_after_a_yes(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "user1.cred"
    path.write_text("mine")

    async def work(window: MainWindow, _here: Location) -> None:
        dialog = await shown_in(window)
        asked = await write_sheet(dialog, path)
        tab_to(asked, asked.own)
        press(asked, KEYS.Key_Space)
        assert not asked.go_button.isEnabled()
        tab_to(asked, asked.key.line)
        QTest.keyClicks(asked.key.line, KEY)
        press(asked, KEYS.Key_Return)
        question: ask.ConfirmSheet = await sheet(ask.ConfirmSheet)
        question.reject()
        await until(lambda: not asked.is_busy, "it was called off")
        assert path.read_text() == "mine"
        asked.go_button.click()
        question = await sheet(ask.ConfirmSheet)
        question.go_button.click()
        await until(lambda: bool(dialog.file), "it is written")
        assert path.read_text() == f"username=user1\npassword={KEY}\n"
        dialog.reject()

    run(work)


def test_what_cannot_be_written_is_told_and_the_sheet_stays(run: Run, tmp_path: Path) -> None:
    async def work(window: MainWindow, _here: Location) -> None:
        dialog = await shown_in(window)
        asked = await write_sheet(dialog, tmp_path / "none/user1.cred")
        asked.go_button.click()
        await until(lambda: "cannot be written" in asked.notice.text(), "the reason")
        assert asked.isVisible()
        asked.reject()
        await until(lambda: not shiboken6.isValid(asked), "it is closed")
        assert dialog.file == ""
        dialog.reject()

    run(work)


@pytest.mark.parametrize("is_reached", [True, False])
def test_the_port_is_tried_by_a_key_and_the_answer_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, is_reached: bool
) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]
    if not is_reached:
        server.close()

    async def here(host: str) -> Reached:  # 445 itself is nobody's to open in a test
        assert host == HOST
        return await reach("127.0.0.1", port)

    monkeypatch.setattr(mount_here, "reach", here)

    async def work(window: MainWindow, _here: Location) -> None:
        dialog = await shown_in(window)
        mnemonic(dialog, KEYS.Key_4)
        await until(lambda: bool(dialog.notice.text()), "the answer")
        assert ("is reached" if is_reached else "refuses") in dialog.notice.text()
        assert dialog.notice.tone() is (Tone.OK if is_reached else Tone.WARN)
        dialog.reject()

    with server:
        run(work)


def test_closing_gives_up_the_try(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(_host: str) -> Reached:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(mount_here, "reach", silent)

    async def work(window: MainWindow, _here: Location) -> None:
        dialog = await shown_in(window)
        dialog.check_button.click()
        assert not dialog.check_button.isEnabled()
        await until(lambda: dialog.busy.is_busy, "it is tried")
        press(dialog, KEYS.Key_Escape)
        await until(lambda: "check a port" not in window._scope.names, "its end")

    run(work)
