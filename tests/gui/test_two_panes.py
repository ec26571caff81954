"""Two panes: storage beside storage, or beside a folder of this computer."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.gui.browse.sorting import Column
from explorer.gui.carry.parcel import Parcel
from explorer.gui.local.pane import LocalPane
from explorer.gui.window.actions import Act
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.memory import Memory
from explorer.service.emulator import Emulator
from explorer.service.model import Location
from explorer.storage.connection import parse
from tests.gui.conftest import Drive, until
from tests.gui.test_carry import PLAIN, drag, has, stored
from tests.gui.test_window import Run, choose, connected, listed, names, opened, put, run
from tests.servers.lake.server import Lake

__all__ = ["run"]


@pytest.fixture
def other(azurite: Emulator) -> Iterator[ContainerClient]:
    """A second fresh container of the same account."""
    name = f"other-{uuid.uuid4().hex[:20]}"
    with ContainerClient.from_connection_string(azurite.connection_string, name) as client:
        client.create_container()
        yield client
        client.delete_container()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """An empty folder."""
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


def shown(pane: LocalPane) -> list[str]:
    return [pane.model.at(row).name for row in range(pane.model.rowCount())]


async def local_beside(window: MainWindow, folder: Path) -> LocalPane:
    await choose(window, Act.LOCAL_PANE)
    local = window.tabs.tab.sides.local
    assert local is not None
    local.go(folder)
    await until(lambda: not local.is_listing, "the folder is read")
    return local


async def ready(pane: LocalPane, *wanted: str) -> None:
    await until(lambda: not pane.is_listing and shown(pane) == list(wanted), f"{wanted} show")


# -- storage beside storage -----------------------------------------------------------


def test_f3_shows_a_second_pane_at_the_same_place_and_takes_it_away(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        await choose(window, Act.TWO_PANES)
        left, right = window.tabs.panes()
        await until(lambda: listed(right), "the second pane")
        assert right.location == here
        window.tabs.tab.sides.turn_to(right)
        assert window.pane is right
        await choose(window, Act.TWO_PANES)
        assert window.tabs.panes() == [left]
        assert window.pane is left

    run(work)


def test_what_is_selected_goes_to_the_other_pane(
    run: Run, container: ContainerClient, other: ContainerClient
) -> None:
    put(container, "a.txt", "d/b.txt")

    async def work(window: MainWindow, here: Location) -> None:
        window.pane.refresh()
        await until(lambda: len(names(window.pane)) == 2)
        assert not window.actions_[Act.COPY_ACROSS].isEnabled()
        await choose(window, Act.TWO_PANES)
        left, right = window.tabs.panes()
        right.go(Location(here.connection_id, str(other.container_name)))
        await until(lambda: listed(right), "the second pane")
        left.view.selectAll()
        await choose(window, Act.COPY_ACROSS)
        await has(other, "a.txt", "d/b.txt")
        await until(lambda: names(right) == ["d", "a.txt"], "the other pane follows")

    run(work)


def test_a_drag_from_one_pane_onto_the_other_copies(
    run: Run, container: ContainerClient, other: ContainerClient
) -> None:
    put(container, "a.txt")
    put(other, "d/x")

    async def work(window: MainWindow, here: Location) -> None:
        await choose(window, Act.TWO_PANES)
        right = window.tabs.panes()[1]
        right.go(Location(here.connection_id, str(other.container_name)))
        await until(lambda: names(right) == ["d"], "the second pane")
        row = right.view.visualRect(right.model.index(0, 0)).center()
        assert drag(right.view.viewport(), row, Parcel(here, ("a.txt",)), PLAIN)
        await has(other, "d/a.txt", "d/x")

    run(work)


def test_tab_and_f6_go_to_the_other_pane(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        window.activateWindow()
        await until(window.isActiveWindow)
        await choose(window, Act.TWO_PANES)
        left, right = window.tabs.panes()
        await until(lambda: listed(right) and listed(left))
        left.stage.focus_shown()
        await until(lambda: window.pane is left)
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        await until(lambda: window.pane is right, "Tab goes right")
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        await until(lambda: window.pane is left, "Tab goes left")
        await choose(window, Act.NEXT_PANEL)
        await until(lambda: window.pane is right, "F6 goes right")
        right_line, left_line = window.tabs.tab.sides.lines()[::-1]
        assert right_line.is_front
        assert not left_line.is_front

    run(work)


def test_a_pane_whose_connection_is_removed_leaves_the_other(run: Run, lake: Lake) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        second = await window._bridge.call(
            lambda service: service.connect(parse(lake.connection_string), name="lake")
        )
        await choose(window, Act.TWO_PANES)
        left, right = window.tabs.panes()
        right.go(Location(second.id))
        await until(lambda: listed(right))
        await window._bridge.call(lambda service: service.remove_connection(second.id))
        await until(lambda: window.tabs.panes() == [left], "one pane is left")
        assert window.tabs.count() == 1

    run(work)


# -- storage beside this computer -----------------------------------------------------


def test_a_local_folder_is_shown_folders_first_and_gone_into(run: Run, files: Path) -> None:
    (files / "run10" / "deep").mkdir(parents=True)
    (files / "run9").mkdir()
    (files / "b.csv").write_bytes(b"xyz")

    async def work(window: MainWindow, here: Location) -> None:
        local = await local_beside(window, files)
        await ready(local, "run9", "run10", "b.csv")
        assert local.model.index(2, Column.SIZE).data() == "3 B"
        local.open_row(local.model.at(1))
        await ready(local, "deep")
        local.up()
        await ready(local, "run9", "run10", "b.csv")
        assert [row.name for row in local.selection()] == ["run10"]
        local.navigation.filter.setText("*.csv")
        await until(lambda: shown(local) == ["b.csv"], "the filter")
        local.navigation.path.setText("run10/deep")
        local.navigation.path.returnPressed.emit()
        await until(lambda: local.folder == files / "run10" / "deep", "the typed path")
        await choose(window, Act.LOCAL_PANE)
        assert window.tabs.tab.sides.local is None

    run(work)


def test_what_changes_on_the_disk_shows(run: Run, files: Path) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        local = await local_beside(window, files)
        await ready(local)
        (files / "new.txt").write_bytes(b"x")
        await ready(local, "new.txt")

    run(work)


def test_a_folder_that_is_not_there_is_told_in_place(run: Run, files: Path) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        local = await local_beside(window, files / "gone")
        await until(lambda: "gone" in local.stage.failed_text(), "it says so")
        local.navigation.path.setText(str(files / "neither"))
        local.navigation.path.returnPressed.emit()
        await until(lambda: "neither" in local.notice.text(), "so does a typed path")

    run(work)


def test_files_go_up_and_blobs_come_down_between_the_panes(
    run: Run, container: ContainerClient, files: Path
) -> None:
    put(container, "blob.txt", "d/deep.txt")
    (files / "file.txt").write_bytes(b"local")

    async def work(window: MainWindow, here: Location) -> None:
        window.pane.refresh()
        await until(lambda: len(names(window.pane)) == 2)
        local = await local_beside(window, files)
        await ready(local, "file.txt")
        local.view.selectAll()
        window.tabs.tab.sides.turn_to(local)
        await choose(window, Act.COPY_ACROSS)
        await has(container, "blob.txt", "d/deep.txt", "file.txt")
        window.tabs.tab.sides.turn_to(window.pane)
        window.pane.view.clearSelection()
        window.pane.view.select_names({("blob.txt", False), ("d", True)})
        await choose(window, Act.COPY_ACROSS)
        await ready(local, "d", "blob.txt", "file.txt")
        await until((files / "d" / "deep.txt").exists, "the folder, too")
        assert not window.actions_[Act.MOVE_ACROSS].isEnabled()

    run(work)


def test_blobs_dropped_on_a_local_folder_are_downloaded_into_it(
    run: Run, container: ContainerClient, files: Path
) -> None:
    put(container, "blob.txt")
    (files / "in").mkdir()

    async def work(window: MainWindow, here: Location) -> None:
        local = await local_beside(window, files)
        await ready(local, "in")
        row = local.view.visualRect(local.model.index(0, 0)).center()
        assert drag(local.view.viewport(), row, Parcel(here, ("blob.txt",)), PLAIN)
        await until((files / "in" / "blob.txt").exists, "the download")
        local.go(files / "in")
        await ready(local, "blob.txt")
        assert stored(container) == ["blob.txt"]

    run(work)


def test_local_files_are_dragged_and_copied_as_a_file_manager_does(
    run: Run, container: ContainerClient, files: Path
) -> None:
    (files / "file.txt").write_bytes(b"local")

    async def work(window: MainWindow, here: Location) -> None:
        local = await local_beside(window, files)
        await ready(local, "file.txt")
        local.view.selectAll()
        mime = local.view.carried()
        assert mime is not None
        assert mime.urls() == [QUrl.fromLocalFile(str(files / "file.txt"))]
        copy = next(it for it in local.stage.actions() if it.text() == "&Copy")
        copy.trigger()
        assert QGuiApplication.clipboard().mimeData().urls() == mime.urls()
        await choose(window, Act.PASTE)
        await has(container, "file.txt")

    run(work)


def test_a_hundred_thousand_local_files_do_not_stop_the_window(
    drive: Drive[Any], scope: TaskScope, workers: Workers, files: Path
) -> None:
    for number in range(100_000):
        os.close(os.open(files / f"{number}.log", os.O_CREAT | os.O_WRONLY))
    pane = LocalPane(scope, workers)
    pane.show()

    async def work() -> None:
        pane.go(files)
        await until(lambda: pane.model.rowCount() > 0, "the first rows")
        assert pane.is_listing
        await until(
            lambda: not pane.is_listing and not pane.arranger.is_busy, "all are read and sorted"
        )
        assert pane.model.rowCount() == 100_000
        assert pane.model.at(99_999).name == "99999.log"

    drive(work())
    pane.close_pane()
    pane.deleteLater()


# -- remembering ------------------------------------------------------------------------


def test_both_sides_come_back_after_a_start(
    drive: Drive[Any], azurite: Emulator, container: ContainerClient, data_dir: Path, files: Path
) -> None:
    async def work() -> None:
        async with opened(data_dir) as window:
            connection = await connected(window, azurite)
            here = Location(connection.id, container.container_name)
            window.pane.go(here)
            await choose(window, Act.TWO_PANES)
            window.tabs.panes()[1].go(Location(connection.id))
            window.tabs.open_tab(here)
            await local_beside(window, files)
            kept = window.remember()
        async with opened(data_dir, Memory.from_bytes(kept)) as window:
            first, second = window.tabs.tabs()
            assert [pane.location for pane in first.sides.panes()] == [
                here,
                Location(connection.id),
            ]
            local = second.sides.local
            assert local is not None
            assert local.folder == files
            assert window.tabs.tab is second
            await until(lambda: not local.is_listing)

    drive(work())
