"""A folder that goes up as one archive, without a file on this machine."""

from __future__ import annotations

import io
import shutil
import tarfile
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import BlobBlock, ContainerClient

from explorer.base.errors import NetworkError
from explorer.transfer.archive_names import archive_source
from explorer.transfer.model import ConflictPolicy, JobOptions, UploadRequest
from explorer.transfer.state import JobState
from tests.integration.transfer.rig import MIB, Ears, Hooked, Rig, noise, run, tree_of, until, write

BLOCK = 64 * 1024


def request_for(rig: Rig, folder: Path, prefix: str = "runs/7/", **options: Any) -> UploadRequest:
    wanted = JobOptions(**{"block_size_bytes": BLOCK, **options})
    return UploadRequest((archive_source(folder),), rig.place_at(prefix), wanted, is_archive=True)


def filled(root: Path, count: int = 6, size_bytes: int = 50_000) -> Path:
    for number in range(count):
        write(root / f"d{number % 2}" / f"f{number}", noise(size_bytes, seed=number))
    (root / "empty").mkdir(parents=True, exist_ok=True)
    return root


def unpacked(container: ContainerClient, name: str, into: Path) -> dict[str, str]:
    data = container.download_blob(name).readall()
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        tar.extractall(into, filter="data")
    return tree_of(into)


def sent_by(store: Hooked) -> list[int]:
    """Notes how many bytes each block that is sent has."""
    sizes: list[int] = []
    before = store._before

    def note(name: str, count: int, args: tuple[Any, ...]) -> None:
        before(name, count, args)
        if name == "put_block":
            sizes.append(len(args[2]))

    store._before = note
    return sizes


