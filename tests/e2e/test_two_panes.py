"""A real mouse drags a row from one pane to the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azure.storage.blob import ContainerClient

from explorer.service.emulator import Emulator
from tests.e2e.desk import Desk
from tests.e2e.screen import wait_for

CONTAINER = "panes"


@pytest.fixture
def runs(azurite: Emulator) -> Iterator[ContainerClient]:
    """A container with a file, and a folder with another."""
    client = ContainerClient.from_connection_string(azurite.connection_string, CONTAINER)
    with client:
        if client.exists():
            client.delete_container()
        client.create_container()
        client.upload_blob("train.csv", b"epoch,loss\n1,0.5\n")
        client.upload_blob("run/inside.txt", b"inside")
        yield client
        client.delete_container()


def test_a_row_dragged_from_one_pane_to_the_other_is_copied(
    at_desk: Desk, azurite: Emulator, runs: ContainerClient
) -> None:
    window = at_desk.open_quayside(width=1180, height=760)
    window.see("Paste a connection string, SAS URL or blob URL")
    at_desk.clip(azurite.connection_string)
    window.keys("ctrl+v")
    window.see("Connect to storage — Quayside")
    window.see("everything")
    window.keys("Return")
    window.see(f"Container {CONTAINER}", "cell")
    window.keys("Return")
    window.see("File train.csv", "cell")
    window.keys("F3")
    folders = wait_for(lambda: two(at_desk, "Folder run"), "both panes")
    right = max(centre for centre in folders)
    at_desk.screen.click(*right, times=2)
    target = window.see("File inside.txt", "cell").centre
    row = window.see("File train.csv", "cell").centre
    assert row[0] < target[0]  # the pane at the right went into the folder
    at_desk.screen.drag(row, target)
    wait_for(lambda: "run/train.csv" in list(runs.list_blob_names()), "the copy")
    assert runs.download_blob("run/train.csv").readall() == b"epoch,loss\n1,0.5\n"
    assert runs.get_blob_client("train.csv").exists()


def two(at_desk: Desk, name: str) -> list[tuple[int, int]] | None:
    """Where the two cells of that name are, once there are two at different places."""
    found = [thing.centre for thing in at_desk.reader.find_all(name, "cell")]
    return found if len({x for x, _ in found}) == 2 else None
