"""The network goes away for longer than any file is tried: the job waits, and goes on."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from explorer.base.errors import UnknownHostError
from explorer.service.emulator import Emulator
from explorer.storage.api import BlobStore
from explorer.storage.azure.client import open_store
from explorer.storage.connection import parse
from explorer.transfer import line
from explorer.transfer.dispatch import RUNNING_JOBS
from explorer.transfer.model import Failure, RemotePlace
from explorer.transfer.retry import RetryPolicy
from explorer.transfer.state import JobState
from tests.integration.transfer.rig import Hooked, Stores, noise, open_rig, run, until, write
from tests.servers.fault_proxy import FaultProxy, Op, Refuse, ResetUp, Rule

BLOCK = 64 * 1024


def test_a_long_outage_is_waited_out_with_one_probe_at_a_time_and_no_file_is_given_up(
    azurite: Emulator,
    container: ContainerClient,
    data_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line, "FIRST_S", 0.01)
    monkeypatch.setattr(line, "LONGEST_S", 0.02)
    rig = open_rig(azurite, container.container_name, data_dir)
    for number in range(4):
        write(tmp_path / "up" / str(number), noise(6 * BLOCK, number))
    for number in range(10):
        write(tmp_path / "up" / f"small {number}", noise(100, number))
    gone = Rule(None, fault=ResetUp(0))

    async def work(store: object, proxy: FaultProxy) -> None:
        async with rig.engine(store) as engine:
            job_id = await engine.submit(rig.upload(tmp_path / "up", block_size_bytes=BLOCK))
            await until(lambda: proxy.counts[Op.PUT_BLOCK] >= 3)
            proxy.rules.append(gone)
            await until(lambda: engine.jobs()[0].state is JobState.RETRY_WAIT)
            await until(lambda: "Waiting for the network" in str(engine.jobs()[0].failure))
            seen = len(proxy.log)
            tries = RetryPolicy().soon_attempts
            await until(lambda: len(proxy.log) > seen + 3 * tries)
            later = [each.op for each in proxy.log[seen + tries :]]
            assert set(later) == {Op.OTHER}  # nothing but probes
            assert engine.jobs()[0].files_failed == 0
            proxy.rules.remove(gone)
            job = await engine.wait(job_id)
            assert (job.state, job.files_done, job.files_failed) == (JobState.DONE, 14, 0)
            assert job.failure is None

    with FaultProxy(azurite) as proxy:
        store = open_store(parse(proxy.connection_string))
        try:
            run(work(store, proxy))
        finally:
            store.close()
            rig.store.close()
    for path in (tmp_path / "up").iterdir():
        assert container.download_blob(path.name).readall() == path.read_bytes()


def test_a_file_that_alone_gets_no_answer_fails_and_the_rest_comes(
    azurite: Emulator,
    container: ContainerClient,
    data_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(RetryPolicy, "ceiling", lambda *_: 0.01)
    rig = open_rig(azurite, container.container_name, data_dir)
    for name in ("good", "poison"):
        write(tmp_path / "up" / name, noise(3 * BLOCK))

    with FaultProxy(azurite) as proxy:

        class Poison(Rule):
            def fits(self, seen: object, chance: object) -> bool:
                return "/poison?" in getattr(seen, "target", "")

        proxy.rules.append(Poison(Op.PUT_BLOCK, fault=ResetUp(0)))
        store = open_store(parse(proxy.connection_string))
        try:

            async def work() -> None:
                async with rig.engine(store) as engine:
                    job_id = await engine.submit(
                        rig.upload(tmp_path / "up", block_size_bytes=BLOCK)
                    )
                    job = await engine.wait(job_id)
                    assert (job.state, job.files_done, job.files_failed) == (JobState.FAILED, 1, 1)

            run(work())
        finally:
            store.close()
            rig.store.close()


def test_an_outage_is_waited_for_no_longer_than_was_said_and_by_all_files_together(
    azurite: Emulator,
    container: ContainerClient,
    data_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(RetryPolicy, "ceiling", lambda *_: 0.01)
    monkeypatch.setattr(line, "FIRST_S", 0.05)
    outages: list[Failure] = []
    tell = line.Line._tell

    def noted(self: line.Line, trouble: Failure | None) -> None:
        tell(self, trouble)
        if trouble is not None:
            outages.append(trouble)

    monkeypatch.setattr(line.Line, "_tell", noted)
    rig = open_rig(azurite, container.container_name, data_dir)
    for number in range(5):
        write(tmp_path / "up" / str(number), noise(2 * BLOCK))

    async def work(store: object) -> None:
        async with rig.engine(store, concurrency=1) as engine:
            engine.set_outage(1)
            assert engine._plant.patience.longest_s == 60
            engine._plant.patience.longest_s = 0.5
            began_s = time.monotonic()
            job_id = await engine.submit(rig.upload(tmp_path / "up", block_size_bytes=BLOCK))
            job = await engine.wait(job_id)
            assert (job.state, job.files_failed) == (JobState.FAILED, 5)
            assert time.monotonic() - began_s > 0.5
            assert len(outages) == 1  # not once for each

    with FaultProxy(azurite, Rule(None, fault=ResetUp(0))) as proxy:
        store = open_store(parse(proxy.connection_string))
        try:
            run(work(store))
        finally:
            store.close()
            rig.store.close()


def test_a_job_that_is_paused_in_an_outage_goes_on_when_it_is_resumed_after_it(
    azurite: Emulator,
    container: ContainerClient,
    data_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(RetryPolicy, "ceiling", lambda *_: 0.01)
    rig = open_rig(azurite, container.container_name, data_dir)
    write(tmp_path / "up" / "a", noise(6 * BLOCK))
    gone = Rule(None, fault=ResetUp(0))

    async def work(store: object, proxy: FaultProxy) -> None:
        async with rig.engine(store) as engine:
            job_id = await engine.submit(rig.upload(tmp_path / "up", block_size_bytes=BLOCK))
            await until(lambda: "Waiting for the network" in str(engine.jobs()[0].failure))
            await engine.pause(job_id)
            assert engine.jobs()[0].state is JobState.PAUSED
            proxy.rules.remove(gone)
            await engine.resume(job_id)
            assert (await engine.wait(job_id)).state is JobState.DONE

    with FaultProxy(azurite, gone) as proxy:
        store = open_store(parse(proxy.connection_string))
        try:
            run(work(store, proxy))
        finally:
            store.close()
            rig.store.close()
    assert container.download_blob("a").readall() == (tmp_path / "up" / "a").read_bytes()


def test_resume_looks_at_once_whether_the_network_is_back(
    azurite: Emulator,
    container: ContainerClient,
    data_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(RetryPolicy, "ceiling", lambda *_: 0.01)
    monkeypatch.setattr(line, "FIRST_S", 1000.0)
    rig = open_rig(azurite, container.container_name, data_dir)
    write(tmp_path / "f", noise(2 * BLOCK))

    async def work(store: object, proxy: FaultProxy) -> None:
        async with rig.engine(store) as engine:
            job_id = await engine.submit(rig.upload(tmp_path / "f", block_size_bytes=BLOCK))
            await until(lambda: "Waiting for the network" in str(engine.jobs()[0].failure))
            proxy.rules.clear()
            await engine.resume(job_id)
            assert (await engine.wait(job_id)).state is JobState.DONE

    with FaultProxy(azurite, Rule(None, fault=ResetUp(0))) as proxy:
        store = open_store(parse(proxy.connection_string))
        try:
            run(work(store, proxy))
        finally:
            store.close()
            rig.store.close()


@pytest.mark.parametrize("has_begun", [False, True], ids=["mistyped", "gone later"])
def test_a_host_that_does_not_exist_fails_at_once_unless_it_has_answered_before(
    azurite: Emulator,
    container: ContainerClient,
    data_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    has_begun: bool,
) -> None:
    monkeypatch.setattr(RetryPolicy, "ceiling", lambda *_: 0.01)
    rig = open_rig(azurite, container.container_name, data_dir)
    source = write(tmp_path / "f", noise(6 * BLOCK))

    def unknown(name: str, count: int, args: object) -> None:
        if name != "close" and (not has_begun or (name == "put_block" and count > 2) or broken):
            broken.append(name)
            raise UnknownHostError("Uploading f: no account of that name.", cure="Check the name.")

    broken: list[str] = []
    store = Hooked(rig.store, before=unknown)

    async def work() -> None:
        async with rig.engine(store, concurrency=1) as engine:
            job_id = await engine.submit(rig.upload(source, "f", block_size_bytes=BLOCK))
            if has_begun:
                await until(lambda: "Waiting for the network" in str(engine.jobs()[0].failure))
                await engine.cancel(job_id)
                return
            job = await engine.wait(job_id)
            assert job.state is JobState.FAILED
            (file,) = await engine.transfers(job_id)
            assert "no account of that name" in str(file.failure)
            assert len(broken) == 1

    run(work())
    rig.store.close()


def test_an_absurd_pause_that_the_service_asks_for_is_told_as_the_reason(
    azurite: Emulator, container: ContainerClient, data_dir: Path, tmp_path: Path
) -> None:
    rig = open_rig(azurite, container.container_name, data_dir)
    refuse = Refuse(503, (("Retry-After", "100000"),))
    source = write(tmp_path / "f", b"x")

    async def work(store: object) -> str:
        async with rig.engine(store) as engine:
            job_id = await engine.submit(rig.upload(source, "f"))
            assert (await engine.wait(job_id)).state is JobState.FAILED
            (file,) = await engine.transfers(job_id)
            return str(file.failure)

    with FaultProxy(azurite, Rule(Op.PUT_BLOB, fault=refuse)) as proxy:
        store = open_store(parse(proxy.connection_string))
        try:
            told = run(work(store))
        finally:
            store.close()
            rig.store.close()
    assert "asked to wait 1 d 3 h; more than 1 h is not waited for" in told


class Accounts(Stores):
    """One store for each endpoint."""

    def __init__(self, *stores: BlobStore) -> None:
        super().__init__(stores[0])
        self._all = {store.endpoint: store for store in stores}

    async def store_for(self, place: RemotePlace) -> BlobStore:
        return self._all[place.endpoint]


def test_jobs_for_an_account_that_cannot_be_reached_do_not_hold_up_those_for_another(
    azurite: Emulator,
    container: ContainerClient,
    data_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line, "LONGEST_S", 0.02)
    monkeypatch.setattr(RetryPolicy, "ceiling", lambda *_: 0.01)
    rig = open_rig(azurite, container.container_name, data_dir)
    source = write(tmp_path / "f", b"x")
    gone = Rule(None, fault=ResetUp(0))
    many = RUNNING_JOBS + 2

    async def work(far: BlobStore, proxy: FaultProxy) -> None:
        async with rig.engine(stores=Accounts(rig.store, far)) as engine:
            there = replace(rig.place, endpoint=far.endpoint)
            for number in range(many):
                request = rig.upload(source, f"far {number}")
                await engine.submit(replace(request, target=there))
            await until(lambda: engine.jobs()[0].failure)
            near = await engine.submit(rig.upload(source, "near"))
            assert (await engine.wait(near)).state is JobState.DONE
            waiting = [job.state for job in engine.jobs()[:many]]
            assert JobState.DONE not in waiting
            assert waiting.count(JobState.QUEUED) >= many - RUNNING_JOBS
            proxy.rules.remove(gone)
            for job in engine.jobs():
                assert (await engine.wait(job.id)).state is JobState.DONE

    with FaultProxy(azurite, gone) as proxy:
        far = open_store(parse(proxy.connection_string))
        try:
            run(work(far, proxy))
        finally:
            far.close()
            rig.store.close()
