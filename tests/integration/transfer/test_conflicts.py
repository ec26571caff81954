"""What happens where something is there already: nothing is overwritten silently."""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from explorer.storage.api import BlobStore
from explorer.storage.model import Page
from explorer.transfer import conflict_search, expand
from explorer.transfer.model import (
    Conflict,
    ConflictPolicy,
    DownloadRequest,
    JobSnapshot,
    Request,
    UploadRequest,
)
from explorer.transfer.names import LINUX, Mapper
from explorer.transfer.state import JobState, TransferState
from tests.integration.transfer.rig import (
    Brake,
    Ears,
    Hooked,
    Rig,
    noise,
    parts_in,
    run,
    until,
    write,
)

BLOCK = 64 * 1024
OLD = b"the old one"
OLD_S, NEW_S = 1_500_000_000, 1_600_000_000
SIZES = [10, 300 * 1024, 600 * 1024]
"""In one request; in one, after a look; in blocks (with blocks of 512 KiB)."""


def contents(container: ContainerClient) -> dict[str, bytes]:
    return {name: container.download_blob(name).readall() for name in container.list_blob_names()}


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("policy", "state", "has_old", "has_new"),
    [
        (ConflictPolicy.OVERWRITE, JobState.DONE, False, True),
        (ConflictPolicy.SKIP, JobState.DONE, True, False),
        (ConflictPolicy.NEWER, JobState.DONE, False, True),
        (ConflictPolicy.DIFFERENT, JobState.DONE, False, True),
        (ConflictPolicy.FAIL, JobState.FAILED, True, False),
    ],
)
def test_an_existing_blob_is_treated_as_the_rule_says(
    rig: Rig,
    container: ContainerClient,
    tmp_path: Path,
    policy: ConflictPolicy,
    state: JobState,
    has_old: bool,
    has_new: bool,
    size: int,
) -> None:
    container.upload_blob("f", OLD, metadata={"mtime": "2017-07-14T02:40:00Z"})
    data = noise(size)
    source = write(tmp_path / "f", data)
    os.utime(source, (NEW_S, NEW_S))
    job = run(rig.do(rig.upload(source, "f", conflicts=policy, block_size_bytes=512 * 1024)))
    assert job.state is state
    assert contents(container) == {"f": OLD if has_old else data}
    assert (job.files_done, job.files_skipped + job.files_failed) == (has_new, has_old)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("policy", "state", "is_replaced"),
    [
        (ConflictPolicy.OVERWRITE, JobState.DONE, True),
        (ConflictPolicy.SKIP, JobState.DONE, False),
        (ConflictPolicy.NEWER, JobState.DONE, True),
        (ConflictPolicy.DIFFERENT, JobState.DONE, True),
        (ConflictPolicy.FAIL, JobState.FAILED, False),
    ],
)
def test_an_existing_file_is_treated_as_the_rule_says(
    rig: Rig,
    container: ContainerClient,
    tmp_path: Path,
    policy: ConflictPolicy,
    state: JobState,
    is_replaced: bool,
    size: int,
) -> None:
    data = noise(size)
    container.upload_blob("f", data)
    target = write(tmp_path / "down" / "f", OLD)
    os.utime(target, (OLD_S, OLD_S))
    request = rig.download("f", tmp_path / "down", conflicts=policy, block_size_bytes=512 * 1024)
    assert run(rig.do(request)).state is state
    assert files(tmp_path / "down") == {"f": data if is_replaced else OLD}


@pytest.mark.parametrize("size", SIZES)
def test_keeping_both_numbers_the_new_one(
    rig: Rig, container: ContainerClient, tmp_path: Path, size: int
) -> None:
    data = noise(size)
    source = write(tmp_path / "f.tar.gz", data)
    container.upload_blob("f.tar.gz", OLD)
    options: dict[str, Any] = {
        "conflicts": ConflictPolicy.RENAME,
        "block_size_bytes": 512 * 1024,
    }
    for _ in range(2):
        assert run(rig.do(rig.upload(source, "f.tar.gz", **options))).state is JobState.DONE
    assert contents(container) == {
        "f.tar.gz": OLD,
        "f (2).tar.gz": data,
        "f (3).tar.gz": data,
    }
    write(tmp_path / "down" / "f.tar.gz", OLD)
    for _ in range(2):
        job = run(rig.do(rig.download("f (2).tar.gz", tmp_path / "down", **options)))
        assert job.state is JobState.DONE
    assert files(tmp_path / "down") == {
        "f.tar.gz": OLD,
        "f (2).tar.gz": data,
        "f (2) (2).tar.gz": data,
    }


