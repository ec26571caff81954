"""Small files moved by processes beside the engine's: as right as without, whoever is killed."""

from __future__ import annotations

import os
import pickle
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from explorer.storage.api import BlobStore
from explorer.storage.azure.client import StoreOptions, open_store
from explorer.storage.connection import parse
from explorer.transfer import crew_talk
from explorer.transfer.crew import Crew, CrewLostError, Mate
from explorer.transfer.engine import Engine
from explorer.transfer.model import ConflictPolicy, JobSnapshot, Request
from explorer.transfer.state import JobState
from tests.faults.test_kill import child
from tests.integration.transfer.rig import (
    Hooked,
    Rig,
    noise,
    parts_in,
    run,
    tree_of,
    until,
    write,
)
from tests.servers.fault_proxy import FaultProxy, Op, Refuse, Rule, Stall
from tests.support.crew import spawned_crew
from tests.support.processes import children_of, is_gone, writes_no_more

FILES = 300


class Lent(Hooked):
    """Counts what goes over this process's own store; others get the real one."""

    def __init__(self, store: BlobStore, **hooks: Any) -> None:
        super().__init__(store, **hooks)
        self.real = store

    def is_lendable(self, *, for_changes: bool) -> bool:
        return self.real.is_lendable(for_changes=for_changes)

    def __reduce__(self) -> tuple[Callable[[BlobStore], BlobStore], tuple[BlobStore]]:
        return _itself, (self.real,)


def _itself(store: BlobStore) -> BlobStore:
    return store


@contextmanager
def crewed() -> Iterator[Crew]:
    crew = spawned_crew()
    with closing(crew):
        yield crew


def files_in(folder: Path, count: int = FILES) -> Path:
    for number in range(count):
        data = noise(number * 37 % 9000, seed=number)
        write(folder / f"d{number % 7}" / f"{number} ü?.bin", data)
    return folder


async def there_and_back(
    rig: Rig, source: Path, target: Path, meet: Callable[[Crew, Engine], Any] = lambda *_: None
) -> tuple[list[JobSnapshot], Lent]:
    """Upload and download a tree, each with a crew that `meet` may do something to when the
    first files are over."""
    store = Lent(rig.store)

    async def done(request: Request) -> JobSnapshot:
        with crewed() as crew:
            async with rig.engine(store, crew=crew) as engine:
                job = await engine.submit(request)
                await until(lambda: engine.jobs()[-1].files_done)
                meet(crew, engine)
                return await engine.wait(job)

    return [
        await done(rig.upload(source, "", "t/")),
        await done(rig.download("t/", target)),
    ], store


