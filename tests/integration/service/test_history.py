"""The past through the service: listed, promoted, restored by selection and by time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import TypeVar

import pytest
from azure.storage.blob import ContainerClient

from explorer.base.errors import (
    InputError,
    NotAuthorizedError,
    NotFoundError,
    PreconditionFailedError,
)
from explorer.service.history import etag_now
from explorer.service.model import Connection, Location
from explorer.service.restore_plan import Deed, RestorePlan
from explorer.service.restoring import RestoreCount
from explorer.service.service import Service
from explorer.storage.connection import parse
from explorer.transfer.model import DownloadRequest, DownloadSource
from tests.servers.history import HistoryServer
from tests.support.history import ProtectedServer, seen_through

T = TypeVar("T")
L = TypeVar("L")
Work = Callable[[Service, Location], Coroutine[object, object, T]]


class Account:
    """An account with a history and one container of it."""

    def __init__(self, server: HistoryServer, container: str, folder: Path) -> None:
        self.server = server
        self.container = container
        self._folder = folder

    def run(self, work: Work[T], text: str = "") -> T:
        async def main() -> T:
            async with await Service.start(
                self._folder, adopt_jobs=False, with_transfers=False
            ) as service:
                found: Connection = await service.session_connection(
                    parse(text or self.server.connection_string)
                )
                return await work(service, Location(found.id, self.container))

        return asyncio.run(main())

    def client(self) -> ContainerClient:
        return seen_through(self.server, self.container)

    def put(self, *names: str, data: bytes = b"x") -> None:
        with self.client() as client:
            for name in names:
                client.upload_blob(name, data, overwrite=True)

    def delete(self, *names: str) -> None:
        with self.client() as client:
            for name in names:
                client.delete_blob(name)

    def all(self) -> dict[str, bytes]:
        with self.client() as client:
            return {
                row.name: client.download_blob(row.name).readall() for row in client.list_blobs()
            }


Opener = Callable[..., Account]


@pytest.fixture
def account(history_server: ProtectedServer, container_name: str, tmp_path: Path) -> Opener:
    def start(**protection: int) -> Account:
        made = Account(history_server(**protection), container_name, tmp_path)
        with made.client() as client:
            client.create_container()
        return made

    return start


async def last(items: AsyncIterator[L]) -> L:
    found = [item async for item in items]
    return found[-1]


def moment() -> float:
    """A time between what came before and what comes after, in whole seconds too."""
    start = int(time.time()) + 1
    while time.time() < start:
        time.sleep(0.02)
    middle = float(start)
    while time.time() < start + 1:
        time.sleep(0.02)
    return middle


def test_a_blobs_past_is_listed_newest_first_and_no_other_blobs(account: Opener) -> None:
    here = account(versioning=True)
    here.put("d/a", data=b"one")
    here.put("d/a", data=b"three")
    here.put("d/ab", "d/a/b")

    async def work(service: Service, place: Location) -> None:
        folder = place.child("d")
        mark = await service.history.snapshot(folder, "a")
        states = await service.history.states(folder, "a")
        assert [state.blob.size_bytes for state in states] == [5, 5, 5, 3]
        assert [state.is_current for state in states] == [True, False, False, False]
        assert mark in [state.snapshot for state in states]
        with pytest.raises(InputError):
            await service.history.delete_state(folder, states[0])
        for state in states[1:]:
            await service.history.delete_state(folder, state)
        assert len(await service.history.states(folder, "a")) == 1

    here.run(work)


def test_a_version_is_promoted_unless_the_blob_has_changed(account: Opener) -> None:
    here = account(versioning=True)
    here.put("a", data=b"one")
    here.put("a", data=b"two")

    async def work(service: Service, place: Location) -> None:
        states = await service.history.states(place, "a")
        await service.history.promote(place, states[1], etag_now=etag_now(states))
        with pytest.raises(PreconditionFailedError):
            await service.history.promote(place, states[1], etag_now=etag_now(states))

    here.run(work)
    assert here.all() == {"a": b"one"}


def test_a_version_is_read_and_its_properties_are_its_own(account: Opener) -> None:
    here = account(versioning=True)
    here.put("a", data=b"one")
    here.put("a", data=b"three")

    async def work(service: Service, place: Location) -> None:
        old = (await service.history.states(place, "a"))[1].version_id
        found = await service.properties(place, "a", version_id=old)
        assert (found.size_bytes, found.version_id, found.is_current_version) == (3, old, False)
        data = b"".join([part async for part in service.read(place, "a", 1, version_id=old)])
        assert data == b"ne"

    here.run(work)


@pytest.mark.parametrize("versioning", [False, True])
def test_what_is_gone_from_a_folder_is_listed_and_brought_back(
    account: Opener, versioning: bool
) -> None:
    here = account(versioning=versioning, blob_days=7)
    here.put("d/a", "d/b", "d/sub/c", "other", data=b"one")
    here.put("d/a", data=b"two")
    here.delete("d/a", "d/sub/c", "other")

    async def work(service: Service, place: Location) -> None:
        folder = place.child("d")
        pages = [page async for page in service.history.deleted(folder)]
        assert [state.name for page in pages for state in page.states] == ["d/a"]
        assert [prefix.name for page in pages for prefix in page.prefixes] == ["d/sub/"]
        every = [page async for page in service.history.deleted(place, recursive=True)]
        names = [state.name for page in every for state in page.states]
        assert names == ["d/a", "d/sub/c", "other"]
        plan = await last(service.history.plan_back(folder, ("a", "sub/")))
        assert (plan.restored, plan.deleted, plan.is_complete) == (2, 0, True)
        count = await last(service.history.apply(folder, plan))
        assert (count.done, count.failed, count.is_complete) == (2, 0, True)

    here.run(work)
    assert here.all() == {"d/a": b"two", "d/b": b"one", "d/sub/c": b"one"}


@pytest.mark.parametrize("versioning", [False, True])
@pytest.mark.parametrize("with_deletions", [False, True])
def test_a_folder_becomes_what_it_was(
    account: Opener, versioning: bool, with_deletions: bool
) -> None:
    here = account(versioning=versioning, blob_days=7)
    here.put("d/changed", "d/gone", "d/same", "d/deep/changed", data=b"old")
    when_s = moment()
    here.put("d/changed", "d/deep/changed", "d/new", data=b"new")
    here.delete("d/gone")

    async def work(service: Service, place: Location) -> tuple[RestorePlan, RestoreCount]:
        folder = place.child("d")
        plan = await last(service.history.plan_to(folder, when_s))
        applied = service.history.apply(folder, plan, with_deletions=with_deletions)
        return plan, await last(applied)

    plan, count = here.run(work)
    assert (plan.restored, plan.deleted, plan.unchanged, plan.lost_count) == (3, 1, 1, 0)
    assert count.failures == ()
    assert count.size_bytes == plan.size_bytes == 9
    wanted = dict.fromkeys(("d/changed", "d/gone", "d/same", "d/deep/changed"), b"old")
    assert here.all() == (wanted if with_deletions else {**wanted, "d/new": b"new"})


def test_a_blob_that_changed_after_the_plan_is_left_and_told(account: Opener) -> None:
    here = account(versioning=True)
    here.put("a", "b", data=b"old")
    when_s = moment()
    here.put("a", "b", data=b"new")

    async def work(service: Service, place: Location) -> None:
        plan = await last(service.history.plan_to(place, when_s))
        await asyncio.to_thread(here.put, "a", data=b"newer")
        count = await last(service.history.apply(place, plan))
        assert (count.done, count.failed) == (1, 1)
        assert [name for name, _ in count.failures] == ["a"]
        assert isinstance(count.failures[0][1], PreconditionFailedError)

    here.run(work)
    assert here.all() == {"a": b"newer", "b": b"old"}


def test_what_was_not_kept_is_told_as_lost(account: Opener) -> None:
    here = account()
    here.put("a", data=b"old")
    when_s = moment()
    here.put("a", data=b"new")

    async def work(service: Service, place: Location) -> RestorePlan:
        return await last(service.history.plan_to(place, when_s))

    plan = here.run(work)
    assert (plan.lost, plan.is_empty) == (("a",), True)
    assert Deed.DELETE not in [step.deed for step in plan.steps]


def test_a_deleted_container_is_listed_and_comes_back(account: Opener) -> None:
    here = account(container_days=3)
    here.put("a", data=b"one")

    async def work(service: Service, place: Location) -> None:
        connection_id = place.connection_id
        await service.delete_container(place)
        found = await service.history.deleted_containers(connection_id)
        (gone,) = [item for item in found if item.name == place.container]
        assert await service.history.restore_container(connection_id, gone) == place

    here.run(work)
    assert here.all() == {"a": b"one"}


def test_a_sas_that_only_reads_restores_nothing_and_says_why(account: Opener) -> None:
    from tests.integration.storage.test_history import sas_of

    here = account(blob_days=5)
    here.put("a")
    here.delete("a")

    async def work(service: Service, place: Location) -> None:
        plan = await last(service.history.plan_back(place, ("a",)))
        with pytest.raises(NotAuthorizedError, match="sp lacks w"):
            await last(service.history.apply(place, plan))

    here.run(work, sas_of(here.server, here.container, "rl"))
    assert here.all() == {}


@pytest.mark.parametrize("size_bytes", [3, 9 << 20])
def test_a_version_is_downloaded_through_the_queue(
    account: Opener, tmp_path: Path, size_bytes: int
) -> None:
    here = account(versioning=True)
    here.put("a", data=b"o" * size_bytes)
    here.put("a", data=b"new")

    async def main() -> None:
        async with await Service.start(tmp_path / "data", adopt_jobs=False) as service:
            found = await service.session_connection(parse(here.server.connection_string))
            place = Location(found.id, here.container)
            old = (await service.history.states(place, "a"))[1].version_id
            request = DownloadRequest(
                (DownloadSource("a", is_prefix=False, target="old", version_id=old),),
                service.place(place),
                str(tmp_path / "files"),
            )
            job = await service.wait(await service.submit(request))
            assert (job.files_done, job.failure) == (1, None)

    asyncio.run(main())
    assert (tmp_path / "files" / "old").read_bytes() == b"o" * size_bytes


def test_of_deleted_containers_of_one_name_the_latest_is_meant(account: Opener) -> None:
    here = account(container_days=3)
    here.put("first")

    async def work(service: Service, place: Location) -> None:
        at = place.connection_id
        with pytest.raises(NotFoundError):
            await service.history.latest_deleted(at, place.container)
        await service.delete_container(place)
        before = await service.history.latest_deleted(at, place.container)
        moment()
        await service.create_container(at, place.container)
        here.put("second")
        await service.delete_container(place)
        latest = await service.history.latest_deleted(at, place.container)
        assert latest.version != before.version
        await service.history.restore_container(at, latest)

    here.run(work)
    assert list(here.all()) == ["second"]


@pytest.mark.parametrize("versioning", [False, True])
def test_what_a_deleted_blob_was_is_told(account: Opener, versioning: bool) -> None:
    here = account(versioning=versioning, blob_days=4)
    here.put("d/a", data=b"one")
    here.put("d/a", "d/there", data=b"three")
    here.delete("d/a")

    async def work(service: Service, place: Location) -> None:
        folder = place.child("d")
        found = await service.history.last_of(folder, "a")
        assert found is not None
        assert (found.name, found.blob.size_bytes) == ("d/a", 5)
        assert await service.history.last_of(folder, "there") is None
        assert await service.history.last_of(folder, "never") is None

    here.run(work)
