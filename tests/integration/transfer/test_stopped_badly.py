"""What a person does to a job, and something comes in between: a journal that cannot be written, a
new credential, another process."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from explorer.base.errors import CredentialExpiredError, DiskFullError, JournalError, QuaysideError
from explorer.transfer import job_table, transfer_table
from explorer.transfer.journal import Journal
from explorer.transfer.model import ConflictPolicy
from explorer.transfer.state import JobState
from tests.integration.transfer.rig import (
    Brake,
    Ears,
    Hooked,
    Rig,
    Stores,
    is_cancelling,
    noise,
    run,
    until,
    write,
)

BLOCK = 64 * 1024


@pytest.mark.parametrize("how", ["pause", "cancel"])
@pytest.mark.parametrize("error", [DiskFullError("full"), JournalError("locked")])
def test_a_job_that_was_stopped_and_could_not_be_written_down_does_not_look_as_if_it_ran(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, error: QuaysideError
) -> None:
    source = write(tmp_path / "f", noise(8 * BLOCK))
    brake = Brake(rig, "put_block", 3)
    do = Journal.do

    async def failing(journal: Journal, work: Any, *args: Any, **kwargs: Any) -> Any:
        if work is transfer_table.cancel_rest or (
            work is job_table.set_state and args[1] is JobState.PAUSED
        ):
            raise error
        return await do(journal, work, *args, **kwargs)

    async def work() -> None:
        async with rig.engine(brake.store) as engine:
            job_id = await engine.submit(rig.upload(source, "f", block_size_bytes=BLOCK))
            await until(brake.held.is_set)
            with monkeypatch.context() as patch:
                patch.setattr(Journal, "do", failing)
                with pytest.raises(type(error)):
                    await brake.released_by(getattr(engine, how)(job_id))
            told = await engine.wait(job_id)
            assert told.state is JobState.INTERRUPTED
            assert told.failure is not None
            await engine.resume(job_id)
            assert (await engine.wait(job_id)).state is JobState.DONE

    run(work())


def test_a_credential_that_comes_while_a_job_is_being_stopped_for_want_of_one_is_taken(
    rig: Rig, tmp_path: Path
) -> None:
    source = write(tmp_path / "f", noise(8 * BLOCK))
    is_under_way, may_end = threading.Event(), threading.Event()

    def expire(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name != "put_block":
            return
        if count == 1:
            is_under_way.set()
            may_end.wait(30)
        else:
            is_under_way.wait(30)
        raise CredentialExpiredError("The SAS has expired.", cure="Paste a new one.")

    stores = Stores(Hooked(rig.store, before=expire))
    ears = Ears()

    async def work() -> None:
        async with rig.engine(stores=stores, ears=ears, concurrency=2) as engine:
            job_id = await engine.submit(rig.upload(source, "f", block_size_bytes=BLOCK))
            await until(is_cancelling)
            stores.store = rig.store
            engine.credentials_changed("c1")
            may_end.set()
            assert (await engine.wait(job_id)).state is JobState.DONE

    run(work())
    assert not ears.asked


def test_a_credential_that_comes_while_its_want_is_written_down_is_taken(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write(tmp_path / "f", b"x")
    stores = Stores(None)
    do = Journal.do

    async def work() -> None:
        async with rig.engine(stores=stores) as engine:

            async def slow(journal: Journal, work: Any, *args: Any, **kwargs: Any) -> Any:
                if work is job_table.set_state and args[1] is JobState.NEEDS_CREDENTIALS:
                    stores.store = rig.store
                    engine.credentials_changed("c1")
                return await do(journal, work, *args, **kwargs)

            monkeypatch.setattr(Journal, "do", slow)
            await engine.submit(rig.upload(source, "f"))
            await until(lambda: engine.jobs()[0].state is JobState.DONE)

    run(work())


def test_a_job_that_another_process_has_begun_again_is_not_taken_out_of_the_list(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    data = noise(8 * BLOCK)
    container.upload_blob("f", data)
    target = write(tmp_path / "down" / "f", b"in the way")
    brake = Brake(rig, "read_range", 3)

    async def work() -> None:
        async with rig.engine(brake.store) as one, rig.engine() as two:
            job_id = await one.submit(rig.download("f", target.parent, block_size_bytes=BLOCK))
            assert (await one.wait(job_id)).state is JobState.FAILED
            await until(lambda: two.jobs() and two.jobs()[0].state is JobState.FAILED)
            await one.retry(job_id, ConflictPolicy.OVERWRITE)
            with pytest.raises(JournalError, match="Another Quayside"):
                await two.remove(job_id)
            brake.released.set()
            assert (await one.wait(job_id)).state is JobState.DONE

    run(work())
    assert target.read_bytes() == data


@pytest.mark.parametrize("wish", ["pause", "cancel"])
def test_what_another_process_asks_for_is_tried_again_where_it_could_not_be_written_down(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wish: str
) -> None:
    source = write(tmp_path / "f", noise(8 * BLOCK))
    brake = Brake(rig, "put_block", 3)
    do = Journal.do
    failed: list[int] = []

    async def work() -> None:
        async with rig.engine(brake.store) as one, rig.engine() as two:
            job_id = await one.submit(rig.upload(source, "f", block_size_bytes=BLOCK))
            await until(lambda: two.jobs() and brake.held.is_set())

            async def failing(journal: Journal, work: Any, *args: Any, **kwargs: Any) -> Any:
                is_end = work in (job_table.set_state, transfer_table.cancel_rest)
                if journal is one._journal and is_end and not failed:
                    failed.append(job_id)
                    raise DiskFullError("full")
                return await do(journal, work, *args, **kwargs)

            monkeypatch.setattr(Journal, "do", failing)
            await getattr(two, wish)(job_id)
            await until(is_cancelling)
            brake.released.set()
            wanted = JobState.PAUSED if wish == "pause" else JobState.CANCELLED
            await until(lambda: failed and one.jobs()[0].state is wanted)

    run(work())
