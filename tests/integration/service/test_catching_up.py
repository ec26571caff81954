"""What another process changes in connections and settings holds here, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from explorer.base.errors import InputError, NotAuthorizedError
from explorer.service.connections import Connections
from explorer.service.emulator import Emulator
from explorer.service.events import (
    ConnectionAdded,
    ConnectionChanged,
    ConnectionRemoved,
    Event,
    SettingsChanged,
)
from explorer.service.model import Ability, Connection, Location, ProbeReport, SecretHome
from explorer.service.service import Service
from explorer.storage.access import Verdict
from explorer.storage.accounts import Accounts
from explorer.storage.connection import ConnectionSpec, parse
from explorer.storage.connection_spec import EntraSignIn, TokenSource
from explorer.storage.sas import SasKind
from explorer.storage.sas_making import make_sas
from explorer.storage.sas_wish import SasWish
from explorer.storage.saved_connection import CredentialType
from explorer.storage.secrets import Home, Kept, Loaded

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient


class Vault:
    """A keyring for both processes of a test."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}

    def save(self, connection_id: str, secret: str) -> Kept:
        self.secrets[connection_id] = secret
        return Kept(Home.KEYRING)

    def load(self, connection_id: str) -> Loaded:
        secret = self.secrets.get(connection_id, "")
        return Loaded(secret, Home.KEYRING if secret else Home.NOWHERE)

    def remove(self, connection_id: str) -> None:
        self.secrets.pop(connection_id, None)


def with_two(
    folder: Path,
    text: str,
    work: Callable[[Service, Service, Connection, list[Event]], Awaitable[None]],
) -> None:
    """Two services on one data folder, as of a window and a command; one connection."""

    async def main() -> None:
        async with (
            await Service.start(folder, adopt_jobs=False, with_transfers=False) as ours,
            await Service.start(folder, adopt_jobs=False, with_transfers=False) as theirs,
        ):
            vault = Vault()
            for service in (ours, theirs):
                service._connections._secrets = vault  # type: ignore[assignment]
            heard: list[Event] = []
            connection = await ours.connect(parse(text), name="one")
            await theirs.catch_up()

            def hear(batch: tuple[Event, ...]) -> None:
                heard.extend(batch)
                subscription.taken()

            subscription = ours.subscribe(hear)
            await work(ours, theirs, connection, heard)

    asyncio.run(main())


def by_sas(emulator: Emulator, container: str, letters: str, hours: int) -> str:
    """What a person pastes: the address of a container and its SAS."""
    account = emulator.accounts[0]
    wish = SasWish(
        SasKind.CONTAINER,
        container,
        permissions=letters,
        expires=datetime.now(UTC) + timedelta(hours=hours),
        is_https_only=False,
    )
    token = make_sas(wish, account.name, account.key).token
    return f"{parse(emulator.connection_string).blob_endpoint}/{container}?{token}"


async def until_heard(heard: list[Event], kind: type) -> Event:
    async with asyncio.timeout(10):
        while not (found := [one for one in heard if isinstance(one, kind)]):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    return found[-1]


def test_a_mark_of_another_process_holds_from_its_next_moment_on(
    azurite: Emulator, container: ContainerClient, data_dir: Path
) -> None:
    async def work(ours: Service, theirs: Service, one: Connection, heard: list[Event]) -> None:
        location = Location(one.id, str(container.container_name))
        await ours.create_folder(location, "before")
        await theirs.marks.set_read_only(one.id, True)
        # Nobody has told us yet, and still:
        with pytest.raises(NotAuthorizedError, match="read-only"):
            await ours.create_folder(location, "after")
        with pytest.raises(NotAuthorizedError, match="read-only"):
            await ours.create_container(one.id, "another")
        assert not ours.connection(one.id).is_read_only
        await ours.catch_up()
        told = await until_heard(heard, ConnectionChanged)
        assert isinstance(told, ConnectionChanged)
        assert told.connection.is_read_only
        assert told.connection.claim(Ability.DELETE).verdict is Verdict.NO
        await theirs.marks.set_read_only(one.id, False)
        await ours.catch_up()
        await ours.create_folder(location, "after")
        # A list that cannot be read takes no mark away.
        await theirs.marks.set_read_only(one.id, True)
        await ours.catch_up()
        (data_dir / "connections.json").write_bytes(b"{")
        await ours.catch_up()
        with pytest.raises(NotAuthorizedError, match="read-only"):
            await ours.create_folder(location, "never")

    with_two(data_dir, azurite.connection_string, work)


