"""kill -9 in the middle: the queue is there again, goes on, and sends nothing twice."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from explorer.transfer.encoding import request_to_text
from explorer.transfer.model import ConflictPolicy, JobSnapshot, Request
from explorer.transfer.state import JobState
from tests.integration.transfer.rig import (
    WITH_CREW,
    Hooked,
    Rig,
    noise,
    parts_in,
    run,
    tree_of,
    write,
)

BLOCK = 256 * 1024
BLOCKS = 24
SLOTS = 2
OPTIONS: dict[str, Any] = {
    "block_size_bytes": BLOCK,
    "conflicts": ConflictPolicy.OVERWRITE,
    "limit_bytes_per_s": 6 * BLOCK,
}


@contextmanager
def child(
    rig: Rig,
    folder: Path,
    request: Request | None,
    hold_at: int = 0,
    *,
    has_crew: bool = False,
) -> Iterator[subprocess.Popen[str]]:
    connection = write(folder / "connection", rig.emulator.connection_string.encode())
    arguments = [str(connection), str(rig.data_dir)]
    if request is not None:
        arguments.append(str(write(folder / "request", request_to_text(request).encode())))
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.transfer_child", *arguments],
        stdout=subprocess.PIPE,
        env={
            **os.environ,
            "QUAYSIDE_HOLD_AT": str(hold_at),
            "QUAYSIDE_WITH_CREW": "1" if has_crew or WITH_CREW else "",
        },
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def killed_at(rig: Rig, folder: Path, request: Request | None, bytes_done: int) -> int:
    """Run a child until it has told so many durable bytes, kill it; what it told last."""
    with child(rig, folder, request, bytes_done) as process:
        assert process.stdout is not None
        for line in process.stdout:
            told = line.split()
            if told[0] != "ready" and int(told[0]) >= bytes_done:
                process.kill()
                assert told[1] != "done", "it was to be killed in the middle"
                return int(told[0])
    raise AssertionError("the child ended by itself")


async def adopt_and_finish(rig: Rig, store: Hooked) -> JobSnapshot:
    async with rig.engine(store, adopt=True, concurrency=SLOTS) as engine:
        (job,) = engine.jobs()
        await engine.set_limit(job.id, 0)
        return await engine.wait(job.id)


@pytest.mark.parametrize("at", [1, 7, 13])
def test_a_killed_upload_goes_on_and_reuses_its_blocks(
    rig: Rig, container: ContainerClient, tmp_path: Path, at: int
) -> None:
    container.upload_blob("f", b"old")
    data = noise(BLOCKS * BLOCK)
    source = write(tmp_path / "f", data)
    told = killed_at(rig, tmp_path, rig.upload(source, "f", **OPTIONS), at * BLOCK)
    assert container.download_blob("f").readall() == b"old"
    store = Hooked(rig.store)
    assert run(adopt_and_finish(rig, store)).state is JobState.DONE
    assert container.download_blob("f").readall() == data
    assert store.calls["put_block"] <= BLOCKS - told // BLOCK


@pytest.mark.parametrize("at", [4, 12])
def test_a_killed_download_goes_on_where_it_was_durable(
    rig: Rig, container: ContainerClient, tmp_path: Path, at: int
) -> None:
    data = noise(BLOCKS * BLOCK)
    container.upload_blob("f", data)
    target = write(tmp_path / "down" / "f", b"old")
    told = killed_at(rig, tmp_path, rig.download("f", target.parent, **OPTIONS), at * BLOCK)
    assert target.read_bytes() == b"old"
    store = Hooked(rig.store)
    assert run(adopt_and_finish(rig, store)).state is JobState.DONE
    assert target.read_bytes() == data
    assert not parts_in(tmp_path)
    assert store.calls["read_range"] <= BLOCKS - told // BLOCK


def test_a_tree_survives_several_kills(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    for number in range(60):
        write(tmp_path / "up" / f"d{number % 7}" / f"f{number}", noise(20_000, seed=number))
    total = 60 * 20_000
    options = {**OPTIONS, "conflicts": ConflictPolicy.FAIL, "limit_bytes_per_s": 300_000}
    request: Request | None = rig.upload(tmp_path / "up", "", "t/", **options)
    for part in (1, 2, 3):
        killed_at(rig, tmp_path, request, total * part // 5)
        request = None
    job = run(adopt_and_finish(rig, Hooked(rig.store)))
    assert (job.state, job.files_done, job.failure) == (JobState.DONE, 60, None)
    request = rig.download("t/", tmp_path / "down", **options)
    for part in (1, 2, 3):
        killed_at(rig, tmp_path, request, total * part // 5)
        request = None

    async def finish() -> JobSnapshot:
        async with rig.engine(adopt=True) as engine:
            job = engine.jobs()[-1]
            await engine.set_limit(job.id, 0)
            return await engine.wait(job.id)

    job = run(finish())
    assert (job.state, job.files_done, job.failure) == (JobState.DONE, 60, None)
    assert tree_of(tmp_path / "down") == tree_of(tmp_path / "up")
    assert not parts_in(tmp_path)


def test_a_job_runs_in_one_process_only_and_can_be_paused_from_another(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    source = write(tmp_path / "f", noise(BLOCKS * BLOCK))
    with child(rig, tmp_path, rig.upload(source, "f", **OPTIONS)) as process:
        assert process.stdout is not None
        told = (line.split()[0] for line in process.stdout)
        assert any(done.isdigit() and int(done) >= 2 * BLOCK for done in told)

        async def work() -> None:
            async with rig.engine(adopt=True) as engine:
                (job,) = engine.jobs()
                assert (job.state, job.is_ours) == (JobState.RUNNING, False)
                await engine.pause(job.id)
                paused = await engine.wait(job.id)
                assert paused.state is JobState.PAUSED
                await engine.set_limit(job.id, 0)
                await engine.resume(job.id)
                done = await engine.wait(job.id)
                assert (done.state, done.is_ours) == (JobState.DONE, True)

        run(work())
        assert process.poll() is None
    assert container.download_blob("f").readall() == source.read_bytes()


def test_many_engines_that_start_together_run_a_job_once(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    source = write(tmp_path / "f", noise(8 * BLOCK))
    request = rig.upload(source, "f", **{**OPTIONS, "limit_bytes_per_s": BLOCK})
    killed_at(rig, tmp_path, request, BLOCK)
    stores = [Hooked(rig.store) for _ in range(12)]

    async def work() -> None:
        async def one(store: Hooked) -> JobSnapshot:
            async with rig.engine(store, adopt=True, concurrency=1) as engine:
                (job,) = engine.jobs()
                if job.is_ours:
                    await engine.set_limit(job.id, 0)
                return await engine.wait(job.id)

        jobs = await asyncio.gather(*(one(store) for store in stores))
        assert {job.state for job in jobs} <= {JobState.DONE, JobState.INTERRUPTED}

    run(work())
    assert sum("put_block_list" in store.calls for store in stores) == 1
    assert sum("put_block" in store.calls for store in stores) == 1
    assert container.download_blob("f").readall() == source.read_bytes()
