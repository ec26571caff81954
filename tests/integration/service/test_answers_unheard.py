"""Changes that must not be made twice and whose answers get lost: found again, or told as what
nobody knows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient

from explorer.base.errors import ConflictError, NetworkError, UnknownHostError
from explorer.service.emulator import Emulator
from explorer.service.model import Location
from explorer.service.patience import in_doubt
from explorer.service.service import Service
from explorer.storage.connection import parse
from explorer.storage.model import BlobRef
from tests.integration.service.through_proxy import Work, run_through
from tests.servers.fault_proxy import DropReply, FaultProxy, Op, ResetUp, Rule


class Way:
    """To a container, with answers that get lost."""

    def __init__(self, proxy: FaultProxy, container: str, folder: Path) -> None:
        self.proxy, self.container, self._folder = proxy, container, folder

    def run(self, work: Work) -> None:
        run_through(self.proxy, self.container, self._folder, work)

    def lose(self, op: Op = Op.OTHER, fault: DropReply | ResetUp | None = None) -> Rule:
        """The next answer of that kind is lost, or the request itself."""
        lost = Rule(op, (self.proxy.counts[op] + 1,), fault or DropReply())
        self.proxy.rules = [lost]
        return lost


@pytest.fixture
def way(azurite: Emulator, container: ContainerClient, tmp_path: Path) -> Iterator[Way]:
    container.upload_blob("a", b"a")
    with FaultProxy(azurite) as proxy:
        yield Way(proxy, str(container.container_name), tmp_path)


@pytest.mark.parametrize("name", ["a", ""])
@pytest.mark.parametrize("seconds", [-1, 15])
def test_a_lease_whose_answer_got_lost_is_ours(way: Way, name: str, seconds: int) -> None:
    async def work(service: Service, here: Location) -> None:
        ref = BlobRef(here.container, name)
        lost = way.lose()
        lease_id = await service.upkeep.acquire_lease(here.connection_id, ref, seconds)
        assert lost.met == 1
        await service.upkeep.renew_lease(here.connection_id, ref, lease_id)
        with pytest.raises(ConflictError):
            await service.upkeep.acquire_lease(here.connection_id, ref)
        lost = way.lose()
        await service.upkeep.release_lease(here.connection_id, ref, lease_id)
        assert lost.met == 1
        await service.upkeep.acquire_lease(here.connection_id, ref)
        await service.upkeep.break_lease(here.connection_id, ref)

    way.run(work)


def test_a_lease_that_is_not_ours_is_not_given_back(way: Way) -> None:
    async def work(service: Service, here: Location) -> None:
        ref = BlobRef(here.container, "a")
        with pytest.raises(ConflictError):
            await service.upkeep.release_lease(
                here.connection_id, ref, "00000000-0000-0000-0000-000000000000"
            )

    way.run(work)


def test_a_snapshot_whose_answer_got_lost_is_found(way: Way) -> None:
    async def work(service: Service, here: Location) -> None:
        await service.history.states(here, "a")
        lost = way.lose()
        made = await service.history.snapshot(here, "a")
        assert lost.met == 1
        states = await service.history.states(here, "a")
        assert [state.snapshot for state in states if state.snapshot] == [made]

    way.run(work)


def test_a_snapshot_that_nobody_can_find_is_told_as_unknown(way: Way) -> None:
    async def work(service: Service, here: Location) -> None:
        way.proxy.rules = [
            Rule(Op.OTHER, (way.proxy.counts[Op.OTHER] + 1,), DropReply()),
            Rule(Op.LIST, None, DropReply()),
        ]
        with pytest.raises(NetworkError, match="is not known") as caught:
            await service.history.snapshot(here, "a")
        assert "Look at the snapshots of 'a'" in caught.value.cure

    way.run(work)


def test_a_container_whose_making_went_unheard_is_told_as_unknown(
    way: Way, azurite: Emulator
) -> None:
    name = f"{way.container}-2"

    async def work(service: Service, here: Location) -> None:
        way.lose()
        with pytest.raises(NetworkError, match="is not known") as caught:
            await service.create_container(here.connection_id, name)
        assert name in caught.value.cure
        way.lose()
        with pytest.raises(NetworkError, match="is not known"):
            await service.delete_container(Location(here.connection_id, name))

    way.run(work)
    with BlobServiceClient.from_connection_string(azurite.connection_string) as client:
        assert name not in [each.name for each in client.list_containers(name)]


def test_a_folder_whose_making_went_unheard_is_told_as_unknown(way: Way) -> None:
    async def work(service: Service, here: Location) -> None:
        way.lose(Op.PUT_BLOB)
        with pytest.raises(NetworkError, match="is not known") as caught:
            await service.create_folder(here, "new")
        assert "'new'" in caught.value.cure

    way.run(work)


def test_what_surely_never_left_is_not_in_doubt(tmp_path: Path) -> None:
    async def main() -> None:
        async with await Service.start(tmp_path, adopt_jobs=False, with_transfers=False) as service:
            # Port 9 discards, where it is there at all: nobody listens.
            found = await service.session_connection(
                parse(
                    "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=aaaa;"
                    "BlobEndpoint=http://127.0.0.1:9/a"
                )
            )
            with pytest.raises(NetworkError) as caught:
                await service.create_container(found.id, "new")
            assert "is not known" not in str(caught.value)

    asyncio.run(main())


def test_doubt_is_told_only_where_there_is_some() -> None:
    error = UnknownHostError("No such host.", cure="Check.")
    error.may_be_done = False
    assert in_doubt(error, "Look") is error
    assert "before you do it again" in in_doubt(NetworkError("Gone."), "Look").cure
