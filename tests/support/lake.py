"""The Data Lake Gen2 test server for one test, and a filesystem in it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from explorer.service.emulator import Emulator
from tests.servers.lake.server import Lake

if TYPE_CHECKING:
    from azure.storage.filedatalake import FileSystemClient


@pytest.fixture
def lake(azurite: Emulator) -> Iterator[Lake]:
    """A hierarchical account, empty: `endpoint`, `connection_string`, `account`, `key`.

    Nothing of it is left when the test ends.
    """
    with Lake(azurite, container=f"lake-{uuid.uuid4().hex}") as server:
        yield server


@pytest.fixture
def filesystem(lake: Lake) -> Iterator[FileSystemClient]:
    """A fresh, empty filesystem, seen through the SDK; its name is `.file_system_name`."""
    from azure.storage.filedatalake import FileSystemClient

    name = f"test-{uuid.uuid4().hex[:20]}"
    with FileSystemClient.from_connection_string(lake.connection_string, name) as client:
        client.create_file_system()
        yield client


def paths(filesystem: FileSystemClient, **asked: Any) -> list[str]:
    """The paths that a listing gives, in its order."""
    return [path.name for path in filesystem.get_paths(**asked)]


def code_of(deed: Callable[[], object]) -> str:
    """The error code with which the service refuses the deed."""
    from azure.core.exceptions import HttpResponseError

    with pytest.raises(HttpResponseError) as raised:
        deed()
    answer: Any = raised.value.response
    return str(answer.headers["x-ms-error-code"])
