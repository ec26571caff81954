"""A move that stopped between its verified copy and the end of its source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from explorer.base.errors import NetworkError
from explorer.storage.api import BlobStore
from explorer.storage.azure.client import open_store
from explorer.storage.connection import parse
from explorer.transfer.model import ConflictPolicy, JobSnapshot, RemotePlace
from explorer.transfer.state import JobState
from tests.integration.transfer.rig import Hooked, Rig, Stores, noise, run, until


def moved(rig: Rig, meanwhile: Callable[[], object]) -> tuple[JobSnapshot, Hooked]:
    """Move `a` to `b`, end before `a` is deleted, do something, and go on."""

    def cut_off(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "delete_blob":
            raise NetworkError("the line is cut")

    async def work() -> tuple[JobSnapshot, Hooked]:
        first = Hooked(rig.store, before=cut_off)
        async with rig.engine(first) as engine:
            await engine.submit(rig.copy("a", "b", is_move=True))
            await until(lambda: first.calls.get("delete_blob"))
        meanwhile()
        second = Hooked(rig.store)
        async with rig.engine(second, adopt=True) as engine:
            (job,) = engine.jobs()
            return await engine.wait(job.id), second

    return run(work())


@pytest.mark.parametrize("size", [10, 9_000_000])
def test_it_only_deletes_the_source(rig: Rig, container: ContainerClient, size: int) -> None:
    container.upload_blob("a", noise(size))
    job, store = moved(rig, lambda: None)
    assert (job.state, job.bytes_done, job.bytes_total) == (JobState.DONE, size, size)
    assert list(container.list_blob_names()) == ["b"]
    assert not {"put_blob_from_url", "put_block_from_url", "put_block_list"} & set(store.calls)


def test_a_source_that_is_gone_already_is_no_failure(rig: Rig, container: ContainerClient) -> None:
    container.upload_blob("a", noise(10))
    job, _ = moved(rig, lambda: container.delete_blob("a"))
    assert job.state is JobState.DONE
    assert list(container.list_blob_names()) == ["b"]


def test_a_copy_that_is_gone_is_made_again_first(rig: Rig, container: ContainerClient) -> None:
    container.upload_blob("a", noise(10))
    job, store = moved(rig, lambda: container.delete_blob("b"))
    assert job.state is JobState.DONE
    assert store.calls["put_block_from_url"] == 1
    assert container.download_blob("b").readall() == noise(10)
    assert list(container.list_blob_names()) == ["b"]


def test_a_copy_that_somebody_replaced_does_not_cost_the_source(
    rig: Rig, container: ContainerClient
) -> None:
    container.upload_blob("a", noise(10))
    job, _ = moved(rig, lambda: container.upload_blob("b", b"theirs", overwrite=True))
    assert job.state is JobState.FAILED
    assert container.download_blob("a").readall() == noise(10)
    assert container.download_blob("b").readall() == b"theirs"


def test_a_source_that_changed_meanwhile_stays(rig: Rig, container: ContainerClient) -> None:
    container.upload_blob("a", noise(10))
    job, _ = moved(rig, lambda: container.upload_blob("a", b"later", overwrite=True))
    assert job.state is JobState.FAILED
    assert container.download_blob("a").readall() == b"later"
    assert container.download_blob("b").readall() == noise(10)


class TwoStores(Stores):
    """The second one for the connection `c2`."""

    def __init__(self, first: BlobStore, second: BlobStore) -> None:
        super().__init__(first)
        self._second = second

    async def store_for(self, place: RemotePlace) -> BlobStore:
        return self._second if place.connection_id == "c2" else await super().store_for(place)


@pytest.mark.parametrize(
    ("conflicts", "title"),
    [
        (ConflictPolicy.FAIL, "It exists already"),
        (ConflictPolicy.OVERWRITE, "Source and target are one"),
    ],
)
def test_a_blob_that_is_moved_onto_itself_by_another_address_of_its_account_stays(
    rig: Rig, container: ContainerClient, conflicts: ConflictPolicy, title: str
) -> None:
    container.upload_blob("a", noise(10))
    other = open_store(parse(rig.emulator.connection_string.replace("127.0.0.1", "localhost")))
    place = RemotePlace("c2", other.endpoint, rig.container)

    async def work() -> None:
        async with rig.engine(stores=TwoStores(rig.store, other)) as engine:
            request = rig.copy("a", "a", place=place, is_move=True, conflicts=conflicts)
            job_id = await engine.submit(request)
            assert (await engine.wait(job_id)).state is JobState.FAILED
            for _ in range(2):  # what is there now is like what an earlier try would have made
                await engine.retry(job_id)
                assert (await engine.wait(job_id)).state is JobState.FAILED
            (told,) = await engine.transfers(job_id)
            assert told.failure is not None
            assert told.failure.title == title

    try:
        run(work())
    finally:
        other.close()
    assert container.download_blob("a").readall() == noise(10)


def test_the_same_bytes_without_the_metadata_are_not_taken_for_what_was_copied(
    rig: Rig, container: ContainerClient
) -> None:
    container.upload_blob("a", noise(10), metadata={"colour": "red"})
    container.upload_blob("b", noise(10))

    async def work() -> None:
        async with rig.engine() as engine:
            job_id = await engine.submit(rig.copy("a", "b", is_move=True))
            assert (await engine.wait(job_id)).state is JobState.FAILED
            await engine.retry(job_id)
            assert (await engine.wait(job_id)).state is JobState.FAILED
            await engine.retry(job_id, ConflictPolicy.OVERWRITE)
            assert (await engine.wait(job_id)).state is JobState.DONE

    run(work())
    assert list(container.list_blob_names()) == ["b"]
    assert container.get_blob_client("b").get_blob_properties().metadata == {"colour": "red"}
