"""New folder, rename and delete in a pane of this computer, by keys, beside one of the storage."""

from __future__ import annotations

from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from explorer.gui import ask
from explorer.gui.local.pane import LocalPane
from explorer.gui.window.actions import Act
from explorer.gui.window.main_window import MainWindow
from explorer.service.model import Location
from tests.gui.conftest import until
from tests.gui.test_carry import stored
from tests.gui.test_keyboard import KEY, in_front, mnemonic, press, tab_to
from tests.gui.test_two_panes import files, local_beside, ready
from tests.gui.test_window import Run, choose, listed, names, put, run, sheet

__all__ = ["files", "run"]


@pytest.fixture
def trash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's trash, of this test."""
    data = tmp_path / "data"
    data.mkdir()
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    return data / "Trash"


async def beside(window: MainWindow, folder: Path, *wanted: str) -> LocalPane:
    """The local pane, with the keys, all of it selected; so is all of the other one."""
    window.activateWindow()
    await until(window.isActiveWindow, "the active window")
    pane = window.pane
    await until(lambda: listed(pane))
    pane.view.selectAll()
    local = await local_beside(window, folder)
    await ready(local, *wanted)
    local.view.setFocus()
    local.view.selectAll()
    await until(lambda: window.tabs.front is local and local.view.hasFocus(), "it has the keys")
    return local


async def hidden(dialog: ask.ConfirmSheet) -> None:
    await until(lambda: not dialog.isVisible(), "the question is gone")


def key(local: LocalPane, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    held = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        held |= modifier
    QTest.keyClick(local.view, key, held)


def test_a_folder_is_made_where_the_keys_are(
    run: Run, container: ContainerClient, files: Path
) -> None:
    put(container, "blob.txt")
    (files / "taken").mkdir()

    async def work(window: MainWindow, here: Location) -> None:
        local = await beside(window, files, "taken")
        modifier = Qt.KeyboardModifier
        key(local, KEY.Key_N, modifier.ControlModifier, modifier.ShiftModifier)
        dialog: ask.TextSheet = await sheet(ask.TextSheet)
        await in_front(dialog)
        QTest.keyClicks(dialog.line, "taken")
        press(dialog, KEY.Key_Return)
        await until(lambda: "already" in dialog.problem.text(), "it says why not")
        QTest.keyClicks(dialog.line, " 2")
        press(dialog, KEY.Key_Return)
        await ready(local, "taken", "taken 2")
        await until(lambda: [row.name for row in local.selection()] == ["taken 2"], "selected")
        assert (files / "taken 2").is_dir()
        assert stored(container) == ["blob.txt"]

    run(work)


def test_f2_renames_a_local_file_and_leaves_its_ending(
    run: Run, container: ContainerClient, files: Path
) -> None:
    put(container, "blob.txt")
    (files / "a.tar.gz").write_bytes(b"x")

    async def work(window: MainWindow, here: Location) -> None:
        local = await beside(window, files, "a.tar.gz")
        key(local, KEY.Key_F2)
        dialog: ask.TextSheet = await sheet(ask.TextSheet)
        await in_front(dialog)
        assert dialog.line.selectedText() == "a"
        QTest.keyClicks(dialog.line, "b")
        press(dialog, KEY.Key_Return)
        await ready(local, "b.tar.gz")
        assert stored(container) == ["blob.txt"]
        (files / "c").write_bytes(b"")
        await ready(local, "b.tar.gz", "c")
        local.view.selectAll()
        await until(lambda: not window.actions_[Act.RENAME].isEnabled(), "only one at a time")

    run(work)


def test_del_asks_and_moves_into_the_trash(
    run: Run, container: ContainerClient, files: Path, trash: Path
) -> None:
    put(container, "blob.txt")
    (files / "a.txt").write_bytes(b"x")
    (files / "run").mkdir()

    async def work(window: MainWindow, here: Location) -> None:
        local = await beside(window, files, "run", "a.txt")
        key(local, KEY.Key_Delete)
        dialog: ask.ConfirmSheet = await sheet(ask.ConfirmSheet)
        await in_front(dialog)
        assert dialog.headline() == "Move 2 items to the trash?"
        press(dialog, KEY.Key_Escape)
        assert (files / "a.txt").exists()
        window.activateWindow()
        await until(lambda: window.isActiveWindow() and local.view.hasFocus(), "the keys again")
        key(local, KEY.Key_Delete)
        dialog = await sheet(ask.ConfirmSheet)
        await in_front(dialog)
        mnemonic(dialog, KEY.Key_T)
        await ready(local)
        assert sorted(path.name for path in (trash / "files").iterdir()) == ["a.txt", "run"]
        assert names(window.pane) == stored(container) == ["blob.txt"]

    run(work)


def test_what_the_trash_does_not_take_is_asked_about_once_more(
    run: Run, container: ContainerClient, files: Path, trash: Path
) -> None:
    trash.write_text("in the way")
    (files / "a.txt").write_bytes(b"x")

    async def work(window: MainWindow, here: Location) -> None:
        local = await beside(window, files, "a.txt")
        for is_meant in (False, True):
            window.two_panes.changed.emit()
            await choose(window, Act.DELETE)
            dialog: ask.ConfirmSheet = await sheet(ask.ConfirmSheet)
            dialog.go_button.click()
            await hidden(dialog)
            dialog = await sheet(ask.ConfirmSheet)
            await in_front(dialog)
            assert "for good" in dialog.headline()
            assert not dialog.go_button.hasFocus()
            assert (files / "a.txt").exists()
            if not is_meant:
                press(dialog, KEY.Key_Escape)
                await hidden(dialog)
                await ready(local, "a.txt")
                local.view.selectAll()
            else:
                tab_to(dialog, dialog.go_button)
                press(dialog, KEY.Key_Space)
        await ready(local)
        assert local.notice.isHidden()

    run(work)


def test_what_changes_on_disk_while_the_window_goes_is_not_looked_at(
    run: Run, container: ContainerClient, files: Path
) -> None:
    put(container, "blob.txt")
    (files / "a.txt").write_bytes(b"x")

    async def work(window: MainWindow, here: Location) -> None:
        local = await beside(window, files, "a.txt")
        await window._scope.aclose()
        local._changed_on_disk()
        window.operations.opened._rest.timeout.emit()
        assert not local.is_listing

    run(work)
