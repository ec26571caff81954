"""The workflows in the real window, found in the palette and done with a real keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from explorer.service.emulator import Emulator
from tests.e2e.desk import Desk, Window
from tests.e2e.hands import command, connect, enter
from tests.e2e.screen import wait_for
from tests.e2e.storage import CSV, filled

FIGURES = "1 file, 2.9 KiB. There is no .amlignore and no .gitignore in the folder: all of it goes."
OWN, OTHER = "flows", "flows-kept"


@pytest.fixture
def flows(azurite: Emulator) -> Iterator[tuple[ContainerClient, ContainerClient]]:
    """A container with a file, and an empty one."""
    pasted = azurite.connection_string
    with filled(pasted, OWN, {"train.csv": CSV}) as own, filled(pasted, OTHER, {}) as other:
        yield own, other


def opened(at_desk: Desk, azurite: Emulator) -> Window:
    """The window, in the container with a file."""
    window = at_desk.open_quayside(width=1180, height=760)
    connect(window, azurite.connection_string)
    enter(window, OWN, "File train.csv")
    return window


def test_an_artifact_is_uploaded_with_the_keyboard_alone(
    at_desk: Desk, azurite: Emulator, flows: tuple[ContainerClient, ContainerClient], tmp_path: Path
) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "weights.bin").write_bytes(b"w" * 3000)
    window = opened(at_desk, azurite)
    command(window, "upload as artifact", "Upload as artifact")
    window.type(str(model))
    window.see(FIGURES)
    window.keys("Return")
    own, _ = flows
    wait_for(lambda: confirmed(own), "it is confirmed")


def confirmed(container: ContainerClient) -> list[str] | None:
    """Names of the blobs that carry a confirmation, once there are any."""
    blobs = container.list_blobs(include=["metadata"])
    return [
        blob.name for blob in blobs if (blob.metadata or {}).get("upload_status") == "completed"
    ] or None


def test_a_container_is_mirrored_to_another_with_the_keyboard_alone(
    at_desk: Desk, azurite: Emulator, flows: tuple[ContainerClient, ContainerClient]
) -> None:
    window = opened(at_desk, azurite)
    command(window, "mirror to another place", f"Mirror {OWN} to")
    window.keys("alt+f", "ctrl+a")
    window.type(f"/{OTHER}")
    window.keys("Return")
    window.see("1 to move (17 B), 0 the same")
    window.front(f"Mirror .*{OWN}.* to .+")
    window.keys("alt+s")
    _, other = flows
    wait_for(lambda: list(other.list_blob_names()) == ["train.csv"], "the copy")
    window.see("Done: 1 moved, 0 deleted, 0 failed.")
