"""A folder watched from the real window by the keyboard alone, through a start of Quayside."""

from __future__ import annotations

import pytest
from azure.storage.blob import BlobServiceClient

from explorer.service.emulator import Emulator
from tests.e2e.desk import Desk
from tests.e2e.hands import command, connect
from tests.e2e.screen import wait_for

CONTAINER = "keys-made-this"


@pytest.mark.long
@pytest.mark.parametrize(("theme", "scale"), [("light", 1), ("dark", 2)])
def test_a_folder_is_watched_by_keys_alone_and_goes_on_by_itself(
    at_desk: Desk, storage: Emulator, service: BlobServiceClient
) -> None:
    container = service.create_container(CONTAINER)
    folder = at_desk.home / "out"
    folder.mkdir()
    (folder / "before.txt").write_text("1")
    (folder / "half.tmp").write_text("1")

    def there(*names: str) -> None:
        wait_for(lambda: set(names) <= set(container.list_blob_names()) or None, str(names))

    window = at_desk.open_quayside()
    connect(window, storage.connection_string)
    window.see(f"Container {CONTAINER}", "cell")
    window.keys("ctrl+l")
    window.type(f"/{CONTAINER}/")
    window.keys("Return")
    window.hear("This container is empty")
    command(window, "watch a folder", f"Watch a folder for {CONTAINER}")
    window.type(str(folder))
    window.keys("alt+o")
    window.type("*.tmp")
    window.keys("alt+g")
    window.keys("alt+w")
    window.front("Watched folders")
    there("before.txt")
    window.hear("State: Watching")
    window.keys("Escape")
    assert window.close() == 0
    (folder / "meanwhile.txt").write_text("2")
    window = at_desk.open_quayside()
    there("meanwhile.txt")
    (folder / "later.txt").write_text("3")
    there("later.txt")
    command(window, "watched folders", "Watched folders")
    window.hear("State: Watching")
    window.keys("alt+s")
    window.hear("State: Stopped")
    window.keys("Escape")
    assert window.close() == 0
    assert sorted(container.list_blob_names()) == ["before.txt", "later.txt", "meanwhile.txt"]
