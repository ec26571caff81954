"""A read-only connection changes nothing, whoever asks; marks and favourites are kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from explorer.base.errors import InputError, NotAuthorizedError, QuaysideError
from explorer.service.change_plan import PropertyWish
from explorer.service.emulator import Emulator
from explorer.service.marks import Favoured
from explorer.service.model import Ability, Connection, Location
from explorer.service.service import Service
from explorer.storage.access import Verdict
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.connection import NeedsCredential, parse
from explorer.storage.control_model import ContainerAccess
from explorer.storage.model import BlobHeaders, BlobRef, Condition
from explorer.transfer.model import RemotePlace, UploadRequest, UploadSource

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

T = TypeVar("T")


def with_service(
    folder: Path,
    text: str,
    work: Callable[[Service, Connection], Coroutine[object, object, T]],
    *,
    with_transfers: bool = False,
) -> T:
    async def main() -> T:
        async with await Service.start(
            folder, adopt_jobs=False, with_transfers=with_transfers
        ) as service:
            return await work(service, await service.connect(parse(text), name="one"))

    return asyncio.run(main())


async def _exhaust(steps: object) -> None:
    async for _ in steps:  # type: ignore[attr-defined]
        pass


def raised_by(outcomes: Iterator[tuple[str, QuaysideError | None]]) -> None:
    """Batches answer name by name."""
    for _, error in outcomes:
        assert error is not None
        raise error


def test_nothing_is_changed_through_a_read_only_connection(
    azurite: Emulator, container: ContainerClient, data_dir: Path, tmp_path: Path
) -> None:
    container.upload_blob("there", b"1")
    name = str(container.container_name)
    local = tmp_path / "new"
    local.write_bytes(b"x")

    async def work(service: Service, connection: Connection) -> None:
        location = Location(connection.id, name)
        store = await service._connections.store(connection.id)
        assert isinstance(store, AzureBlobStore)
        changed = await service.marks.set_read_only(connection.id, True)
        assert changed.is_read_only
        for ability in Ability:
            verdict = changed.claim(ability).verdict
            looks = ability in (
                Ability.LIST_CONTAINERS, Ability.LIST, Ability.READ, Ability.SHARE,
                Ability.SEE_CONTAINER, Ability.SEE_SETTINGS,
            )  # fmt: skip
            assert (verdict is Verdict.YES) == looks, ability
        assert "read-only" in changed.claim(Ability.DELETE).reason
        ref = BlobRef(name, "there")
        admin, place = service.administration, RemotePlace(connection.id, "", name)
        request = UploadRequest((UploadSource(str(local), "new"),), place)
        tries: list[Callable[[], Awaitable[object]]] = [
            lambda: service.create_container(connection.id, "another"),
            lambda: service.delete_container(location),
            lambda: service.create_folder(location, "new"),
            lambda: _exhaust(service.delete(location, ("there",))),
            lambda: _exhaust(
                service.management.plan_changes(location, ("there",), PropertyWish(tier="Cool"))
            ),
            lambda: service.upkeep.acquire_lease(connection.id, ref),
            lambda: admin.set_container_access(location, ContainerAccess()),
            lambda: admin.set_cors(connection.id, []),
            lambda: service.submit(request),
            # The store itself says no, whoever has it: the engine, a copy, the SDK.
            lambda: asyncio.to_thread(
                store.put_blob, ref, b"2", headers=BlobHeaders(), condition=Condition.always()
            ),
            lambda: asyncio.to_thread(store.put_block, ref, b"1", b"2"),
            lambda: asyncio.to_thread(store.delete_blob, ref, condition=Condition.always()),
            lambda: asyncio.to_thread(lambda: raised_by(store.delete_blobs(name, ["there", "x"]))),
            lambda: asyncio.to_thread(store.delete_container, name),
            lambda: asyncio.to_thread(
                store.set_metadata, ref, {"a": "b"}, condition=Condition.always()
            ),
        ]
        for attempt in tries:
            with pytest.raises(NotAuthorizedError, match="read-only"):
                await attempt()
        assert container.get_blob_client("there").download_blob().readall() == b"1"
        # Looking goes on, and so does signing for others to look.
        assert (await service.properties(location, "there")).size_bytes == 1
        wish = service.sharing.least(location, "there")
        await service.sharing.make(connection.id, wish)
        with pytest.raises(NotAuthorizedError, match="read-only"):
            await service.sharing.make(connection.id, replace(wish, permissions="rw"))
        # Switched off, everything is as before.
        changed = await service.marks.set_read_only(connection.id, False)
        assert changed.claim(Ability.DELETE).verdict is Verdict.YES
        await service.create_folder(location, "new")

    with_service(data_dir, azurite.connection_string, work, with_transfers=True)


def test_an_upload_under_way_stops_when_its_connection_becomes_read_only(
    azurite: Emulator, container: ContainerClient, data_dir: Path, tmp_path: Path
) -> None:
    local = tmp_path / "big"
    with local.open("wb") as file:
        file.truncate(64 << 20)

    async def work(service: Service, connection: Connection) -> None:
        place = service.place(Location(connection.id, str(container.container_name)))
        service._engine.set_limit_all(4 << 20)
        job = await service.submit(UploadRequest((UploadSource(str(local), "big"),), place))
        async with asyncio.timeout(30):
            while not service.jobs()[0].bytes_done:  # noqa: ASYNC110 - what stages tells nobody
                await asyncio.sleep(0.01)
        await service.marks.set_read_only(connection.id, True)
        service._engine.set_limit_all(0)
        ended = await service.wait(job)
        assert ended.files_failed == 1
        transfers = await service.transfers(job)
        assert "read-only" in str(transfers[0].failure)
        assert not container.get_blob_client("big").exists()

    with_service(data_dir, azurite.connection_string, work, with_transfers=True)


def test_marks_and_favourites_outlive_the_program(
    azurite: Emulator, container: ContainerClient, data_dir: Path
) -> None:
    name = str(container.container_name)

    async def mark(service: Service, connection: Connection) -> None:
        marks, favourites = service.marks, service.favourites
        await marks.set_read_only(connection.id, True)
        await marks.set_colour(connection.id, "Red")
        await marks.set_group(connection.id, "Production")
        location = Location(connection.id, name, "runs/7/")
        assert await favourites.add(location) == Favoured("7", location)
        assert await favourites.add(location, "other") == Favoured("7", location)
        other = Location(connection.id, name, "old/7/")
        assert (await favourites.add(other)).name == "7 (2)"
        await favourites.rename(other, "old seven")
        for wrong in (
            favourites.add(Location(connection.id)),
            favourites.add(Location(connection.id, name), "old seven"),
            favourites.rename(location, "old seven"),
            favourites.rename(Location(connection.id, name, "x/"), "x"),
            marks.set_colour(connection.id, "mauve"),
        ):
            with pytest.raises(InputError):
                await wrong

    with_service(data_dir, azurite.connection_string, mark)
    text = (data_dir / "connections.json").read_text()
    assert json.loads(text)["connections"][0]["marks"]["colour"] == "red"

    async def look() -> None:
        async with await Service.start(data_dir, adopt_jobs=False, with_transfers=False) as service:
            (connection,) = service.connections()
            assert connection.is_read_only
            assert (connection.colour, connection.group) == ("red", "Production")
            assert [one.name for one in service.favourites.list()] == ["7", "old seven"]
            await service.favourites.remove(service.favourites.list()[0].location)
            assert [one.name for one in service.favourites.list()] == ["old seven"]
            with pytest.raises(NotAuthorizedError, match="read-only"):
                await service.create_container(connection.id, "another")

    asyncio.run(look())


def test_favourites_of_all_connections_are_put_in_one_order(
    data_dir: Path, azurite: Emulator
) -> None:
    async def arrange(service: Service, one: Connection) -> None:
        two = await service.session_connection(parse(azurite.connection_string))
        first, second = Location(one.id, "aaa"), Location(one.id, "bbb")
        third = Location(two.id, "ccc")
        for place in (third, first, second):
            await service.favourites.add(place)
        assert [found.location for found in service.favourites.list()] == [first, second, third]
        await service.favourites.move(third, 1)
        assert [found.location for found in service.favourites.list()] == [first, third, second]
        await service.favourites.move(first, 9)
        await service.favourites.move(Location(one.id, "nowhere"), 0)
        late = Location(one.id, "ddd")
        await service.favourites.add(late)
        listed = [found.location for found in service.favourites.list()]
        assert listed == [third, second, first, late]

    with_service(data_dir, azurite.connection_string, arrange)

    async def again() -> None:
        async with await Service.start(data_dir, adopt_jobs=False, with_transfers=False) as it:
            assert [found.name for found in it.favourites.list()] == ["bbb", "aaa", "ddd"]

    asyncio.run(again())


def test_nobody_writes_for_a_read_only_connection_that_lost_its_credential(
    data_dir: Path, azurite: Emulator
) -> None:
    async def work(service: Service, connection: Connection) -> None:
        connections = service._connections
        await service.marks.set_read_only(connection.id, True)
        other = await service.session_connection(parse(azurite.connection_string))
        place = service.place(Location(connection.id, "c"))
        entry = connections._entries[connection.id]
        entry.spec = replace(entry.spec, credential=NeedsCredential())
        with pytest.raises(NotAuthorizedError, match="no credentials"):
            await connections.store_for(place)
        await service.marks.set_read_only(connection.id, False)
        assert await connections.store_for(place) is await connections.store(other.id)

    with_service(data_dir, azurite.connection_string, work)
