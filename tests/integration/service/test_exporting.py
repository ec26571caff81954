"""Connections leave one machine and arrive on another, with secrets under a passphrase only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from explorer.base.errors import InputError
from explorer.service.emulator import Emulator
from explorer.service.model import Location, SecretHome
from explorer.service.service import Service
from explorer.storage.connection import parse

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

T = TypeVar("T")
PASSPHRASE = "correct horse"


def with_service(folder: Path, work: Callable[[Service], Coroutine[object, object, T]]) -> T:
    async def main() -> T:
        async with await Service.start(folder, adopt_jobs=False, with_transfers=False) as service:
            return await work(service)

    return asyncio.run(main())


def test_connections_go_to_another_machine_and_work_there(
    azurite: Emulator, container: ContainerClient, tmp_path: Path
) -> None:
    container.upload_blob("there", b"1")
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir(mode=0o700)

    async def leave(service: Service) -> tuple[bytes, bytes, str]:
        account = await service.connect(parse(azurite.connection_string), name="whole account")
        location = Location(account.id, str(container.container_name))
        wish = replace(service.sharing.least(location), permissions="rl")
        url = (await service.sharing.make(account.id, wish)).url
        one = await service.connect(parse(url), name="one container")
        await service.marks.set_read_only(one.id, True)
        await service.favourites.add(Location(one.id, location.container, "runs/"))
        locked = await service.exporting.export(passphrase=PASSPHRASE)
        assert (locked.count, locked.without_secret) == (2, ())
        plain = await service.exporting.export([one.id])
        assert plain.count == 1
        return locked.data, plain.data, await service.reveal_secret(one.id)

    locked, plain, secret = with_service(here, leave)
    signature = secret.rpartition("sig=")[2].encode()
    assert signature not in locked + plain

    async def arrive(service: Service) -> None:
        exporting = service.exporting
        assert (await exporting.plan_import(locked)).is_locked
        with pytest.raises(InputError, match="does not fit"):
            await exporting.import_file(locked, "wrong horse")
        plan = await exporting.plan_import(locked, PASSPHRASE)
        assert [(one.name, one.has_secret, one.reason) for one in plan.incoming] == [
            ("whole account", False, ""),  # the emulator's key is published
            ("one container", True, ""),
        ]
        assert service.connections() == ()
        imported = await exporting.import_file(locked, PASSPHRASE)
        assert [one.name for one in imported.added] == ["whole account", "one container"]
        one = service.connections()[1]
        assert one.is_read_only
        assert [found.name for found in service.favourites.list()] == ["runs"]
        location = Location(one.id, str(container.container_name))
        assert (await service.properties(location, "there")).size_bytes == 1
        # Brought in twice, nothing is doubled and nothing overwritten.
        again = await exporting.import_file(locked, PASSPHRASE)
        assert (again.added, again.left) == ((), ("whole account", "one container"))
        assert (await exporting.import_file(plain)).left == ("one container",)

    with_service(there, arrive)


def test_without_its_secret_a_connection_waits_for_it_and_a_taken_name_is_not_taken_away(
    azurite: Emulator, container: ContainerClient, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir(mode=0o700)
    name = str(container.container_name)

    async def leave(service: Service) -> tuple[bytes, str]:
        account = await service.connect(parse(azurite.connection_string), name="whole account")
        wish = replace(service.sharing.least(Location(account.id, name)), permissions="rl")
        url = (await service.sharing.make(account.id, wish)).url
        one = await service.connect(parse(url), name="mine")
        return (await service.exporting.export([one.id])).data, url

    data, url = with_service(here, leave)

    async def arrive(service: Service) -> None:
        mine = await service.connect(parse(azurite.connection_string), name="mine")
        imported = await service.exporting.import_file(data)
        (added,) = imported.added
        assert (added.name, added.secret_home) == ("mine (2)", SecretHome.MISSING)
        assert service.connection(mine.id).name == "mine"
        changed = await service.replace_credential(added.id, url)
        assert changed.secret_home is not SecretHome.MISSING
        with pytest.raises(InputError, match="No saved connection"):
            await service.exporting.export(["nothing"])

    with_service(there, arrive)
