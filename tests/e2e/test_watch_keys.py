"""A folder watched from the real window by the keyboard alone, through a start of Quayside."""

from __future__ import annotations

from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient

from explorer.service.emulator import Emulator
from tests.e2e.desk import Desk
from tests.e2e.screen import wait_for
from tests.e2e.test_account_keys import (
    CONTAINER,
    Look,
    command,
    says,
    seated,
    service,
    storage,
)
from tests.e2e.test_account_keys import START as CONNECT
from tests.support.secret_service import SecretService

__all__ = ["service", "storage"]


def walk(at: Desk, storage: Emulator, service: BlobServiceClient, look: Look) -> None:
    container = service.create_container(CONTAINER)
    folder = at.home / "out"
    folder.mkdir()
    (folder / "before.txt").write_text("1")
    (folder / "half.tmp").write_text("1")

    def there(*names: str) -> None:
        wait_for(lambda: set(names) <= set(container.list_blob_names()) or None, str(names))

    window = at.open_quayside()
    window.see(CONNECT)
    at.clip(storage.connection_string)
    window.keys("ctrl+v")
    window.see("everything")
    window.keys("Return")
    window.see(f"Container {CONTAINER}", "cell")
    window.keys("ctrl+l")
    at.screen.type(f"/{CONTAINER}/")
    window.keys("Return")
    says(window, "This container is empty")
    command(window, "watch a folder", f"Watch a folder for {CONTAINER}")
    at.screen.type(str(folder))
    window.keys("alt+o")
    at.screen.type("*.tmp")
    window.keys("alt+g")
    look("watch-form")
    window.keys("alt+w")
    at.screen.window("Watched folders")
    there("before.txt")
    says(window, "State: Watching")
    look("watched")
    window.keys("Escape")
    assert window.close() == 0
    (folder / "meanwhile.txt").write_text("2")
    window = at.open_quayside()
    there("meanwhile.txt")
    (folder / "later.txt").write_text("3")
    there("later.txt")
    command(window, "watched folders", "Watched folders")
    says(window, "State: Watching")
    window.keys("alt+s")
    says(window, "State: Stopped")
    look("stopped")
    window.keys("Escape")
    assert window.close() == 0
    assert sorted(container.list_blob_names()) == ["before.txt", "later.txt", "meanwhile.txt"]


@pytest.mark.long
@pytest.mark.parametrize(("theme", "scale"), [("light", 1), ("dark", 2)])
def test_a_folder_is_watched_by_keys_alone_and_goes_on_by_itself(
    tmp_path: Path,
    secret_service: SecretService,
    storage: Emulator,
    service: BlobServiceClient,
    theme: str,
    scale: int,
) -> None:
    for at in seated(tmp_path / "desk", secret_service, theme, scale):
        walk(at, storage, service, lambda _: None)
