"""Browsing and changing on a real server: pages, folders, counts, deletions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from explorer.base.errors import (
    AlreadyExistsError,
    InputError,
    NotAuthorizedError,
    NotFoundError,
)
from explorer.service.emulator import Emulator
from explorer.service.events import Event, FolderChanged
from explorer.service.model import Connection, DeleteCount, Location
from explorer.service.service import Service
from explorer.storage.connection import parse

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

T = TypeVar("T")
Work = Callable[[Service, Connection], Coroutine[object, object, T]]


def with_service(folder: Path, text: str, work: Work[T]) -> T:
    async def main() -> T:
        async with await Service.start(folder, adopt_jobs=False, with_transfers=False) as service:
            return await work(service, await service.session_connection(parse(text)))

    return asyncio.run(main())


async def listed(pages: AsyncIterator[object]) -> tuple[list[str], list[str]]:
    prefixes: list[str] = []
    blobs: list[str] = []
    async for page in pages:
        prefixes += [prefix.name for prefix in page.prefixes]  # type: ignore[attr-defined]
        blobs += [blob.name for blob in page.blobs]  # type: ignore[attr-defined]
    return prefixes, blobs


async def last(counts: AsyncIterator[DeleteCount]) -> DeleteCount:
    found = DeleteCount()
    async for count in counts:
        found = count
    return found


def put(container: ContainerClient, *names: str, data: bytes = b"x") -> None:
    for name in names:
        container.upload_blob(name, data)


def test_folders_and_blobs_of_one_level(
    azurite: Emulator, container: ContainerClient, data_dir: Path
) -> None:
    put(container, "a", "a/1", "b/2", "b/c/3", "z")
    container.upload_blob("empty", b"", metadata={"hdi_isfolder": "true"})

    async def work(service: Service, connection: Connection) -> None:
        top = Location(connection.id, str(container.container_name))
        assert await listed(service.list_folder(top)) == (["a/", "b/", "empty/"], ["a", "z"])
        assert await listed(service.list_folder(top.child("b"))) == (["b/c/"], ["b/2"])
        assert (await listed(service.list_folder(top, recursive=True)))[1] == [
            "a", "a/1", "b/2", "b/c/3", "z",
        ]  # fmt: skip
        assert await listed(service.list_folder(top, prefix="b")) == (["b/"], [])
        assert await service.is_folder(top.child("b"))
        assert not await service.is_folder(top.child("nothing"))

    with_service(data_dir, azurite.connection_string, work)


def test_more_than_one_page_comes_whole_and_may_be_left_early(
    azurite: Emulator, container: ContainerClient, data_dir: Path
) -> None:
    names = [f"{number:03}" for number in range(105)]
    put(container, *names, data=b"")

    async def work(service: Service, connection: Connection) -> None:
        store = await service._connections.store(connection.id)
        store.list_blobs = partial(store.list_blobs, page_size=25)  # type: ignore[method-assign]
        top = Location(connection.id, str(container.container_name))
        assert (await listed(service.list_folder(top)))[1] == names
        async with aclosing(service.list_folder(top)) as pages:  # type: ignore[type-var]
            async for page in pages:
                assert page.has_more
                break
        counted = await last(service.count_for_delete(top, ("",)))
        assert (counted.blobs, counted.is_complete) == (105, True)
        gone = await last(service.delete(top, ("",)))
        assert (gone.blobs, gone.failed, gone.is_complete) == (105, 0, True)
        assert await listed(service.list_folder(top)) == ([], [])

    with_service(data_dir, azurite.connection_string, work)


def test_a_folder_is_deleted_with_its_marker_and_nothing_beside_it(
    azurite: Emulator, container: ContainerClient, data_dir: Path
) -> None:
    put(container, "run/1", "run/deep/2", "run-2/3", "runs", data=b"abc")
    container.upload_blob("run", b"", metadata={"hdi_isfolder": "true"})
    events: list[Event] = []

    async def work(service: Service, connection: Connection) -> None:
        heard = asyncio.Event()

        def receive(batch: tuple[Event, ...]) -> None:
            events.extend(batch)
            subscription.taken()
            if {FolderChanged(top), FolderChanged(top.child("run"))} <= set(events):
                heard.set()

        subscription = service.subscribe(receive)
        top = Location(connection.id, str(container.container_name))
        counted = await last(service.count_for_delete(top, ("run/", "runs")))
        assert (counted.blobs, counted.size_bytes) == (3, 9)
        gone = await last(service.delete(top, ("run/", "runs")))
        assert (gone.blobs, gone.failed) == (3, 0)
        async with asyncio.timeout(60):
            await heard.wait()

    with_service(data_dir, azurite.connection_string, work)
    assert [blob.name for blob in container.list_blobs()] == ["run-2/3"]


def test_a_listing_that_fails_half_way_deletes_nothing(
    azurite: Emulator, container: ContainerClient, data_dir: Path
) -> None:
    put(container, "a/1", "a/2", "b/1")

    async def work(service: Service, connection: Connection) -> None:
        top = Location(connection.id, str(container.container_name))
        store = await service._connections.store(connection.id)
        whole = store.list_blobs
        calls = 0

        def failing(*args: object, **kwargs: object) -> object:
            nonlocal calls
            calls += 1
            if calls > 1:
                raise NotAuthorizedError("no more")
            return whole(*args, **kwargs)  # type: ignore[arg-type]

        store.list_blobs = failing  # type: ignore[method-assign,assignment]
        with pytest.raises(NotAuthorizedError):
            await last(service.delete(top, ("a/", "b/")))

    with_service(data_dir, azurite.connection_string, work)
    assert [blob.name for blob in container.list_blobs()] == ["a/1", "a/2", "b/1"]


def test_a_blob_that_is_not_there_is_a_failure_with_its_reason(
    azurite: Emulator, container: ContainerClient, data_dir: Path
) -> None:
    put(container, "there")

    async def work(service: Service, connection: Connection) -> None:
        top = Location(connection.id, str(container.container_name))
        gone = await last(service.delete(top, ("there", "missing")))
        assert (gone.blobs, gone.failed) == (1, 1)
        name, error = gone.failures[0]
        assert name == "missing"
        assert isinstance(error, NotFoundError)

    with_service(data_dir, azurite.connection_string, work)


def test_folders_and_containers_are_made_once(
    azurite: Emulator, container: ContainerClient, container_name: str, data_dir: Path
) -> None:
    async def work(service: Service, connection: Connection) -> None:
        top = Location(connection.id, container_name)
        made = await service.create_folder(top, "neu ü")
        assert made == top.child("neu ü")
        assert await listed(service.list_folder(top)) == (["neu ü/"], [])
        assert await listed(service.list_folder(made)) == ([], [])
        with pytest.raises(AlreadyExistsError):
            await service.create_folder(top, "neu ü")
        with pytest.raises(InputError):
            await service.create_folder(top, "a/b")
        with pytest.raises(AlreadyExistsError):
            await service.create_container(connection.id, container_name)
        with pytest.raises(InputError):
            await service.create_container(connection.id, "Not_Good")

    with_service(data_dir, azurite.connection_string, work)


def test_bytes_come_in_order_from_anywhere(
    azurite: Emulator, container: ContainerClient, data_dir: Path
) -> None:
    data = bytes(range(256)) * 40_000
    put(container, "d/blob", data=data)
    put(container, "d/nothing", data=b"")

    async def work(service: Service, connection: Connection) -> None:
        folder = Location(connection.id, str(container.container_name), "d/")

        async def read(name: str, *span: int) -> bytes:
            return b"".join([piece async for piece in service.read(folder, name, *span)])

        assert await read("blob") == data
        assert await read("blob", 5_000_000, 300) == data[5_000_000:5_000_300]
        assert await read("blob", len(data)) == b""
        assert await read("nothing") == b""
        with pytest.raises(InputError):
            await read("blob", len(data) + 1)

    with_service(data_dir, azurite.connection_string, work)


def test_the_path_field_takes_paths_and_addresses(
    azurite: Emulator, container: ContainerClient, container_name: str, data_dir: Path
) -> None:
    put(container, "runs/7/log.txt")

    async def work(service: Service, connection: Connection) -> None:
        folder = Location(connection.id, container_name, "runs/7/")
        for text in (
            f"{container_name}/runs/7",
            f"{container_name}/runs/7/",
            f"{container_name}/runs/7/log.txt",
            f"{azurite.endpoint}/{container_name}/runs/7/log.txt",
        ):
            assert await service.find(connection.id, text) == folder
        with pytest.raises(InputError, match="belongs to other"):
            await service.find(connection.id, "https://other.blob.core.windows.net/other/x")

    with_service(data_dir, azurite.connection_string, work)
