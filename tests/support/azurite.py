"""The emulator for a whole test process, and containers that only one test sees."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from explorer.service.emulator import Emulator

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A real emulator, data in memory; each worker process of pytest-xdist has its own."""
    log = tmp_path_factory.mktemp("azurite") / "azurite.log"
    with Emulator(log=log) as emulator:
        yield emulator


@pytest.fixture
def container_name(azurite: Emulator) -> Iterator[str]:
    """A name no other test uses; whatever is made under it is deleted afterwards."""
    from azure.core.exceptions import ResourceNotFoundError

    name = f"test-{uuid.uuid4().hex[:20]}"
    yield name
    with _client(azurite, name) as client:
        try:
            client.delete_container()
        except ResourceNotFoundError:
            return


@pytest.fixture
def container(azurite: Emulator, container_name: str) -> Iterator[ContainerClient]:
    """A fresh, empty container, seen through the SDK: what a test compares our work with.

    Its name is `container.container_name`.
    """
    with _client(azurite, container_name) as client:
        client.create_container()
        yield client


def _client(azurite: Emulator, name: str) -> ContainerClient:
    from azure.storage.blob import ContainerClient

    return ContainerClient.from_connection_string(azurite.connection_string, name)
