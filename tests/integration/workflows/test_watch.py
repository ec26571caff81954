"""`quayside watch` as a process: what settles is uploaded once, through restarts and kills."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from explorer.base.errors import InputError
from explorer.service.service import Service
from explorer.workflows.watch import _until_rest
from tests.integration.cli.conftest import Quayside

LIMIT_S = 120
"""No event takes so long; a test that waits in vain ends then."""
MIB = 1024 * 1024


class Watching:
    """A watch under way; its events as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._events: Queue[dict[str, Any]] = Queue()
        self.seen: list[dict[str, Any]] = []
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._events.put(json.loads(line))

    def until(self, kind: str, name: str = "") -> dict[str, Any]:
        """The next event of that kind."""
        while True:
            try:
                event = self._events.get(timeout=LIMIT_S)
            except Empty:
                pytest.fail(f"no {kind} {name}; came: {self.seen}")
            self.seen.append(event)
            if event["event"] == kind and (not name or event["name"] == name):
                return event

    def end(self) -> int:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(LIMIT_S)

    def kill(self) -> None:
        """And read what it had said before."""
        self.process.kill()
        self.process.wait()
        self._reading.join()


Start = Callable[..., Watching]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    return made


@pytest.fixture
def start(quayside: Quayside, container: ContainerClient, folder: Path) -> Iterator[Start]:
    watches: list[Watching] = []

    def go(*words: str) -> Watching:
        target = f"{container.container_name}/live"
        common = ("watch", str(folder), target, "--json", "--settle", "0.2s")
        watches.append(Watching(quayside.start(*common, *words)))
        return watches[-1]

    yield go
    for watch in watches:
        watch.kill()


def names(container: ContainerClient) -> list[str]:
    return [blob.name for blob in container.list_blobs()]


def test_what_is_there_and_what_comes_is_uploaded_and_ctrl_c_ends_it(
    start: Start, container: ContainerClient, folder: Path
) -> None:
    (folder / "before.txt").write_text("1")
    watch = start()
    watch.until("uploaded", "before.txt")
    (folder / "sub").mkdir()
    (folder / "sub/after.txt").write_text("2")
    watch.until("uploaded", "sub/after.txt")
    (folder / "before.txt").write_text("changed")
    watch.until("uploaded", "before.txt")
    (folder / "sub/after.txt").unlink()
    assert watch.end() == 0
    assert names(container) == ["live/before.txt", "live/sub/after.txt"]
    assert container.download_blob("live/before.txt").readall() == b"changed"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who writes")
def test_a_file_that_is_being_written_waits_until_it_is_closed(
    start: Start, container: ContainerClient, folder: Path
) -> None:
    watch = start()
    watch.until("found")
    with (folder / "growing.bin").open("wb") as growing:
        growing.write(b"half")
        growing.flush()
        (folder / "other.txt").write_text("x")
        watch.until("uploaded", "other.txt")
        assert names(container) == ["live/other.txt"]
        growing.write(b" and half")
    watch.until("uploaded", "growing.bin")
    assert container.download_blob("live/growing.bin").readall() == b"half and half"
    watch.end()


def test_a_restart_sends_only_what_changed_meanwhile(
    start: Start, container: ContainerClient, folder: Path
) -> None:
    for name in ("same.txt", "other.txt"):
        (folder / name).write_text("1")
    first = start()
    first.until("uploaded", "other.txt")
    first.until("uploaded", "same.txt")
    first.end()
    before = {blob.name: blob.etag for blob in container.list_blobs()}
    (folder / "other.txt").write_text("22")
    second = start("--once")
    second.until("uploaded", "other.txt")
    assert second.process.wait(LIMIT_S) == 0
    after = {blob.name: blob.etag for blob in container.list_blobs()}
    assert after["live/same.txt"] == before["live/same.txt"]
    assert after["live/other.txt"] != before["live/other.txt"]


