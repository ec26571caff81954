"""Pause, resume, cancel, retry, order, credentials: what a person can do with a job."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from types import NoneType
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from explorer.base.errors import CredentialExpiredError, InputError, NetworkError
from explorer.base.settings import Settings
from explorer.transfer import transfer_table
from explorer.transfer.journal import Journal
from explorer.transfer.level import MOST, START, Level
from explorer.transfer.model import ConflictPolicy
from explorer.transfer.state import JobState, TransferState
from tests.integration.transfer.rig import (
    Brake,
    Ears,
    Hooked,
    Rig,
    Stores,
    noise,
    parts_in,
    run,
    tree_of,
    until,
    write,
)

BLOCK = 64 * 1024
BLOCKS = 20


def test_an_upload_pauses_and_goes_on_where_it_was(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    data = noise(BLOCKS * BLOCK)
    source = write(tmp_path / "f", data)
    brake = Brake(rig, "put_block", 8)

    async def work() -> None:
        async with rig.engine(brake.store, concurrency=2) as engine:
            job_id = await engine.submit(rig.upload(source, "f", block_size_bytes=BLOCK))
            await until(brake.held.is_set)
            await brake.released_by(engine.pause(job_id))
            paused = await engine.wait(job_id)
            assert paused.state is JobState.PAUSED
            assert 7 * BLOCK <= paused.bytes_done < BLOCKS * BLOCK
            sent = brake.store.calls["put_block"]
            await engine.resume(job_id)
            assert (await engine.wait(job_id)).state is JobState.DONE
            again = brake.store.calls["put_block"] - sent
            # What was on its way at the pause may have arrived, and is found there.
            assert BLOCKS - 8 <= again <= BLOCKS - paused.bytes_done // BLOCK

    run(work())
    assert container.download_blob("f").readall() == data


def test_a_download_pauses_and_goes_on_where_it_was_in_another_engine(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    data = noise(BLOCKS * BLOCK)
    container.upload_blob("f", data)
    brake = Brake(rig, "read_range", 8)

    async def first() -> int:
        async with rig.engine(brake.store, concurrency=2) as engine:
            request = rig.download("f", tmp_path / "down", block_size_bytes=BLOCK)
            job_id = await engine.submit(request)
            await until(brake.held.is_set)
            await brake.released_by(engine.pause(job_id))
            assert not (tmp_path / "down" / "f").exists()
            assert len(parts_in(tmp_path)) == 1
            return (await engine.wait(job_id)).bytes_done

    async def second() -> int:
        store = Hooked(rig.store)
        async with rig.engine(store, adopt=True) as engine:
            (job,) = engine.jobs()
            assert (job.state, job.bytes_done) == (JobState.PAUSED, done)
            await engine.resume(job.id)
            assert (await engine.wait(job.id)).state is JobState.DONE
        return store.calls["read_range"]

    done = run(first())
    assert done >= 7 * BLOCK
    assert run(second()) == BLOCKS - done // BLOCK
    assert (tmp_path / "down" / "f").read_bytes() == data
    assert not parts_in(tmp_path)


@pytest.mark.parametrize("direction", ["upload", "download"])
def test_cancelling_leaves_the_old_target_and_nothing_half(
    rig: Rig, container: ContainerClient, tmp_path: Path, direction: str
) -> None:
    source = write(tmp_path / "up" / "f", noise(BLOCKS * BLOCK))
    target = write(tmp_path / "down" / "f", b"old")
    options: dict[str, Any] = {"block_size_bytes": BLOCK, "conflicts": ConflictPolicy.OVERWRITE}
    if direction == "upload":
        container.upload_blob("f", b"old")
        brake = Brake(rig, "put_block", 5)
        request: Any = rig.upload(source, "f", **options)
    else:
        container.upload_blob("f", source.read_bytes())
        brake = Brake(rig, "read_range", 5)
        request = rig.download("f", target.parent, **options)
    ears = Ears()

    async def work() -> None:
        async with rig.engine(brake.store, ears=ears) as engine:
            job_id = await engine.submit(request)
            await until(brake.held.is_set)
            await brake.released_by(engine.cancel(job_id))
            assert (await engine.wait(job_id)).state is JobState.CANCELLED
            (only,) = await engine.transfers(job_id)
            assert only.state is TransferState.CANCELLED
            with pytest.raises(InputError):
                await engine.retry(job_id)
            await engine.remove(job_id)
            assert engine.jobs() == ()

    run(work())
    if direction == "upload":
        assert container.download_blob("f").readall() == b"old"
    assert target.read_bytes() == b"old"
    assert not parts_in(tmp_path)
    assert [job.state for job in ears.finished] == [JobState.CANCELLED]
    assert ears.removed == [ears.finished[0].id]


def test_only_the_failed_files_are_tried_again(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    for name in ("a", "b", "c"):
        write(tmp_path / "up" / name, name.encode())
    container.upload_blob("b", b"in the way")
    store = Hooked(rig.store)

    async def work() -> None:
        async with rig.engine(store) as engine:
            job_id = await engine.submit(rig.upload(tmp_path / "up"))
            job = await engine.wait(job_id)
            assert (job.state, job.files_done, job.files_failed) == (JobState.FAILED, 2, 1)
            failed = await engine.transfers(job_id, states=frozenset({TransferState.FAILED}))
            assert [t.remote_name for t in failed] == ["b"]
            assert failed[0].failure is not None
            assert failed[0].failure.cure
            container.delete_blob("b")
            sent = store.calls["put_blob"]
            await engine.retry(job_id)
            job = await engine.wait(job_id)
            assert (job.state, job.files_done, job.files_failed) == (JobState.DONE, 3, 0)
            assert store.calls["put_blob"] == sent + 1

    run(work())
    assert container.download_blob("b").readall() == b"b"


def test_an_expired_credential_pauses_and_a_new_one_goes_on(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    data = noise(BLOCKS * BLOCK)
    source = write(tmp_path / "f", data)

    accepted: list[bytes] = []
    are_there = threading.Event()

    def expire(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "put_block" and count > 8:
            assert are_there.wait(30)
            raise CredentialExpiredError("The SAS has expired.", cure="Paste a new one.")

    def answered(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "put_block":
            accepted.append(args[1])
            if len(accepted) == 8:
                are_there.set()

    stores = Stores(Hooked(rig.store, before=expire, after=answered))
    ears = Ears()

    async def work() -> None:
        async with rig.engine(stores=stores, ears=ears) as engine:
            job_id = await engine.submit(rig.upload(source, "f", block_size_bytes=BLOCK))
            waiting = await engine.wait(job_id)
            assert waiting.state is JobState.NEEDS_CREDENTIALS
            assert waiting.failure is not None
            assert ears.asked == [("c1", "The SAS has expired.")]
            fresh = Hooked(rig.store)
            stores.store = fresh
            engine.credentials_changed("another")
            engine.credentials_changed("c1")
            await until(lambda: engine.jobs()[0].state is JobState.DONE)
            assert fresh.calls["put_block"] == BLOCKS - 8

    run(work())
    assert container.download_blob("f").readall() == data


def test_a_service_that_says_nothing_more_is_told_as_no_speed(rig: Rig, tmp_path: Path) -> None:
    source = write(tmp_path / "f", noise(BLOCKS * BLOCK))
    brake, ears = Brake(rig, "put_block", 4), Ears()

    async def work() -> None:
        async with rig.engine(stores=Stores(brake.store), ears=ears) as engine:
            await engine.submit(rig.upload(source, "f", block_size_bytes=BLOCK))
            await until(lambda: any(job.rate_bytes_per_s for job in ears.changed))
            await until(lambda: not ears.changed[-1].rate_bytes_per_s)
            assert ears.changed[-1].state is JobState.RUNNING
            assert ears.changed[-1].eta_s is None
            brake.released.set()
            await until(lambda: engine.jobs()[0].state is JobState.DONE)

    run(work())


def test_a_job_without_a_credential_waits_for_one(rig: Rig, tmp_path: Path) -> None:
    source = write(tmp_path / "f", b"x")
    stores = Stores(None)

    async def work() -> None:
        async with rig.engine(stores=stores) as engine:
            job_id = await engine.submit(rig.upload(source, "f"))
            assert (await engine.wait(job_id)).state is JobState.NEEDS_CREDENTIALS
            stores.store = rig.store
            engine.credentials_changed("c1")
            await until(lambda: engine.jobs()[0].state is JobState.DONE)

    run(work())


def test_jobs_run_in_their_order_and_the_order_can_be_changed(rig: Rig, tmp_path: Path) -> None:
    source = write(tmp_path / "f", b"x")
    stores = Stores(None)

    async def work() -> None:
        async with rig.engine(stores=stores) as engine:
            ids = [await engine.submit(rig.upload(source, f"f{n}")) for n in range(4)]
            assert [job.id for job in engine.jobs()] == ids
            await engine.move(ids[3], 0)
            await engine.move(ids[0], 2)
            assert [job.id for job in engine.jobs()] == [ids[3], ids[1], ids[0], ids[2]]
            for job_id in ids:
                await engine.wait(job_id)
        async with rig.engine(stores=stores) as engine:
            assert [job.id for job in engine.jobs()] == [ids[3], ids[1], ids[0], ids[2]]

    run(work())


def test_a_limit_holds_and_can_be_lifted_while_it_runs(rig: Rig, tmp_path: Path) -> None:
    source = write(tmp_path / "f", noise(16 * BLOCK))

    async def work() -> None:
        async with rig.engine(concurrency=2) as engine:
            request = rig.upload(source, "f", block_size_bytes=BLOCK, limit_bytes_per_s=BLOCK)
            job_id = await engine.submit(request)
            await until(lambda: engine.jobs()[0].bytes_done >= BLOCK)
            assert engine.jobs()[0].bytes_done < 12 * BLOCK
            await engine.set_limit(job_id, 0)
            assert (await engine.wait(job_id)).state is JobState.DONE

    run(work())


def test_a_passing_fault_of_the_network_is_ridden_out(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    for number in range(6):
        write(tmp_path / "up" / f"f{number}", noise(3 * BLOCK + number, seed=number))

    def flaky(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name in ("put_block", "read_range", "list_blobs") and count % 4 == 1:
            raise NetworkError("reset by peer")

    options: dict[str, Any] = {"block_size_bytes": BLOCK}
    store = Hooked(rig.store, before=flaky)
    up = run(rig.do(rig.upload(tmp_path / "up", "", "t/", **options), store))
    assert up.state is JobState.DONE
    down = run(rig.do(rig.download("t/", tmp_path / "down", **options), store))
    assert (down.state, down.failure) == (JobState.DONE, None)
    assert tree_of(tmp_path / "down") == tree_of(tmp_path / "up")


def test_a_job_can_be_run_again(rig: Rig, container: ContainerClient, tmp_path: Path) -> None:
    source = write(tmp_path / "f", b"one")
    request = rig.upload(source, "f", conflicts=ConflictPolicy.OVERWRITE)

    async def work() -> None:
        async with rig.engine() as engine:
            first = await engine.submit(request)
            await engine.wait(first)
            write(source, b"two")
            second = await engine.run_again(first)
            assert (await engine.wait(second)).state is JobState.DONE

    run(work())
    assert container.download_blob("f").readall() == b"two"


def test_a_pause_while_files_are_being_taken_up_loses_none(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(300):
        write(tmp_path / "up" / str(number), b"x")
    takes: list[int] = []
    do = Journal.do

    async def counted(journal: Journal, work: Any, *args: Any, **kwargs: Any) -> Any:
        if work is transfer_table.take:
            takes.append(1)
        return await do(journal, work, *args, **kwargs)

    monkeypatch.setattr(Journal, "do", counted)

    async def work() -> None:
        async with rig.engine(concurrency=2) as engine:
            job_id = await engine.submit(rig.upload(tmp_path / "up"))
            for _ in range(3):
                takes.clear()
                await until(lambda: takes)
                await engine.pause(job_id)
                for told in await engine.transfers(job_id):
                    assert not told.state.is_active
                await engine.resume(job_id)
            ended = await engine.wait(job_id)
            assert (ended.state, ended.files_done) == (JobState.DONE, 300)

    run(work())


def test_a_job_that_is_paused_before_it_began_can_go_on(rig: Rig, tmp_path: Path) -> None:
    source = write(tmp_path / "f", b"x")

    async def work() -> None:
        async with rig.engine() as engine:
            job_id = await engine.submit(rig.upload(source, "f"))
            await engine.pause(job_id)
            await engine.resume(job_id)
            assert (await engine.wait(job_id)).state is JobState.DONE

    run(work())


@pytest.mark.parametrize("how", ["job", "file"])
def test_a_job_that_is_taken_out_of_the_list_while_it_is_retried_runs_or_is_gone(
    rig: Rig, container: ContainerClient, tmp_path: Path, how: str
) -> None:
    container.upload_blob("f", b"old")
    source = write(tmp_path / "f", noise(1000))

    async def work() -> None:
        async with rig.engine() as engine:
            job_id = await engine.submit(rig.upload(source, "f"))
            assert (await engine.wait(job_id)).state is JobState.FAILED
            (file,) = await engine.transfers(job_id)
            over = ConflictPolicy.OVERWRITE
            again = (
                engine.retry(job_id, over)
                if how == "job"
                else engine.files.retry(job_id, [file.id], over)
            )
            told = await asyncio.gather(engine.remove(job_id), again, return_exceptions=True)
            assert [type(one) for one in told] == [NoneType, InputError]
            assert engine.jobs() == ()

    run(work())
    assert container.download_blob("f").readall() == b"old"


def test_two_who_resume_at_once_start_it_once(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    for number in range(20):
        write(tmp_path / "up" / str(number), noise(1000, number))
    brake = Brake(rig, "put_blob", 5)

    async def work() -> None:
        async with rig.engine(brake.store, concurrency=2) as engine:
            job_id = await engine.submit(rig.upload(tmp_path / "up"))
            await until(brake.held.is_set)
            brake.released.set()
            await engine.pause(job_id)
            await asyncio.gather(*(engine.resume(job_id) for _ in range(5)))
            ended = await engine.wait(job_id)
            assert (ended.state, ended.files_done, ended.files_total) == (JobState.DONE, 20, 20)
            assert ended.bytes_done == ended.bytes_total == 20_000

    run(work())
    assert len(list(container.list_blobs())) == 20


def test_a_number_of_requests_that_a_person_gave_stays_and_0_finds_its_own_level(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    look = Level.look

    def counted(level: Level, *args: Any, **kwargs: Any) -> int:
        looks.append(1)
        return look(level, *args, **kwargs)

    monkeypatch.setattr(Level, "look", counted)

    async def work() -> None:
        assert Settings().concurrency == 0
        async with rig.engine(concurrency=0) as engine:
            await until(lambda: len(looks) > 2)
            assert (engine._plant.slots.open, engine._plant.slots.size) == (START, MOST)
            engine.set_concurrency(9)
            seen = len(looks)
            for _ in range(3):  # what a tick would do
                engine._find_level()
            assert (engine._plant.slots.open, len(looks)) == (9, seen)
            engine.set_concurrency(0)
            assert (engine._plant.slots.open, engine._plant.slots.size) == (START, MOST)
            await until(lambda: len(looks) > seen)
        async with rig.engine(concurrency=16) as engine:
            seen = len(looks)
            engine._find_level()
            assert (engine._plant.slots.open, len(looks)) == (16, seen)

    run(work())
