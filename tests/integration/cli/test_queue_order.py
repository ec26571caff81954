"""The queue as a whole from the command line: what goes first, all resumed, all limited."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from tests.integration.cli.conftest import Quayside
from tests.integration.cli.test_interruptions import wait_for_bytes
from tests.integration.cli.test_job_files import MIB, SLOW, four, states

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient


def order(quayside: Quayside) -> list[int]:
    lines = quayside.ok("jobs", "--json").splitlines()
    return [json.loads(line)["job"]["id"] for line in lines]


def two_paused(quayside: Quayside, container: ContainerClient, source: Path) -> None:
    """Jobs 1 and 2, to folders x and y."""
    for folder in "xy":
        process = quayside.start(
            "upload", str(source), str(container.container_name), folder, *SLOW
        )
        wait_for_bytes(process, MIB)
        assert quayside("pause", "--all").returncode == 0
        process.communicate(timeout=30)


def test_a_job_that_is_put_first_is_the_next_and_resume_all_ends_every_one(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    source = four(tmp_path)
    two_paused(quayside, container, source)
    assert order(quayside) == [1, 2]
    assert quayside("jobs", "2", "--first").stderr == "Job 2 is the next.\n"
    assert order(quayside) == [2, 1]
    quayside.ok("jobs", "--limit", "0")
    said = quayside.ok("resume", "--all", "--json")
    events = [json.loads(line) for line in said.splitlines()]
    ends = [event["job"] for event in events if event["event"] == "end"]
    assert [(job["id"], job["state"]) for job in ends] == [(2, "done"), (1, "done")]
    for folder in "xy":
        for path in source.iterdir():
            there = container.download_blob(f"{folder}/{path.name}").readall()
            assert there == path.read_bytes()
    assert quayside("resume", "--all").stderr == "No transfer waits to be resumed.\n"


def test_resume_all_takes_no_job_and_first_wants_one(quayside: Quayside) -> None:
    both = quayside("resume", "1", "--all")
    none = quayside("jobs", "--first")
    assert (both.returncode, none.returncode) == (2, 2)
    assert "leave JOB out" in both.stderr
    assert "Of which job?" in none.stderr


def test_a_file_that_is_put_first_comes_before_the_others(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    source = four(tmp_path)
    name = str(container.container_name)
    quayside.folder.mkdir(exist_ok=True)
    (quayside.folder / "settings.json").write_text('{"version": 1, "concurrency": 1}')
    slow = ("--limit", "256K", "--block-size", "256K", "--json")
    process = quayside.start("upload", str(source), name, *slow)
    job = wait_for_bytes(process, MIB)
    quayside.ok("pause", str(job))
    process.communicate(timeout=30)
    assert list(container.list_blob_names()) == []
    *_, before, last = states(quayside, job)
    assert quayside("jobs", str(job), "--first", "--file", last).stderr == "1 file goes first.\n"
    quayside.ok("jobs", str(job), "--limit", "4M")  # two seconds for each
    quayside.ok("resume", str(job))
    ended = {blob.name: blob.last_modified for blob in container.list_blobs()}
    assert len(ended) == 4
    assert ended[last] < ended[before]


def test_a_limit_without_any_job_is_for_those_to_come(quayside: Quayside) -> None:
    assert quayside("jobs", "--limit", "3M").stderr == "Transfers to come move at most 3 MiB/s.\n"


def test_a_limit_without_a_job_is_for_every_open_one(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    two_paused(quayside, container, four(tmp_path))
    assert quayside("jobs", "--limit", "3M").stderr == "2 jobs move at most 3 MiB/s.\n"
    jobs = [json.loads(line)["job"] for line in quayside.ok("jobs", "--json").splitlines()]
    assert [job["limit_bytes_per_s"] for job in jobs] == [3 * MIB, 3 * MIB]
