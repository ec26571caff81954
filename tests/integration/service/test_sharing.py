"""A SAS made here is taken by a real service, for what it allows and for nothing else."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobClient
from azure.storage.blob import ContainerClient as Client

from explorer.base.errors import ConnectionTextError, InputError, NotAuthorizedError
from explorer.service.claims import utc_now
from explorer.service.emulator import Emulator
from explorer.service.model import Ability, Connection, Location
from explorer.service.service import Service
from explorer.storage.access import Verdict
from explorer.storage.connection import parse
from explorer.storage.model import BlobRef
from explorer.storage.sas import SasKind
from explorer.storage.sas_making import make_sas, shared_url
from explorer.storage.sas_wish import AnswerHeaders, SasWish
from tests.servers.lake.server import Lake

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

T = TypeVar("T")


def with_service(
    folder: Path, text: str, work: Callable[[Service, Connection], Coroutine[object, object, T]]
) -> T:
    async def main() -> T:
        async with await Service.start(folder, adopt_jobs=False, with_transfers=False) as service:
            return await work(service, await service.session_connection(parse(text)))

    return asyncio.run(main())


@pytest.fixture
def filled(container: ContainerClient) -> ContainerClient:
    for name in ("a b/ü%41.txt", "other"):
        container.upload_blob(name, b"hello")
    return container


def test_the_least_sas_reads_its_one_blob_and_nothing_else(
    azurite: Emulator, filled: ContainerClient, data_dir: Path
) -> None:
    async def work(service: Service, connection: Connection) -> str:
        location = Location(connection.id, str(filled.container_name), "a b/")
        wish = service.sharing.least(location, "ü%41.txt")
        assert (wish.kind, wish.permissions) == (SasKind.BLOB, "r")
        return (await service.sharing.make(connection.id, wish)).url

    url = with_service(data_dir, azurite.connection_string, work)
    with BlobClient.from_blob_url(url) as blob:
        assert blob.download_blob().readall() == b"hello"
        with pytest.raises(HttpResponseError):
            blob.upload_blob(b"no", overwrite=True)
        with pytest.raises(HttpResponseError):
            blob.delete_blob()
    other = BlobClient.from_blob_url(url.replace("a%20b/%C3%BC%2541.txt", "other"))
    with other, pytest.raises(HttpResponseError):
        other.download_blob()


@pytest.mark.parametrize("version", ["2018-11-09", "2019-12-12", "2020-12-06", "2023-11-03"])
@pytest.mark.parametrize("kind", [SasKind.ACCOUNT, SasKind.CONTAINER, SasKind.SNAPSHOT])
def test_every_layout_is_accepted(
    azurite: Emulator, filled: ContainerClient, kind: SasKind, version: str
) -> None:
    account = azurite.accounts[0]
    snapshot = str(filled.get_blob_client("other").create_snapshot()["snapshot"])
    is_snapshot = kind is SasKind.SNAPSHOT
    wish = SasWish(
        kind,
        "" if kind is SasKind.ACCOUNT else str(filled.container_name),
        "other" if is_snapshot else "",
        snapshot if is_snapshot else "",
        permissions="r" if is_snapshot else "rl",
        starts=utc_now() - timedelta(minutes=5),
        expires=utc_now() + timedelta(hours=1),
        is_https_only=False,
        resource_types="sco",
    )
    sas = make_sas(wish, account.name, account.key, version=version)
    url = shared_url(azurite.endpoint, wish, sas)
    if is_snapshot:
        with BlobClient.from_blob_url(url) as blob:
            assert blob.download_blob().readall() == b"hello"
        return
    place = f"{azurite.endpoint}/{filled.container_name}?{sas.token}"
    with Client.from_container_url(place) as client:
        assert [item.name for item in client.list_blobs()] == ["a b/ü%41.txt", "other"]


@pytest.mark.parametrize(
    "change",
    [
        {"is_https_only": True},
        {"starts": timedelta(hours=1), "expires": timedelta(hours=2)},
        {"starts": timedelta(hours=-2), "expires": timedelta(hours=-1)},
    ],
)
def test_what_the_sas_excludes_is_refused(
    azurite: Emulator, filled: ContainerClient, change: dict[str, object]
) -> None:
    account = azurite.accounts[0]
    now = utc_now()
    wish = SasWish(
        SasKind.CONTAINER,
        str(filled.container_name),
        permissions="rl",
        expires=now + timedelta(hours=1),
        is_https_only=False,
    )
    moved = {
        name: now + value if isinstance(value, timedelta) else value
        for name, value in change.items()
    }
    for one, is_good in ((wish, True), (replace(wish, **moved), False)):  # type: ignore[arg-type]
        sas = make_sas(one, account.name, account.key)
        with Client.from_container_url(shared_url(azurite.endpoint, one, sas)) as client:
            if is_good:
                assert len(list(client.list_blobs())) == 2
            else:
                with pytest.raises(HttpResponseError):
                    list(client.list_blobs())


def test_headers_of_the_answer_are_replaced(azurite: Emulator, filled: ContainerClient) -> None:
    account = azurite.accounts[0]
    wish = SasWish(
        SasKind.BLOB,
        str(filled.container_name),
        "other",
        expires=utc_now() + timedelta(hours=1),
        is_https_only=False,
        answers=AnswerHeaders(
            content_type="text/x-log", content_disposition='inline; filename="ü"'
        ),
    )
    sas = make_sas(wish, account.name, account.key)
    with BlobClient.from_blob_url(shared_url(azurite.endpoint, wish, sas)) as blob:
        found = blob.download_blob().properties.content_settings
    assert found.content_type == "text/x-log"


def test_a_sas_is_tried_out_by_itself(
    azurite: Emulator, filled: ContainerClient, data_dir: Path
) -> None:
    async def work(service: Service, connection: Connection) -> None:
        sharing = service.sharing
        wish = sharing.least(Location(connection.id, str(filled.container_name)))
        only_read = await sharing.make(connection.id, wish)
        both = await sharing.make(connection.id, replace(wish, permissions="lr"))
        found = await sharing.test_sas(both.url)
        assert (found.kind, found.permissions) == (SasKind.CONTAINER, "rl")
        assert found.place == filled.container_name
        verdicts = {claim.ability: claim.verdict for claim in found.report.claims}
        assert verdicts[Ability.LIST] is verdicts[Ability.READ] is Verdict.YES
        assert verdicts[Ability.WRITE] is verdicts[Ability.DELETE] is Verdict.NO
        verdicts = {
            claim.ability: claim.verdict
            for claim in (await sharing.test_sas(only_read.url)).report.claims
        }
        assert verdicts[Ability.LIST] is Verdict.NO
        with pytest.raises(NotAuthorizedError):
            await sharing.test_sas(both.url.replace("sp=rl", "sp=rwl"))
        with pytest.raises(ConnectionTextError):
            await sharing.test_sas(azurite.connection_string)
        # Tried out, and nothing of it is kept.
        assert [one.id for one in service.connections()] == [connection.id]

    with_service(data_dir, azurite.connection_string, work)


def test_only_a_key_signs_and_a_folder_needs_real_directories(
    azurite: Emulator, filled: ContainerClient, data_dir: Path
) -> None:
    async def make(service: Service, connection: Connection) -> str:
        assert service.sharing.reason(connection.id) == ""
        location = Location(connection.id, str(filled.container_name))
        with pytest.raises(InputError, match="folders are only a part of names"):
            service.sharing.least(location.child("a b"))
        wish = replace(service.sharing.least(location), permissions="rl")
        return (await service.sharing.make(connection.id, wish)).url

    url = with_service(data_dir, azurite.connection_string, make)

    async def refuse(service: Service, connection: Connection) -> None:
        assert "account's key" in service.sharing.reason(connection.id)
        location = Location(connection.id, str(filled.container_name))
        wish = service.sharing.least(location, "other")
        with pytest.raises(NotAuthorizedError, match="account's key"):
            await service.sharing.make(connection.id, wish)
        ref = BlobRef(location.container, "other")
        source = await service.sharing.source_url(connection.id, ref, 60.0)
        with BlobClient.from_blob_url(source) as blob:
            assert blob.download_blob().readall() == b"hello"

    with_service(data_dir, url, refuse)


def test_a_directorys_sas_opens_that_directory_and_nothing_beside_it(
    lake: Lake, data_dir: Path
) -> None:
    async def make(service: Service, connection: Connection) -> str:
        await service.set_hierarchical(connection.id, True)
        name = f"share-{uuid.uuid4().hex[:12]}"
        top = await service.create_container(connection.id, name)
        for folder in ("in", "out"):
            made = await service.create_folder(top, folder)
            await service.create_folder(made, "deep")
        wish = service.sharing.least(top.child("in"))
        assert (wish.kind, wish.path) == (SasKind.DIRECTORY, "in")
        wish = replace(wish, permissions="lr")
        return (await service.sharing.make(connection.id, wish)).url

    url = with_service(data_dir, lake.connection_string, make)

    async def look(service: Service, connection: Connection) -> None:
        inside = connection.root
        assert inside.path == "in/"
        pages = [page async for page in service.list_folder(inside)]
        assert [one.name for page in pages for one in page.prefixes] == ["in/deep/"]
        outside = Location(connection.id, inside.container, "out/")
        with pytest.raises(NotAuthorizedError):
            [page async for page in service.list_folder(outside)]

    with_service(data_dir, url, look)
