"""The network goes away for longer than any file is tried: the job waits, and goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from explorer.service.emulator import Emulator
from explorer.storage.azure.client import open_store
from explorer.storage.connection import parse
from explorer.transfer import line
from explorer.transfer.retry import RetryPolicy
from explorer.transfer.state import JobState
from tests.integration.transfer.rig import noise, open_rig, run, until, write
from tests.servers.fault_proxy import FaultProxy, Op, ResetUp, Rule

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
