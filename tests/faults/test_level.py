"""How many requests at once are found to be of use: a service far away, one that is busy, and a
line that breaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from explorer.service.emulator import Emulator
from explorer.storage.azure.client import open_store
from explorer.storage.connection import parse
from explorer.transfer.level import START
from explorer.transfer.slots import Slots
from explorer.transfer.state import JobState
from tests.integration.transfer.rig import noise, open_rig, run, until, write
from tests.servers.fault_proxy import Far, FaultProxy, Op, Refuse, ResetUp, Rule

BLOCK = 1024
AWAY_S = 0.2
"""So far that it is not this process which is busy."""


@pytest.mark.parametrize("harm", [Refuse(503), Refuse(429), ResetUp(0)], ids=str)
def test_more_requests_run_while_they_bring_more_and_fewer_after_trouble(
    azurite: Emulator,
    container: ContainerClient,
    data_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    harm: Refuse | ResetUp,
) -> None:
    rig = open_rig(azurite, container.container_name, data_dir)
    data = noise(500 * BLOCK)
    write(tmp_path / "big.bin", data)
    widths = [START]
    open_only = Slots.open_only

    def noted(slots: Slots, count: int) -> None:
        open_only(slots, count)
        widths.append(slots.open)

    monkeypatch.setattr(Slots, "open_only", noted)

    async def work(store: object, proxy: FaultProxy) -> None:
        async with rig.engine(store, concurrency=0) as engine:
            request = rig.upload(tmp_path / "big.bin", block_size_bytes=BLOCK, with_md5=False)
            job_id = await engine.submit(request)
            await until(lambda: widths[-1] >= 4 * START)
            peak = widths[-1]
            at = proxy.counts[Op.PUT_BLOCK]
            trouble = Rule(Op.PUT_BLOCK, range(at + 1, at + 4), harm)
            proxy.rules.insert(0, trouble)
            await until(lambda: widths[-1] < peak)
            assert trouble.met
            job = await engine.wait(job_id)
            assert (job.state, job.files_done) == (JobState.DONE, 1)

    with FaultProxy(azurite, Rule(Op.PUT_BLOCK, fault=Far(AWAY_S))) as proxy:
        store = open_store(parse(proxy.connection_string))
        try:
            run(work(store, proxy))
        finally:
            store.close()
            rig.store.close()
    assert container.download_blob("big.bin").readall() == data
