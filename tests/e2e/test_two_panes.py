"""A real mouse drags a row from one pane to the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azure.storage.blob import ContainerClient

from explorer.service.emulator import Emulator
from tests.e2e.desk import Desk
from tests.e2e.hands import connect, enter
from tests.e2e.screen import wait_for
from tests.e2e.storage import CSV, filled

CONTAINER = "panes"


@pytest.fixture
def runs(azurite: Emulator) -> Iterator[ContainerClient]:
    """A container with a file, and a folder with another."""
    blobs = {"train.csv": CSV, "run/inside.txt": b"inside"}
    with filled(azurite.connection_string, CONTAINER, blobs) as client:
        yield client


def test_a_row_dragged_from_one_pane_to_the_other_is_copied(
    at_desk: Desk, azurite: Emulator, runs: ContainerClient
) -> None:
    window = at_desk.open_quayside(width=1180, height=760)
    connect(window, azurite.connection_string)
    enter(window, CONTAINER, "File train.csv")
    window.keys("F3")
    at_desk.screen.click(*max(window.spots("Folder run", "cell", 2)), times=2)
    target = window.spot("File inside.txt", "cell")
    row = window.spot("File train.csv", "cell")
    assert row[0] < target[0]  # the pane at the right went into the folder
    at_desk.drag(row, target)
    wait_for(lambda: "run/train.csv" in list(runs.list_blob_names()), "the copy")
    assert runs.download_blob("run/train.csv").readall() == CSV
    assert runs.get_blob_client("train.csv").exists()
