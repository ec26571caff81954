"""Copies and moves within one storage: by the service, whole, and true to the source."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import BlobType, ContainerClient, ContentSettings

from explorer.base.errors import InputError, NetworkError
from explorer.storage.model import BlobHeaders, BlobRef, Condition
from explorer.transfer.model import (
    ConflictPolicy,
    CopyRequest,
    CopySource,
    JobSnapshot,
    RemotePlace,
    TransferSnapshot,
)
from explorer.transfer.state import JobState, TransferState
from tests.integration.transfer.rig import MIB, Ears, Hooked, Rig, noise, run, until

BLOCK = 256 * 1024


def names_in(container: ContainerClient) -> set[str]:
    return set(container.list_blob_names())


def content(container: ContainerClient, name: str) -> bytes:
    return bytes(container.download_blob(name).readall())


async def done(
    rig: Rig, request: CopyRequest, store: Any = None
) -> tuple[JobSnapshot, tuple[TransferSnapshot, ...]]:
    async with rig.engine(store) as engine:
        job = await engine.wait(await engine.submit(request))
        return job, await engine.transfers(job.id)


def upload(container: ContainerClient, name: str, data: bytes, **settings: Any) -> None:
    md5 = bytearray(hashlib.md5(data, usedforsecurity=False).digest())
    container.upload_blob(
        name,
        data,
        content_settings=ContentSettings(content_md5=md5, **settings),
        metadata={"Colour": "red", "mtime": "2020-01-01T00:00:00Z"},
    )


@pytest.mark.parametrize("size", [0, 1, 70_000, 9 * MIB])
def test_a_copy_has_bytes_headers_and_metadata_of_its_source(
    rig: Rig, container: ContainerClient, size: int
) -> None:
    data = noise(size)
    upload(container, "a/f.bin", data, content_type="x/y", cache_control="max-age=1")
    store = Hooked(rig.store)
    job, (transfer,) = run(done(rig, rig.copy("a/f.bin", "g.bin", "b/"), store))
    assert (job.state, job.bytes_done) == (JobState.DONE, size)
    assert content(container, "b/g.bin") == content(container, "a/f.bin") == data
    copied = container.get_blob_client("b/g.bin").get_blob_properties()
    assert (copied.content_settings.content_type, copied.content_settings.cache_control) == (
        "x/y",
        "max-age=1",
    )
    assert copied.content_settings.content_md5 == bytearray(hashlib.md5(data).digest())
    assert copied.metadata == {"Colour": "red", "mtime": "2020-01-01T00:00:00Z"}
    assert "read_range" not in store.calls
    assert (transfer.local_path, transfer.remote_name, transfer.note) == ("a/f.bin", "b/g.bin", "")


def test_a_folder_is_copied_with_its_markers_and_odd_names(
    rig: Rig, container: ContainerClient
) -> None:
    names = ["d/a b.txt", "d/ü/x", "d/e/f/g", "d/%41", "d/plus+", "d/q?x=1&y#z"]
    for name in names:
        container.upload_blob(name, name.encode())
    for marker in ("d", "d/empty", "d/e"):
        container.upload_blob(marker, b"", metadata={"hdi_isfolder": "true", "k": "v"})
    job, _ = run(done(rig, rig.copy("d/", "copy of d", "x/")))
    assert (job.state, job.files_failed) == (JobState.DONE, 0)
    for name in names:
        assert content(container, f"x/copy of d{name[1:]}") == name.encode()
    for marker in ("", "/empty", "/e"):
        found = container.get_blob_client(f"x/copy of d{marker}").get_blob_properties()
        assert found.metadata == {"hdi_isfolder": "true", "k": "v"}
    assert {"d", "d/e", "d/empty", *names} <= names_in(container)


def test_a_container_is_copied_into_a_new_one(rig: Rig, container: ContainerClient) -> None:
    for name in ("a", "b/c"):
        container.upload_blob(name, b"x")
    there = RemotePlace("c1", rig.store.endpoint, f"{rig.container}-2")
    request = CopyRequest((CopySource("", True, ""),), rig.place, there, make_container=True)
    try:
        assert run(rig.do(request)).state is JobState.DONE
        assert {
            blob.name for blob in rig.store.list_blobs(there.container, delimiter="").blobs
        } == {
            "a",
            "b/c",
        }
    finally:
        rig.store.delete_container(there.container)


def test_a_move_leaves_nothing_behind(rig: Rig, container: ContainerClient) -> None:
    for name in ("d/a", "d/b/c", "d/big"):
        upload(container, name, noise(9 * MIB if name == "d/big" else 10, seed=len(name)))
    for marker in ("d", "d/b", "d/empty", "d/slash/"):
        container.upload_blob(marker, b"", metadata={"hdi_isfolder": "true"})
    job, _ = run(done(rig, rig.copy("d/", "e", is_move=True)))
    assert (job.state, job.files_failed, job.is_move) == (JobState.DONE, 0, True)
    assert names_in(container) == {
        *("e", "e/a", "e/b", "e/b/c", "e/big", "e/empty", "e/slash/"),
    }
    assert content(container, "e/big") == noise(9 * MIB, seed=5)


def test_what_could_not_be_moved_keeps_its_folders(rig: Rig, container: ContainerClient) -> None:
    container.upload_blob("d/b/leased", b"x")
    container.upload_blob("d/c/free", b"x")
    for marker in ("d", "d/b", "d/c"):
        container.upload_blob(marker, b"", metadata={"hdi_isfolder": "true"})
    lease = container.get_blob_client("d/b/leased").acquire_lease()
    job, transfers = run(done(rig, rig.copy("d/", "e", is_move=True)))
    lease.break_lease(0)
    assert (job.state, job.files_failed) == (JobState.FAILED, 1)
    (failed,) = [one for one in transfers if one.state is TransferState.FAILED]
    assert failed.failure is not None
    assert "the source was left" in failed.failure.message
    assert names_in(container) == {
        *("d", "d/b", "d/b/leased"),
        *("e", "e/b", "e/c", "e/b/leased", "e/c/free"),
    }


def test_a_blob_with_snapshots_is_copied_and_stays(rig: Rig, container: ContainerClient) -> None:
    container.upload_blob("a", b"x")
    container.get_blob_client("a").create_snapshot()
    job, (transfer,) = run(done(rig, rig.copy("a", "b", is_move=True)))
    assert job.state is JobState.FAILED
    assert transfer.failure is not None
    assert "snapshots" in transfer.failure.message
    assert names_in(container) == {"a", "b"}


@pytest.mark.parametrize("size", [10, 9 * MIB])
def test_a_source_that_changes_after_its_copy_is_not_deleted(
    rig: Rig, container: ContainerClient, size: int
) -> None:
    container.upload_blob("a", noise(size))

    def meddle(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "delete_blob":
            container.upload_blob("a", b"theirs", overwrite=True)

    job, (transfer,) = run(
        done(rig, rig.copy("a", "b", is_move=True), Hooked(rig.store, before=meddle))
    )
    assert (job.state, transfer.state) == (JobState.FAILED, TransferState.FAILED)
    assert content(container, "a") == b"theirs"
    assert content(container, "b") == noise(size)


def test_a_source_that_changes_under_way_is_copied_anew(
    rig: Rig, container: ContainerClient
) -> None:
    container.upload_blob("a", noise(8 * BLOCK))
    later = noise(6 * BLOCK, seed=1)

    def meddle(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "put_block_from_url" and count == 4:
            container.upload_blob("a", later, overwrite=True)

    store = Hooked(rig.store, before=meddle)
    request = rig.copy("a", "b", is_move=True, block_size_bytes=BLOCK)
    job, _ = run(done(rig, request, store))
    assert job.state is JobState.DONE
    assert content(container, "b") == later
    assert names_in(container) == {"b"}


@pytest.mark.parametrize("size", [10, 4 * BLOCK])
def test_a_rival_at_the_target_is_never_overwritten(
    rig: Rig, container: ContainerClient, size: int
) -> None:
    container.upload_blob("a", noise(size))

    def meddle(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "put_block_list" and count == 1:
            container.upload_blob("b", b"theirs", overwrite=True)

    request = rig.copy(
        "a", "b", is_move=True, block_size_bytes=BLOCK, conflicts=ConflictPolicy.OVERWRITE
    )
    job, (transfer,) = run(done(rig, request, Hooked(rig.store, before=meddle)))
    assert job.state is JobState.FAILED
    assert transfer.failure is not None
    assert transfer.failure.title == "It changed in the meantime"
    assert content(container, "b") == b"theirs"
    assert content(container, "a") == noise(size)


@pytest.mark.parametrize("is_move", [False, True])
def test_a_lost_answer_to_the_commit_is_found_out(
    rig: Rig, container: ContainerClient, is_move: bool
) -> None:
    container.upload_blob("a", noise(4 * BLOCK))

    def lose(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name in ("put_block_list", "delete_blob") and count == 1:
            raise NetworkError("the answer was lost")

    store = Hooked(rig.store, after=lose)
    request = rig.copy("a", "b", is_move=is_move, block_size_bytes=BLOCK)
    job, (transfer,) = run(done(rig, request, store))
    assert (job.state, transfer.failure) == (JobState.DONE, None)
    assert content(container, "b") == noise(4 * BLOCK)
    assert names_in(container) == ({"b"} if is_move else {"a", "b"})
    assert store.calls["put_block_from_url"] == 4


def test_a_copy_that_is_wrong_is_never_done_and_its_source_stays(
    rig: Rig, container: ContainerClient
) -> None:
    upload(container, "a", noise(4 * BLOCK))

    class Lying(Hooked):
        def put_block_list(
            self, ref: BlobRef, ids: list[bytes], *, headers: BlobHeaders, condition: Condition
        ) -> Any:
            return rig.store.put_block_list(ref, ids[:-1], headers=headers, condition=condition)

    request = rig.copy("a", "b", is_move=True, block_size_bytes=BLOCK)
    job, (transfer,) = run(done(rig, request, Lying(rig.store)))
    assert (job.state, transfer.state) == (JobState.FAILED, TransferState.FAILED)
    assert content(container, "a") == noise(4 * BLOCK)


def test_the_rules_for_conflicts_hold(rig: Rig, container: ContainerClient) -> None:
    def at_target(policy: ConflictPolicy) -> tuple[str, bytes, set[str]]:
        container.upload_blob("t/f.txt", b"old", overwrite=True)
        _, (transfer,) = run(done(rig, rig.copy("f.txt", "f.txt", "t/", conflicts=policy)))
        found = transfer.state.value, content(container, "t/f.txt"), names_in(container)
        for name in names_in(container) - {"f.txt"}:
            container.delete_blob(name)
        return found

    container.upload_blob("f.txt", b"new")
    both = {"f.txt", "t/f.txt"}
    assert at_target(ConflictPolicy.FAIL) == ("failed", b"old", both)
    assert at_target(ConflictPolicy.SKIP) == ("skipped", b"old", both)
    assert at_target(ConflictPolicy.OVERWRITE) == ("done", b"new", both)
    assert at_target(ConflictPolicy.DIFFERENT) == ("done", b"new", both)
    assert at_target(ConflictPolicy.NEWER) == ("skipped", b"old", both)
    assert at_target(ConflictPolicy.RENAME) == ("done", b"old", {*both, "t/f (2).txt"})


def test_what_is_the_same_is_not_copied_again_although_its_time_differs(
    rig: Rig, container: ContainerClient
) -> None:
    for name in ("a", "b"):  # block lists leave no MD5 where none is given
        ref = BlobRef(rig.container, name)
        rig.store.put_block(ref, b"0" * 48, b"same")
        at = {"mtime": f"20{len(name):02}-0{ord(name) - 96}-01T00:00:00Z"}
        rig.store.put_block_list(
            ref, [b"0" * 48], headers=BlobHeaders(metadata=at), condition=Condition.always()
        )
    _, (transfer,) = run(done(rig, rig.copy("a", "b", conflicts=ConflictPolicy.DIFFERENT)))
    assert transfer.state is TransferState.SKIPPED


def test_what_would_be_copied_is_told_and_conflicts_are_found(
    rig: Rig, container: ContainerClient
) -> None:
    for name in ("d/a", "d/b", "e/a"):
        container.upload_blob(name, name.encode())

    async def work() -> tuple[list[str], list[tuple[str, str, str]]]:
        request = rig.copy("d/", "e")
        async with rig.engine() as engine:
            conflicts = [found.name async for found in engine.find_conflicts(request)]
            steps = [(s.source, s.target, s.outcome) async for s in engine.rehearse(request)]
        return conflicts, steps

    assert run(work()) == (["e/a"], [("d/a", "e/a", "fail"), ("d/b", "e/b", "transfer")])
    assert names_in(container) == {"d/a", "d/b", "e/a"}


def test_append_blobs_become_block_blobs_and_say_so_and_pages_are_refused(
    rig: Rig, container: ContainerClient
) -> None:
    container.upload_blob("d/log", b"line\n", blob_type=BlobType.APPENDBLOB)
    container.upload_blob("d/disk", bytes(512), blob_type=BlobType.PAGEBLOB)
    job, transfers = run(done(rig, rig.copy("d/", "e")))
    assert (job.files_done, job.files_failed) == (1, 1)
    told = {one.remote_name: one for one in transfers}
    assert "append blob" in told["e/log"].note
    assert told["e/disk"].failure is not None
    assert "page blob" in told["e/disk"].failure.message
    job, _ = run(done(rig, rig.copy("d/", "f", is_move=True)))
    assert (job.files_done, job.files_failed) == (0, 2)
    assert names_in(container) == {"d/log", "d/disk", "e/log"}


def test_nothing_is_copied_onto_or_into_itself(rig: Rig, container: ContainerClient) -> None:
    async def refused(request: CopyRequest) -> str:
        async with rig.engine() as engine:
            with pytest.raises(InputError) as caught:
                await engine.submit(request)
        return caught.value.message

    assert "onto itself" in run(refused(rig.copy("a", "a")))
    assert "onto itself" in run(refused(rig.copy("d/", "d", is_move=True)))
    assert "into itself" in run(refused(rig.copy("d/", "e", "d/")))
    assert "into itself" in run(refused(rig.copy("", "e")))


def test_a_folder_that_is_not_there_fails_the_job(rig: Rig, container: ContainerClient) -> None:
    job = run(rig.do(rig.copy("nothing/", "x")))
    assert job.state is JobState.FAILED
    assert job.failure is not None
    assert "no folder" in job.failure.message


def test_a_pause_keeps_what_was_staged(rig: Rig, container: ContainerClient) -> None:
    container.upload_blob("a", noise(12 * BLOCK))
    store = Hooked(rig.store)

    async def work() -> JobSnapshot:
        async with rig.engine(store, concurrency=1) as engine:
            job_id = await engine.submit(rig.copy("a", "b", block_size_bytes=BLOCK))
            await until(lambda: store.calls.get("put_block_from_url", 0) >= 4)
            await engine.pause(job_id)
            await engine.resume(job_id)
            return await engine.wait(job_id)

    assert run(work()).state is JobState.DONE
    assert content(container, "b") == noise(12 * BLOCK)
    assert store.calls["put_block_from_url"] <= 13


def test_no_secret_of_the_source_is_kept_or_told(
    rig: Rig, container: ContainerClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    container.upload_blob("a", noise(4 * BLOCK))
    urls: list[str] = []

    def note(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "put_block_from_url":
            urls.append(args[2])

    ears = Ears()

    async def work() -> None:
        async with rig.engine(Hooked(rig.store, before=note), ears=ears) as engine:
            await engine.wait(await engine.submit(rig.copy("a", "b", block_size_bytes=BLOCK)))

    run(work())
    signatures = {url.partition("sig=")[2].partition("&")[0] for url in urls}
    assert signatures
    assert all("sp=r&" in url for url in urls)
    kept = b"".join(path.read_bytes() for path in Path(rig.data_dir).rglob("*") if path.is_file())
    told = caplog.text + repr(ears)
    for signature in signatures:
        assert signature.encode() not in kept
        assert signature not in told
