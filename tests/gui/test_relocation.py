"""Rename and move in the window: real directories in one step, names by a copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient
from azure.storage.filedatalake import FileSystemClient
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from explorer.gui.ask import ChoiceSheet, TextSheet
from explorer.gui.browse.move_sheet import MoveSheet, trouble, way
from explorer.gui.browse.place_sheet import place_of
from explorer.gui.browse.relocating import stem
from explorer.gui.errors import ErrorSheet
from explorer.gui.window.actions import Act
from explorer.gui.window.main_window import MainWindow
from explorer.service.emulator import Emulator
from explorer.service.model import Location
from tests.gui.conftest import Drive, until
from tests.gui.connections import connection
from tests.gui.places import Run, run_at, select
from tests.gui.test_window import choose, listed, names, put, sheet
from tests.servers.lake.server import Lake
from tests.support.lake import paths


@pytest.fixture
def sail(drive: Drive[Any], lake: Lake, filesystem: FileSystemClient, data_dir: Path) -> Run:
    """Runs work in a window that shows the filesystem of a lake."""
    return run_at(drive, data_dir, lake.connection_string, filesystem.file_system_name)


@pytest.fixture
def run(drive: Drive[Any], azurite: Emulator, container: ContainerClient, data_dir: Path) -> Run:
    """The same for a container of a flat account."""
    return run_at(drive, data_dir, azurite.connection_string, container.container_name)


def files(filesystem: FileSystemClient, *names: str) -> None:
    for name in names:
        filesystem.get_file_client(name).upload_data(name.encode(), overwrite=True)


def selected(window: MainWindow) -> list[str]:
    return [row.name for row in window.pane.selection()]


# -- rename --------------------------------------------------


def test_a_folder_is_renamed_in_one_step_and_stays_selected(
    sail: Run, filesystem: FileSystemClient
) -> None:
    files(filesystem, "raw/a/b.txt", "taken/c.txt")

    async def work(window: MainWindow, here: Location) -> None:
        select(window, "raw/")
        await choose(window, Act.RENAME)
        asked: TextSheet = await sheet(TextSheet)
        assert asked.line.text() == "raw"
        asked.line.setText("taken")
        asked.go_button.click()
        await until(lambda: asked.problem.text(), "the name is taken")
        assert "already" in asked.problem.text()
        asked.line.setText("a/b")
        assert not asked.go_button.isEnabled()
        asked.line.setText("curated")
        asked.go_button.click()
        await until(lambda: selected(window) == ["curated"], "the new name is selected")
        assert not window.transfers.jobs.line()

    sail(work)
    assert "curated/a/b.txt" in paths(filesystem)


def test_only_the_stem_of_a_file_is_typed_over(sail: Run, filesystem: FileSystemClient) -> None:
    files(filesystem, "model.tar.gz")

    async def work(window: MainWindow, here: Location) -> None:
        select(window, "model.tar.gz")
        await choose(window, Act.RENAME)
        asked: TextSheet = await sheet(TextSheet)
        QTest.keyClicks(asked.line, "weights")
        assert asked.line.text() == "weights.tar.gz"
        asked.go_button.click()
        await until(lambda: names(window.pane) == ["weights.tar.gz"], "the new name")

    sail(work)
    assert [stem(name) for name in (".hidden", "a.b.c", "plain")] == [".hidden", "a.b", "plain"]


def test_a_blob_of_a_flat_account_is_renamed_by_a_job(run: Run, container: ContainerClient) -> None:
    put(container, "a.txt", "b.txt")

    async def work(window: MainWindow, here: Location) -> None:
        window.pane.refresh()
        await until(lambda: names(window.pane) == ["a.txt", "b.txt"])
        select(window, "a.txt")
        await choose(window, Act.RENAME)
        asked: TextSheet = await sheet(TextSheet)
        asked.line.setText("c.txt")
        asked.go_button.click()
        await until(lambda: names(window.pane) == ["b.txt", "c.txt"], "the new name")
        await until(lambda: window.transfers.jobs.rowCount() == 1, "its job")

    run(work)
    assert sorted(container.list_blob_names()) == ["b.txt", "c.txt"]


def test_a_tab_inside_a_folder_follows_it_to_its_new_name(
    sail: Run, filesystem: FileSystemClient
) -> None:
    files(filesystem, "raw/deep/b.txt")

    async def work(window: MainWindow, here: Location) -> None:
        pane = window.tabs.open_tab(here.child("raw").child("deep"))
        await until(lambda: names(pane) == ["b.txt"], "the folder is listed")
        window.tree.reveal(here.child("raw"))
        window.tree.setFocus()
        QTest.keyClick(window.tree, Qt.Key.Key_F2)
        asked: TextSheet = await sheet(TextSheet)
        asked.line.setText("cooked")
        asked.go_button.click()
        await until(
            lambda: pane.location == here.child("cooked").child("deep") and listed(pane),
            "the tab follows",
        )
        assert names(pane) == ["b.txt"]

    sail(work)


# -- move --------------------------------------------------


def test_files_and_folders_move_into_a_folder_that_was_chosen(
    sail: Run, filesystem: FileSystemClient
) -> None:
    files(filesystem, "a.txt", "raw/b.txt", "target/c.txt")

    async def work(window: MainWindow, here: Location) -> None:
        select(window, "a.txt", "raw/")
        await choose(window, Act.MOVE_TO)
        asked: MoveSheet = await sheet(MoveSheet)
        assert not asked.go_button.isEnabled()
        asked.line.setText(f"/{here.container}/raw")
        asked.line.textEdited.emit(asked.line.text())
        assert asked.problem.text() == "The folder 'raw' cannot go into itself."
        asked.show_place(here.child("target"))
        assert asked.line.text() == f"/{here.container}/target/"
        assert asked.problem.text().startswith("It is one step")
        asked.go_button.click()
        await until(lambda: names(window.pane) == ["target"], "they are gone from here")

    sail(work)
    found = paths(filesystem)
    assert {"target/a.txt", "target/raw/b.txt", "target/c.txt"} <= set(found)


def test_what_exists_is_asked_about_once_for_all(sail: Run, filesystem: FileSystemClient) -> None:
    files(filesystem, "a.txt", "b.txt", "c.txt", "t/a.txt", "t/b.txt")

    async def work(window: MainWindow, here: Location) -> None:
        select(window, "a.txt", "b.txt", "c.txt")
        await choose(window, Act.MOVE_TO)
        asked: MoveSheet = await sheet(MoveSheet)
        asked.show_place(here.child("t"))
        asked.go_button.click()
        choice: ChoiceSheet = await sheet(ChoiceSheet)
        assert choice.headline() == "'a.txt' is there already"
        choice.also.setChecked(True)
        choice._choose("both")
        await until(lambda: names(window.pane) == ["t"], "all are moved")

    sail(work)
    assert paths(filesystem, path="t") == [
        "t/a (2).txt", "t/a.txt", "t/b (2).txt", "t/b.txt", "t/c.txt"
    ]  # fmt: skip


def test_replacing_skipping_and_stopping_do_what_they_say(
    sail: Run, filesystem: FileSystemClient
) -> None:
    files(filesystem, "a.txt", "b.txt", "c.txt", "t/a.txt", "t/b.txt", "t/c.txt")

    async def work(window: MainWindow, here: Location) -> None:
        select(window, "a.txt", "b.txt", "c.txt")
        await choose(window, Act.MOVE_TO)
        asked: MoveSheet = await sheet(MoveSheet)
        asked.show_place(here.child("t"))
        asked.go_button.click()
        for name, key in (("a.txt", "replace"), ("b.txt", "skip")):
            choice: ChoiceSheet = await sheet(ChoiceSheet)
            await until(lambda n=name, c=choice: c.headline().startswith(f"'{n}'"))  # type: ignore[misc]
            choice._choose(key)
            await until(lambda c=choice: not c.isVisible())  # type: ignore[misc]
        choice = await sheet(ChoiceSheet)
        choice.reject()
        await until(lambda: names(window.pane) == ["t", "b.txt", "c.txt"], "a is moved")

    sail(work)
    assert filesystem.get_file_client("t/a.txt").download_file().readall() == b"a.txt"
    assert filesystem.get_file_client("t/b.txt").download_file().readall() == b"t/b.txt"


def test_a_full_folder_is_not_replaced_and_the_reason_is_told(
    sail: Run, filesystem: FileSystemClient
) -> None:
    files(filesystem, "raw/a.txt", "t/raw/b.txt")

    async def work(window: MainWindow, here: Location) -> None:
        select(window, "raw/")
        await choose(window, Act.MOVE_TO)
        asked: MoveSheet = await sheet(MoveSheet)
        asked.show_place(here.child("t"))
        asked.go_button.click()
        choice: ChoiceSheet = await sheet(ChoiceSheet)
        choice._choose("replace")
        told: ErrorSheet = await sheet(ErrorSheet)
        told.reject()

    sail(work)
    assert {"raw/a.txt", "t/raw/b.txt"} <= set(paths(filesystem))


def test_a_folder_is_made_while_choosing(sail: Run, filesystem: FileSystemClient) -> None:
    files(filesystem, "a.txt")

    async def work(window: MainWindow, here: Location) -> None:
        select(window, "a.txt")
        await choose(window, Act.MOVE_TO)
        asked: MoveSheet = await sheet(MoveSheet)
        asked.folder_button.click()
        name: TextSheet = await sheet(TextSheet)
        name.line.setText("new")
        name.go_button.click()
        await until(lambda: asked.target == here.child("new"), "it is chosen")
        asked.go_button.click()
        await until(lambda: names(window.pane) == ["new"], "it is moved")

    sail(work)
    assert "new/a.txt" in paths(filesystem)


def test_blobs_of_a_flat_account_move_by_the_queue(run: Run, container: ContainerClient) -> None:
    put(container, "a.txt", "raw/b.txt", "t/c.txt")

    async def work(window: MainWindow, here: Location) -> None:
        window.pane.refresh()
        await until(lambda: len(names(window.pane)) == 3)
        select(window, "a.txt", "raw/")
        await choose(window, Act.MOVE_TO)
        asked: MoveSheet = await sheet(MoveSheet)
        asked.show_place(here.child("t"))
        assert "transfer queue" in asked.problem.text()
        asked.go_button.click()
        await until(lambda: names(window.pane) == ["t"], "they are gone from here")

    run(work)
    assert sorted(container.list_blob_names()) == ["t/a.txt", "t/c.txt", "t/raw/b.txt"]


def test_a_move_of_many_tells_how_far_it_is_and_stops_when_told(
    sail: Run, filesystem: FileSystemClient
) -> None:
    files(filesystem, *(f"{number:02}.txt" for number in range(12)))
    filesystem.create_directory("t")

    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        pane.refresh()
        await until(lambda: len(names(pane)) == 13)
        select(window, *(f"{number:02}.txt" for number in range(12)))
        await choose(window, Act.MOVE_TO)
        asked: MoveSheet = await sheet(MoveSheet)
        asked.show_place(here.child("t"))
        asked.go_button.click()
        await until(lambda: pane.notice.text().endswith("of 12"), "it tells")
        pane.notice.action_button.click()
        await until(pane.notice.isHidden, "it stops")
        await until(lambda: len(names(pane)) > 1 and listed(pane))

    sail(work)
    assert 0 < len(paths(filesystem, path="t")) < 12


# -- words --------------------------------------------------


def test_a_typed_place_and_what_is_wrong_with_it() -> None:
    here = Location("c1", "data", "a/")
    assert place_of("/data/a/b", here) == Location("c1", "data", "a/b/")
    assert place_of("", here) == Location("c1")
    assert trouble(here, ("x",), Location("c1")) == "Choose a container or a folder."
    assert trouble(here, ("x", "y"), here) == "That is where they are."
    assert trouble(here, ("x/",), Location("c1", "data", "a/x/y/")).endswith("into itself.")
    assert trouble(here, ("x/",), Location("c1", "data", "a/xy/")) == ""
    assert "transfer queue" in way(connection(), here, Location("c1", "data"))