def test_names_colours_and_favourites_of_both_are_kept(azurite: Emulator, data_dir: Path) -> None:
    async def work(ours: Service, theirs: Service, one: Connection, heard: list[Event]) -> None:
        await theirs.rename_connection(one.id, "theirs")
        await ours.marks.set_colour(one.id, "red")
        await theirs.marks.set_group(one.id, "team")
        places = [Location(one.id, name) for name in ("aaa", "bbb", "ccc")]
        await ours.favourites.add(places[0])
        await theirs.favourites.add(places[1])
        await ours.favourites.add(places[2])
        await theirs.favourites.move(places[1], 0)
        with pytest.raises(InputError, match="already"):
            await ours.favourites.rename(places[0], "ccc")
        for service in (ours, theirs):
            await service.catch_up()
            shown = service.connection(one.id)
            assert (shown.name, shown.colour, shown.group) == ("theirs", "red", "team")
            assert {found.location for found in service.favourites.list()} == set(places)
        (kept,) = Accounts(data_dir).load().connections
        assert (kept.name, kept.marks.colour, kept.marks.group) == ("theirs", "red", "team")
        assert {favourite.container for favourite in kept.marks.favourites} == {"aaa", "bbb", "ccc"}

    with_two(data_dir, azurite.connection_string, work)


def test_connections_that_come_and_go_elsewhere_come_and_go_here(
    azurite: Emulator, container: ContainerClient, data_dir: Path
) -> None:
    async def work(ours: Service, theirs: Service, one: Connection, heard: list[Event]) -> None:
        text = by_sas(azurite, str(container.container_name), "rl", 1)
        added = await theirs.connect(parse(text), name="two")
        await theirs.remove_connection(one.id)
        await ours.catch_up()
        assert [shown.name for shown in ours.connections()] == ["two"]
        assert isinstance(await until_heard(heard, ConnectionAdded), ConnectionAdded)
        gone = await until_heard(heard, ConnectionRemoved)
        assert isinstance(gone, ConnectionRemoved)
        assert gone.connection_id == one.id
        pages = [page async for page in ours.list_folder(Location(added.id, added.start.container))]
        assert pages
        with pytest.raises(InputError):
            await ours.marks.set_colour(one.id, "red")
        # The file is not blamed on the connections: they stay where it cannot be read.
        (data_dir / "connections.json").unlink()
        await ours.catch_up()
        assert [shown.name for shown in ours.connections()] == ["two"]

    with_two(data_dir, azurite.connection_string, work)


def test_a_mark_for_a_connection_that_is_gone_elsewhere_says_so(
    azurite: Emulator, data_dir: Path
) -> None:
    async def work(ours: Service, theirs: Service, one: Connection, heard: list[Event]) -> None:
        await theirs.remove_connection(one.id)
        with pytest.raises(InputError, match="removed meanwhile"):
            await ours.marks.set_read_only(one.id, True)

    with_two(data_dir, azurite.connection_string, work)


def test_a_credential_replaced_elsewhere_is_used_here(
    azurite: Emulator, container: ContainerClient, data_dir: Path
) -> None:
    name = str(container.container_name)

    async def work(ours: Service, theirs: Service, one: Connection, heard: list[Event]) -> None:
        location = Location(one.id, name)
        with pytest.raises(NotAuthorizedError):
            await ours.create_folder(location, "new")
        await theirs.replace_credential(one.id, by_sas(azurite, name, "rlcw", 2))
        await ours.catch_up()
        await ours.create_folder(location, "new")
        assert ours.connection(one.id).expires_s == theirs.connection(one.id).expires_s

    with_two(data_dir, by_sas(azurite, name, "rl", 1), work)


A_KEY = f"{'A' * 86}=="


def key_of(letter: str) -> str:
    return f"{letter * 86}=="


