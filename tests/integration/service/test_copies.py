"""Copy, move, rename and duplicate as a person asks for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from explorer.base.errors import AlreadyExistsError, InputError
from explorer.service.emulator import Emulator
from explorer.service.events import Event, FolderChanged
from explorer.service.model import Connection, Location
from explorer.service.service import Service
from explorer.storage.connection import parse
from explorer.transfer.state import JobState

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

Work = Callable[[Service, Location], Coroutine[object, object, object]]


@pytest.fixture
def asked(azurite: Emulator, container: ContainerClient, data_dir: Path) -> Callable[[Work], None]:
    """Runs work with a service and the place `d/` of the container."""

    def run(work: Work) -> None:
        async def main() -> None:
            async with await Service.start(data_dir, adopt_jobs=False) as service:
                spec = parse(azurite.connection_string)
                connection: Connection = await service.session_connection(spec)
                await work(service, Location(connection.id, container.container_name, "d/"))

        asyncio.run(main())

    return run


async def done(service: Service, job_id: int | None) -> None:
    assert job_id is not None
    job = await service.wait(job_id)
    assert (job.state, job.files_failed) == (JobState.DONE, 0)


def test_a_blob_and_a_folder_are_renamed(
    asked: Callable[[Work], None], container: ContainerClient
) -> None:
    for name in ("d/a.txt", "d/f/x", "d/f/g/y"):
        container.upload_blob(name, b"x")
    told: list[Event] = []

    async def work(service: Service, here: Location) -> None:
        def hear(events: tuple[Event, ...]) -> None:
            told.extend(events)
            subscription.taken()

        subscription = service.subscribe(hear)
        await done(service, await service.rename(here, "a.txt", "b.txt"))
        await done(service, await service.rename(here, "f/", "h"))
        with pytest.raises(AlreadyExistsError):
            await service.rename(here, "b.txt", "h")
        with pytest.raises(InputError):
            await service.rename(here, "b.txt", "x/y")
        async with asyncio.timeout(20):
            while FolderChanged(here) not in told:  # noqa: ASYNC110 - the feed comes by itself
                await asyncio.sleep(0.01)
        subscription.close()

    asked(work)
    assert set(container.list_blob_names()) == {"d/b.txt", "d/h/x", "d/h/g/y"}


def test_a_duplicate_gets_a_free_name(
    asked: Callable[[Work], None], container: ContainerClient
) -> None:
    for name in ("d/a.txt", "d/a (copy).txt", "d/f/x"):
        container.upload_blob(name, name.encode())

    async def work(service: Service, here: Location) -> None:
        await done(service, await service.copies.duplicate(here, ("a.txt", "f/")))
        await done(service, await service.copies.duplicate(here, ("f/",)))

    asked(work)
    assert set(container.list_blob_names()) == {
        *("d/a.txt", "d/a (copy).txt", "d/a (copy) (2).txt"),
        *("d/f/x", "d/f (copy)/x", "d/f (copy) (2)/x"),
    }


def test_things_are_copied_and_moved_into_another_folder(
    asked: Callable[[Work], None], container: ContainerClient
) -> None:
    for name in ("d/a", "d/f/x", "d/f/y", "d/stays"):
        container.upload_blob(name, b"x")

    async def work(service: Service, here: Location) -> None:
        there = Location(here.connection_id, here.container, "e/")
        request = service.copies.request(here, ("a", "f/"), there)
        await done(service, await service.submit(request))
        await done(service, await service.copies.move(here, ("f/",), there, new_name="g"))
        with pytest.raises(InputError):
            service.copies.request(here, ("f/",), here.child("f"))

    asked(work)
    assert set(container.list_blob_names()) == {
        *("d/a", "d/stays", "e/a", "e/f/x", "e/f/y", "e/g/x", "e/g/y"),
    }