def test_a_kill_in_the_middle_of_a_file_loses_nothing(
    start: Start, container: ContainerClient, folder: Path
) -> None:
    data = bytes(range(256)) * (16 * MIB // 256)
    (folder / "large.bin").write_bytes(data)
    first = start("--limit", "2M")
    first.until("found")
    blob = container.get_blob_client("live/large.bin")
    while not _staged(blob):
        assert first.process.poll() is None
    first.kill()
    second = start("--once")
    second.until("uploaded", "large.bin")
    assert second.process.wait(LIMIT_S) == 0
    assert blob.download_blob().readall() == data


def _staged(blob: Any) -> int:
    from azure.core.exceptions import ResourceNotFoundError

    try:
        return len(blob.get_block_list("uncommitted")[1])
    except ResourceNotFoundError:
        return 0


def test_what_a_person_cancels_is_left_until_it_changes_also_after_a_restart(
    start: Start, quayside: Quayside, container: ContainerClient, folder: Path
) -> None:
    (folder / "large.bin").write_bytes(bytes(8 * MIB))
    watch = start("--limit", "100k")
    watch.until("found")
    while not (listed := quayside.ok("jobs", "--json")):
        assert watch.process.poll() is None
    quayside(
        "cancel", str(json.loads(listed)["job"]["id"])
    )  # done when it can be, whatever it says
    watch.until("left", "large.bin")
    (folder / "other.txt").write_text("x")
    watch.until("uploaded", "other.txt")
    assert watch.end() == 0
    again = start("--once")
    assert again.process.wait(LIMIT_S) == 0
    assert names(container) == ["live/other.txt"]
    (folder / "large.bin").write_bytes(b"changed")
    start("--once").until("uploaded", "large.bin")


def test_two_watches_of_one_folder_and_target_do_not_get_into_each_others_way(
    start: Start, quayside: Quayside, container: ContainerClient, folder: Path
) -> None:
    first = start()
    first.until("found")
    other = quayside("watch", str(folder), f"{container.container_name}/live", "--once")
    assert other.returncode == 1
    assert "Another Quayside watches" in other.stderr
    first.end()


def test_what_cannot_be_uploaded_is_told_and_the_rest_goes_on(
    start: Start, container: ContainerClient, folder: Path
) -> None:
    (folder / "fine.txt").write_text("1")
    (folder / ("x" * 200 + ".txt")).write_text("2")
    (folder / "bad").mkdir()
    deep = folder / "bad"
    for _ in range(6):
        deep = deep / ("y" * 200)
        deep.mkdir()
    (deep / "z.txt").write_text("the name is too long for a blob")
    watch = start("--once")
    watch.until("uploaded", "fine.txt")
    assert watch.process.wait(LIMIT_S) == 1
    assert "live/fine.txt" in names(container)


def test_a_file_that_could_not_be_uploaded_is_in_the_exit_code_whatever_came_later(
    start: Start, folder: Path
) -> None:
    (folder / "ends with a dot.").write_text("1")
    watch = start()
    watch.until("failed", "ends with a dot.")
    (folder / "later.txt").write_text("2")
    watch.until("uploaded", "later.txt")
    assert watch.end() == 1


def test_once_says_what_it_found_and_that_it_is_done(
    quayside: Quayside, container: ContainerClient, folder: Path
) -> None:
    (folder / "a.txt").write_text("1")
    words = ("watch", str(folder), container.container_name, "--once", "--settle", "0.2s")
    done = quayside(*words)
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "1 file is new or changed.",
        "All that has settled is uploaded.",
    ]


def test_a_job_that_is_not_in_the_queue_any_more_is_told_and_does_not_end_the_watch(
    tmp_path: Path,
) -> None:
    async def work() -> None:
        async with await Service.start(tmp_path, adopt_jobs=False) as service:
            with pytest.raises(InputError, match="There is no job 7"):
                await _until_rest(service, 7, asyncio.Event())

    asyncio.run(work())
