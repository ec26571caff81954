"""Single files of a job, from another process than the one that runs it; and the queue."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.integration.cli.conftest import Quayside
from tests.integration.cli.test_interruptions import lift_the_limit, wait_for_bytes

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

MIB = 1 << 20
SLOW = ("--limit", "512K", "--block-size", "256K", "--json")
"""Much longer than the commands take that find it under way."""


def four(tmp_path: Path) -> Path:
    for name in "abcd":
        path = tmp_path / "up" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(os.urandom(8 * MIB))
    return tmp_path / "up"


def states(quayside: Quayside, job: int) -> dict[str, str]:
    told = [json.loads(line) for line in quayside.ok("jobs", str(job), "--json").splitlines()]
    return {line["transfer"]["remote_name"]: line["transfer"]["state"] for line in told}


def test_files_of_a_running_job_are_paused_and_cancelled_from_elsewhere_and_a_kill_keeps_it(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    source = four(tmp_path)
    process = quayside.start("upload", str(source), str(container.container_name), "x", *SLOW)
    job = wait_for_bytes(process, MIB)
    said = quayside("pause", str(job), "--file", "c")
    assert (said.returncode, said.stderr) == (0, f"Paused 1 of 1 files of job {job}.\n")
    assert quayside("cancel", str(job), "--file", "x/d").returncode == 0
    process.kill()
    process.communicate()
    told = states(quayside, job)
    assert (told["x/c"], told["x/d"]) == ("paused", "cancelled")
    lift_the_limit(quayside, job)
    resumed = quayside("resume", str(job))
    assert "1 of its files" in resumed.stderr
    assert states(quayside, job) == {
        "x/a": "done", "x/b": "done", "x/c": "paused", "x/d": "cancelled",
    }  # fmt: skip
    assert sorted(container.list_blob_names()) == ["x/a", "x/b"]
    # Not all came: the person cancelled one.
    assert quayside("resume", str(job), "--file", str(source / "c")).returncode == 1
    assert sorted(container.list_blob_names()) == ["x/a", "x/b", "x/c"]
    quayside.ok("retry", str(job), "--file", "d")
    assert sorted(container.list_blob_names()) == ["x/a", "x/b", "x/c", "x/d"]
    for path in source.iterdir():
        assert container.download_blob(f"x/{path.name}").readall() == path.read_bytes()


def test_all_are_paused_resumed_and_cancelled_and_the_list_is_cleared(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    source = four(tmp_path)
    processes = [
        quayside.start("upload", str(source), str(container.container_name), folder, *SLOW)
        for folder in "xy"
    ]
    for process in processes:
        wait_for_bytes(process, MIB)
    assert quayside("pause", "--all").stderr == "2 of 2 jobs are paused.\n"
    for process in processes:
        process.communicate(timeout=30)
    assert quayside("cancel", "--all").stderr == "2 of 2 jobs are cancelled.\n"
    assert list(container.list_blob_names()) == []
    assert quayside("jobs", "--clear").stderr == "2 jobs were taken out of the list.\n"
    assert quayside.ok("jobs") == ""
    assert quayside("pause").returncode == quayside("cancel", "--all", "1").returncode == 2


def test_a_failure_is_told_with_its_reason_and_another_rule_mends_it(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    source = four(tmp_path)
    container.upload_blob("a", b"in the way")
    quayside("upload", str(source), str(container.container_name), "--on-conflict", "fail")
    (line,) = quayside.ok("jobs", "1", "--state", "failed").splitlines()[1:]
    assert "failed" in line
    assert "is there already" in line
    assert "1 failed" in quayside.ok("jobs")
    done = quayside.ok("retry", "1", "--on-conflict", "overwrite")
    assert "Uploaded 4 files" in done
    assert container.download_blob("a").readall() == (source / "a").read_bytes()


def test_a_limit_is_changed_while_a_job_runs_elsewhere(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    source = four(tmp_path)
    slow = ("--limit", "100K", "--block-size", "100K", "--json")
    process = quayside.start("upload", str(source), str(container.container_name), *slow)
    job = wait_for_bytes(process, 100 << 10)
    lift_the_limit(quayside, job)
    out, _ = process.communicate(timeout=120)  # 32 MiB at 100 KiB/s would take five minutes
    end: dict[str, Any] = json.loads(out.splitlines()[-1])
    assert (end["event"], end["job"]["state"]) == ("end", "done")
    assert end["job"]["limit_bytes_per_s"] == 0


def test_a_limit_for_all_is_the_setting_too(quayside: Quayside) -> None:
    quayside.ok("jobs", "--limit", "3M")
    settings = json.loads((quayside.folder / "settings.json").read_bytes())
    assert settings["limit_bytes_per_s"] == 3 * MIB
    quayside.ok("jobs", "--limit", "0")
    assert b"limit" not in (quayside.folder / "settings.json").read_bytes()
