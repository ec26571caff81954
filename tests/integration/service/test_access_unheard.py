"""A container's access whose change goes through and whose answer gets lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from explorer.base.errors import PreconditionFailedError, QuaysideError
from explorer.service.emulator import Emulator
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.storage.azure import container_control
from explorer.storage.azure.client import open_store
from explorer.storage.connection import parse
from explorer.storage.control_model import ContainerAccess, PublicAccess, StoredPolicy
from tests.servers.fault_proxy import DropReply, FaultProxy, Op, Refuse, Rule

MINE = ContainerAccess(PublicAccess.NOBODY, (StoredPolicy("mine", "wr"),))


def test_access_whose_change_went_unheard_is_told_as_changed(
    azurite: Emulator, container: ContainerClient, tmp_path: Path
) -> None:
    async def main(proxy: FaultProxy) -> None:
        async with await Service.start(tmp_path, adopt_jobs=False, with_transfers=False) as service:
            found = await service.session_connection(parse(proxy.connection_string))
            place = Location(found.id, str(container.container_name))
            seen = await service.administration.container_access(place)
            lost = Rule(Op.OTHER, (proxy.counts[Op.OTHER] + 2,), DropReply())
            proxy.rules = [lost]
            await service.administration.set_container_access(place, MINE, seen=seen)
            assert lost.met == 1
            now = await service.administration.container_access(place)
            assert [policy.id for policy in now.policies] == ["mine"]

    with FaultProxy(azurite) as proxy:
        asyncio.run(main(proxy))


@pytest.mark.parametrize("is_done", [True, False])
def test_a_refused_second_try_counts_only_where_the_first_was_not_done(
    azurite: Emulator, container: ContainerClient, is_done: bool
) -> None:
    name = str(container.container_name)

    def meanwhile(_: object) -> None:
        if is_done:
            container_control.set_access(store.rest, name, MINE)

    with FaultProxy(azurite) as proxy:
        store, way = (
            open_store(parse(azurite.connection_string)),
            open_store(parse(proxy.connection_string)),
        )
        seen = container_control.access(store.rest, name)
        proxy.rules = [Rule(Op.OTHER, (2,), Refuse(412), hook=meanwhile)]
        refusal: QuaysideError | None = None
        try:
            container_control.replace_access(way.rest, name, seen, MINE)
        except PreconditionFailedError as error:
            refusal = error
        assert (refusal is None) is is_done
        way.close()
        store.close()
