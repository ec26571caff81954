"""A cancel that comes while a downloaded file gets its name: what has its name is done, and not
cancelled."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from explorer.transfer import progress_table
from explorer.transfer.folders import Folder
from explorer.transfer.journal import Journal
from explorer.transfer.model import ConflictPolicy
from explorer.transfer.state import JobState, TransferState
from tests.integration.transfer.rig import Rig, is_cancelling, noise, parts_in, run, until, write

BLOCK = 64 * 1024
SMALL = 1000
LARGE = 4 * BLOCK


@pytest.mark.parametrize("what", ["job", "file"])
@pytest.mark.parametrize(
    ("step", "size_bytes"), [("sync", SMALL), ("sync", LARGE), ("publish", LARGE)]
)
def test_what_has_its_name_is_done(
    rig: Rig,
    container: ContainerClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    size_bytes: int,
    what: str,
) -> None:
    data = noise(size_bytes)
    container.upload_blob("f", data)
    target = write(tmp_path / "down" / "f", b"old")
    has_name, may_go_on = threading.Event(), threading.Event()
    real = getattr(Folder, step)

    def slow(*args: Any) -> None:
        if step == "publish":
            real(*args)
        if target.read_bytes() == data:
            has_name.set()
            may_go_on.wait(30)
        if step == "sync":
            real(*args)

    monkeypatch.setattr(Folder, step, slow)

    async def work() -> None:
        async with rig.engine() as engine:
            request = rig.download(
                "f",
                target.parent,
                block_size_bytes=BLOCK,
                conflicts=ConflictPolicy.OVERWRITE,
            )
            job_id = await engine.submit(request)
            await until(has_name.is_set)
            (file,) = await engine.transfers(job_id)
            cancelling = asyncio.gather(
                engine.cancel(job_id) if what == "job" else engine.files.cancel(job_id, [file.id])
            )
            await until(is_cancelling)
            may_go_on.set()
            await cancelling
            (file,) = await engine.transfers(job_id)
            assert file.state is TransferState.DONE
            job = await engine.wait(job_id)
            assert (job.state, job.files_done, job.files_cancelled) == (JobState.DONE, 1, 0)

    run(work())
    assert target.read_bytes() == data
    assert not parts_in(tmp_path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_a_pause_while_a_download_is_noted_down_leaves_no_file_open(
    rig: Rig, container: ContainerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    container.upload_blob("f", noise(LARGE))
    do = Journal.do
    is_there = threading.Event()

    async def slow(journal: Journal, work: Any, *args: Any, **kwargs: Any) -> Any:
        if work is progress_table.start:
            is_there.set()
            await asyncio.Event().wait()
        return await do(journal, work, *args, **kwargs)

    async def work() -> None:
        async with rig.engine() as engine:
            monkeypatch.setattr(Journal, "do", slow)
            job_id = await engine.submit(
                rig.download("f", tmp_path / "down", block_size_bytes=BLOCK)
            )
            await until(is_there.is_set)
            await engine.pause(job_id)
            assert len(parts_in(tmp_path)) == 1
            assert not [path for path in open_files() if path.endswith(".quayside-part")]

    run(work())


def open_files() -> list[str]:
    found = []
    for number in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{number}"))
        except FileNotFoundError:  # the listing's own
            continue
    return found
