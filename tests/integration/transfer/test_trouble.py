"""Bad places and full disks: a message that a person understands, and nothing lost."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from explorer.base.cancel import CancelToken
from explorer.base.errors import DiskFullError, JournalError, QuaysideError
from explorer.transfer import dispatch, job_table, transfer_table
from explorer.transfer.journal import Journal
from explorer.transfer.model import ConflictPolicy, Links
from explorer.transfer.state import JobState, TransferState
from tests.integration.transfer.rig import (
    Ears,
    Hooked,
    Rig,
    noise,
    parts_in,
    run,
    tree_of,
    until,
    write,
)

MIB = 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MiB."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    place = tmp_path / "disk"
    place.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)],
        check=False,
        capture_output=True,
    )
    if mount.returncode:
        pytest.skip("this machine does not let us mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("block", [0, 256 * 1024])
def test_a_full_disk_pauses_and_goes_on_when_there_is_room(
    rig: Rig, container: ContainerClient, small_disk: Path, block: int
) -> None:
    data = noise(2 * MIB)
    container.upload_blob("f", data)
    filler = write(small_disk / "filler", bytes(3 * MIB))
    old = write(small_disk / "down" / "f", b"old")

    async def work() -> None:
        async with rig.engine() as engine:
            request = rig.download(
                "f", old.parent, block_size_bytes=block, conflicts=ConflictPolicy.OVERWRITE
            )
            job_id = await engine.submit(request)
            await until(lambda: engine.jobs()[0].state is JobState.RETRY_WAIT)
            (job,) = engine.jobs()
            assert job.failure is not None
            assert "no room" in job.failure.message
            assert old.read_bytes() == b"old"
            filler.unlink()
            assert (await engine.wait(job_id)).state is JobState.DONE

    run(work())
    assert old.read_bytes() == data
    assert not parts_in(small_disk)


def test_a_full_disk_job_can_be_cancelled_and_leaves_nothing(
    rig: Rig, container: ContainerClient, small_disk: Path
) -> None:
    container.upload_blob("f", noise(5 * MIB))

    async def work() -> None:
        async with rig.engine() as engine:
            job_id = await engine.submit(rig.download("f", small_disk / "down"))
            await until(lambda: engine.jobs()[0].state is JobState.RETRY_WAIT)
            await engine.cancel(job_id)

    run(work())
    assert tree_of(small_disk) == {"down/": ""}


def test_a_destination_that_is_a_file_is_refused_with_the_reason(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    container.upload_blob("f", b"x")
    place = write(tmp_path / "file", b"mine")
    job = run(rig.do(rig.download("f", place)))
    assert job.state is JobState.FAILED
    assert job.failure is not None
    assert str(place) in job.failure.message
    assert job.failure.cure
    assert place.read_bytes() == b"mine"


def test_a_folder_that_cannot_be_written_is_refused_with_the_reason(
    rig: Rig, container: ContainerClient
) -> None:
    container.upload_blob("f", b"x")
    job = run(rig.do(rig.download("f", Path("/proc/self/fdinfo"))))
    assert job.state is JobState.FAILED
    assert job.files_failed == 1 or job.failure is not None


def test_a_container_that_is_missing_fails_the_job_once_or_is_made(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    for number in range(5):
        write(tmp_path / "up" / str(number), b"x")
    request = rig.upload(tmp_path / "up")
    container.delete_container()
    job = run(rig.do(request))
    assert job.state is JobState.FAILED
    assert job.failure is not None
    assert job.failure.code == "ContainerNotFound"
    made = type(request)(request.sources, request.target, request.options, make_container=True)
    assert run(rig.do(made)).state is JobState.DONE
    assert sorted(container.list_blob_names()) == ["0", "1", "2", "3", "4"]


def test_a_job_that_stops_tells_why_though_others_met_the_same_while_it_stopped(
    rig: Rig, container: ContainerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        write(tmp_path / "up" / str(number), b"x")
    container.delete_container()
    is_stopping = threading.Event()
    cancel = CancelToken.cancel

    def told(token: CancelToken) -> None:
        cancel(token)
        is_stopping.set()

    def before(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "put_blob" and count > 1:  # the answer comes while the first one's stops all
            is_stopping.wait(10)

    monkeypatch.setattr(CancelToken, "cancel", told)
    job = run(rig.do(rig.upload(tmp_path / "up"), Hooked(rig.store, before=before)))
    assert is_stopping.is_set()
    assert job.state is JobState.FAILED
    assert job.failure is not None
    assert job.failure.code == "ContainerNotFound"


def test_a_blob_or_folder_that_does_not_exist_is_said_to_be_missing(
    rig: Rig, tmp_path: Path
) -> None:
    job = run(rig.do(rig.download("no/such/", tmp_path / "down")))
    assert job.state is JobState.FAILED
    assert job.failure is not None
    assert "no/such" in job.failure.message
    job = run(rig.do(rig.download("nothing", tmp_path / "down")))
    assert (job.state, job.files_failed) == (JobState.FAILED, 1)


def test_what_cannot_be_taken_is_told_and_a_retry_looks_again(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    write(tmp_path / "up" / "good", b"x")
    (tmp_path / "up" / "broken").symlink_to("nowhere")
    (tmp_path / "up" / "loop").symlink_to(".")
    os.mkfifo(tmp_path / "up" / "pipe")
    write(tmp_path / "up" / "back\\slash", b"x")
    write(Path(os.fsdecode(os.fsencode(tmp_path / "up") + b"/\xff")), b"x")

    async def work() -> None:
        async with rig.engine() as engine:
            job_id = await engine.submit(rig.upload(tmp_path / "up"))
            job = await engine.wait(job_id)
            assert (job.files_done, job.files_failed, job.files_skipped) == (1, 3, 2)
            failed = await engine.transfers(job_id, states=frozenset({TransferState.FAILED}))
            assert all(t.failure and t.failure.cure for t in failed)
            (tmp_path / "up" / "broken").unlink()
            write(tmp_path / "up" / "broken", b"mended")
            await engine.retry(job_id)
            job = await engine.wait(job_id)
            assert (job.files_done, job.files_failed) == (2, 2)

    run(work())
    assert sorted(container.list_blob_names()) == ["broken", "good"]


def test_links_are_followed_or_left_out_as_asked(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    write(tmp_path / "elsewhere" / "f", b"x")
    write(tmp_path / "up" / "real", b"x")
    (tmp_path / "up" / "folder").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "up" / "file").symlink_to(tmp_path / "elsewhere" / "f")
    run(rig.do(rig.upload(tmp_path / "up", "", "skip/", links=Links.SKIP)))
    run(rig.do(rig.upload(tmp_path / "up", "", "follow/", links=Links.FOLLOW)))
    assert sorted(container.list_blob_names()) == [
        "follow/file",
        "follow/folder/f",
        "follow/real",
        "skip/real",
    ]


def test_filters_choose_what_goes(rig: Rig, container: ContainerClient, tmp_path: Path) -> None:
    for name in ("a.py", "b.log", "build/x.py", "deep/c.py", ".amlignore"):
        write(tmp_path / "up" / name, b"deep/\n" if name == ".amlignore" else b"x")
    (tmp_path / "up" / "empty").mkdir()
    request = rig.upload(
        tmp_path / "up", "", "", include=("*.py",), exclude=("build/",), use_ignore_files=True
    )
    assert run(rig.do(request)).state is JobState.DONE
    assert sorted(container.list_blob_names()) == ["a.py"]
    container.upload_blob("other.txt", b"x")
    assert run(rig.do(rig.download("", tmp_path / "down", exclude=("*.py",)))).files_done == 1
    assert list(tree_of(tmp_path / "down")) == ["other.txt"]


def test_colliding_and_hostile_blob_names_stay_apart_and_inside(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    for name in ("x/a", "x/a/b", "x/c//d", "x/~", "x/C:\\evil", "x/con"):
        container.upload_blob(name, name.encode())
    ears = Ears()

    async def work() -> None:
        async with rig.engine(ears=ears) as engine:
            job = await engine.wait(await engine.submit(rig.download("x/", tmp_path / "down")))
            assert (job.state, job.files_done) == (JobState.DONE, 6)

    run(work())
    found = {path.read_bytes() for path in (tmp_path / "down").rglob("*") if path.is_file()}
    stored = {name.encode() for name in container.list_blob_names()}
    assert {data.replace(b"\\", b"/") for data in found} == stored
    assert {path.name for path in tmp_path.iterdir()} == {"down", "quayside-data"}
    assert any(transfer.note for transfer in ears.transfers)


def states_fail(
    monkeypatch: pytest.MonkeyPatch, state: JobState, error: QuaysideError, times: int
) -> None:
    """The journal cannot keep this state of a job, so many times."""
    left = times
    do = Journal.do

    async def failing(journal: Journal, work: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal left
        is_end = work is job_table.end and state is JobState.DONE
        if left and (is_end or (work is job_table.set_state and args[1] is state)):
            left -= 1
            raise error
        return await do(journal, work, *args, **kwargs)

    monkeypatch.setattr(Journal, "do", failing)


@pytest.mark.parametrize("state", [JobState.RUNNING, JobState.DONE])
def test_a_disk_that_is_full_for_the_queue_delays_a_job_and_no_more(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: JobState
) -> None:
    monkeypatch.setattr(dispatch, "ROOM_S", 0.01)
    states_fail(monkeypatch, state, DiskFullError("full"), times=3)
    ears = Ears()

    async def work() -> None:
        async with rig.engine(ears=ears) as engine:
            job_id = await engine.submit(rig.upload(write(tmp_path / "f", b"x"), "f"))
            assert (await engine.wait(job_id)).state is JobState.DONE

    run(work())
    assert JobState.RETRY_WAIT in [told.state for told in ears.changed]


@pytest.mark.parametrize("state", [JobState.RUNNING, JobState.DONE])
def test_a_queue_that_cannot_be_written_interrupts_a_job_instead_of_hanging_it(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: JobState
) -> None:
    states_fail(monkeypatch, state, JournalError("locked"), times=1)

    async def work() -> None:
        async with rig.engine() as engine:
            job_id = await engine.submit(rig.upload(write(tmp_path / "f", b"x"), "f"))
            told = await engine.wait(job_id)
            assert told.state is JobState.INTERRUPTED
            assert told.failure is not None
            await engine.resume(job_id)
            assert (await engine.wait(job_id)).state is JobState.DONE

    run(work())


def test_a_pause_while_the_end_of_a_file_cannot_be_kept_is_heard(
    rig: Rig, container: ContainerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write(tmp_path / "f", noise(2 * MIB))
    is_full = threading.Event()
    asked, paused = threading.Event(), threading.Event()
    finish = transfer_table.finish

    def failing(*args: Any, **kwargs: Any) -> None:
        if is_full.is_set():
            asked.set()
            paused.wait(30)
            raise DiskFullError("full")
        finish(*args, **kwargs)

    monkeypatch.setattr(transfer_table, "finish", failing)

    async def work() -> None:
        async with rig.engine() as engine:
            is_full.set()
            job_id = await engine.submit(rig.upload(source, "f", block_size_bytes=MIB))
            await until(asked.is_set)
            asyncio.get_running_loop().call_later(0.1, paused.set)
            async with asyncio.timeout(10):
                await engine.pause(job_id)
            assert engine.jobs()[0].state is JobState.PAUSED
            is_full.clear()
            await engine.resume(job_id)
            told = await engine.wait(job_id)
            assert (told.state, told.files_done, told.bytes_done) == (JobState.DONE, 1, 2 * MIB)

    run(work())


def test_a_file_whose_end_could_not_be_kept_is_no_longer_shown_as_moving(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write(tmp_path / "f", noise(2 * MIB))

    def failing(*args: Any, **kwargs: Any) -> None:
        raise JournalError("locked")

    monkeypatch.setattr(transfer_table, "finish", failing)

    async def work() -> None:
        async with rig.engine() as engine:
            job_id = await engine.submit(rig.upload(source, "f", block_size_bytes=MIB))
            assert (await engine.wait(job_id)).state is JobState.FAILED
            (told,) = await engine.transfers(job_id)
            assert not told.state.is_active

    run(work())
