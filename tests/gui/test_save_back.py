"""A blob opened in a local program: a change is saved back over what was opened."""

# ruff: noqa: ASYNC240 - what a person's editor does to the file

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient, ContentSettings
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from explorer.gui.ask import ChoiceSheet
from explorer.gui.browse.opened import _copy_name
from explorer.gui.window.actions import Act
from explorer.gui.window.main_window import MainWindow
from explorer.service.emulator import Emulator
from explorer.service.model import Location
from tests.gui.conftest import Drive, until
from tests.gui.test_window import choose, connected, listed, opened, sheet

Work = Callable[[MainWindow, Path], Coroutine[Any, Any, None]]
Run = Callable[[Work], None]


@pytest.fixture
def run(
    drive: Drive[Any],
    azurite: Emulator,
    container: ContainerClient,
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Opens `notes.txt` and hands the path of the copy to the test."""
    handed_over: list[Path] = []

    def hand_over(url: QUrl) -> bool:
        handed_over.append(Path(url.toLocalFile()))
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", hand_over)
    settings = ContentSettings(content_type="text/x-notes")
    container.upload_blob("notes.txt", b"first", content_settings=settings)

    def go(work: Work) -> None:
        async def whole() -> None:
            async with opened(data_dir) as window:
                connection = await connected(window, azurite)
                window.pane.go(Location(connection.id, container.container_name))
                await until(lambda: listed(window.pane), "the container is listed")
                window.pane.view.selectRow(0)
                await choose(window, Act.OPEN)
                await until(lambda: handed_over, "it is opened")
                await work(window, handed_over[0])
                window.operations.opened.tidy()

        drive(whole())

    return go


def replaced(path: Path, data: bytes) -> None:
    """As many editors write: a new file takes the place of the old one."""
    other = path.with_suffix(".new")
    other.write_bytes(data)
    os.replace(other, path)


async def offered(window: MainWindow) -> None:
    notice = window.pane.notice
    await until(lambda: notice.action_button.text() == "Save back", "it is offered")


@pytest.mark.parametrize("write", [Path.write_bytes, replaced])
def test_a_change_is_offered_and_saved_over_what_was_opened(
    run: Run, container: ContainerClient, write: Callable[[Path, bytes], object]
) -> None:
    async def work(window: MainWindow, path: Path) -> None:
        for text in (b"second", b"third"):
            write(path, text)
            await offered(window)
            window.pane.notice.action_button.click()
            await until(lambda: "saved back" in window.pane.notice.text(), "it is saved")
            window.pane.notice.dismiss()
        blob = container.get_blob_client("notes.txt")
        assert blob.download_blob().readall() == b"third"
        assert blob.get_blob_properties().content_settings.content_type == "text/x-notes"

    run(work)


@pytest.mark.parametrize("choice", ["over", "copy", ""])
def test_what_somebody_changed_meanwhile_is_not_overwritten_unasked(
    run: Run, container: ContainerClient, choice: str
) -> None:
    async def work(window: MainWindow, path: Path) -> None:
        container.upload_blob("notes.txt", b"theirs", overwrite=True)
        path.write_bytes(b"mine")
        await offered(window)
        window.pane.notice.action_button.click()
        asked: ChoiceSheet = await sheet(ChoiceSheet)
        if choice:
            asked._choose(choice)
        else:
            asked.reject()
        expected = {
            "over": {"notes.txt": b"mine"},
            "copy": {"notes.txt": b"theirs", "notes (mine).txt": b"mine"},
            "": {"notes.txt": b"theirs"},
        }[choice]
        await until(
            lambda: (
                {
                    blob.name: container.download_blob(blob.name).readall()
                    for blob in container.list_blobs()
                }
                == expected
            ),
            "it is as was chosen",
        )

    run(work)


def test_a_copy_without_changes_is_removed_and_one_with_changes_stays(run: Run) -> None:
    async def work(window: MainWindow, path: Path) -> None:
        files = window.operations.opened
        await until(lambda: files.files, "it is watched")
        path.write_bytes(b"only here")
        files.tidy()
        assert path.exists()
        path.write_bytes(b"first")
        files.tidy()
        assert not path.parent.exists()

    run(work)


@pytest.mark.parametrize(
    ("name", "copy"),
    [("a/b.txt", "a/b (mine).txt"), ("b", "b (mine)"), (".env", ".env (mine)")],
)
def test_the_name_of_a_copy(name: str, copy: str) -> None:
    assert _copy_name(name) == copy
