"""Pause, resume, cancel, retry, to the front: what a person can do with single files."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from explorer.base.errors import InputError
from explorer.transfer import file_control
from explorer.transfer.engine import Engine
from explorer.transfer.model import ConflictPolicy, TransferSnapshot
from explorer.transfer.state import JobState, TransferState
from tests.integration.transfer.rig import (
    Brake,
    Ears,
    Hooked,
    Rig,
    noise,
    parts_in,
    run,
    tree_of,
    until,
    write,
)

BLOCK = 64 * 1024
BIG = 10 * BLOCK
S = TransferState


async def named(engine: Engine, job_id: int, *names: str) -> list[int]:
    """Ids of files, as soon as the walk has found them."""
    while True:
        try:
            return [file.id for file in await engine.files.find(job_id, names)]
        except InputError:
            await asyncio.sleep(0.005)


async def states(engine: Engine, job_id: int) -> dict[str, TransferState]:
    return {file.remote_name: file.state for file in await engine.transfers(job_id)}


async def one(engine: Engine, job_id: int, name: str) -> TransferSnapshot:
    (found,) = await engine.files.find(job_id, [name])
    return found


class Naming(Brake):
    """Says whose call was held first."""

    named = ""

    def _before(self, name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == self._method and not self.named:
            self.named = args[0].name
        super()._before(name, count, args)


class BrakeOn(Brake):
    """Holds the calls for one blob."""

    def __init__(self, rig: Rig, method: str, blob: str, free: int = 0) -> None:
        super().__init__(rig, method, free)
        self._blob = blob
        self._calls = 0

    def _before(self, name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == self._method and args[0].name == self._blob:
            self._calls += 1
            super()._before(name, self._calls, args)


def three(tmp_path: Path, size_bytes: int = BIG) -> Path:
    for at, name in enumerate(("a", "b", "c")):
        write(tmp_path / "up" / name, noise(size_bytes, at))
    return tmp_path / "up"


@pytest.mark.parametrize("size_bytes", [1000, BIG])
def test_a_file_that_is_paused_waits_while_the_rest_goes_on_and_then_the_job_says_so(
    rig: Rig, container: ContainerClient, tmp_path: Path, size_bytes: int
) -> None:
    source = three(tmp_path, size_bytes)
    method = "put_blob" if size_bytes < BLOCK else "put_block"
    brake = Naming(rig, method, 0)
    ears = Ears()

    async def work() -> None:
        async with rig.engine(brake.store, ears=ears, concurrency=1) as engine:
            job_id = await engine.submit(rig.upload(source, block_size_bytes=BLOCK))
            await until(brake.held.is_set)
            first, *others = sorted("abc", key=lambda name: name != brake.named)
            ids = await named(engine, job_id, *others)
            await brake.released_by(engine.files.pause(job_id, ids))
            job = await engine.wait(job_id)
            told = await states(engine, job_id)
            assert told[first] is S.DONE
            assert (job.state, job.files_paused) == (JobState.PAUSED, 2)
            assert [told[name] for name in others] == [S.PAUSED, S.PAUSED]
            assert job.files_done == 1
            assert {f.id for f in ears.transfers if f.state is S.PAUSED} >= set(ids)
            await engine.files.resume(job_id, ids[:1])
            job = await engine.wait(job_id)
            assert (job.state, job.files_done, job.files_paused) == (JobState.PAUSED, 2, 1)
            await engine.resume(job_id)  # nothing else is left
            job = await engine.wait(job_id)
            assert (job.state, job.files_done, job.files_paused) == (JobState.DONE, 3, 0)
            assert job.bytes_done == job.bytes_total == 3 * size_bytes

    run(work())
    for path in source.iterdir():
        assert container.download_blob(path.name).readall() == path.read_bytes()


def test_a_paused_file_keeps_what_it_has_and_another_engine_lets_it_rest(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    source = three(tmp_path)
    brake = BrakeOn(rig, "put_block", "b", 5)

    async def first() -> None:
        async with rig.engine(brake.store, concurrency=1) as engine:
            job_id = await engine.submit(rig.upload(source, block_size_bytes=BLOCK))
            await until(brake.held.is_set)
            ids = await named(engine, job_id, "b")
            await brake.released_by(engine.files.pause(job_id, ids))
            job = await engine.wait(job_id)
            assert (job.state, job.files_done) == (JobState.PAUSED, 2)
            assert 2 * BIG + 4 * BLOCK <= job.bytes_done < 3 * BIG

    async def second() -> int:
        store = Hooked(rig.store)
        async with rig.engine(store, adopt=True) as engine:
            (job,) = engine.jobs()
            assert (job.state, job.files_paused) == (JobState.PAUSED, 1)
            (paused,) = await engine.transfers(job.id, states=frozenset({S.PAUSED}))
            await engine.files.resume(job.id, [paused.id])
            assert (await engine.wait(job.id)).state is JobState.DONE
        return store.calls["put_block"]

    run(first())
    assert run(second()) <= 6
    assert container.download_blob("b").readall() == (source / "b").read_bytes()


@pytest.mark.parametrize(
    ("direction", "size_bytes"), [("upload", BIG), ("download", 1000), ("download", BIG)]
)
def test_a_file_that_is_cancelled_leaves_nothing_and_the_rest_comes(
    rig: Rig, container: ContainerClient, tmp_path: Path, direction: str, size_bytes: int
) -> None:
    source = three(tmp_path, size_bytes)
    options: dict[str, Any] = {"block_size_bytes": BLOCK, "conflicts": ConflictPolicy.OVERWRITE}
    down = tmp_path / "down"
    if direction == "upload":
        container.upload_blob("b", b"old")
        brake = BrakeOn(rig, "put_block", "b")
        request: Any = rig.upload(source, **options)
    else:
        for path in source.iterdir():
            container.upload_blob(path.name, path.read_bytes())
        write(down / "b", b"old")
        brake = BrakeOn(rig, "read_range", "b")
        request = rig.download("", down, **options)

    async def work() -> None:
        async with rig.engine(brake.store, concurrency=4) as engine:
            job_id = await engine.submit(request)
            await until(brake.held.is_set)
            ids = await named(engine, job_id, "b")
            await brake.released_by(engine.files.cancel(job_id, ids))
            b = await one(engine, job_id, "b")
            job = await engine.wait(job_id)
            assert (job.state, job.files_done, job.files_cancelled) == (JobState.DONE, 2, 1)
            assert b.state is (await one(engine, job_id, "b")).state is S.CANCELLED
            assert job.bytes_done == job.bytes_total == 2 * size_bytes
            assert parts_in(tmp_path) == []
            with pytest.raises(InputError):
                await engine.files.retry(job_id, await named(engine, job_id, "a"))
            await engine.files.retry(job_id, ids)
            job = await engine.wait(job_id)
            assert (job.state, job.files_done, job.files_cancelled) == (JobState.DONE, 3, 0)

    run(work())
    if direction == "upload":
        assert container.download_blob("b").readall() == (source / "b").read_bytes()
    else:
        assert tree_of(down) == tree_of(source)


def test_only_so_many_files_get_a_rule_of_their_own(
    rig: Rig, container: ContainerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_control, "MOST_DECISIONS", 2)
    for name in "abc":
        write(tmp_path / "up" / name, b"new")
        container.upload_blob(name, b"old")

    async def work() -> None:
        async with rig.engine() as engine:
            job_id = await engine.submit(rig.upload(tmp_path / "up", conflicts=ConflictPolicy.FAIL))
            await engine.wait(job_id)
            ids = await named(engine, job_id, "a", "b", "c")
            with pytest.raises(InputError, match="More than 2 files"):
                await engine.files.retry(job_id, ids, ConflictPolicy.OVERWRITE)
            assert set((await states(engine, job_id)).values()) == {S.FAILED}
            await engine.files.retry(job_id, ids[:2], ConflictPolicy.OVERWRITE)
            await engine.wait(job_id)
            assert await states(engine, job_id) == {"a": S.DONE, "b": S.DONE, "c": S.FAILED}

    run(work())
