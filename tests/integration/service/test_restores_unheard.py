"""Changes of the past whose answers get lost: done once, and told as done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from explorer.base.errors import PreconditionFailedError
from explorer.service.emulator import Emulator
from explorer.service.history import etag_now
from explorer.service.model import Location
from explorer.service.service import Service
from tests.integration.service.test_history import last, moment
from tests.integration.service.through_proxy import Work, run_through
from tests.servers.fault_proxy import DropReply, FaultProxy, Op, Rule, Seen
from tests.servers.history import HistoryServer
from tests.support.history import ProtectedServer, seen_through


class Place:
    """A container with versions, and the way to it that loses answers."""

    def __init__(
        self, server: HistoryServer, proxy: FaultProxy, container: str, folder: Path
    ) -> None:
        self.server, self.proxy = server, proxy
        self.container, self._folder = container, folder

    def put(self, name: str, data: bytes) -> None:
        with seen_through(self.server, self.container) as client:
            client.upload_blob(name, data, overwrite=True)

    def read(self, name: str) -> bytes:
        with seen_through(self.server, self.container) as client:
            return client.download_blob(name).readall()

    def run(self, work: Work) -> None:
        run_through(self.proxy, self.container, self._folder, work)

    def lose(self, op: Op, then: Callable[[Seen], None] | None = None) -> Rule:
        """The next answer of that kind is lost; `then` is done before the try after it."""
        first = self.proxy.counts[op] + 1
        lost = Rule(op, (first,), DropReply())
        self.proxy.rules = [lost, *([Rule(op, (first + 1,), hook=then)] if then else [])]
        return lost


@pytest.fixture
def place(history_server: ProtectedServer, container_name: str, tmp_path: Path) -> Iterator[Place]:
    server = history_server(versioning=True, blob_days=7)
    with seen_through(server, container_name) as client:
        client.create_container()
    with FaultProxy(cast(Emulator, server)) as proxy:
        yield Place(server, proxy, container_name, tmp_path)


def test_a_version_whose_promotion_went_unheard_is_promoted_once(place: Place) -> None:
    place.put("a", b"one")
    place.put("a", b"two")

    async def work(service: Service, here: Location) -> None:
        states = await service.history.states(here, "a")
        lost = place.lose(Op.OTHER)
        written = await service.history.promote(here, states[1], etag_now=etag_now(states))
        assert lost.met == 1
        now = await service.history.states(here, "a")
        assert (len(now), etag_now(now)) == (3, written.etag)

    place.run(work)
    assert place.read("a") == b"one"


def test_a_promotion_that_a_rival_wrote_over_is_not_told_as_done(place: Place) -> None:
    place.put("a", b"one")
    place.put("a", b"two")

    async def work(service: Service, here: Location) -> None:
        states = await service.history.states(here, "a")
        place.lose(Op.OTHER, lambda seen: place.put("a", b"one"))
        with pytest.raises(PreconditionFailedError):
            await service.history.promote(here, states[1], etag_now=etag_now(states))

    place.run(work)


def test_a_version_whose_deletion_went_unheard_is_told_as_deleted(place: Place) -> None:
    place.put("a", b"one")
    place.put("a", b"two")

    async def work(service: Service, here: Location) -> None:
        states = await service.history.states(here, "a")
        lost = place.lose(Op.DELETE)
        await service.history.delete_state(here, states[1])
        assert lost.met == 1
        now = await service.history.states(here, "a")
        assert [state.is_deleted for state in now] == [False, True]

    place.run(work)


@pytest.mark.parametrize("op", [Op.OTHER, Op.DELETE])
def test_steps_of_a_restore_that_went_unheard_are_counted_as_done(place: Place, op: Op) -> None:
    place.put("a", b"old")
    when_s = moment()
    place.put("a", b"new")
    place.put("b", b"made later")

    async def work(service: Service, here: Location) -> None:
        plan = await last(service.history.plan_to(here, when_s))
        assert (plan.promoted, plan.deleted) == (1, 1)
        lost = place.lose(op)
        count = await last(service.history.apply(here, plan, with_deletions=True))
        assert lost.met == 1
        assert (count.done, count.failures) == (2, ())

    place.run(work)
    assert place.read("a") == b"old"
