"""Copies, moves and renames where directories are real."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from azure.storage.filedatalake import FileSystemClient

from explorer.service.model import Location
from explorer.service.service import Service
from explorer.storage.connection import parse
from explorer.transfer.state import JobState
from tests.support.lake import paths

if TYPE_CHECKING:
    from tests.servers.lake.server import Lake


def filled(filesystem: FileSystemClient) -> None:
    for name in ("d/a", "d/e/b", "d/e/f/c"):
        filesystem.get_file_client(name).upload_data(name.encode(), overwrite=True)
    filesystem.create_directory("d/empty/deeper")


TREE = ["d", "d/a", "d/e", "d/e/b", "d/e/f", "d/e/f/c", "d/empty", "d/empty/deeper"]


def test_a_rename_and_a_move_within_a_filesystem_are_one_step(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    filled(filesystem)

    async def work() -> None:
        async with await Service.start(data_dir, adopt_jobs=False) as service:
            connection = await service.session_connection(parse(lake.connection_string))
            here = Location(connection.id, filesystem.file_system_name)
            assert await service.rename(here, "d/", "g") is None
            assert await service.copies.move(here.child("g"), ("e/",), here) is None
            assert service.jobs() == ()

    asyncio.run(work())
    assert sorted(paths(filesystem)) == [
        *("e", "e/b", "e/f", "e/f/c", "g", "g/a", "g/empty", "g/empty/deeper"),
    ]


def test_a_move_between_filesystems_leaves_no_directory_behind(
    lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    filled(filesystem)
    other = f"{filesystem.file_system_name}-2"

    async def work() -> None:
        async with await Service.start(data_dir, adopt_jobs=False) as service:
            connection = await service.session_connection(parse(lake.connection_string))
            here = Location(connection.id, filesystem.file_system_name)
            there = await service.create_container(connection.id, other)
            job_id = await service.submit(service.copies.request(here, ("d/",), there))
            job = await service.wait(job_id)
            assert (job.state, job.failure, job.files_failed) == (JobState.DONE, None, 0)
            moved = await service.copies.move(here, ("d/",), there.child("x"))
            assert moved is not None
            job = await service.wait(moved)
            assert (job.state, job.failure, job.files_failed) == (JobState.DONE, None, 0)
            told = [one.note for one in await service.transfers(moved)]
            assert not [note for note in told if "left at the source" in note]

    asyncio.run(work())
    assert paths(filesystem) == []
    with FileSystemClient.from_connection_string(lake.connection_string, other) as second:
        assert sorted(paths(second)) == [*TREE, "x", *(f"x/{name}" for name in TREE)]
