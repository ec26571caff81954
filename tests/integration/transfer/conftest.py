"""The rig: a fresh container, a fresh data folder, and a store for both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from explorer.service.emulator import Emulator
from tests.integration.transfer.rig import Rig, open_rig


@pytest.fixture
def rig(azurite: Emulator, container: ContainerClient, data_dir: Path) -> Iterator[Rig]:
    rig = open_rig(azurite, container.container_name, data_dir)
    yield rig
    rig.store.close()
