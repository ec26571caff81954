"""Both sides change, replies get lost, others are in the way: the bytes stay right."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from azure.storage.blob import BlobBlock, ContainerClient

from explorer.base.errors import IntegrityError, NetworkError
from explorer.storage.model import BlobRef
from explorer.transfer import folder_syncs
from explorer.transfer.foreign import CLEARING
from explorer.transfer.local_target import LocalTarget
from explorer.transfer.model import ConflictPolicy
from explorer.transfer.pacing import Limiter
from explorer.transfer.plan import make_block_id
from explorer.transfer.rows import Kind, TransferRow
from explorer.transfer.state import JobState, TransferState
from explorer.transfer.work import EndsHere, Live
from tests.integration.transfer.rig import Hooked, Rig, noise, parts_in, run, write

BLOCK = 64 * 1024
BLOCKS = 6
SMALL, LARGE = 1000, BLOCKS * BLOCK


def appended(path: Path) -> bytes:
    with open(path, "ab") as file:
        file.write(b"more")
    return path.read_bytes()


def edited(path: Path) -> bytes:
    with open(path, "r+b") as file:
        file.write(b"EDIT")
    return path.read_bytes()


def edited_with_its_time_restored(path: Path) -> bytes:
    before = path.stat()
    data = edited(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    return data


def replaced(path: Path) -> bytes:
    new = write(path.with_name("new"), noise(path.stat().st_size, seed=99))
    os.replace(new, path)
    return path.read_bytes()


@pytest.mark.parametrize("change", [appended, edited, edited_with_its_time_restored, replaced])
def test_a_source_that_changes_under_way_is_never_committed_mixed(
    rig: Rig, container: ContainerClient, tmp_path: Path, change: Callable[[Path], bytes]
) -> None:
    source = write(tmp_path / "f", noise(LARGE))
    committed: list[bytes] = []
    after: list[bytes] = []

    def hook(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "put_block" and count == BLOCKS:
            after.append(change(source))

    def look(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "put_block_list":
            committed.append(container.download_blob("f").readall())

    store = Hooked(rig.store, before=hook, after=look)
    job = run(rig.do(rig.upload(source, "f", block_size_bytes=BLOCK), store))
    assert job.state is JobState.DONE
    assert committed == after
    assert store.calls["put_block"] > BLOCKS


@pytest.mark.parametrize("at", range(1, BLOCKS + 1))
def test_a_remote_that_changes_under_way_is_never_mixed(
    rig: Rig, container: ContainerClient, tmp_path: Path, at: int
) -> None:
    container.upload_blob("f", noise(LARGE, seed=1))
    new = noise(LARGE, seed=2)

    def hook(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "read_range" and count == at:
            container.upload_blob("f", new, overwrite=True)

    request = rig.download("f", tmp_path / "down", block_size_bytes=BLOCK, with_md5=False)
    job = run(rig.do(request, Hooked(rig.store, before=hook)))
    assert job.state is JobState.DONE
    assert (tmp_path / "down" / "f").read_bytes() == new
    assert not parts_in(tmp_path)


def test_a_remote_that_changes_while_the_program_is_down_is_not_mixed(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    container.upload_blob("f", noise(LARGE, seed=1))
    new = noise(LARGE, seed=2)

    def hook(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "read_range" and count > 3:
            raise NetworkError("gone")

    async def first() -> None:
        async with rig.engine(Hooked(rig.store, before=hook), concurrency=1) as engine:
            request = rig.download("f", tmp_path / "down", block_size_bytes=BLOCK, with_md5=False)
            job_id = await engine.submit(request)
            while not engine.jobs()[0].failure and not parts_in(tmp_path):
                await engine.transfers(job_id)

    async def second() -> None:
        async with rig.engine(adopt=True) as engine:
            (job,) = engine.jobs()
            assert (await engine.wait(job.id)).state is JobState.DONE

    run(first())
    container.upload_blob("f", new, overwrite=True)
    run(second())
    assert (tmp_path / "down" / "f").read_bytes() == new


@pytest.mark.parametrize("exists", [False, True])
@pytest.mark.parametrize(
    ("size", "method"), [(SMALL, "put_blob"), (300_000, "put_blob"), (400_000, "put_block_list")]
)
def test_a_lost_reply_to_the_commit_is_recognised(
    rig: Rig,
    container: ContainerClient,
    tmp_path: Path,
    exists: bool,
    size: int,
    method: str,
) -> None:
    if exists:
        container.upload_blob("f", b"old")
    data = noise(size)
    source = write(tmp_path / "f", data)
    etags: list[str] = []

    def lose(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == method and count == 1:
            etags.append(container.get_blob_client("f").get_blob_properties().etag)
            raise NetworkError("the reply is lost")

    store = Hooked(rig.store, after=lose)
    options: dict[str, Any] = {
        "conflicts": ConflictPolicy.OVERWRITE if exists else ConflictPolicy.FAIL,
        "block_size_bytes": 350_000,
        "with_md5": False,
    }
    job = run(rig.do(rig.upload(source, "f", **options), store))
    assert (job.state, job.failure) == (JobState.DONE, None)
    stored = container.get_blob_client("f").get_blob_properties()
    if not (exists and size == SMALL):
        # The first try at a small file over an old one is refused, so nothing was lost there.
        assert [stored.etag] == etags
    assert container.download_blob("f").readall() == data
    assert store.calls.get("put_block", 0) == (2 if method == "put_block_list" else 0)


@pytest.mark.parametrize("fits_in_one_put", [True, False])
@pytest.mark.parametrize("exists", ["nothing", "a blob of blocks", "a blob of one put"])
def test_foreign_blocks_are_never_committed_and_do_not_stop_us(
    rig: Rig,
    container: ContainerClient,
    tmp_path: Path,
    exists: str,
    fits_in_one_put: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not fits_in_one_put:
        monkeypatch.setattr("explorer.transfer.block_upload.ONE_PUT_BYTES", 0)
    blob = container.get_blob_client("f")
    if exists == "a blob of blocks":
        blob.stage_block("AAAA", b"old ")
        blob.stage_block("BBBB", b"bytes")
        blob.commit_block_list([BlobBlock("AAAA"), BlobBlock("BBBB")])
    elif exists == "a blob of one put":
        blob.upload_blob(b"old bytes")
    source = write(tmp_path / "f", noise(LARGE))
    # One with a length of its own, one that looks like ours.
    foreign = make_block_id(b"f" * 16, 0, hashlib.sha256(b"x").digest()[:23])
    blob.stage_block("short", b"foreign")
    request = rig.upload(source, "f", block_size_bytes=BLOCK, conflicts=ConflictPolicy.OVERWRITE)
    job = run(rig.do(request))
    if exists == "a blob of one put" and not fits_in_one_put:
        # It has no blocks to commit again: nothing is touched, and the person is asked.
        assert (job.state, job.files_failed) == (JobState.FAILED, 1)
        assert blob.download_blob().readall() == b"old bytes"
        return
    assert job.state is JobState.DONE
    assert blob.download_blob().readall() == source.read_bytes()
    if fits_in_one_put:
        return  # the emulator, unlike the service, keeps the blocks after Put Blob
    rig.store.put_block(BlobRef(rig.container, "f"), foreign, b"foreign")
    assert run(rig.do(request)).state is JobState.DONE
    assert blob.download_blob().readall() == source.read_bytes()


@pytest.mark.parametrize("exists", [False, True])
@pytest.mark.parametrize("lost", ["put_block_list", "delete_blob"])
def test_foreign_blocks_whose_clearing_went_unheard_do_not_stop_us(
    rig: Rig,
    container: ContainerClient,
    tmp_path: Path,
    lost: str,
    exists: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("explorer.transfer.block_upload.ONE_PUT_BYTES", 0)
    blob = container.get_blob_client("f")
    if exists:
        blob.stage_block("AAAA", b"old bytes")
        blob.commit_block_list([BlobBlock("AAAA")])
    source = write(tmp_path / "f", noise(LARGE))
    blob.stage_block("short", b"foreign")

    def lose(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == lost and count == 1:
            raise NetworkError("gone")

    request = rig.upload(source, "f", block_size_bytes=BLOCK, conflicts=ConflictPolicy.OVERWRITE)
    assert run(rig.do(request, Hooked(rig.store, after=lose))).state is JobState.DONE
    assert blob.download_blob().readall() == source.read_bytes()
    assert "quayside_clears" not in blob.get_blob_properties().metadata


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_an_empty_blob_that_a_killed_clearing_left_is_nobodys(
    rig: Rig, container: ContainerClient, tmp_path: Path, size: int
) -> None:
    container.upload_blob("f", b"", metadata={CLEARING: "0" * 32})
    data = noise(size)
    request = rig.upload(write(tmp_path / "f", data), "f", block_size_bytes=BLOCK)
    job = run(rig.do(request))
    assert (job.state, job.failure) == (JobState.DONE, None)
    assert container.download_blob("f").readall() == data


def test_a_rivals_empty_blob_is_not_cleared_away(
    rig: Rig, container: ContainerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.transfer.block_upload.ONE_PUT_BYTES", 0)
    blob = container.get_blob_client("f")
    source = write(tmp_path / "f", noise(LARGE))
    blob.stage_block("short", b"foreign")

    def come_first(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "put_block_list" and count == 1:
            blob.upload_blob(b"", overwrite=True)
            raise NetworkError("gone")

    request = rig.upload(source, "f", block_size_bytes=BLOCK)
    job = run(rig.do(request, Hooked(rig.store, before=come_first)))
    assert job.state is JobState.FAILED
    assert blob.get_blob_properties().size == 0


def test_blocks_of_ours_with_another_content_are_not_reused(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    source = write(tmp_path / "f", noise(LARGE))

    def plant(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "put_block" and count == 3:
            # The id of the block that is to come, with other bytes in it.
            rig.store.put_block(args[0], args[1], b"wrong")
            raise NetworkError("gone")

    store = Hooked(rig.store, before=plant)
    assert (
        run(rig.do(rig.upload(source, "f", block_size_bytes=BLOCK), store)).state is JobState.DONE
    )
    assert container.download_blob("f").readall() == source.read_bytes()


def test_a_range_that_breaks_off_goes_on_inside(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    size = 3 * 1024 * 1024
    data = noise(size)
    container.upload_blob("f", data)
    asked: list[tuple[int, int]] = []

    class Breaking(Hooked):
        def read_range(
            self, ref: BlobRef, offset: int, length: int, sink: Any, **kwargs: Any
        ) -> Any:
            asked.append((offset, length))
            if len(asked) < 4:
                rig.store.read_range(ref, offset, length // 3, sink, **kwargs)
                raise NetworkError("reset")
            return rig.store.read_range(ref, offset, length, sink, **kwargs)

    request = rig.download("f", tmp_path / "down", block_size_bytes=8 * 1024 * 1024)
    assert run(rig.do(request, Breaking(rig.store))).state is JobState.DONE
    assert (tmp_path / "down" / "f").read_bytes() == data
    offsets = [offset for offset, _ in asked]
    assert offsets == sorted(set(offsets))
    assert all(offset + length == size for offset, length in asked)


def test_a_file_that_appears_while_half_of_a_small_blob_has_come_is_kept_beside_it(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    data = noise(200 * 1024)
    container.upload_blob("f", data)
    target = tmp_path / "down" / "f"
    asked = []

    class Rivalled(Hooked):
        def read_range(
            self, ref: BlobRef, offset: int, length: int, sink: Any, **kwargs: Any
        ) -> Any:
            asked.append(length)
            if len(asked) == 1:
                rig.store.read_range(ref, offset, length // 2, sink, **kwargs)
                write(target, b"theirs")
                raise NetworkError("reset")
            return rig.store.read_range(ref, offset, length, sink, **kwargs)

    request = rig.download("f", target.parent, conflicts=ConflictPolicy.RENAME)
    assert run(rig.do(request, Rivalled(rig.store))).state is JobState.DONE
    assert target.read_bytes() == b"theirs"
    (ours,) = (path for path in target.parent.iterdir() if path != target)
    assert ours.read_bytes() == data


def test_a_name_that_an_earlier_attempt_gave_is_made_durable(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have been killed between the rename and the sync of the folder."""
    data = noise(1000)
    write(tmp_path / "down" / "f", data)
    md5 = hashlib.md5(data).digest()
    row = TransferRow(
        1, 1, TransferState.RUNNING, Kind.FILE, b"", b"f", "f", 1000, 0, "e", md5, 1, None, ""
    )
    synced: list[bytes] = []
    monkeypatch.setattr(folder_syncs, "_sync", synced.append)

    async def look() -> None:
        async with rig.engine() as engine:
            request = rig.download("f", tmp_path / "down")
            work = await engine._runner.work_for(request, rank=lambda: 0, limiter=Limiter())
            terms = work.terms(os.fsencode(tmp_path / "down"), 1.0)
            live = Live(row, cast(Any, SimpleNamespace()))
            with pytest.raises(EndsHere) as end:
                await LocalTarget(work, live, terms).look()
            assert end.value.outcome.state is TransferState.DONE

    run(look())
    assert synced == [os.fsencode(tmp_path / "down")]


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_wrong_bytes_are_noticed_and_the_file_starts_over(
    rig: Rig, container: ContainerClient, tmp_path: Path, size: int
) -> None:
    data = noise(size)
    md5 = bytearray(hashlib.md5(data).digest())
    container.upload_blob("f", data)
    container.get_blob_client("f").set_http_headers(_with_md5(md5))
    flipped = 0

    class Flipping(Hooked):
        def read_range(
            self, ref: BlobRef, offset: int, length: int, sink: Any, **kwargs: Any
        ) -> Any:
            def flip(at: int, view: memoryview) -> None:
                nonlocal flipped
                copy = bytearray(view)
                if not flipped:
                    copy[0] ^= 1
                    flipped += 1
                sink(at, memoryview(copy))

            return rig.store.read_range(ref, offset, length, flip, **kwargs)

    request = rig.download("f", tmp_path / "down", block_size_bytes=BLOCK)
    job = run(rig.do(request, Flipping(rig.store)))
    assert (job.state, flipped) == (JobState.DONE, 1)
    assert (tmp_path / "down" / "f").read_bytes() == data


