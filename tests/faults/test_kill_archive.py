"""kill -9 in the middle of an archive: it goes on, here or elsewhere, and sends no block twice."""

from __future__ import annotations

import io
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from explorer.transfer.archive_names import archive_source
from explorer.transfer.model import JobOptions, UploadRequest
from explorer.transfer.state import JobState
from tests.faults.test_kill import BLOCK, OPTIONS, SLOTS, adopt_and_finish, killed_at
from tests.integration.transfer.rig import Hooked, Rig, noise, run, tree_of, write


def staged(container: ContainerClient) -> int:
    """Bytes of the archive that are there, uncommitted."""
    return sum(b.size for b in container.get_blob_client("out.tgz").get_block_list("all")[1])


@pytest.mark.parametrize("has_journal", [True, False])
@pytest.mark.parametrize("at", [2, 9])
def test_a_killed_archive_sends_only_what_is_not_there(
    rig: Rig, container: ContainerClient, tmp_path: Path, at: int, has_journal: bool
) -> None:
    folder = tmp_path / "out"
    for number in range(12):
        write(folder / f"f{number}", noise(BLOCK, seed=number))
    options = {**OPTIONS, "limit_bytes_per_s": 4 * BLOCK}
    request = UploadRequest(
        (archive_source(folder),), rig.place, JobOptions(**options), is_archive=True
    )
    killed_at(rig, tmp_path, request, at * BLOCK)
    there = staged(container)
    assert there >= (at - 1) * BLOCK
    sent: list[int] = []

    def count(name: str, number: int, args: tuple[Any, ...]) -> None:
        if name == "put_block":
            sent.append(len(args[2]))

    store = Hooked(rig.store, before=count)
    if has_journal:
        job = run(adopt_and_finish(rig, store))
    else:
        shutil.rmtree(rig.data_dir)
        rig.data_dir.mkdir()

        async def anew() -> Any:
            async with rig.engine(store, concurrency=SLOTS) as engine:
                job_id = await engine.submit(request)
                await engine.set_limit(job_id, 0)
                return await engine.wait(job_id)

        job = run(anew())
    assert job.state is JobState.DONE
    data = container.download_blob("out.tgz").readall()
    # What was on its way at the kill may have arrived after it.
    assert len(data) - there - SLOTS * BLOCK <= sum(sent) <= len(data) - there
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        tar.extractall(tmp_path / "back", filter="data")
    assert tree_of(tmp_path / "back/out") == tree_of(folder)
