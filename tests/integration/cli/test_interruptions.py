"""Ctrl-C, SIGTERM, kill -9 and a server that goes away: nothing is lost, and it goes on."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from explorer.service.emulator import Emulator, EmulatorAccount
from tests.integration.cli.conftest import Quayside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from azure.storage.blob import ContainerClient

SIZE = 48 << 20
SLOW = ("--limit", "1M", "--block-size", "1M", "--json")
"""Much longer than the commands take that find it under way."""
CANARY = EmulatorAccount(
    "canaryaccount",
    "Y2FuYXJ5LXRoYXQtc2luZ3MtY2FuYXJ5LXRoYXQtc2luZ3MtY2FuYXJ5LXRoYXQtc2luZ3MtMTIzNDU2Nzg5MA==",
)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.bin"
    path.write_bytes(os.urandom(SIZE))
    return path


def wait_for_bytes(process: subprocess.Popen[str], at_least: int = 2 << 20) -> int:
    """Read its JSON until so many bytes are durable; returns the job's number."""
    assert process.stdout is not None
    for line in process.stdout:
        event: dict[str, Any] = json.loads(line)
        job = event.get("job")
        if job and job["bytes_done"] >= at_least:
            assert job["state"] == "running", job
            return int(job["id"])
    assert process.stderr is not None
    pytest.fail(f"it ended before it got there: {process.stderr.read()}")


def lift_the_limit(quayside: Quayside, job: int) -> None:
    """From another process; what is left of the job then comes at once."""
    quayside.ok("jobs", str(job), "--limit", "0")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_pauses_an_upload_and_resume_ends_it(
    quayside: Quayside, container: ContainerClient, large: Path, number: signal.Signals
) -> None:
    process = quayside.start("upload", str(large), str(container.container_name), *SLOW)
    job = wait_for_bytes(process)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert f"quayside resume {job}" in err
    assert list(container.list_blobs()) == []
    listed = [json.loads(line)["job"] for line in quayside.ok("jobs", "--json").splitlines()]
    assert [(one["id"], one["state"]) for one in listed] == [(job, "paused")]
    assert listed[0]["bytes_done"] >= 2 << 20
    lift_the_limit(quayside, job)
    resumed = quayside("resume", str(job), "--json")
    assert resumed.returncode == 0, resumed.stderr
    assert container.download_blob("large.bin").readall() == large.read_bytes()


def test_a_killed_upload_goes_on_where_it_was(
    quayside: Quayside, container: ContainerClient, large: Path
) -> None:
    process = quayside.start("upload", str(large), str(container.container_name), *SLOW)
    job = wait_for_bytes(process)
    process.kill()
    process.wait()
    assert list(container.list_blobs()) == []
    lift_the_limit(quayside, job)
    resumed = quayside("resume", "--json")
    assert resumed.returncode == 0, resumed.stderr
    last = json.loads(resumed.stdout.splitlines()[-1])["job"]
    assert (last["id"], last["state"]) == (job, "done")
    assert container.download_blob("large.bin").readall() == large.read_bytes()


def test_a_killed_download_never_shows_half_a_file(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    data = os.urandom(SIZE)
    container.upload_blob("large.bin", data)
    target = tmp_path / "back" / "large.bin"
    name = f"{container.container_name}/large.bin"
    process = quayside.start("download", name, str(target), *SLOW)
    job = wait_for_bytes(process)
    process.kill()
    process.wait()
    assert not target.exists()
    lift_the_limit(quayside, job)
    resumed = quayside("resume", "--json")
    assert resumed.returncode == 0, resumed.stderr
    assert target.read_bytes() == data
    assert [path.name for path in target.parent.iterdir()] == ["large.bin"]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator of this test's own, with data on the disk, that it may kill."""
    with Emulator(
        log=tmp_path / "azurite.log", folder=tmp_path / "azurite", accounts=(CANARY,)
    ) as emulator:
        yield emulator


def test_a_server_that_goes_away_is_waited_for(
    bare: Quayside, own: Emulator, large: Path, tmp_path: Path
) -> None:
    keyed = bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=own.connection_string)
    process = keyed.start("upload", str(large), "training", *SLOW)
    job = wait_for_bytes(process)
    own.stop()  # killed, this emulator forgets its containers
    assert process.poll() is None
    own.start()
    lift_the_limit(keyed, job)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert json.loads(out.splitlines()[-1])["job"]["state"] == "done"
    keyed.ok("download", "training/large.bin", str(tmp_path / "back.bin"))
    assert (tmp_path / "back.bin").read_bytes() == large.read_bytes()