@pytest.mark.parametrize("takes_it", [False, True], ids=["kept", "taken meanwhile"])
@pytest.mark.parametrize("way", ["up", "down"])
def test_a_name_that_was_chosen_to_keep_both_is_kept_over_a_pause(
    rig: Rig, container: ContainerClient, tmp_path: Path, way: str, takes_it: bool
) -> None:
    data = noise(600 * 1024)
    there = tmp_path / "down"
    write(there / "f", OLD)
    if way == "up":
        container.upload_blob("f", OLD)
    else:
        container.upload_blob("f", data)
    brake = Brake(rig, "put_blob" if way == "up" else "read_range", 0)
    options: dict[str, Any] = {
        "conflicts": ConflictPolicy.FAIL,
        "decisions": {"f": ConflictPolicy.RENAME},
    }
    request: Request = rig.download("f", there, **options)
    if way == "up":
        request = rig.upload(write(tmp_path / "f", data), "f", **options)

    async def work() -> str:
        async with rig.engine(brake.store) as engine:
            job_id = await engine.submit(request)
            await until(brake.held.is_set)
            await brake.released_by(engine.pause(job_id))
            if takes_it and way == "up":
                container.upload_blob("f (2)", b"theirs")
            elif takes_it:
                write(there / "f (2)", b"theirs")
        async with rig.engine() as engine:
            await engine.resume(job_id)
            assert (await engine.wait(job_id)).state is JobState.DONE
            (file,) = await engine.transfers(job_id)
            return file.note

    note = run(work())
    chosen = "f (3)" if takes_it else "f (2)"
    assert chosen in note
    theirs = {"f (2)": b"theirs"} if takes_it else {}
    found = contents(container) if way == "up" else files(there)
    assert found == {"f": OLD, **theirs, chosen: data}


