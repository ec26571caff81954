"""A cancel that comes while the answer to the commit is under way waits for it."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from explorer.service.emulator import Emulator
from explorer.storage.azure.client import open_store
from explorer.storage.connection import parse
from explorer.transfer.model import ConflictPolicy
from explorer.transfer.state import JobState, TransferState
from tests.integration.transfer.rig import Rig, noise, open_rig, run, until, write
from tests.integration.transfer.test_file_control import is_cancelling
from tests.servers.fault_proxy import FaultProxy, LateReply, Op, Rule

BLOCK = 64 * 1024


@pytest.fixture
def rig(azurite: Emulator, container: ContainerClient, data_dir: Path) -> Rig:
    return open_rig(azurite, container.container_name, data_dir)


@pytest.mark.parametrize("what", ["job", "file"])
@pytest.mark.parametrize(
    ("op", "size_bytes"),
    [(Op.PUT_BLOCK_LIST, 4 * BLOCK), (Op.PUT_BLOB, 1000), (Op.PUT_BLOB, 600 * 1024)],
)
def test_a_cancel_during_the_commit_waits_for_its_answer(
    rig: Rig, container: ContainerClient, tmp_path: Path, op: Op, size_bytes: int, what: str
) -> None:
    source = write(tmp_path / "f", noise(size_bytes))
    container.upload_blob("f", b"old")
    is_written, may_answer = threading.Event(), threading.Event()
    block = BLOCK if op is Op.PUT_BLOCK_LIST else 0
    rule = Rule(op, fault=LateReply(is_written, may_answer))

    async def work(store: object) -> None:
        async with rig.engine(store) as engine:
            job_id = await engine.submit(
                rig.upload(source, "f", block_size_bytes=block, conflicts=ConflictPolicy.OVERWRITE)
            )
            await until(is_written.is_set)
            if what == "job":
                cancelling = asyncio.gather(engine.cancel(job_id))
            else:
                (file,) = await engine.transfers(job_id)
                cancelling = asyncio.gather(engine.files.cancel(job_id, [file.id]))
            await until(is_cancelling)
            assert not cancelling.done()
            may_answer.set()
            await cancelling
            (file,) = await engine.transfers(job_id)
            job = await engine.wait(job_id)
            stored = container.download_blob("f").readall()
            assert (file.state is TransferState.DONE) is (stored == source.read_bytes())
            assert stored == source.read_bytes()
            assert (job.state, job.files_done, job.files_cancelled) == (JobState.DONE, 1, 0)

    with FaultProxy(rig.emulator, rule) as proxy:
        store = open_store(parse(proxy.connection_string))
        try:
            run(work(store))
        finally:
            may_answer.set()
            store.close()
            rig.store.close()
