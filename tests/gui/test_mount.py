"""The mount dialog: what the command prints, kept up to date and copied; nothing secret in it."""

from __future__ import annotations

import pytest
from azure.storage.blob import ContainerClient
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.gui.mount.area import NO_SHARES
from explorer.gui.mount.sheet import MountSheet
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.subject import Subject
from explorer.service.model import Location
from explorer.workflows.mount import file_host
from tests.gui.test_share import offer
from tests.gui.test_window import Run, run

__all__ = ["run"]


@pytest.fixture
def dialog(qtbot: QtBot) -> MountSheet:
    made = MountSheet("user1.file.core.windows.net")
    qtbot.addWidget(made)
    made.show()
    return made


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
