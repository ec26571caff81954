"""Jobs that leave the list while somebody has to do with them: taken out by another process, or
before they were queued."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from explorer.base.errors import DiskFullError, InputError
from explorer.transfer import job_table
from explorer.transfer import queue as queue_module
from explorer.transfer.journal import Journal
from explorer.transfer.state import JobState
from tests.integration.transfer.rig import Brake, Rig, run, until, write


def test_a_retry_of_a_job_that_another_process_took_out_says_so(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    container.upload_blob("f", b"in the way")
    source = write(tmp_path / "f", b"x")

    async def work() -> None:
        async with rig.engine() as one:
            job_id = await one.submit(rig.upload(source, "f"))
            assert (await one.wait(job_id)).state is JobState.FAILED
            async with rig.engine() as two:
                await two.remove(job_id)
            with pytest.raises(InputError, match=f"There is no job {job_id}"):
                await one.retry(job_id)

    run(work())


def test_nobody_waits_for_ever_for_a_job_that_another_process_ran_and_took_out(
    rig: Rig, tmp_path: Path
) -> None:
    source = write(tmp_path / "f", b"x")
    brake = Brake(rig, "put_blob", 0)

    async def work() -> None:
        async with rig.engine(brake.store) as one, rig.engine() as two:
            job_id = await one.submit(rig.upload(source, "f"))
            await until(lambda: two.jobs() and brake.held.is_set())
            waiting = asyncio.gather(two.wait(job_id))
            await until(lambda: two._queue.job(job_id).waiters)
            brake.released.set()
            await one.wait(job_id)
            await one.remove(job_id)
            with pytest.raises(InputError, match=f"There is no job {job_id}"):
                await waiting

    run(work())


def test_other_processes_are_followed_on_though_a_job_of_theirs_goes_while_it_is_read(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write(tmp_path / "f", b"x")
    brake = Brake(rig, "put_blob", 0)
    read = Journal.read
    went: list[int] = []

    async def work() -> None:
        async with rig.engine(brake.store) as one, rig.engine() as two:
            job_id = await one.submit(rig.upload(source, "f"))
            await until(brake.held.is_set)

            async def slow(journal: Journal, work: Any, *args: Any, **kwargs: Any) -> Any:
                if journal is two._journal and work is job_table.get and not went:
                    went.append(job_id)
                    brake.released.set()
                    await one.wait(job_id)
                    await one.remove(job_id)
                return await read(journal, work, *args, **kwargs)

            monkeypatch.setattr(Journal, "read", slow)
            await until(lambda: went)
            another = await one.submit(rig.upload(source, "g"))
            await until(lambda: [job.id for job in two.jobs()] == [another])

    run(work())


@pytest.mark.parametrize("step", ["add", "fold"])
def test_a_request_that_is_cancelled_before_it_was_queued_is_never_carried_out(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    source = write(tmp_path / "f", b"x")
    is_there, may_go_on = threading.Event(), threading.Event()
    place: Any = job_table if step == "add" else queue_module
    real = getattr(place, step)

    def slow(*args: Any) -> Any:
        done = real(*args)
        is_there.set()
        may_go_on.wait(30)
        return done

    monkeypatch.setattr(place, step, slow)

    async def work() -> None:
        async with rig.engine() as engine:
            asking = asyncio.gather(engine.submit(rig.upload(source, "f")))
            await until(is_there.is_set)
            asking.cancel()
            may_go_on.set()
            with pytest.raises(asyncio.CancelledError):
                await asking
            assert engine.jobs() == ()
        async with rig.engine(adopt=True) as engine:
            assert engine.jobs() == ()

    run(work())


def test_a_job_is_queued_though_the_log_of_the_queue_cannot_be_folded(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write(tmp_path / "f", b"x")

    def full(db: object) -> int:
        raise DiskFullError("The transfer queue could not be written: the disk is full.")

    monkeypatch.setattr(queue_module, "fold", full)

    async def work() -> None:
        async with rig.engine() as engine:
            job_id = await engine.submit(rig.upload(source, "f"))
            assert (await engine.wait(job_id)).state is JobState.DONE

    run(work())


def test_a_job_that_another_process_ended_stays_nobodys_where_it_was_to_go_on(
    rig: Rig, tmp_path: Path
) -> None:
    source = write(tmp_path / "f", b"x")
    brake = Brake(rig, "put_blob", 0)

    async def work() -> None:
        async with rig.engine(brake.store) as one, rig.engine() as two:
            job_id = await one.submit(rig.upload(source, "f"))
            await until(brake.held.is_set)
            await brake.released_by(one.pause(job_id))
            await until(lambda: two.jobs() and two.jobs()[0].state is JobState.PAUSED)
            await one.cancel(job_id)
            await two.resume(job_id)
            assert two.jobs()[0].state is JobState.CANCELLED
            await one.remove(job_id)
            await until(lambda: not two.jobs())

    run(work())


def test_a_job_that_another_process_began_again_and_paused_is_not_taken_out(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    container.upload_blob("f", b"in the way")
    source = write(tmp_path / "f", b"x")
    brake = Brake(rig, "put_blob", 1)

    async def work() -> None:
        async with rig.engine(brake.store) as one, rig.engine() as two:
            job_id = await one.submit(rig.upload(source, "f"))
            await one.wait(job_id)
            await until(lambda: two.jobs() and two.jobs()[0].state is JobState.FAILED)
            await one.retry(job_id)
            await until(brake.held.is_set)
            await brake.released_by(one.pause(job_id))
            with pytest.raises(InputError, match="not at its end"):
                await two.remove(job_id)
            await one.resume(job_id)
            assert (await one.wait(job_id)).state is JobState.FAILED

    run(work())
