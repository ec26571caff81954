"""An account with versions and soft delete for the tests, seen through the SDK."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from explorer.service.emulator import Emulator
from tests.servers.history import HistoryServer, Protection

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

ProtectedServer = Callable[..., HistoryServer]


@pytest.fixture
def history_server(azurite: Emulator) -> Iterator[ProtectedServer]:
    """Starts servers with what they protect: `history_server(versioning=True, blob_days=7)`."""
    with ExitStack() as stack:

        def start(
            *, versioning: bool = False, blob_days: int = 0, container_days: int = 0
        ) -> HistoryServer:
            protection = Protection(versioning, blob_days, container_days)
            return stack.enter_context(HistoryServer(azurite, protection))

        yield start


def seen_through(server: HistoryServer, container: str) -> ContainerClient:
    """The SDK's client of a container through that server; the caller closes it."""
    from azure.storage.blob import ContainerClient

    return ContainerClient.from_connection_string(server.connection_string, container)