def test_what_a_crew_moves_is_right_both_ways(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    source, target = files_in(tmp_path / "up"), tmp_path / "down"
    ends, store = run(there_and_back(rig, source, target))
    assert [(end.state, end.files_done) for end in ends] == [(JobState.DONE, FILES)] * 2
    assert tree_of(target) == tree_of(source)
    assert not parts_in(target)
    assert 0 < store.calls["put_blob"] < FILES, "the crew was to move some"
    assert 0 < store.calls["read_range"] < FILES


def test_a_process_of_the_crew_that_is_killed_loses_nothing(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    source, target = files_in(tmp_path / "up"), tmp_path / "down"
    killed = []

    def kill(crew: Crew, engine: Engine) -> None:
        for pid in crew.pids:
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

    ends, _ = run(there_and_back(rig, source, target, kill))
    assert len(killed) == 2
    assert [(end.state, end.files_done, end.failure) for end in ends] == [
        (JobState.DONE, FILES, None)
    ] * 2
    assert tree_of(target) == tree_of(source)
    assert not parts_in(target)


def test_a_process_of_the_crew_that_is_not_understood_ends_before_its_files_are_free(
    rig: Rig, container: ContainerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = files_in(tmp_path / "up"), tmp_path / "down"
    garbled: list[bytes] = []
    mates: list[int] = []
    lost: list[bool] = []

    def unpacked(data: bytes) -> Any:
        if mates and not garbled:
            garbled.append(data)
            raise pickle.UnpicklingError
        return crew_talk.unpacked(data)

    async def carry(mate: Mate, *args: Any, **how: Any) -> None:
        try:
            await carried(mate, *args, **how)
        except CrewLostError:
            lost.append(all(writes_no_more(pid) for pid in mates))
            raise

    carried = Mate.carry
    monkeypatch.setattr("explorer.transfer.crew.unpacked", unpacked)
    monkeypatch.setattr(Mate, "carry", carry)
    ends, _ = run(there_and_back(rig, source, target, lambda crew, _: mates.extend(crew.pids)))
    assert len(garbled) == 1
    assert lost
    assert all(lost)
    assert [(end.state, end.files_done) for end in ends] == [(JobState.DONE, FILES)] * 2
    assert tree_of(target) == tree_of(source)


@pytest.mark.parametrize("is_upload", [True, False])
def test_a_service_that_asks_for_fewer_requests_gets_none_for_a_while(
    rig: Rig, container: ContainerClient, tmp_path: Path, is_upload: bool
) -> None:
    source = files_in(tmp_path / "up", 600)
    request: Request = rig.upload(source, "", "t/")
    if not is_upload:
        run(rig_done(rig, request))
        request = rig.download("t/", tmp_path / "down")
    refused: list[float] = []
    busy = Refuse(503, (("Retry-After", "1"), ("x-ms-error-code", "ServerBusy")))
    op = Op.PUT_BLOB if is_upload else Op.GET_BLOB
    rule = Rule(op, (100,), busy, hook=lambda seen: refused.append(seen.at_s))

    async def done(proxy: FaultProxy) -> JobState:
        with crewed() as mates, closing(open_store(parse(proxy.connection_string))) as store:
            async with rig.engine(store, concurrency=16, crew=mates) as engine:
                return (await engine.wait(await engine.submit(request))).state

    with FaultProxy(rig.emulator, rule) as proxy:
        assert run(done(proxy)) is JobState.DONE
        late = [seen.at_s - refused[0] for seen in proxy.log]
    # Those whose turn it is cannot be called back; none begins after them.
    assert len([after for after in late if 0 < after < 0.95]) < 16


def test_what_is_in_the_way_is_treated_as_the_rule_says(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    source, target = files_in(tmp_path / "up", 60), tmp_path / "down"
    names = sorted(path for path in source.rglob("*") if path.is_file())
    for path in names[::2]:
        write(target / path.relative_to(source), b"mine")

    async def both_ways() -> list[JobSnapshot]:
        ends = []
        with crewed() as crew:
            async with rig.engine(crew=crew) as engine:
                for request in (
                    rig.upload(source, "", "t/"),
                    rig.upload(source, "", "t/"),
                    rig.download("t/", target, conflicts=ConflictPolicy.SKIP),
                ):
                    ends.append(await engine.wait(await engine.submit(request)))
        return ends

    first, again, down = run(both_ways())
    assert (first.files_done, again.files_failed, down.files_skipped) == (60, 60, 30)
    for number, path in enumerate(names):
        found = (target / path.relative_to(source)).read_bytes()
        assert found == (path.read_bytes() if number % 2 else b"mine")


def test_a_pause_does_not_wait_for_a_service_that_fell_silent(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    run(rig_done(rig, rig.upload(files_in(tmp_path / "up", 40), "", "t/")))
    request = rig.download("t/", tmp_path / "down")
    rule = Rule(Op.GET_BLOB, None, Stall("down"))

    async def paused() -> tuple[JobState, float]:
        with FaultProxy(rig.emulator, rule) as proxy, crewed() as crew:
            options = StoreOptions(proxy="direct")
            with closing(open_store(parse(proxy.connection_string), options)) as store:
                async with rig.engine(store, crew=crew) as engine:
                    job = await engine.submit(request)
                    await until(lambda: proxy.counts[Op.GET_BLOB] > 2)
                    began = time.monotonic()
                    await engine.control.pause(job)
                    return engine.jobs()[-1].state, time.monotonic() - began

    state, took_s = run(paused())
    assert state is JobState.PAUSED
    assert took_s < 15
    assert not parts_in(tmp_path)


async def rig_done(rig: Rig, request: Request) -> None:
    async with rig.engine() as engine:
        assert (await engine.wait(await engine.submit(request))).state is JobState.DONE


@pytest.mark.parametrize("is_upload", [True, False])
def test_an_engine_that_is_killed_takes_its_crew_along_and_the_next_one_goes_on(
    rig: Rig, container: ContainerClient, tmp_path: Path, is_upload: bool
) -> None:
    source, target = files_in(tmp_path / "up"), tmp_path / "down"
    request: Request = rig.upload(source, "", "t/")
    if not is_upload:
        run(rig_done(rig, request))
        request = rig.download("t/", target)
    with child(rig, tmp_path, request, has_crew=True) as process:
        assert process.stdout is not None
        told = (line.split() for line in process.stdout)
        assert any(done[0].isdigit() and int(done[0]) > 100_000 for done in told)
        (mate,) = children_of(process.pid)
        os.kill(mate, signal.SIGSTOP)  # it hears nothing yet
        process.kill()
        process.wait()

    async def left_alone() -> JobState:
        async with rig.engine(adopt=True) as engine:
            return engine.jobs()[-1].state

    async def finish() -> JobSnapshot:
        async with rig.engine(adopt=True) as engine:
            return await engine.wait(engine.jobs()[-1].id)

    assert run(left_alone()) is JobState.RUNNING, "its files are still in somebody's hands"
    os.kill(mate, signal.SIGCONT)
    run(until(lambda: is_gone(mate)))
    end = run(finish())
    assert (end.state, end.files_done, end.failure) == (JobState.DONE, FILES, None)
    if is_upload:
        assert len(list(container.list_blob_names())) == FILES
        assert run(rig.do(rig.download("t/", target))).state is JobState.DONE
    assert tree_of(target) == tree_of(source)
    assert not parts_in(target)
