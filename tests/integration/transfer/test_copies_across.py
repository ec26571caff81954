"""Copies in one request, and between storages that cannot reach each other."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from azure.storage.blob import ContainerClient, ContentSettings

from explorer.base.errors import CredentialExpiredError, ServiceError
from explorer.base.log import set_up_logging
from explorer.service.emulator import Emulator
from explorer.storage.api import BlobStore
from explorer.storage.azure.client import open_store
from explorer.storage.connection import parse
from explorer.storage.model import BlobHeaders, BlobRef, Condition
from explorer.storage.sas import SasKind
from explorer.storage.sas_making import make_sas
from explorer.storage.sas_wish import SasWish
from explorer.transfer.copy_plan import FEW, THROUGH_HERE
from explorer.transfer.model import (
    ConflictPolicy,
    CopyRequest,
    JobSnapshot,
    RemotePlace,
    TransferSnapshot,
)
from explorer.transfer.state import JobState, TransferState
from tests.integration.transfer.rig import MIB, Ears, Hooked, Rig, Stores, noise, run, until
from tests.servers.whole_copies import WholeCopies

BLOCK = 256 * 1024


class Both(Stores):
    """Stores by connection; `None` lacks its credential."""

    def __init__(self, **stores: Any) -> None:
        super().__init__(None)
        self.stores = stores

    async def store_for(self, place: RemotePlace) -> BlobStore:
        found: BlobStore | None = self.stores[place.connection_id]
        if found is None:
            raise CredentialExpiredError("The SAS has expired.", cure="Paste a new one.")
        return found


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(log=tmp_path_factory.mktemp("second") / "azurite.log") as emulator:
        yield emulator


@pytest.fixture
def there(second: Emulator, container: ContainerClient) -> Iterator[ContainerClient]:
    """A container of the same name in the other storage."""
    with ContainerClient.from_connection_string(
        second.connection_string, container.container_name
    ) as client:
        client.create_container()
        yield client
        client.delete_container()


@pytest.fixture
def far(second: Emulator) -> Iterator[BlobStore]:
    store = open_store(parse(second.connection_string))
    yield store
    store.close()


def across(rig: Rig, far: BlobStore, name: str, target: str, **options: Any) -> CopyRequest:
    place = RemotePlace("c2", far.endpoint, rig.container)
    return rig.copy(name, target, place=place, **options)


async def carried(
    rig: Rig, request: CopyRequest, near: Any, far: Any, ears: Ears | None = None
) -> tuple[JobSnapshot, tuple[TransferSnapshot, ...]]:
    async with rig.engine(stores=Both(c1=near, c2=far), ears=ears) as engine:
        job = await engine.wait(await engine.submit(request))
        return job, await engine.transfers(job.id)


@pytest.fixture
def whole(azurite: Emulator) -> Iterator[WholeCopies]:
    with WholeCopies(azurite) as server:
        yield server


@pytest.fixture
def front(whole: WholeCopies) -> Iterator[BlobStore]:
    store = open_store(parse(whole.connection_string))
    yield store
    store.close()


def with_md5(container: ContainerClient, name: str, data: bytes) -> None:
    md5 = bytearray(hashlib.md5(data, usedforsecurity=False).digest())
    container.upload_blob(
        name, data, content_settings=ContentSettings("x/y", content_md5=md5), metadata={"Ab": "c d"}
    )


def test_small_blobs_are_copied_in_one_request_each(
    rig: Rig, container: ContainerClient, whole: WholeCopies, front: BlobStore
) -> None:
    for number in range(5):
        with_md5(container, f"d/{number}", noise(1000, seed=number))
    store = Hooked(front)

    async def work() -> JobSnapshot:
        async with rig.engine(store) as engine:
            return await engine.wait(await engine.submit(rig.copy("d/", "e", is_move=True)))

    assert run(work()).state is JobState.DONE
    assert whole.copied == 5
    assert not {"put_block_from_url", "read_range", "put_blob"} & set(store.calls)
    for number in range(5):
        found = container.download_blob(f"e/{number}")
        assert found.readall() == noise(1000, seed=number)
        assert found.properties.metadata == {"Ab": "c d"}
        assert found.properties.content_settings.content_type == "x/y"
    assert all(name.startswith("e/") for name in container.list_blob_names())


def test_a_lost_answer_to_the_one_request_is_found_out(
    rig: Rig, container: ContainerClient, whole: WholeCopies, front: BlobStore
) -> None:
    with_md5(container, "a", noise(1000))
    whole.drop_answers = 1
    job = run(rig.do(rig.copy("a", "b", is_move=True), front))
    assert (job.state, job.files_failed) == (JobState.DONE, 0)
    assert whole.copied == 1
    assert list(container.list_blob_names()) == ["b"]


def test_a_source_that_changed_before_the_one_request_is_looked_at_again(
    rig: Rig, container: ContainerClient, front: BlobStore
) -> None:
    with_md5(container, "a", noise(1000))

    def meddle(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "put_blob_from_url" and count == 1:
            container.upload_blob("a", b"later", overwrite=True)

    job = run(rig.do(rig.copy("a", "b", is_move=True), Hooked(front, before=meddle)))
    assert job.state is JobState.DONE
    assert container.download_blob("b").readall() == b"later"
    assert list(container.list_blob_names()) == ["b"]


def test_a_source_that_does_not_fit_its_md5_is_not_copied(
    rig: Rig, container: ContainerClient, front: BlobStore
) -> None:
    ref, headers = BlobRef(rig.container, "a"), BlobHeaders(content_md5=bytes(16))
    rig.store.put_block(ref, b"0" * 48, b"x")
    rig.store.put_block_list(ref, [b"0" * 48], headers=headers, condition=Condition.always())
    ears = Ears()

    async def work() -> None:
        async with rig.engine(front, ears=ears) as engine:
            await engine.submit(rig.copy("a", "b", is_move=True))
            await until(lambda: any("Started again" in told.note for told in ears.transfers))

    run(work())
    assert list(container.list_blob_names()) == ["a"]


@pytest.mark.parametrize("size", [0, 10, 9 * MIB])
@pytest.mark.parametrize("has_md5", [True, False])
def test_what_the_service_cannot_reach_comes_through_here_and_says_so(
    rig: Rig,
    container: ContainerClient,
    there: ContainerClient,
    far: BlobStore,
    size: int,
    has_md5: bool,
) -> None:
    if has_md5:
        with_md5(container, "a", noise(size))
    else:
        container.upload_blob("a", noise(size), metadata={"Ab": "c d"})
    near, store = Hooked(rig.store), Hooked(far)
    request = across(rig, far, "a", "b/c", is_move=True)
    job, (transfer,) = run(carried(rig, request, near, store))
    assert (job.state, transfer.failure) == (JobState.DONE, None)
    found = there.download_blob("b/c")
    assert found.readall() == noise(size)
    assert found.properties.metadata == {"Ab": "c d"}
    assert transfer.note == (THROUGH_HERE if size else "")
    assert not list(container.list_blob_names())
    assert near.calls.get("read_range", 0) == -(-size // (8 * MIB))


def test_only_the_first_of_many_finds_out_the_way(
    rig: Rig, container: ContainerClient, there: ContainerClient, far: BlobStore
) -> None:
    for number in range(30):
        container.upload_blob(f"d/{number:02}", noise(100, seed=number))
    store = Hooked(far)
    job, _ = run(carried(rig, across(rig, far, "d/", ""), rig.store, store))
    assert (job.state, job.files_done) == (JobState.DONE, 30)
    assert store.calls["put_blob_from_url"] < 10
    assert there.download_blob("29").readall() == noise(100, seed=29)


def test_the_limit_holds_for_what_comes_through_here_only(
    rig: Rig, container: ContainerClient, there: ContainerClient, far: BlobStore
) -> None:
    container.upload_blob("a", noise(4 * BLOCK))
    options: dict[str, Any] = {"block_size_bytes": BLOCK, "limit_bytes_per_s": 1}
    assert run(rig.do(rig.copy("a", "b", **options))).state is JobState.DONE

    async def work() -> JobSnapshot:
        async with rig.engine(stores=Both(c1=rig.store, c2=far)) as engine:
            slowly = {**options, "limit_bytes_per_s": BLOCK}
            job_id = await engine.submit(across(rig, far, "a", "b", **slowly))
            await until(lambda: engine.jobs()[-1].bytes_done)
            told = engine.jobs()[-1]
            assert told.state is JobState.RUNNING
            assert told.bytes_done < 4 * BLOCK
            await engine.set_limit(job_id, 0)
            return await engine.wait(job_id)

    assert run(work()).state is JobState.DONE
    assert there.download_blob("b").readall() == noise(4 * BLOCK)


def test_wrong_bytes_on_their_way_through_here_are_noticed(
    rig: Rig, container: ContainerClient, there: ContainerClient, far: BlobStore
) -> None:
    with_md5(container, "a", noise(4 * BLOCK))

    flips = count(1)  # one at a time, whichever thread asks

    class Flipping(Hooked):
        def read_range(
            self, ref: BlobRef, offset: int, length: int, sink: Any, *, if_match: str = ""
        ) -> Any:
            def flip(at: int, data: memoryview) -> None:
                wrong = bytearray(data)
                wrong[0] ^= next(flips) == 3
                sink(at, memoryview(wrong))

            return rig.store.read_range(ref, offset, length, flip, if_match=if_match)

    near = Flipping(rig.store)
    request = across(rig, far, "a", "b", is_move=True, block_size_bytes=BLOCK)
    job, _ = run(carried(rig, request, near, far))
    assert job.state is JobState.DONE
    assert there.download_blob("b").readall() == noise(4 * BLOCK)
    assert next(flips) > 5, "what was wrong was read again"


def test_a_missing_credential_of_either_side_is_asked_for(
    rig: Rig, container: ContainerClient, there: ContainerClient, far: BlobStore
) -> None:
    container.upload_blob("a", b"x")

    async def work(missing: str, asked_for: str) -> JobSnapshot:
        ears = Ears()
        stores = Both(c1=rig.store, c2=far)
        kept, stores.stores[missing] = stores.stores[missing], None
        async with rig.engine(stores=stores, ears=ears) as engine:
            job_id = await engine.submit(across(rig, far, "a", f"to {missing}"))
            assert (await engine.wait(job_id)).state is JobState.NEEDS_CREDENTIALS
            assert [asked for asked, _ in ears.asked] == [asked_for]
            stores.stores[missing] = kept
            engine.credentials_changed(missing)
            await until(lambda: engine.jobs()[-1].state.is_final)
            return engine.jobs()[-1]

    assert run(work("c1", "c1")).state is JobState.DONE
    assert run(work("c2", "c2")).state is JobState.DONE


@pytest.fixture
def far_by_sas(second: Emulator, there: ContainerClient) -> Iterator[BlobStore]:
    """The other storage's container, by a SAS: it answers 500 and says nothing to a copy in
    one request."""
    store = _by_sas(second, str(there.container_name), "racwdl")
    yield store
    store.close()


def _by_sas(emulator: Emulator, container: str, letters: str) -> BlobStore:
    account = emulator.accounts[0]
    wish = SasWish(
        SasKind.CONTAINER,
        container,
        permissions=letters,
        expires=datetime.now(UTC) + timedelta(hours=1),
        is_https_only=False,
    )
    token = make_sas(wish, account.name, account.key).token
    with closing(open_store(parse(emulator.connection_string))) as store:
        return open_store(parse(f"{store.endpoint}/{container}?{token}"))


@pytest.mark.parametrize("size", [10, 9 * MIB])
def test_a_target_that_stumbles_over_a_copy_in_one_request_gets_it_by_another_way(
    rig: Rig, container: ContainerClient, there: ContainerClient, far_by_sas: BlobStore, size: int
) -> None:
    for number in range(3):
        with_md5(container, f"d/{number}", noise(size, seed=number))
    store = Hooked(far_by_sas)
    job, told = run(carried(rig, across(rig, far_by_sas, "d/", "e"), rig.store, store))
    assert (job.state, job.files_done) == (JobState.DONE, 3)
    assert [transfer.note for transfer in told] == [THROUGH_HERE] * 3
    for number in range(3):
        assert there.download_blob(f"e/{number}").readall() == noise(size, seed=number)
    assert store.calls.get("put_blob_from_url", 0) <= 3 * FEW


def test_a_service_that_stumbles_over_every_copy_has_it_through_here(
    rig: Rig, container: ContainerClient
) -> None:
    container.upload_blob("a", noise(9 * MIB))

    def stumble(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name in ("put_blob_from_url", "put_block_from_url"):
            raise ServiceError("Could not copy: the service failed (500).", status=500)

    store = Hooked(rig.store, before=stumble)
    ears = Ears()

    async def work() -> JobSnapshot:
        async with rig.engine(store, ears=ears) as engine:
            return await engine.wait(await engine.submit(rig.copy("a", "b")))

    assert run(work()).state is JobState.DONE
    assert ears.transfers[-1].note == THROUGH_HERE
    assert container.download_blob("b").readall() == noise(9 * MIB)
    assert store.calls["put_block_from_url"] <= 2 * FEW


def test_a_copy_that_arrived_although_the_service_stumbled_is_not_its_own_conflict(
    rig: Rig, container: ContainerClient, front: BlobStore
) -> None:
    with_md5(container, "a", noise(1000))

    def stumble(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "put_blob_from_url":
            raise ServiceError("Could not copy: the service failed (500).", status=500)

    store = Hooked(front, after=stumble)
    request = rig.copy("a", "b", conflicts=ConflictPolicy.SKIP)
    job = run(rig.do(request, store))
    assert (job.state, job.files_done) == (JobState.DONE, 1)
    assert container.download_blob("b").readall() == noise(1000)


def test_a_sas_that_reads_is_enough_for_the_source_and_one_that_does_not_is_refused(
    rig: Rig, container: ContainerClient
) -> None:
    container.upload_blob("a", noise(4 * BLOCK))

    async def with_letters(letters: str) -> TransferSnapshot | None:
        near = _by_sas(rig.emulator, rig.container, letters)
        request = rig.copy(
            "a",
            f"with {letters}",
            place=RemotePlace("c2", rig.store.endpoint, rig.container),
            block_size_bytes=BLOCK,
        )
        try:
            job, told = await carried(rig, request, near, rig.store)
            assert (job.state is JobState.DONE) == bool(told)
            return told[0] if told else None
        finally:
            near.close()

    good = run(with_letters("rl"))
    assert good is not None
    assert (good.state, good.note) == (TransferState.DONE, "")
    assert container.download_blob("with rl").readall() == noise(4 * BLOCK)
    assert run(with_letters("wl")) is None
    assert "with wl" not in set(container.list_blob_names())


def test_no_log_of_a_copy_between_accounts_holds_what_was_signed_for_it(
    rig: Rig,
    container: ContainerClient,
    there: ContainerClient,
    far: BlobStore,
    whole: WholeCopies,
    front: BlobStore,
    tmp_path: Path,
) -> None:
    """Whatever says an address of a source at DEBUG: ours, a library, an error with its trace."""
    for number in range(4):
        with_md5(container, f"d/{number}", noise((1 + 4 * (number > 2)) * BLOCK, seed=number))
    addresses: list[str] = []
    seen = logging.getLogger("wire")

    def say(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name not in ("put_blob_from_url", "put_block_from_url"):
            return
        url = next(one for one in args if isinstance(one, str) and "sig=" in one)
        addresses.append(url)
        signature = parse_qs(urlsplit(url).query)["sig"][0]
        seen.debug("PUT from %s", url)
        seen.debug("canonical: %r", signature.encode())
        seen.debug("bare: %s, again: %s", signature, quote(quote(signature, safe=""), safe=""))
        try:
            raise ValueError(f"cannot fetch {signature}")
        except ValueError:
            seen.debug("failed", exc_info=True)

    undo = set_up_logging(tmp_path, level=logging.DEBUG)
    try:
        options: dict[str, Any] = {"block_size_bytes": BLOCK}
        for store in (far, front):
            place = RemotePlace("c2", store.endpoint, rig.container)
            request = rig.copy("d/", "e", place=place, **options)
            job, _ = run(carried(rig, request, rig.store, Hooked(store, before=say)))
            assert job.state is JobState.DONE
    finally:
        undo()
    text = (tmp_path / "logs" / "quayside.log").read_text()
    signatures = {parse_qs(urlsplit(url).query)["sig"][0] for url in addresses}
    assert signatures
    assert text.count("[redacted]") >= 4 * len(addresses)
    for signature in signatures:
        for spelled in (signature, quote(signature, safe=""), signature[:16]):
            assert spelled not in text
    assert str(rig.emulator.accounts[0].key) not in text
