"""A Data Lake Gen2 account in the real window: a directory made, renamed, filled, its access set.

What came of it is looked at on the server with Azure's own client.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azure.storage.filedatalake import FileSystemClient

from tests.e2e.desk import Desk, Window
from tests.e2e.hands import connect, enter
from tests.servers.lake.server import Lake

FILESYSTEM = "training"


@pytest.fixture
def training(lake: Lake) -> Iterator[FileSystemClient]:
    """A filesystem called `training` with one file."""
    with FileSystemClient.from_connection_string(lake.connection_string, FILESYSTEM) as client:
        client.create_file_system()
        client.get_file_client("metrics.csv").upload_data(b"epoch,loss\n1,0.5\n", overwrite=True)
        yield client


def open_filesystem(window: Window, pasted: str) -> None:
    """Paste into the empty start, connect, open the filesystem."""
    connect(window, pasted)
    window.hear(", Data Lake Gen2$")
    enter(window, FILESYSTEM, "File metrics.csv")


def type_into(window: Window, title: str, text: str) -> None:
    """Answer the dialog of that title, and wait until it is gone."""
    window.front(title)
    window.keys("ctrl+a")
    window.type(text)
    window.keys("Return")
    window.miss(f"{title} — Quayside")
    window.front()


def turn_to_access(window: Window) -> None:
    """With the keyboard: in a narrow inspector the tab is out of sight."""
    window.see("Select a blob to look inside.")
    window.keys("F6")
    window.keys(*["Right"] * 8)
    window.see("Owning group", "text")


def acl_of(filesystem: FileSystemClient, path: str) -> str:
    return str(filesystem.get_file_client(path).get_access_control()["acl"])


def test_directories_and_their_access_in_the_window(
    at_desk: Desk, lake: Lake, training: FileSystemClient
) -> None:
    window = at_desk.open_quayside(width=1300, height=860)
    open_filesystem(window, lake.connection_string)

    # A directory, made and renamed with the keyboard.
    window.keys("ctrl+shift+n")
    type_into(window, "New folder", "made")
    window.see("Folder made", "cell")
    window.keys("F2")
    type_into(window, "Rename 'made'", "results")
    window.see("Folder results", "cell")
    assert [path.name for path in training.get_paths()] == ["metrics.csv", "results"]

    # A file moved into it.
    window.click("File metrics.csv", "cell")
    window.keys("ctrl+shift+m")
    window.front("Move 'metrics.csv' to")
    window.keys("alt+f")
    type_into(window, "Move 'metrics.csv' to", f"/{FILESYSTEM}/results")
    window.miss("File metrics.csv", "cell")
    moved = "results/metrics.csv"
    assert [path.name for path in training.get_paths()] == ["results", moved]

    # One entry set on the directory, then another on everything below.
    window.click("Folder results", "cell")
    window.click("Inspector")
    turn_to_access(window)
    window.click("Read for Others: no")
    window.click("Apply", "push button")
    window.see("Done: Applied.")
    assert acl_of(training, "results").endswith("other::r--")
    assert acl_of(training, moved).endswith("other::---")
    window.click("Execute for Others: no")
    window.click("Apply to everything below…", "push button")
    window.front("Apply to everything below 'results'")
    window.keys("alt+p")
    window.see("1 folder and 1 file changed.")
    assert acl_of(training, "results").endswith("other::r-x")
    assert acl_of(training, moved).endswith("other::r-x")
    window.keys("alt+c")
    window.see("Read for Others: yes")

    assert window.close() == 0
    assert "Traceback" not in at_desk.log()