def test_a_server_that_stays_away_can_be_left(bare: Quayside, own: Emulator, large: Path) -> None:
    keyed = bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=own.connection_string)
    process = keyed.start("upload", str(large), "training", *SLOW)
    job = wait_for_bytes(process)
    own.kill()
    assert process.stdout is not None
    next(line for line in process.stdout if '"retry wait"' in line)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert f"quayside resume {job}" in err


def test_a_job_is_resumed_only_with_credentials_of_its_account(
    bare: Quayside, own: Emulator, quayside: Quayside, large: Path
) -> None:
    keyed = bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=own.connection_string)
    process = keyed.start("upload", str(large), "training", *SLOW)
    job = wait_for_bytes(process)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    without = bare("resume", str(job))
    assert (without.returncode, "no credentials" in without.stderr) == (2, True)
    other = quayside("resume", str(job))
    assert other.returncode == 2
    assert own.endpoint in other.stderr
    lift_the_limit(keyed, job)
    assert keyed("resume", str(job)).returncode == 0


def test_paused_cancelled_and_unknown_jobs_are_told_apart(
    quayside: Quayside, container: ContainerClient, large: Path
) -> None:
    process = quayside.start("upload", str(large), str(container.container_name), *SLOW)
    job = wait_for_bytes(process)
    paused = quayside.ok("pause", str(job), "--json")  # from another process
    assert json.loads(paused)["job"]["state"] == "paused"
    _, err = process.communicate(timeout=60)
    assert f"quayside resume {job}" in err
    quayside.ok("cancel", str(job))
    assert quayside("cancel", str(job)).returncode == 2
    again = quayside("resume", str(job))
    assert (again.returncode, "cancelled" in again.stderr) == (2, True)
    assert quayside("resume", "999").returncode == 2
    assert quayside("retry", str(job)).returncode == 2
    assert list(container.list_blobs()) == []


def test_whoever_stops_reading_hears_by_the_exit_code_how_it_went(
    quayside: Quayside, container: ContainerClient, large: Path, tmp_path: Path
) -> None:
    container.upload_blob("up/there", b"old")
    folder = tmp_path / "up"
    folder.mkdir()
    (folder / "there").write_text("new")
    os.link(large, folder / "large")
    process = quayside.start("upload", str(folder), str(container.container_name), "up", *SLOW)
    job = wait_for_bytes(process)
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    lift_the_limit(quayside, job)
    assert process.wait(60) == 1
    assert container.get_blob_client("up/large").exists()


def test_the_secret_is_nowhere(bare: Quayside, own: Emulator, large: Path, tmp_path: Path) -> None:
    """P19: arguments, journal with its WAL, settings, logs, standard output and error."""
    keyed = bare.with_environment(
        AZURE_STORAGE_CONNECTION_STRING=own.connection_string, QUAYSIDE_DEBUG="1"
    )
    told = ""
    process = keyed.start("upload", str(large), "training", *SLOW)
    job = wait_for_bytes(process)
    arguments = Path(f"/proc/{process.pid}/cmdline").read_bytes().decode()
    told += state_of(bare.folder)
    process.send_signal(signal.SIGINT)
    told += "".join(process.communicate(timeout=60))
    for words in (
        ("jobs", str(job), "--limit", "0"), ("resume",), ("jobs", "--json"),
        ("ls", "training", "-l"), ("ls", "nothing"),
        ("stat", "training/large.bin"), ("doctor",), ("rm", "training/nothing"),
        ("download", "training/nothing", str(tmp_path)), ("upload", str(large), "training"),
        ("cat", "training/large.bin", "--range", "99999999999-"), ("connect", "work"),
    ):  # fmt: skip
        done = keyed(*words)
        told += done.stdout + done.stderr
    own.kill()
    for words in (("ls", "training"), ("doctor",), ("mkdir", "x-y-z")):
        done = keyed(*words)
        told += done.stdout + done.stderr
    told += arguments + state_of(bare.folder)
    for secret in (CANARY.key, CANARY.key.rstrip("="), "canary-that-sings"):
        assert secret not in told
    assert not re.search(r"AccountKey=[A-Za-z0-9]", told)


def state_of(folder: Path) -> str:
    """All state files as text; each must be its owner's only."""
    text = ""
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # who runs writes a file beside another, and renames it
            mode = path.stat().st_mode
            assert stat.S_IMODE(mode) == (0o700 if stat.S_ISDIR(mode) else 0o600), path
            if stat.S_ISREG(mode):
                text += path.read_bytes().decode("latin-1")
    return text