def test_a_stored_md5_that_is_wrong_is_a_failure_and_leaves_nothing(
    rig: Rig, container: ContainerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    container.upload_blob("f", noise(LARGE))
    container.get_blob_client("f").set_http_headers(_with_md5(bytearray(16)))
    monkeypatch.setattr("explorer.transfer.retry.RetryPolicy.ceiling", lambda *_: 0.0)
    target = write(tmp_path / "down" / "f", b"old")
    options: dict[str, Any] = {
        "conflicts": ConflictPolicy.OVERWRITE,
        "block_size_bytes": BLOCK,
    }
    job = run(rig.do(rig.download("f", target.parent, **options)))
    assert job.state is JobState.FAILED
    assert target.read_bytes() == b"old"
    assert not parts_in(tmp_path)
    job = run(rig.do(rig.download("f", target.parent, with_md5=False, **options)))
    assert job.state is JobState.DONE


def _with_md5(md5: bytearray) -> Any:
    from azure.storage.blob import ContentSettings

    return ContentSettings(content_md5=md5)


def test_short_writes_at_the_service_are_not_called_done(rig: Rig, tmp_path: Path) -> None:
    source = write(tmp_path / "f", noise(LARGE))

    def shorten(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "put_block_list" and count == 1:
            raise IntegrityError("the answer makes no sense")

    store = Hooked(rig.store, before=shorten)
    assert (
        run(rig.do(rig.upload(source, "f", block_size_bytes=BLOCK), store)).state is JobState.DONE
    )


def test_left_over_blocks_do_not_stop_a_small_file(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    container.get_blob_client("f").stage_block("short", b"foreign")
    source = write(tmp_path / "f", noise(SMALL))
    assert run(rig.do(rig.upload(source, "f"))).state is JobState.DONE
    assert container.download_blob("f").readall() == source.read_bytes()
