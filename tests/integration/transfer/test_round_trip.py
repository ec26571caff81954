"""What goes up comes down the same, byte for byte, name for name."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from explorer.transfer.model import DownloadRequest, DownloadSource
from explorer.transfer.state import JobState
from explorer.transfer.turns import TAKEN, Turns
from tests.integration.transfer.rig import MIB, Ears, Rig, noise, parts_in, run, tree_of, write

BLOCK = 64 * 1024


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 5 * BLOCK + 7])
def test_a_file_of_any_size_goes_up_and_down_unchanged(
    rig: Rig, container: ContainerClient, tmp_path: Path, size: int
) -> None:
    data = noise(size, seed=size)
    source = write(tmp_path / "up" / "f.bin", data)
    os.utime(source, ns=(1_600_000_000_123_456_700, 1_600_000_000_123_456_700))

    up = run(rig.do(rig.upload(source, "f.bin", "x/", block_size_bytes=BLOCK)))
    assert (up.state, up.files_done, up.bytes_done) == (JobState.DONE, 1, size)
    stored = container.get_blob_client("x/f.bin").get_blob_properties()
    assert stored.size == size
    assert stored.content_settings.content_md5 == bytearray(hashlib.md5(data).digest())
    assert stored.metadata["mtime"] == "2020-09-13T12:26:40.1234567Z"
    assert container.get_blob_client("x/f.bin").download_blob().readall() == data

    down = run(rig.do(rig.download("x/f.bin", tmp_path / "down", block_size_bytes=BLOCK)))
    assert (down.state, down.bytes_done, down.failure) == (JobState.DONE, size, None)
    target = tmp_path / "down" / "f.bin"
    assert target.read_bytes() == data
    assert target.stat().st_mtime_ns == 1_600_000_000_123_456_700
    assert not parts_in(tmp_path)


@pytest.mark.parametrize("count", [1, 5])
def test_the_last_file_does_not_wait_for_the_company_of_others(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr("explorer.transfer.journal.GROUP_S", 600.0)
    monkeypatch.setattr("explorer.transfer.engine.WATCH_S", 600.0)  # would be company
    for n in range(count):
        write(tmp_path / "up" / f"f{n}", noise(100, seed=n))
    up = run(rig.do(rig.upload(tmp_path / "up", "", "x/")))
    down = run(rig.do(rig.download("x/", tmp_path / "down")))
    assert (up.files_done, down.files_done) == (count, count)
    assert tree_of(tmp_path / "down") == tree_of(tmp_path / "up")


@pytest.mark.parametrize("year", [1, 1600, 2300, 9999])
def test_a_time_that_no_clock_had_stops_no_download(
    rig: Rig, container: ContainerClient, tmp_path: Path, year: int
) -> None:
    container.upload_blob("d/f", b"x", metadata={"mtime": f"{year:04}-01-01T00:00:00Z"})
    container.upload_blob("d/g", b"y")
    down = run(rig.do(rig.download("d/", tmp_path / "down")))
    assert (down.state, down.files_done, down.failure) == (JobState.DONE, 2, None)
    assert (tmp_path / "down" / "f").stat().st_mtime > 1_600_000_000  # the service's
    one = run(rig.do(rig.download("d/f", tmp_path / "one")))
    assert (one.state, one.failure) == (JobState.DONE, None)


@pytest.mark.parametrize("second", [2**34 - 1, -(2**31), 10**12])
def test_a_time_that_no_clock_had_stops_no_upload(
    rig: Rig, container: ContainerClient, tmp_path: Path, second: int
) -> None:
    source = write(tmp_path / "up" / "f", b"x" * 3 * BLOCK)
    try:
        os.utime(source, (second, second))
    except OSError:
        pytest.skip("this file system keeps no such time")
    up = run(rig.do(rig.upload(source.parent, block_size_bytes=BLOCK)))
    assert (up.state, up.files_done, up.failure) == (JobState.DONE, 1, None)
    assert container.get_blob_client("f").get_blob_properties().size == 3 * BLOCK


def test_a_tree_with_odd_names_and_empty_folders_comes_back_the_same(
    rig: Rig, tmp_path: Path
) -> None:
    names = [
        "plain.txt",
        "with space.txt",
        "100% #1 + a&b=c?.txt",
        "ünïcödé/日本語.bin",
        "a/b/c/d/e/f.txt",
        "quote'\"<>|:.txt",
        "%41%2F.txt",
        "x" * 250,
        ".hidden/.f",
        "~tilde/$var/`tick`;x",
    ]
    for number, name in enumerate(names):
        write(tmp_path / "up" / name, noise(100 * number, seed=number))
    (tmp_path / "up/empty/inner").mkdir(parents=True)

    up = run(rig.do(rig.upload(tmp_path / "up", "", "t/")))
    assert (up.state, up.failure, up.files_failed) == (JobState.DONE, None, 0)
    down = run(rig.do(rig.download("t/", tmp_path / "down")))
    assert (down.state, down.failure, down.files_failed) == (JobState.DONE, None, 0)
    assert tree_of(tmp_path / "down") == tree_of(tmp_path / "up")
    assert "empty/inner/" in tree_of(tmp_path / "down")


@pytest.mark.parametrize("marker", ["empty", "empty/"])
def test_an_empty_folder_of_a_selection_is_made(
    rig: Rig, container: ContainerClient, tmp_path: Path, marker: str
) -> None:
    container.upload_blob(marker, b"", metadata={"hdi_isfolder": "true"})
    container.upload_blob("full/f", b"x")
    sources = tuple(DownloadSource(f"{name}/", True, name) for name in ("empty", "full"))
    request = DownloadRequest(sources, rig.place, str(tmp_path / "down"))
    job = run(rig.do(request))
    assert (job.state, job.failure, job.files_failed) == (JobState.DONE, None, 0)
    assert set(tree_of(tmp_path / "down")) == {"empty/", "full/f"}


def test_100_mb_go_up_in_blocks_and_down_in_ranges(rig: Rig, tmp_path: Path) -> None:
    source = tmp_path / "big.bin"
    with open(source, "wb") as file:
        for part in range(10):
            file.seek(part * 10 * MIB)
            file.write(noise(MIB, seed=part))
        file.truncate(100 * MIB)
    assert run(rig.do(rig.upload(source, "big.bin"))).state is JobState.DONE
    assert run(rig.do(rig.download("big.bin", tmp_path / "down"))).state is JobState.DONE
    digest = [
        hashlib.sha256(path.read_bytes()).digest() for path in (source, tmp_path / "down/big.bin")
    ]
    assert digest[0] == digest[1]


def test_what_arrived_is_told_with_its_etag_and_progress_ends_at_all_of_it(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    source = write(tmp_path / "f.bin", noise(5 * BLOCK))
    ears = Ears()

    async def work() -> None:
        async with rig.engine(ears=ears) as engine:
            await engine.wait(
                await engine.submit(rig.upload(source, "f.bin", block_size_bytes=BLOCK))
            )

    run(work())
    stored = container.get_blob_client("f.bin").get_blob_properties()
    assert [(blob.name, blob.size_bytes, blob.etag) for blob in ears.blobs] == [
        ("f.bin", 5 * BLOCK, stored.etag)
    ]
    assert [job.state for job in ears.finished] == [JobState.DONE]
    told = [*ears.changed, *ears.finished]
    complete = [job for job in told if job.bytes_done == job.bytes_total == 5 * BLOCK]
    assert complete
    assert {job.state for job in complete} == {JobState.DONE}


def test_more_small_files_are_taken_while_some_are_left_for_each_worker(
    rig: Rig, container: ContainerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = []
    take = Turns.take

    async def noted(turns: Turns) -> tuple[bool, int]:
        left.append(len(turns.ready))
        return await take(turns)

    monkeypatch.setattr(Turns, "take", noted)
    for number in range(2 * TAKEN):
        write(tmp_path / "up" / f"{number:03}", b"x")
    up = run(rig.do(rig.upload(tmp_path / "up")))
    assert (up.state, up.files_done) == (JobState.DONE, 2 * TAKEN)
    assert len(list(container.list_blob_names())) == 2 * TAKEN
    assert max(left) > 0
    assert len(left) < 10  # where there are no more, nobody asks again and again
