"""`quayside cat`: the ends of a blob, and a log that is followed as it grows."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.integration.cli.conftest import Quayside

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

LINES = [f"line {at}\n" for at in range(30_000)]


@pytest.fixture
def log(container: ContainerClient) -> str:
    """A log of some hundred kibibytes; gives its target."""
    container.upload_blob("run.log", "".join(LINES).encode())
    container.upload_blob("open.log", b"one\ntwo")
    return f"{container.container_name}/run.log"


def test_the_first_and_the_last_lines(quayside: Quayside, log: str) -> None:
    assert quayside.ok("cat", log, "--head", "3") == "".join(LINES[:3])
    assert quayside.ok("cat", log, "--tail", "2") == "".join(LINES[-2:])
    assert quayside.ok("cat", log, "--tail", "20000") == "".join(LINES[-20_000:])
    assert quayside.ok("cat", log, "--head", "999999") == "".join(LINES)
    assert quayside.ok("cat", log, "--tail", "999999") == "".join(LINES)
    assert quayside.ok("cat", log, "--tail", "0") == ""
    assert quayside.ok("cat", log.replace("run", "open"), "--tail", "1") == "two"


def test_what_does_not_go_together_is_refused(quayside: Quayside, log: str) -> None:
    for words in (
        ("--head", "3", "--follow"),
        ("--range", "0-9", "--follow"),
        ("--head", "3", "--tail", "3"),
        ("--head", "x"),
    ):
        assert quayside("cat", log, *words).returncode == 2, words


def test_a_folder_is_told_from_a_blob_that_is_not_there(
    quayside: Quayside, container: ContainerClient
) -> None:
    container.upload_blob("runs/7/a b/run.log", b"x")
    name = container.container_name
    for folder in ("runs/7/a b", "runs/7/a b/", "runs"):
        answer = quayside("cat", f"{name}/{folder}")
        assert answer.returncode == 2
        assert "folder" in answer.stderr
        assert folder.rstrip("/") in answer.stderr
        assert "quayside ls" in answer.stderr
    assert "no such blob" in quayside("cat", f"{name}/runs/8").stderr


def test_a_log_is_followed_until_the_command_is_interrupted(
    quayside: Quayside, container: ContainerClient
) -> None:
    blob = container.get_blob_client("grow.log")
    blob.create_append_blob()
    blob.append_block(b"one\ntwo\n")
    target = f"{container.container_name}/grow.log"
    process = quayside.start("cat", target, "--tail", "1", "--follow")
    assert process.stdout is not None
    assert process.stdout.readline() == "two\n"
    blob.append_block(b"three\n")
    assert process.stdout.readline() == "three\n"
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130


def test_a_followed_log_that_is_deleted_ends_with_the_reason(
    quayside: Quayside, container: ContainerClient
) -> None:
    container.upload_blob("gone.log", b"one\n")
    process = quayside.start("cat", f"{container.container_name}/gone.log", "--follow")
    assert process.stdout is not None
    assert process.stdout.readline() == "one\n"
    container.delete_blob("gone.log")
    _, err = process.communicate(timeout=30)
    assert process.returncode == 4
    assert "gone.log" in err
