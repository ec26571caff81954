"""Real directories behind a read-only connection: seen, and changed by nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from azure.storage.filedatalake import FileSystemClient

from explorer.base.errors import NotAuthorizedError
from explorer.service.access_control import AccessEdit
from explorer.service.model import Connection, Location
from explorer.service.service import Service
from tests.integration.service.test_directories import with_service
from tests.servers.lake.server import Lake


async def exhaust(steps: AsyncIterator[object]) -> None:
    async for _ in steps:
        pass


def test_no_directory_is_changed_through_a_read_only_connection(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    filesystem.get_file_client("a/1").upload_data(b"x", overwrite=True)

    async def work(service: Service, connection: Connection) -> None:
        await service.marks.set_read_only(connection.id, True)
        top = Location(connection.id, str(filesystem.file_system_name))
        folder = top.child("a")
        tries: list[Callable[[], Awaitable[object]]] = [
            lambda: service.create_folder(folder, "new"),
            lambda: service.copies.rename(folder, "1", "2"),
            lambda: service.copies.move(top, ("a/",), top, new_name="b"),
            lambda: exhaust(service.delete(folder, ("1",))),
            lambda: exhaust(service.delete(top, ("a/",))),
            lambda: service.access.edit(top, "a", AccessEdit(permissions="rwx------")),
        ]
        for attempt in tries:
            with pytest.raises(NotAuthorizedError, match="read-only"):
                await attempt()

    with_service(data_dir, lake.connection_string, work)
    assert [path.name for path in filesystem.get_paths()] == ["a", "a/1"]