def test_a_folder_arrives_as_one_archive(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    folder = filled(tmp_path / "out")
    ears = Ears()

    async def work() -> Any:
        async with rig.engine(ears=ears) as engine:
            return await engine.wait(await engine.submit(request_for(rig, folder)))

    job = run(work())
    assert (job.state, job.files_done, job.bytes_done) == (JobState.DONE, 1, 300_000)
    assert list(container.list_blob_names()) == ["runs/7/out.tgz"]
    assert unpacked(container, "runs/7/out.tgz", tmp_path / "back") == {
        f"out/{name}": data for name, data in tree_of(folder).items()
    }
    found = container.get_blob_client("runs/7/out.tgz").get_blob_properties()
    assert found.content_settings.content_type == "application/gzip"
    assert len(found.content_settings.content_md5 or b"") == 16
    assert "6 files in an archive of" in ears.transfers[-1].note
    assert {0 <= told.bytes_done <= 300_000 for told in ears.changed} == {True}


def test_what_is_there_of_an_archive_is_not_sent_again_without_any_journal(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    folder = filled(tmp_path / "out")

    def breaks(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "put_block_list":
            raise NetworkError("gone")

    store = Hooked(rig.store, before=breaks)
    first = sent_by(store)

    async def stop_at_the_commit() -> None:
        async with rig.engine(store) as engine:
            job_id = await engine.submit(request_for(rig, folder))
            await until(lambda: "put_block_list" in store.calls)
            await engine.cancel(job_id)
            await engine.wait(job_id)

    run(stop_at_the_commit())
    assert sum(first) > 300_000
    shutil.rmtree(rig.data_dir)
    rig.data_dir.mkdir()
    store = Hooked(rig.store)
    again = sent_by(store)
    assert run(rig.do(request_for(rig, folder), store)).state is JobState.DONE
    assert sum(again) == 0
    assert unpacked(container, "runs/7/out.tgz", tmp_path / "b") == {
        f"out/{name}": data for name, data in tree_of(folder).items()
    }


def test_a_folder_that_changes_under_way_starts_again_and_says_so(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    folder = filled(tmp_path / "out")

    def edit(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "put_block" and count == 3:
            write(folder / "d1" / "f5", b"changed")

    store, ears = Hooked(rig.store, before=edit), Ears()
    sizes = sent_by(store)

    async def work() -> Any:
        async with rig.engine(store, ears=ears) as engine:
            return await engine.wait(await engine.submit(request_for(rig, folder)))

    job = run(work())
    assert (job.state, job.bytes_total) == (JobState.DONE, 250_007)
    assert "Started again" in ears.transfers[-1].note
    assert "changed while" in ears.transfers[-1].note
    assert sum(sizes) < 400_000, "what comes before the change is not sent twice"
    assert unpacked(container, "runs/7/out.tgz", tmp_path / "b") == {
        f"out/{name}": data for name, data in tree_of(folder).items()
    }


@pytest.mark.parametrize(
    ("policy", "state", "is_old"),
    [
        (ConflictPolicy.FAIL, JobState.FAILED, True),
        (ConflictPolicy.SKIP, JobState.DONE, True),
        (ConflictPolicy.OVERWRITE, JobState.DONE, False),
        (ConflictPolicy.DIFFERENT, JobState.DONE, False),
    ],
)
def test_the_rule_for_conflicts_holds_for_the_archive(
    rig: Rig,
    container: ContainerClient,
    tmp_path: Path,
    policy: ConflictPolicy,
    state: JobState,
    is_old: bool,
) -> None:
    container.upload_blob("runs/7/out.tgz", b"old")
    folder = filled(tmp_path / "out", 1)
    job = run(rig.do(request_for(rig, folder, conflicts=policy)))
    assert job.state is state
    assert (container.download_blob("runs/7/out.tgz").readall() == b"old") is is_old


def test_an_archive_of_the_same_files_is_recognised(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    folder = filled(tmp_path / "out", 1)
    request = request_for(rig, folder, conflicts=ConflictPolicy.DIFFERENT)
    assert run(rig.do(request)).files_done == 1
    store = Hooked(rig.store)
    assert run(rig.do(request, store)).files_skipped == 1
    assert "put_block" not in store.calls
    write(folder / "more", b"1")
    assert run(rig.do(request)).files_done == 1


def test_what_somebody_else_writes_meanwhile_stays(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    def rival(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "put_block_list":
            container.upload_blob("runs/7/out.tgz", b"theirs", overwrite=True)

    folder = filled(tmp_path / "out", 1)
    job = run(rig.do(request_for(rig, folder), Hooked(rig.store, before=rival)))
    assert job.state is JobState.FAILED
    assert container.download_blob("runs/7/out.tgz").readall() == b"theirs"


def test_a_commit_whose_answer_is_lost_is_found(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    def lose(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "put_block_list" and count == 1:
            raise NetworkError("lost")

    folder = filled(tmp_path / "out", 1)
    job = run(rig.do(request_for(rig, folder), Hooked(rig.store, after=lose)))
    assert (job.state, job.files_done) == (JobState.DONE, 1)


def test_left_over_blocks_of_another_program_are_got_past(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    blob = container.get_blob_client("runs/7/out.tgz")
    blob.stage_block("short", b"theirs")
    folder = filled(tmp_path / "out", 1)
    assert run(rig.do(request_for(rig, folder))).state is JobState.DONE
    assert BlobBlock("short").id not in {block.id for block in blob.get_block_list("all")[0]}


def test_memory_does_not_grow_with_the_folder(rig: Rig, tmp_path: Path) -> None:
    folder = filled(tmp_path / "out", 8, 5 * MIB)
    request = request_for(rig, folder, block_size_bytes=MIB, with_md5=False)

    async def work() -> int:
        async with rig.engine() as engine:
            tracemalloc.start()
            try:
                await engine.wait(await engine.submit(request))
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

    assert run(work()) < 10 * MIB


def test_an_unreadable_folder_fails_and_the_rest_goes_on(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    gone = archive_source(tmp_path / "gone")
    request = UploadRequest(
        (gone, archive_source(filled(tmp_path / "out", 1))), rig.place, is_archive=True
    )
    job = run(rig.do(request))
    assert (job.state, job.files_done, job.files_failed) == (JobState.FAILED, 1, 1)
