"""Where directories are real: up by a temporary file and a rename, and down again."""

from __future__ import annotations

import asyncio
import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.storage.filedatalake import FileSystemClient, generate_file_system_sas

from explorer.service.emulator import Emulator
from explorer.storage.azure.client import open_store
from explorer.storage.azure.datalake import AzureDirectoryStore
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.connection import parse
from explorer.storage.model import Written
from explorer.transfer.conflicts import EXISTS
from explorer.transfer.lake_path import is_temporary
from explorer.transfer.model import ConflictPolicy
from explorer.transfer.state import JobState
from tests.integration.transfer.rig import Rig, is_cancelling, noise, run, tree_of, until, write
from tests.servers.lake.faults import Drop, DropReply, Refuse, Rule
from tests.servers.lake.operations import Op
from tests.servers.lake.server import Lake
from tests.support.lake import paths

BLOCK = 64 * 1024
SIZE = 5 * BLOCK + 7
OVER: dict[str, Any] = {"block_size_bytes": BLOCK, "conflicts": ConflictPolicy.OVERWRITE}


@pytest.fixture
def rig(
    azurite: Emulator, lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> Iterator[Rig]:
    store = open_store(parse(lake.connection_string), is_hierarchical=True)
    yield Rig(azurite, str(filesystem.file_system_name), data_dir, store)
    store.close()


def read(filesystem: FileSystemClient, name: str) -> bytes:
    return bytes(filesystem.get_file_client(name).download_file().readall())


def put(filesystem: FileSystemClient, name: str, data: bytes) -> str:
    client = filesystem.get_file_client(name)
    client.upload_data(data, overwrite=True)
    return str(client.get_file_properties().etag)


@pytest.mark.parametrize("size", [0, 1, BLOCK, BLOCK + 1, 3 * BLOCK, SIZE, 40 * BLOCK])
def test_a_file_of_any_size_goes_up_and_down_unchanged(
    rig: Rig, lake: Lake, filesystem: FileSystemClient, tmp_path: Path, size: int
) -> None:
    data = noise(size, seed=size)
    source = write(tmp_path / "up" / "f.json", data)
    os.utime(source, ns=(1_600_000_000_123_456_700, 1_600_000_000_123_456_700))
    up = run(rig.do(rig.upload(source, "f.json", "x/", block_size_bytes=BLOCK)))
    assert (up.state, up.files_done, up.bytes_done) == (JobState.DONE, 1, size)
    assert (lake.counts[Op.PATH_RENAME] > 0) is (size > BLOCK)
    assert paths(filesystem) == ["x", "x/f.json"]
    stored = filesystem.get_file_client("x/f.json").get_file_properties()
    assert stored.size == size
    assert stored.content_settings.content_type == "application/json"
    assert stored.content_settings.content_md5 == bytearray(hashlib.md5(data).digest())
    assert dict(stored.metadata) == {"mtime": "2020-09-13T12:26:40.1234567Z"}
    down = run(rig.do(rig.download("x/f.json", tmp_path / "down", block_size_bytes=BLOCK)))
    assert (down.state, down.failure) == (JobState.DONE, None)
    target = tmp_path / "down" / "f.json"
    assert target.read_bytes() == data
    assert target.stat().st_mtime_ns == 1_600_000_000_123_456_700


HOSTILE = [
    "100% #1 + a&b=c?.txt",
    "ünïcödé/日本語.bin",
    "a/b/c/d/e/f.txt",
    "quote'\"<>|:;.txt",
    "%41%2F.txt",
    "A/%41",
    "x" * 250,
    ".hidden/.f",
    "~tilde/$var/`tick`;x",
]


def test_a_tree_with_odd_names_and_empty_folders_comes_back_the_same(
    rig: Rig, filesystem: FileSystemClient, tmp_path: Path
) -> None:
    for number, name in enumerate(HOSTILE):
        write(tmp_path / "up" / name, noise(100 * number, seed=number))
        big = tmp_path / "up" / f"{name[:200]}.big"
        write(big, noise(2 * BLOCK + number, seed=number))
    (tmp_path / "up/empty/inner").mkdir(parents=True)
    up = run(rig.do(rig.upload(tmp_path / "up", "", "t/", block_size_bytes=BLOCK)))
    assert (up.state, up.failure, up.files_failed) == (JobState.DONE, None, 0)
    inner = filesystem.get_directory_client("t/empty/inner").get_directory_properties()
    assert inner.metadata["hdi_isfolder"] == "true"
    down = run(rig.do(rig.download("t/", tmp_path / "down")))
    assert (down.state, down.failure, down.files_failed) == (JobState.DONE, None, 0)
    assert tree_of(tmp_path / "down") == tree_of(tmp_path / "up")
    assert "empty/inner/" in tree_of(tmp_path / "down")


@pytest.mark.parametrize(
    ("op", "nth"),
    [
        (Op.PATH_CREATE, 1), (Op.PATH_RENAME, 1), (Op.PATH_APPEND, 3),
        (Op.PATH_FLUSH, 1), (Op.PATH_FLUSH, 2), (Op.SET_BLOB, 1), (Op.HEAD_BLOB, 2),
    ],
)  # fmt: skip
@pytest.mark.parametrize("fault", [DropReply(), Drop(), Refuse(503)])
@pytest.mark.parametrize("exists", [False, True])
def test_a_lost_request_or_answer_costs_nothing_but_another_try(
    rig: Rig, lake: Lake, filesystem: FileSystemClient, tmp_path: Path,
    op: Op, nth: int, fault: Any, exists: bool, quick: None,
) -> None:  # fmt: skip
    if exists:
        put(filesystem, "f", b"old")
    data = noise(20 * BLOCK)
    lake.counts.clear()
    lake.rules.append(Rule(op, fault, nth={nth}))
    job = run(rig.do(rig.upload(write(tmp_path / "f", data), "f", **OVER)))
    assert (job.state, job.failure, job.files_failed) == (JobState.DONE, None, 0)
    assert lake.rules[0].met == 1
    assert read(filesystem, "f") == data
    assert paths(filesystem) == ["f"]
    again = 1 if op is Op.PATH_APPEND else 0
    assert lake.counts[Op.PATH_APPEND] == 20 + again


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries after moments."""
    monkeypatch.setattr("explorer.transfer.retry.RetryPolicy.ceiling", lambda *_, **__: 0.02)


def temporaries(filesystem: FileSystemClient) -> list[str]:
    return [path for path in paths(filesystem) if is_temporary(path)]


def test_a_cancel_leaves_what_was_there_and_nothing_else(
    rig: Rig, lake: Lake, filesystem: FileSystemClient, tmp_path: Path
) -> None:
    etag = put(filesystem, "d/f", b"old")
    lake.counts.clear()
    source = write(tmp_path / "f", noise(20 * BLOCK))
    request = rig.upload(source, "f", "d/", **OVER, limit_bytes_per_s=8 * BLOCK)

    async def work() -> None:
        async with rig.engine(concurrency=2) as engine:
            job_id = await engine.submit(request)
            await until(lambda: lake.counts[Op.PATH_FLUSH])
            assert len(temporaries(filesystem)) == 1
            await engine.control.cancel(job_id)

    run(work())
    assert paths(filesystem) == ["d", "d/f"]
    assert filesystem.get_file_client("d/f").get_file_properties().etag == etag


def test_a_file_that_is_cancelled_by_itself_leaves_nothing(
    rig: Rig, lake: Lake, filesystem: FileSystemClient, tmp_path: Path
) -> None:
    source = write(tmp_path / "up" / "f", noise(20 * BLOCK))

    async def work() -> None:
        async with rig.engine(concurrency=2) as engine:
            limit = 8 * BLOCK
            request = rig.upload(source.parent, block_size_bytes=BLOCK, limit_bytes_per_s=limit)
            job_id = await engine.submit(request)
            await until(lambda: lake.counts[Op.PATH_FLUSH])
            (file,) = await engine.transfers(job_id)
            await engine.files.cancel(job_id, [file.id])
            assert (await engine.wait(job_id)).files_cancelled == 1

    run(work())
    assert paths(filesystem) == []


def test_what_a_cancel_could_not_remove_goes_with_the_job(
    rig: Rig, lake: Lake, filesystem: FileSystemClient, tmp_path: Path, quick: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    source = write(tmp_path / "f", noise(20 * BLOCK))
    request = rig.upload(source, "f", block_size_bytes=BLOCK, limit_bytes_per_s=8 * BLOCK)

    async def work() -> None:
        async with rig.engine(concurrency=2) as engine:
            job_id = await engine.submit(request)
            await until(lambda: lake.counts[Op.PATH_FLUSH])
            lake.rules.append(Rule(Op.PATH_DELETE, Refuse(503)))
            with monkeypatch.context() as impatient:
                impatient.setattr("explorer.transfer.lake_leftovers.LONGEST_S", 0.3)
                await engine.control.cancel(job_id)
            assert engine.jobs()[0].state is JobState.CANCELLED
            assert len(temporaries(filesystem)) == 1
            lake.rules.clear()
            await engine.control.remove(job_id)

    run(work())
    assert paths(filesystem) == []


def test_a_pause_goes_on_from_the_last_flush_in_another_engine(
    rig: Rig, lake: Lake, filesystem: FileSystemClient, tmp_path: Path
) -> None:
    data = noise(20 * BLOCK)
    request = rig.upload(
        write(tmp_path / "f", data), "f", block_size_bytes=BLOCK, limit_bytes_per_s=8 * BLOCK
    )

    async def first() -> None:
        async with rig.engine(concurrency=2) as engine:
            await engine.submit(request)
            await until(lambda: lake.counts[Op.PATH_FLUSH] >= 2)

    async def second() -> None:
        async with rig.engine(adopt=True, concurrency=2) as engine:
            (job,) = engine.jobs()
            assert job.bytes_done >= 4 * BLOCK
            await engine.set_limit(job.id, 0)
            assert (await engine.wait(job.id)).state is JobState.DONE

    run(first())
    (left,) = temporaries(filesystem)
    assert filesystem.get_file_client(left).get_file_properties().size >= 4 * BLOCK
    run(second())
    assert lake.counts[Op.PATH_APPEND] <= 20 + 4 + 2
    assert read(filesystem, "f") == data
    assert paths(filesystem) == ["f"]


def test_a_pause_while_the_temporary_file_is_made_sends_nothing_more(
    rig: Rig, lake: Lake, filesystem: FileSystemClient, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    data = noise(20 * BLOCK)
    is_made, may_answer = threading.Event(), threading.Event()
    create_file = AzureDirectoryStore.create_file

    def late(*args: Any, **kwargs: Any) -> Written:
        written = create_file(*args, **kwargs)
        is_made.set()
        assert may_answer.wait(30)
        return written

    monkeypatch.setattr(AzureDirectoryStore, "create_file", late)

    async def work() -> None:
        async with rig.engine(concurrency=2) as engine:
            source = write(tmp_path / "f", data)
            job_id = await engine.submit(rig.upload(source, "f", block_size_bytes=BLOCK))
            await until(is_made.is_set)
            pausing = asyncio.gather(engine.control.pause(job_id))
            await until(is_cancelling)
            may_answer.set()
            await pausing
            assert engine.jobs()[0].state is JobState.PAUSED
            assert lake.counts[Op.PATH_APPEND] == 0
            await engine.control.resume(job_id)
            assert (await engine.wait(job_id)).state is JobState.DONE

    try:
        run(work())
    finally:
        may_answer.set()
    assert read(filesystem, "f") == data
    assert paths(filesystem) == ["f"]


@pytest.mark.parametrize("exists", [False, True])
def test_a_rival_loses_nothing(
    rig: Rig, lake: Lake, filesystem: FileSystemClient, tmp_path: Path, exists: bool
) -> None:
    if exists:
        put(filesystem, "f", b"old")
    lake.counts.clear()
    source = write(tmp_path / "f", noise(SIZE))
    request = rig.upload(source, "f", **OVER, limit_bytes_per_s=BLOCK // 8)

    async def work() -> None:
        async with rig.engine() as engine:
            job_id = await engine.submit(request)
            await until(lambda: lake.counts[Op.PATH_APPEND])
            await asyncio.to_thread(put, filesystem, "f", b"theirs")
            await engine.set_limit(job_id, 0)
            job = await engine.wait(job_id)
            assert (job.state, job.files_failed) == (JobState.FAILED, 1)
            (file,) = await engine.transfers(job_id)
            assert file.failure is not None
            assert file.failure.title == "It changed in the meantime"

    run(work())
    assert read(filesystem, "f") == b"theirs"
    assert paths(filesystem) == ["f"]


def test_a_source_that_changes_is_seen_before_the_rename(
    rig: Rig, lake: Lake, filesystem: FileSystemClient, tmp_path: Path, quick: None
) -> None:
    put(filesystem, "f", b"old")
    lake.counts.clear()
    source = write(tmp_path / "f", noise(SIZE))
    request = rig.upload(source, "f", **OVER, limit_bytes_per_s=8 * BLOCK)

    async def work() -> None:
        async with rig.engine() as engine:
            job_id = await engine.submit(request)
            await until(lambda: lake.counts[Op.PATH_APPEND])
            before = source.stat()
            write(source, noise(SIZE, seed=2))
            os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))
            await engine.set_limit(job_id, 0)
            assert (await engine.wait(job_id)).state is JobState.DONE

    run(work())
    assert read(filesystem, "f") == noise(SIZE, seed=2)
    assert paths(filesystem) == ["f"]


def test_a_folder_is_never_replaced_by_a_file(
    rig: Rig, filesystem: FileSystemClient, tmp_path: Path
) -> None:
    filesystem.create_directory("big")
    filesystem.create_directory("small")
    write(tmp_path / "up" / "big", noise(SIZE))
    write(tmp_path / "up" / "small", b"x")

    async def work() -> None:
        async with rig.engine() as engine:
            job_id = await engine.submit(rig.upload(tmp_path / "up", **OVER))
            assert (await engine.wait(job_id)).files_failed == 2
            titles = {
                file.failure and file.failure.title for file in await engine.transfers(job_id)
            }
            assert titles == {EXISTS}

    run(work())
    assert sorted(paths(filesystem)) == ["big", "small"]


def test_a_walk_leaves_out_uploads_that_still_run(
    rig: Rig, filesystem: FileSystemClient, tmp_path: Path
) -> None:
    put(filesystem, "d/f", b"x")
    put(filesystem, f"d/.quayside-{'0' * 32}.part", b"half")

    async def work() -> None:
        async with rig.engine() as engine:
            for request in (rig.download("d/", tmp_path / "down"), rig.copy("d/", "e")):
                job = await engine.wait(await engine.submit(request))
                assert (job.state, job.files_skipped) == (JobState.DONE, 1)
                notes = [file.note for file in await engine.transfers(job.id)]
                assert "An unfinished upload; it was left out." in notes

    run(work())
    assert list(tree_of(tmp_path / "down")) == ["f"]
    assert "e/f" in paths(filesystem)
    assert len(temporaries(filesystem)) == 1


def store_with(lake: Lake, rig: Rig, rights: str) -> AzureBlobStore:
    end = datetime.now(UTC) + timedelta(hours=1)
    sas = generate_file_system_sas(
        lake.account, rig.container, lake.key, permission=rights, expiry=end
    )
    return open_store(parse(f"{lake.endpoint}/{rig.container}?{sas}"), is_hierarchical=True)


@pytest.mark.parametrize(
    ("rights", "is_renamed"), [("rcw", False), ("cw", False), ("rcwm", False), ("rcwd", True)]
)
def test_who_may_not_rename_and_remove_sends_blocks_and_leaves_nothing(
    rig: Rig, lake: Lake, filesystem: FileSystemClient, tmp_path: Path, rights: str,
    is_renamed: bool,
) -> None:  # fmt: skip
    for name in ("a", "b"):
        write(tmp_path / "up" / name, noise(SIZE))
    with closing(store_with(lake, rig, rights)) as store:
        job = run(rig.do(rig.upload(tmp_path / "up", block_size_bytes=BLOCK), store))
    assert (job.state, job.failure, job.files_failed) == (JobState.DONE, None, 0)
    assert read(filesystem, "a") == noise(SIZE) == read(filesystem, "b")
    assert sorted(paths(filesystem)) == ["a", "b"]
    assert lake.counts[Op.PATH_RENAME] == (2 if is_renamed else 0)


@pytest.mark.parametrize("op", [Op.PATH_CREATE, Op.PATH_RENAME])
def test_a_rename_that_a_stored_policy_refuses_is_noticed_before_anything_is_sent(
    rig: Rig, lake: Lake, filesystem: FileSystemClient, tmp_path: Path, op: Op,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(AzureDirectoryStore, "may_rename", None)
    for name in ("a", "b"):
        write(tmp_path / "up" / name, noise(SIZE))
    lake.rules.append(Rule(op, Refuse(403, "AuthorizationPermissionMismatch")))
    job = run(rig.do(rig.upload(tmp_path / "up", block_size_bytes=BLOCK)))
    assert (job.state, job.failure, job.files_failed) == (JobState.DONE, None, 0)
    assert (lake.counts[Op.PATH_APPEND], lake.counts[Op.PUT_BLOCK_LIST]) == (0, 2)
    assert sorted(paths(filesystem)) == ["a", "b"]


def test_a_dfs_endpoint_that_cannot_be_reached_is_not_needed(
    rig: Rig, lake: Lake, filesystem: FileSystemClient, tmp_path: Path, quick: None
) -> None:
    lake.rules.extend(Rule(op, Drop()) for op in (Op.PATH_CREATE, Op.PATH_DELETE))
    source = write(tmp_path / "f", noise(SIZE))
    job = run(rig.do(rig.upload(source, "f", block_size_bytes=BLOCK)))
    assert (job.state, job.failure, job.files_failed) == (JobState.DONE, None, 0)
    assert read(filesystem, "f") == noise(SIZE)