def test_older_and_same_files_are_skipped_with_the_reason(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    source = write(tmp_path / "f", OLD)
    os.utime(source, (OLD_S, OLD_S))
    assert run(rig.do(rig.upload(source, "f"))).state is JobState.DONE
    etag = container.get_blob_client("f").get_blob_properties().etag
    ears = Ears()

    async def again(policy: ConflictPolicy) -> JobSnapshot:
        async with rig.engine(ears=ears) as engine:
            return await engine.wait(await engine.submit(rig.upload(source, "f", conflicts=policy)))

    for policy in (ConflictPolicy.NEWER, ConflictPolicy.DIFFERENT):
        assert run(again(policy)).files_skipped == 1
    assert container.get_blob_client("f").get_blob_properties().etag == etag
    reasons = [t.note for t in ears.transfers if t.state is TransferState.SKIPPED]
    assert reasons == ["What is there is as new, or newer.", "The same is there already."]


def test_an_answer_for_one_file_counts_more_than_the_rule(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        container.upload_blob(f"x/{name}", OLD)
        write(tmp_path / "up" / name, b"new")
    request = rig.upload(
        tmp_path / "up",
        "",
        "x/",
        conflicts=ConflictPolicy.SKIP,
        decisions={"b": ConflictPolicy.OVERWRITE},
    )
    assert run(rig.do(request)).state is JobState.DONE
    assert contents(container) == {"x/a": OLD, "x/b": b"new"}
    down = rig.download(
        "x/",
        tmp_path / "up",
        conflicts=ConflictPolicy.SKIP,
        decisions={"a": ConflictPolicy.OVERWRITE},
    )
    write(tmp_path / "up" / "b", b"local")
    assert run(rig.do(down)).state is JobState.DONE
    assert files(tmp_path / "up") == {"a": OLD, "b": b"local"}


@pytest.mark.parametrize("exists", [False, True])
@pytest.mark.parametrize(
    ("size", "write_call"), [(300 * 1024, "put_blob"), (600 * 1024, "put_block_list")]
)
def test_a_rival_between_start_and_commit_is_not_overwritten(
    rig: Rig,
    container: ContainerClient,
    tmp_path: Path,
    exists: bool,
    size: int,
    write_call: str,
) -> None:
    if exists:
        container.upload_blob("f", OLD)
    source = write(tmp_path / "f", noise(size))

    def rival(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == write_call and count == 1:
            container.upload_blob("f", b"the rival's", overwrite=True)

    request = rig.upload(
        source, "f", conflicts=ConflictPolicy.OVERWRITE, block_size_bytes=512 * 1024
    )
    job = run(rig.do(request, Hooked(rig.store, before=rival)))
    assert job.state is JobState.FAILED
    assert contents(container) == {"f": b"the rival's"}


@pytest.mark.parametrize("exists", [False, True])
@pytest.mark.parametrize("size", [10, 600 * 1024])
def test_a_local_rival_is_not_overwritten(
    rig: Rig, container: ContainerClient, tmp_path: Path, exists: bool, size: int
) -> None:
    container.upload_blob("f", noise(size))
    target = tmp_path / "down" / "f"
    if exists:
        write(target, OLD)

    def rival(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "read_range" and count == 1:
            write(target, b"the rival's")

    request = rig.download(
        "f", target.parent, conflicts=ConflictPolicy.OVERWRITE, block_size_bytes=512 * 1024
    )
    job = run(rig.do(request, Hooked(rig.store, after=rival)))
    assert job.state is JobState.FAILED
    assert files(target.parent) == {"f": b"the rival's"}
    assert not parts_in(tmp_path)


def test_a_link_or_folder_in_the_way_is_never_replaced_or_followed(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    down = tmp_path / "down"
    down.mkdir()
    for name in ("folder/f", "link", "linked/f"):
        container.upload_blob(f"x/{name}", b"new")
    (down / "folder" / "f").mkdir(parents=True)
    (down / "link").symlink_to(outside / "f")
    (down / "linked").symlink_to(outside)
    job = run(rig.do(rig.download("x/", down, conflicts=ConflictPolicy.OVERWRITE)))
    assert (job.state, job.files_failed) == (JobState.FAILED, 3)
    assert list(outside.iterdir()) == []
    assert (down / "folder" / "f").is_dir()
    assert (down / "link").is_symlink()


def test_conflicts_are_found_before_anything_starts(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    for name in ("top", "sub/one", "sub/deep/two", *(f"many/{n}" for n in range(7))):
        write(tmp_path / "up" / name, b"local")
    for name in ("x/top", "x/sub/deep/two", "x/many/3", "x/many/elsewhere", "y/sub/one"):
        container.upload_blob(name, b"remote!")
    before = contents(container)

    async def found(request: Any) -> dict[str, tuple[int, int]]:
        async with rig.engine() as engine:
            return {
                c.name: (c.source.size_bytes, c.target.size_bytes)
                async for c in engine.find_conflicts(request)
            }

    assert run(found(rig.upload(tmp_path / "up", "", "x/"))) == {
        "top": (5, 7),
        "sub/deep/two": (5, 7),
        "many/3": (5, 7),
    }
    assert contents(container) == before
    assert run(found(rig.download("x/", tmp_path / "up"))) == {
        "top": (7, 5),
        "sub/deep/two": (7, 5),
        "many/3": (7, 5),
    }
    assert not (tmp_path / "up" / "many" / "elsewhere").exists()


def test_two_files_that_would_become_one_blob_are_not_both_sent(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    mapper = Mapper(LINUX)
    mapper.folder("d")
    marked = mapper.file("d").name  # what a blob beside a folder of its name is saved as
    write(tmp_path / "up" / "d", b"plain")
    write(tmp_path / "up" / marked, b"marked")
    job = run(rig.do(rig.upload(tmp_path / "up", conflicts=ConflictPolicy.OVERWRITE)))
    assert (job.files_done, job.files_failed) == (1, 1)
    assert contents(container) == {"d": b"plain"}


class SmallPages(Hooked):
    """Lists a few names at a time."""

    def __init__(self, store: BlobStore, size: int = 2) -> None:
        super().__init__(store)
        self._size = size

    def list_blobs(self, container: str, **how: Any) -> Page:
        page: Page = self.__getattr__("list_blobs")(container, page_size=self._size, **how)
        return page


def test_a_vast_folder_is_not_listed_to_its_end_for_a_few_files(
    rig: Rig, container: ContainerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conflict_search, "MOST", 5)
    for number in range(6):
        write(tmp_path / "up" / str(number), b"local")
    for number in range(4, 30):
        container.upload_blob(str(number), b"remote")
    store = SmallPages(rig.store)

    async def found() -> set[str]:
        async with rig.engine(store) as engine:
            return {c.name async for c in engine.find_conflicts(rig.upload(tmp_path / "up"))}

    assert run(found()) == {"4", "5"}
    assert (store.calls["list_blobs"], store.calls["properties"]) == (3, 6)


@pytest.mark.parametrize("direction", ["upload", "download"])
def test_a_rehearsal_knows_the_same_size_and_time_from_the_same_bytes(
    rig: Rig, container: ContainerClient, tmp_path: Path, direction: str
) -> None:
    request: UploadRequest | DownloadRequest
    for name in ("same", "other"):
        path = write(tmp_path / "files" / name, name[:4].encode() * 2)
        os.utime(path, (OLD_S, OLD_S))
    run(rig.do(rig.upload(tmp_path / "files")))
    path = write(tmp_path / "files" / "other", b"OTHEOTHE")
    os.utime(path, (OLD_S, OLD_S))
    if direction == "upload":
        request = rig.upload(tmp_path / "files", conflicts=ConflictPolicy.DIFFERENT)
    else:
        request = rig.download("", tmp_path / "files", conflicts=ConflictPolicy.DIFFERENT)

    async def work() -> None:
        async with rig.engine() as engine:
            told = {Path(s.source).name: s.outcome async for s in engine.rehearse(request)}
            assert told == {"same": "skip", "other": "overwrite"}
            done = await engine.wait(await engine.submit(request))
            assert (done.files_done, done.files_skipped) == (1, 1)

    run(work())


@pytest.mark.parametrize("direction", ["upload", "download"])
def test_conflicts_are_not_gathered_in_memory(
    rig: Rig,
    container: ContainerClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    direction: str,
) -> None:
    monkeypatch.setattr(expand, "BATCH_ROWS", 5)
    for number in range(60):
        write(tmp_path / "files" / f"{number % 6}" / f"{number}", b"x")
    run(rig.do(rig.upload(tmp_path / "files")))
    request: UploadRequest | DownloadRequest = rig.upload(tmp_path / "files")
    if direction == "download":
        request = rig.download("", tmp_path / "files")
        rig.store = SmallPages(rig.store, size=5)

    def alive() -> int:
        return sum(isinstance(it, Conflict) for it in gc.get_objects())

    async def most(found: AsyncIterator[object]) -> int:
        seen, counts = 0, []
        async for _ in found:
            seen += 1
            if seen % 15 == 0:  # a look at everything there is takes its time
                counts.append(alive())
        assert seen == 60
        return max(counts)

    async def work() -> list[int]:
        async with rig.engine() as engine:
            searched = engine.find_conflicts(request)
            return [await most(searched), await most(engine.rehearse(request))]

    assert max(run(work())) <= 2 * 5  # one batch, and the one before


def test_folders_that_were_listed_are_forgotten_in_the_end(
    rig: Rig, container: ContainerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conflict_search, "MOST", 6)
    kept: list[int] = []
    remember = conflict_search._Remote._remember

    def watched(self: conflict_search._Remote, folder: str, below: frozenset[str]) -> None:
        remember(self, folder, below)
        kept.append(sum(map(len, self._below.values())))

    monkeypatch.setattr(conflict_search._Remote, "_remember", watched)
    for folder in "abcd":
        for number in range(5):
            write(tmp_path / "up" / folder / str(number), b"x")
            write(tmp_path / "up" / folder / f"{number}-below" / "f", b"x")
    run(rig.do(rig.upload(tmp_path / "up")))

    async def found() -> int:
        async with rig.engine() as engine:
            return len([c async for c in engine.find_conflicts(rig.upload(tmp_path / "up"))])

    assert run(found()) == 40
    assert len(kept) >= 4
    assert max(kept) <= 6


@pytest.mark.parametrize("what", ["job", "file"])
def test_what_was_in_the_way_is_not_taken_for_ours_when_it_is_tried_again(
    rig: Rig, container: ContainerClient, tmp_path: Path, what: str
) -> None:
    container.upload_blob("f", b"new bytes", metadata={"mtime": "2024-01-01T00:00:00Z"})
    container.get_blob_client("f").set_http_headers()  # without MD5
    target = write(tmp_path / "down" / "f", b"old bytes")
    os.utime(target, (1704067200, 1704067200))  # the same size and time

    async def work() -> None:
        async with rig.engine() as engine:
            job_id = await engine.submit(rig.download("f", target.parent))
            assert (await engine.wait(job_id)).state is JobState.FAILED
            over = ConflictPolicy.OVERWRITE
            if what == "job":
                await engine.retry(job_id, over)
            else:
                (file,) = await engine.transfers(job_id)
                await engine.files.retry(job_id, [file.id], over)
            assert (await engine.wait(job_id)).state is JobState.DONE

    run(work())
    assert target.read_bytes() == b"new bytes"
