"""A real mouse drags rows out of the window, onto another program."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from explorer.service.emulator import Emulator
from tests.e2e.desk import Desk, Window
from tests.e2e.screen import wait_for

CONTAINER = "dragged"
WIDTH = 900
ROOM = (WIDTH + 40, 60, 400, 400)
"""Beside the window: left, top, width, height."""


@pytest.fixture
def runs(azurite: Emulator) -> Iterator[ContainerClient]:
    """A container with a file, and a folder with another."""
    client = ContainerClient.from_connection_string(azurite.connection_string, CONTAINER)
    with client:
        if client.exists():
            client.delete_container()
        client.create_container()
        client.upload_blob("träin 1.csv", b"epoch,loss\n1,0.5\n")
        client.upload_blob("run/inside.txt", b"inside")
        yield client
        client.delete_container()


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
    window.see("Paste a connection string, SAS URL or blob URL")
    at_desk.clip(azurite.connection_string)
    window.keys("ctrl+v")
    window.see("Connect to storage — Quayside")
    window.see("everything")
    window.keys("Return")
    window.see(f"Container {CONTAINER}", "cell")
    window.keys("Return")
    window.see("File träin 1.csv", "cell")
    return window


def put_beside(at_desk: Desk, title: str) -> tuple[int, int]:
    """Where the middle of that other window is, once it is beside this one."""
    at_desk.screen.place(at_desk.screen.window(title), *ROOM)
    return ROOM[0] + ROOM[2] // 2, ROOM[1] + ROOM[3] // 2


def target(at_desk: Desk, kind: str, folder: Path) -> tuple[int, int]:
    at_desk.start(str(Path(__file__).with_name("drop_target.py")), kind, str(folder))
    return put_beside(at_desk, "Drop target")


def file_manager(at_desk: Desk, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["pcmanfm", str(folder)],
        env={**at_desk.screen.env, "HOME": str(at_desk.home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_all_that_is_selected_is_downloaded_to_where_it_was_dropped(
    at_desk: Desk, window: Window, folder: Path
) -> None:
    there = target(at_desk, "saves", folder)
    window.activate()
    window.keys("ctrl+a")
    at_desk.screen.drag(window.see("File träin 1.csv", "cell").centre, there)
    at_desk.screen.window("^Dropped run: S$")
    wait_for(lambda: (folder / "träin 1.csv").exists() or None, "the file")
    assert (folder / "träin 1.csv").read_bytes() == b"epoch,loss\n1,0.5\n"
    wait_for(lambda: (folder / "run" / "inside.txt").exists() or None, "the folder")
    assert (folder / "run" / "inside.txt").read_bytes() == b"inside"
    window.see("Transfers")


def test_a_folder_that_is_not_of_this_computer_is_refused_and_told(
    at_desk: Desk, window: Window, folder: Path
) -> None:
    there = target(at_desk, "elsewhere", folder)
    window.activate()
    at_desk.screen.drag(window.see("File träin 1.csv", "cell").centre, there)
    at_desk.screen.window("^Dropped träin 1.csv: E$")
    window.see("Download to…")
    assert any("far.example" in text for text in at_desk.reader.texts())
    assert list(folder.iterdir()) == []


def test_a_program_that_takes_local_files_only_refuses_and_it_is_said_what_to_do(
    at_desk: Desk, window: Window, folder: Path
) -> None:
    there = target(at_desk, "files", folder)
    window.activate()
    row = window.see("File träin 1.csv", "cell").centre
    at_desk.screen.drag(row, there)
    window.click("Download to…")
    at_desk.screen.window("Download to")
    assert list(folder.iterdir()) == []


def test_a_file_dropped_on_a_file_manager_is_downloaded_into_its_folder(
    at_desk: Desk, window: Window, folder: Path
) -> None:
    manager = file_manager(at_desk, folder)
    try:
        there = put_beside(at_desk, folder.name)
        window.activate()
        at_desk.screen.drag(window.see("File träin 1.csv", "cell").centre, there)
        wait_for(lambda: (folder / "träin 1.csv").exists() or None, "the file")
        assert (folder / "träin 1.csv").read_bytes() == b"epoch,loss\n1,0.5\n"
    finally:
        manager.terminate()
        manager.wait(10)


def test_blobs_copied_as_files_are_pasted_into_a_file_manager(
    at_desk: Desk, window: Window, folder: Path
) -> None:
    manager = file_manager(at_desk, folder)
    try:
        there = put_beside(at_desk, folder.name)
        window.activate()
        at_desk.screen.click(*window.see("File träin 1.csv", "cell").centre)
        window.keys("ctrl+k")
        window.see("Commands")
        at_desk.screen.type("copy as files")
        offer = "Copy as files for other programs"
        wait_for(lambda: any(it.startswith(offer) for it in at_desk.reader.texts()), "the offer")
        window.keys("Return")
        wait_for(lambda: "1 file is on the clipboard" in " ".join(at_desk.reader.texts()), "it")
        at_desk.screen.click(*there)
        window.keys("ctrl+v")
        wait_for(lambda: (folder / "träin 1.csv").exists() or None, "the file")
        assert (folder / "träin 1.csv").read_bytes() == b"epoch,loss\n1,0.5\n"
    finally:
        manager.terminate()
        manager.wait(10)
