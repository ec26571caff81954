"""Several sources of one request that would become one blob: none replaces another."""

from __future__ import annotations

from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from explorer.transfer.model import (
    ConflictPolicy,
    CopyRequest,
    CopySource,
    JobOptions,
    JobSnapshot,
    UploadRequest,
    UploadSource,
)
from explorer.transfer.state import JobState
from tests.integration.transfer.rig import Rig, run, write

OVERWRITE = JobOptions(conflicts=ConflictPolicy.OVERWRITE)


def contents(container: ContainerClient) -> dict[str, bytes]:
    return {name: container.download_blob(name).readall() for name in container.list_blob_names()}


def test_files_of_one_name_from_two_folders_are_not_both_sent(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    for folder in ("a", "b"):
        write(tmp_path / folder / "f", folder.encode())
        write(tmp_path / folder / "d" / "same", folder.encode())
        write(tmp_path / folder / "d" / folder, b"alone")
    sources = tuple(
        UploadSource(str(tmp_path / folder / name), name) for folder in "ab" for name in ("f", "d")
    )
    job = run(rig.do(UploadRequest(sources, rig.place, OVERWRITE)))
    assert (job.state, job.files_done, job.files_failed) == (JobState.FAILED, 4, 2)
    assert contents(container) == {"f": b"a", "d/same": b"a", "d/a": b"alone", "d/b": b"alone"}


def test_both_are_kept_where_that_was_asked_for(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    sources = tuple(
        UploadSource(str(write(tmp_path / folder / "f", folder.encode())), "f") for folder in "ab"
    )
    options = JobOptions(conflicts=ConflictPolicy.RENAME)
    assert run(rig.do(UploadRequest(sources, rig.place, options))).state is JobState.DONE
    assert contents(container) == {"f": b"a", "f (2)": b"b"}


@pytest.mark.parametrize(
    "sources",
    [
        (CopySource("a/f", False, "t/f"), CopySource("b/f", False, "t/f")),
        (CopySource("a/f", False, "t/f"), CopySource("b/", True, "t")),
        (CopySource("a/", True, "t"), CopySource("b/", True, "t")),
    ],
    ids=["blobs", "blob and folder", "folders"],
)
def test_a_move_loses_none_of_them_however_often_it_is_tried(
    rig: Rig, container: ContainerClient, sources: tuple[CopySource, ...]
) -> None:
    container.upload_blob("a/f", b"a")
    container.upload_blob("b/f", b"b")

    async def work() -> JobSnapshot:
        async with rig.engine() as engine:
            request = CopyRequest(sources, rig.place, rig.place, OVERWRITE, is_move=True)
            job_id = await engine.submit(request)
            for _ in range(2):
                assert (await engine.wait(job_id)).state is JobState.FAILED
                await engine.retry(job_id)
            return await engine.wait(job_id)

    assert run(work()).state is JobState.FAILED
    assert contents(container) == {"t/f": b"a", "b/f": b"b"}
