"""Ranges of a real blob: one version, what is refused, and a log that is followed as it grows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from explorer.base.errors import NotFoundError, PreconditionFailedError
from explorer.preview.look import look
from explorer.preview.model import Text
from explorer.preview.source import Source
from explorer.service import ranges
from explorer.service.emulator import Emulator
from explorer.service.model import Location
from explorer.service.ranges import Grown
from explorer.service.service import Service
from explorer.storage.connection import parse

POLL_S = 0.01


async def opened(azurite: Emulator, data_dir: Path, container: str) -> tuple[Service, Location]:
    service = await Service.start(data_dir, adopt_jobs=False, with_transfers=False)
    connection = await service.session_connection(parse(azurite.connection_string))
    return service, Location(connection.id, container)


def test_a_look_reads_a_little_of_one_version(
    azurite: Emulator, container: ContainerClient, data_dir: Path
) -> None:
    container.upload_blob("big.log", b"a line of text\n" * 200_000)

    async def work() -> None:
        service, place = await opened(azurite, data_dir, container.container_name)
        async with service:
            ranges = await service.ranges.open(place, "big.log")
            source = Source(ranges)
            found = await service.ranges.work(ranges, lambda: look(source, "big.log"))
            assert isinstance(found.body, Text)
            assert source.line == "Read 256 KiB of 2.9 MiB"
            container.upload_blob("big.log", b"something else", overwrite=True)
            more = found.body.more
            assert more is not None
            source.allow()
            with pytest.raises(PreconditionFailedError):
                await service.ranges.work(ranges, lambda: more(source))

    asyncio.run(work())


def test_a_blob_that_is_not_there_is_said_to_be_missing(
    azurite: Emulator, container: ContainerClient, data_dir: Path
) -> None:
    async def work() -> None:
        service, place = await opened(azurite, data_dir, container.container_name)
        async with service:
            with pytest.raises(NotFoundError):
                await service.ranges.open(place, "no.txt")

    asyncio.run(work())


async def until(items: AsyncIterator[Grown], end: bytes) -> list[Grown]:
    """What comes until the bytes end so."""
    found = []
    async with asyncio.timeout(20):
        async for grown in items:
            found.append(grown)
            if grown.data.endswith(end):
                break
    return found


def test_a_growing_append_blob_is_followed(
    azurite: Emulator, container: ContainerClient, data_dir: Path
) -> None:
    blob = container.get_blob_client("run.log")
    blob.create_append_blob()
    blob.append_block(b"one\n")

    async def work() -> None:
        service, place = await opened(azurite, data_dir, container.container_name)
        async with (
            service,
            aclosing(service.ranges.follow(place, "run.log", 0, poll_s=POLL_S)) as items,
        ):
            assert await until(items, b"one\n") == [Grown(0, b"one\n", 4)]
            blob.append_block(b"two\n")
            assert await until(items, b"two\n") == [Grown(4, b"two\n", 8)]

    asyncio.run(work())


def test_a_followed_blob_that_is_written_anew_comes_from_its_beginning(
    azurite: Emulator, container: ContainerClient, data_dir: Path
) -> None:
    container.upload_blob("a.log", b"old\n")

    async def work() -> None:
        service, place = await opened(azurite, data_dir, container.container_name)
        async with (
            service,
            aclosing(service.ranges.follow(place, "a.log", 0, poll_s=POLL_S)) as items,
        ):
            await until(items, b"old\n")
            container.upload_blob("a.log", b"old\nand more\n", overwrite=True)
            assert await until(items, b"more\n") == [Grown(4, b"and more\n", 13)]
            container.upload_blob("a.log", b"another, and longer than before\n", overwrite=True)
            (grown,) = await until(items, b"before\n")
            assert grown.is_anew
            assert grown.offset == 0
            container.delete_blob("a.log")
            with pytest.raises(NotFoundError):
                await until(items, b"never")

    asyncio.run(work())


def test_of_much_that_is_written_at_once_the_end_is_followed(
    azurite: Emulator, container: ContainerClient, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranges, "FOLLOW_MOST_BYTES", 8)
    container.upload_blob("a.log", b"0123")

    async def work() -> None:
        service, place = await opened(azurite, data_dir, container.container_name)
        async with (
            service,
            aclosing(service.ranges.follow(place, "a.log", 0, poll_s=POLL_S)) as items,
        ):
            assert await until(items, b"0123") == [Grown(0, b"0123", 4)]
            container.upload_blob("a.log", b"0123" + b"." * 1001 + b"the end\n", overwrite=True)
            assert await until(items, b"end\n") == [Grown(1004, b".the end\n", 1013)]

    asyncio.run(work())
