"""A job that waits for its turn, and is stopped in the moment in which its turn comes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from explorer.transfer import job_table
from explorer.transfer.dispatch import RUNNING_JOBS
from explorer.transfer.journal import Journal
from explorer.transfer.state import JobState
from tests.integration.transfer.rig import Brake, Rig, noise, run, until, write


@pytest.mark.parametrize("how", ["pause", "cancel"])
def test_it_does_not_begin(
    rig: Rig,
    container: ContainerClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    source = write(tmp_path / "f", noise(1000))
    brake = Brake(rig, "put_blob", 0)
    do = Journal.do

    async def work() -> None:
        async with rig.engine(brake.store) as engine:
            before = [await engine.submit(rig.upload(source, f"f{n}")) for n in range(RUNNING_JOBS)]
            await until(brake.held.is_set)
            last = await engine.submit(rig.upload(source, "last"))

            async def slow(journal: Journal, work: Any, *args: Any, **kwargs: Any) -> Any:
                if work in (job_table.claim, job_table.set_state) and args[0] == last:
                    brake.released.set()  # the others end now
                    for job_id in before:
                        await engine.wait(job_id)
                return await do(journal, work, *args, **kwargs)

            with monkeypatch.context() as patch:
                patch.setattr(Journal, "do", slow)
                await getattr(engine, how)(last)
            stopped = JobState.PAUSED if how == "pause" else JobState.CANCELLED
            await until(lambda: not engine._queue.running())
            assert engine.jobs()[-1].state is stopped
            if how == "pause":
                await engine.resume(last)
                assert (await engine.wait(last)).state is JobState.DONE

    run(work())
    assert ("last" in list(container.list_blob_names())) is (how == "pause")
