"""A real mouse drags rows out of the window, onto another program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from explorer.service.emulator import Emulator
from tests.e2e.desk import Desk, Window
from tests.e2e.hands import connect, enter
from tests.e2e.screen import wait_for
from tests.e2e.storage import CSV, filled

CONTAINER = "dragged"
WIDTH = 900
ROOM = (WIDTH + 40, 60, 400, 400)
"""Beside the window: left, top, width, height."""


@pytest.fixture
def runs(azurite: Emulator) -> Iterator[ContainerClient]:
    """A container with a file, and a folder with another."""
    blobs = {"träin 1.csv": CSV, "run/inside.txt": b"inside"}
    with filled(azurite.connection_string, CONTAINER, blobs) as client:
        yield client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "taken é"
    made.mkdir()
    return made


@pytest.fixture
def window(at_desk: Desk, azurite: Emulator, runs: ContainerClient) -> Window:
    """It shows the container."""
    at_desk.screen.env["XDG_CACHE_HOME"] = str(at_desk.home / "cache")
    window = at_desk.open_quayside(width=WIDTH, height=760)
    connect(window, azurite.connection_string)
    enter(window, CONTAINER, "File träin 1.csv")
    return window


def put_beside(at_desk: Desk, title: str) -> tuple[int, int]:
    """Where the middle of that other window is, once it is beside this one."""
    at_desk.screen.place(at_desk.screen.window(title), *ROOM)
    return ROOM[0] + ROOM[2] // 2, ROOM[1] + ROOM[3] // 2


def target(at_desk: Desk, kind: str, folder: Path) -> tuple[int, int]:
    at_desk.start(str(Path(__file__).with_name("drop_target.py")), kind, str(folder))
    return put_beside(at_desk, "Drop target")


def file_manager(at_desk: Desk, folder: Path) -> tuple[int, int]:
    at_desk.launch(["pcmanfm", str(folder)], HOME=str(at_desk.home))
    return put_beside(at_desk, folder.name)


def test_all_that_is_selected_is_downloaded_to_where_it_was_dropped(
    at_desk: Desk, window: Window, folder: Path
) -> None:
    there = target(at_desk, "saves", folder)
    window.activate()
    window.keys("ctrl+a")
    at_desk.drag(window.spot("File träin 1.csv", "cell"), there)
    at_desk.screen.window("^Dropped run: S$")
    wait_for(lambda: (folder / "träin 1.csv").exists() or None, "the file")
    assert (folder / "träin 1.csv").read_bytes() == CSV
    wait_for(lambda: (folder / "run" / "inside.txt").exists() or None, "the folder")
    assert (folder / "run" / "inside.txt").read_bytes() == b"inside"
    window.see("Transfers")


def test_a_folder_that_is_not_of_this_computer_is_refused_and_told(
    at_desk: Desk, window: Window, folder: Path
) -> None:
    there = target(at_desk, "elsewhere", folder)
    window.activate()
    at_desk.drag(window.spot("File träin 1.csv", "cell"), there)
    at_desk.screen.window("^Dropped träin 1.csv: E$")
    window.see("Download to…")
    assert at_desk.reader.says("far.example")
    assert list(folder.iterdir()) == []


def test_a_program_that_takes_local_files_only_refuses_and_it_is_said_what_to_do(
    at_desk: Desk, window: Window, folder: Path
) -> None:
    there = target(at_desk, "files", folder)
    window.activate()
    at_desk.drag(window.spot("File träin 1.csv", "cell"), there, refused=True)
    window.click("Download to…")
    window.front("Download to")
    assert list(folder.iterdir()) == []


def test_a_file_dropped_on_a_file_manager_is_downloaded_into_its_folder(
    at_desk: Desk, window: Window, folder: Path
) -> None:
    there = file_manager(at_desk, folder)
    window.activate()
    at_desk.drag(window.spot("File träin 1.csv", "cell"), there)
    wait_for(lambda: (folder / "träin 1.csv").exists() or None, "the file")
    assert (folder / "träin 1.csv").read_bytes() == CSV


def test_blobs_copied_as_files_are_pasted_into_a_file_manager(
    at_desk: Desk, window: Window, folder: Path
) -> None:
    there = file_manager(at_desk, folder)
    window.activate()
    window.click("File träin 1.csv", "cell")
    window.keys("ctrl+k")
    window.front("Commands")
    window.type("copy as files")
    window.hear("^Copy as files for other programs")
    window.keys("Return")
    window.hear("1 file is on the clipboard")
    at_desk.screen.activate(at_desk.screen.window(folder.name))
    at_desk.screen.click(*there)
    window.keys("ctrl+v")
    wait_for(lambda: (folder / "träin 1.csv").exists() or None, "the file")
    assert (folder / "träin 1.csv").read_bytes() == CSV
