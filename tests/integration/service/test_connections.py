"""Connections on a real server: tested, kept, renamed, renewed, removed, found by the engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from explorer.base.errors import (
    ConnectionTextError,
    CredentialExpiredError,
    InputError,
    NetworkError,
    NotAuthorizedError,
    NotFoundError,
    Retry,
)
from explorer.service.emulator import Emulator
from explorer.service.events import ConnectionChanged, ConnectionRemoved, Event
from explorer.service.model import Ability, Location, SecretHome
from explorer.service.service import Service
from explorer.storage.access import Verdict
from explorer.storage.connection import parse

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

WRONG_KEY = (
    "d3Jvbmcga2V5IHdyb25nIGtleSB3cm9uZyBrZXkgd3Jvbmcga2V5IHdyb25nIGtleSB3cm9uZyBrZXkgd3Jvbg=="
)


def run(folder: Path, use: Callable[[Service], Coroutine[object, object, None]]) -> None:
    async def main() -> None:
        async with await Service.start(folder, adopt_jobs=False, with_transfers=False) as service:
            await use(service)

    asyncio.run(main())


def listen(service: Service, events: list[Event]) -> asyncio.Event:
    """Collect events; what is returned is set with the first batch."""
    heard = asyncio.Event()

    def receive(batch: tuple[Event, ...]) -> None:
        events.extend(batch)
        heard.set()

    service.subscribe(receive)
    return heard


def sas_url(azurite: Emulator, container: str, permissions: str, hours: float = 1.0) -> str:
    from azure.storage.blob import generate_container_sas

    account = azurite.accounts[0]
    now = datetime.now(UTC)
    token = generate_container_sas(
        account.name,
        container,
        account.key,
        permission=permissions,
        start=now - timedelta(days=2),
        expiry=now + timedelta(hours=hours),
    )
    return f"{azurite.endpoint}/{container}?{token}"


def test_a_key_may_everything_and_the_report_says_it(
    data_dir: Path, azurite: Emulator, container: ContainerClient
) -> None:
    container.upload_blob("runs/7/log.txt", b"x")

    async def use(service: Service) -> None:
        report = await service.probe(parse(azurite.connection_string))
        assert {claim.verdict for claim in report.claims} == {Verdict.YES}
        assert report.summary == "list yes, read yes, write yes, delete yes"
        assert report.expires_s is None
        assert service.connections() == ()

    run(data_dir, use)


def test_what_a_sas_lacks_is_a_no_with_its_letter(
    data_dir: Path, azurite: Emulator, container: ContainerClient
) -> None:
    container.upload_blob("x", b"x")

    async def use(service: Service) -> None:
        url = sas_url(azurite, str(container.container_name), "rl")
        connection = await service.connect(parse(url))
        assert connection.claim(Ability.LIST).verdict is Verdict.YES
        assert connection.claim(Ability.READ).verdict is Verdict.YES
        write = connection.claim(Ability.WRITE)
        assert write.verdict is Verdict.NO
        assert "sp lacks c or w" in write.reason
        assert connection.root == Location(connection.id, str(container.container_name))
        assert connection.expires_s is not None
        pages = [page async for page in service.list_containers(connection.id)]
        assert [one.name for one in pages[0].containers] == [container.container_name]

    run(data_dir, use)


def test_a_sas_only_for_writing_is_a_connection_too(
    data_dir: Path, azurite: Emulator, container: ContainerClient
) -> None:
    async def use(service: Service) -> None:
        url = sas_url(azurite, str(container.container_name), "cw")
        connection = await service.connect(parse(url), save=False)
        assert connection.claim(Ability.WRITE).verdict is Verdict.YES
        assert connection.claim(Ability.LIST).verdict is Verdict.NO
        with pytest.raises(NotAuthorizedError, match="sp lacks l"):
            async for _ in service.list_folder(connection.start):
                pass

    run(data_dir, use)


def test_a_paste_opens_where_it_points(
    data_dir: Path, azurite: Emulator, container: ContainerClient
) -> None:
    container.upload_blob("runs/7/log.txt", b"x")
    name = str(container.container_name)

    async def use(service: Service) -> None:
        for tail in ("runs/7", "runs/7/", "runs/7/log.txt"):
            connection = await service.connect(parse(f"{azurite.endpoint}/{name}/{tail}"))
            assert connection.start == Location(connection.id, name, "runs/7/"), tail
        assert len(service.connections()) == 1  # the same account with the same key

    run(data_dir, use)


@pytest.mark.parametrize("save", [True, False])
def test_a_connection_that_is_of_no_use_is_refused(
    data_dir: Path, azurite: Emulator, container: ContainerClient, save: bool
) -> None:
    name = str(container.container_name)

    async def use(service: Service) -> None:
        wrong = azurite.connection_string.replace(azurite.accounts[0].key, WRONG_KEY)
        with pytest.raises(NotAuthorizedError):
            await service.connect(parse(wrong), save=save)
        with pytest.raises(CredentialExpiredError):
            await service.connect(parse(sas_url(azurite, name, "rl", hours=-1)), save=save)
        with pytest.raises(NotFoundError):
            await service.connect(parse(sas_url(azurite, "no-such-one", "rl")), save=save)
        with pytest.raises(NetworkError):
            await service.connect(parse("http://127.0.0.1:9/devstoreaccount1"), save=save)
        assert service.connections() == ()

    run(data_dir, use)


def test_an_expired_sas_is_replaced_in_place(
    data_dir: Path, azurite: Emulator, container: ContainerClient
) -> None:
    container.upload_blob("x", b"x")
    name = str(container.container_name)
    events: list[Event] = []

    async def use(service: Service) -> None:
        old = await service.session_connection(parse(sas_url(azurite, name, "rl", hours=-1)))
        assert "expired" in old.notice
        with pytest.raises(CredentialExpiredError):
            async for _ in service.list_folder(old.root):
                pass
        heard = listen(service, events)
        with pytest.raises(ConnectionTextError):
            await service.replace_credential(old.id, sas_url(azurite, "another-one", "rl"))
        new = await service.replace_credential(old.id, sas_url(azurite, name, "rl"))
        assert (new.id, new.name, new.start) == (old.id, old.name, old.start)
        assert new.notice == ""
        pages = [page async for page in service.list_folder(old.root)]
        assert [blob.name for blob in pages[0].blobs] == ["x"]
        await asyncio.wait_for(heard.wait(), 10)
        assert events == [ConnectionChanged(new)]

    run(data_dir, use)


def test_saved_connections_come_back_without_their_secret_where_there_is_no_keyring(
    data_dir: Path, azurite: Emulator, container: ContainerClient
) -> None:
    name = str(container.container_name)
    kept = []

    async def first(service: Service) -> None:
        made = await service.connect(parse(sas_url(azurite, name, "rl")), name="shared data")
        assert made.secret_home is SecretHome.THIS_RUN
        assert "this run only" in made.notice
        emulator = await service.connect(parse(azurite.connection_string), name="local")
        assert emulator.secret_home is SecretHome.NONE_NEEDED
        kept.extend([made, emulator])

    async def second(service: Service) -> None:
        assert [one.name for one in service.connections()] == ["shared data", "local"]
        assert [one.id for one in service.connections()] == [one.id for one in kept]
        await service.load_secrets()
        found = service.connection(kept[0].id)
        assert found.secret_home is SecretHome.MISSING
        assert found.expires_s == pytest.approx(kept[0].expires_s)
        with pytest.raises(NotAuthorizedError) as caught:
            async for _ in service.list_folder(found.root):
                pass
        assert caught.value.retry is Retry.NEEDS_CREDENTIALS
        assert [page async for page in service.list_containers(kept[1].id)]
        renewed = await service.replace_credential(found.id, sas_url(azurite, name, "rl"))
        assert renewed.id == found.id
        assert [page async for page in service.list_folder(renewed.root)]

    run(data_dir, first)
    run(data_dir, second)


def test_renaming_and_removing(data_dir: Path, azurite: Emulator) -> None:
    events: list[Event] = []

    async def first(service: Service) -> None:
        made = await service.connect(parse(azurite.connection_string), name="one")
        other = await service.session_connection(
            replace(parse(azurite.connection_string), account="other")
        )
        renamed = await service.rename_connection(made.id, " new name ")
        assert renamed.name == "new name"
        for wrong in ("", "  ", other.name):
            with pytest.raises(InputError):
                await service.rename_connection(made.id, wrong)
        assert await service.rename_connection(made.id, "new name") == renamed

    async def second(service: Service) -> None:
        (found,) = service.connections()
        assert found.name == "new name"
        heard = listen(service, events)
        await service.remove_connection(found.id)
        assert service.connections() == ()
        with pytest.raises(InputError):
            service.connection(found.id)
        await asyncio.wait_for(heard.wait(), 10)
        assert events == [ConnectionRemoved(found.id)]

    async def third(service: Service) -> None:
        assert service.connections() == ()

    for use in (first, second, third):
        run(data_dir, use)


def test_the_engine_finds_another_connection_of_the_same_endpoint(
    data_dir: Path, azurite: Emulator, container: ContainerClient
) -> None:
    name = str(container.container_name)

    async def use(service: Service) -> None:
        connections = service._connections
        narrow = await service.session_connection(parse(sas_url(azurite, name, "rl")))
        place = service.place(Location(narrow.id, name, "x/"))
        lost = replace(place, connection_id="of-an-earlier-run")
        assert await connections.store_for(place) is await connections.store(narrow.id)
        assert await connections.store_for(lost) is await connections.store(narrow.id)
        for wrong in (replace(lost, container="other"), replace(lost, endpoint="https://x")):
            with pytest.raises(NotAuthorizedError) as caught:
                await connections.store_for(wrong)
            assert caught.value.retry is Retry.NEEDS_CREDENTIALS

    run(data_dir, use)


def test_settings_are_kept_and_change_how_storage_is_reached(
    data_dir: Path, azurite: Emulator
) -> None:
    async def first(service: Service) -> None:
        connection = await service.session_connection(parse(azurite.connection_string))
        before = await service._connections.store(connection.id)
        await service.update_settings(concurrency=5)
        assert await service._connections.store(connection.id) is before
        await service.update_settings(api_version="2021-12-02")
        assert await service._connections.store(connection.id) is not before
        with pytest.raises(InputError):
            await service.update_settings(concurrency=-1)
        with pytest.raises(InputError):
            await service.update_settings(nothing=1)

    async def second(service: Service) -> None:
        assert (service.settings.concurrency, service.settings.api_version) == (5, "2021-12-02")

    run(data_dir, first)
    run(data_dir, second)
