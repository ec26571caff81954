"""The inspector in the real window, with the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azure.storage.blob import ContainerClient

from explorer.service.emulator import Emulator
from tests.e2e.desk import Desk

CONTAINER = "training"


@pytest.fixture
def logs(azurite: Emulator) -> Iterator[ContainerClient]:
    """A container called `training` with one log."""
    client = ContainerClient.from_connection_string(azurite.connection_string, CONTAINER)
    with client:
        if client.exists():
            client.delete_container()
        client.create_container()
        client.upload_blob("train.csv", b"epoch,loss\n1,0.5\n2,0.25\n")
        yield client
        client.delete_container()


def test_space_peeks_and_alt_return_tells_properties(
    at_desk: Desk, azurite: Emulator, logs: ContainerClient
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
    window.keys("space")
    window.see("CSV · Separator: comma · Columns: 2 · Encoding: UTF-8")
    window.see("Read all of 24 B")
    window.keys("alt+Return")
    window.see("Copy all")
    window.keys("F6", "Left")
    window.see("Read all of 24 B")