def with_one_by_key(
    folder: Path, work: Callable[[Connections, Connections, Connection], Awaitable[None]]
) -> None:
    """The same with an account that nobody asks anything."""

    async def main() -> None:
        async with (
            await Service.start(folder, adopt_jobs=False, with_transfers=False) as ours,
            await Service.start(folder, adopt_jobs=False, with_transfers=False) as theirs,
        ):
            vault = Vault()
            for service in (ours, theirs):
                service._connections._secrets = vault  # type: ignore[assignment]
            text = f"DefaultEndpointsProtocol=https;AccountName=acct;AccountKey={A_KEY}"
            probe = ProbeReport((), None, None, 0.0, "")
            one = await ours._connections.connect(parse(text), name="", save=True, probe=probe)
            await theirs.catch_up()
            await work(ours._connections, theirs._connections, one)

    asyncio.run(main())


async def pasted(connections: Connections, one: Connection, letter: str) -> None:
    """A new key, as `replace_credential` keeps it, without asking the service what it allows."""

    async def nobody(spec: ConnectionSpec) -> ProbeReport:
        return ProbeReport((), None, None, 0.0, "")

    connections.probe = nobody  # type: ignore[method-assign]
    await connections.replace_credential(one.id, key_of(letter))


def test_a_key_replaced_elsewhere_is_used_here(data_dir: Path) -> None:
    async def work(ours: Connections, theirs: Connections, one: Connection) -> None:
        before = await ours.store(one.id)
        told: list[str] = []
        ours.credential_changed = told.append
        await pasted(theirs, one, "B")
        await ours.catch_up()
        assert ours.secret(one.id) == theirs.secret(one.id) != A_KEY
        assert await ours.store(one.id) is not before
        assert told == [one.id], "what waits for it goes on"
        await ours.catch_up()
        assert told == [one.id]

    with_one_by_key(data_dir, work)


def test_what_was_replaced_here_is_not_taken_for_anothers(data_dir: Path) -> None:
    async def work(ours: Connections, theirs: Connections, one: Connection) -> None:
        await pasted(ours, one, "B")
        store = await ours.store(one.id)
        await ours.catch_up()
        assert await ours.store(one.id) is store

    with_one_by_key(data_dir, work)


def test_a_sign_in_instead_of_a_secret_elsewhere_holds_here_and_back(data_dir: Path) -> None:
    async def work(ours: Connections, theirs: Connections, one: Connection) -> None:
        before = await ours.store(one.id)
        saved = Accounts(data_dir)
        signs_in = CredentialType.AZURE_CLI.value
        saved.update(one.id, lambda it: replace(it, credential_type=signs_in))
        await ours.catch_up()
        now = ours.connection(one.id)
        assert ours.spec(one.id).credential == EntraSignIn(TokenSource.AZURE_CLI)
        assert now.secret_home is SecretHome.NONE_NEEDED
        assert not ours.secret(one.id)
        assert await ours.store(one.id) is not before
        saved.update(one.id, lambda it: replace(it, credential_type=CredentialType.KEY.value))
        await ours.catch_up()
        assert ours.secret(one.id) == A_KEY
        assert ours.connection(one.id).secret_home is SecretHome.KEYRING

    with_one_by_key(data_dir, work)


def test_a_key_in_place_of_a_sas_elsewhere_does_not_expire(
    azurite: Emulator, container: ContainerClient, data_dir: Path
) -> None:
    async def work(ours: Service, theirs: Service, one: Connection, heard: list[Event]) -> None:
        assert ours.connection(one.id).expires_s
        await theirs.replace_credential(one.id, azurite.connection_string)
        await ours.catch_up()
        assert ours.connection(one.id).expires_s is None
        assert ours._connections.secret(one.id) == theirs._connections.secret(one.id)

    sas = by_sas(azurite, str(container.container_name), "rl", 1)
    with_two(data_dir, sas, work)


def test_settings_of_another_process_are_taken_over_and_kept(
    azurite: Emulator, data_dir: Path
) -> None:
    async def work(ours: Service, theirs: Service, one: Connection, heard: list[Event]) -> None:
        await theirs.update_settings(theme="dark")
        assert (await ours.update_settings(concurrency=7)).theme.value == "dark"
        await theirs.update_settings(notify=False)
        await ours.catch_up()
        assert (ours.settings.concurrency, ours.settings.notify) == (7, False)
        await ours.catch_up()
        await ours.update_settings(notify=True)
        async with asyncio.timeout(10):
            while len(heard) < 3:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        told = [one.settings.notify for one in heard if isinstance(one, SettingsChanged)]
        assert told == [True, False, True]  # a look that finds nothing new says nothing

    with_two(data_dir, azurite.connection_string, work)
