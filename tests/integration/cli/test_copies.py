"""`copy` and `move` as commands: where things land, what is said, how they go on."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from explorer.service.emulator import Emulator
from tests.integration.cli.conftest import Quayside
from tests.servers.fault_proxy import FaultProxy, LateReply, Op, Rule
from tests.support.lake import paths

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient
    from azure.storage.filedatalake import FileSystemClient

    from tests.servers.lake.server import Lake


@pytest.fixture
def box(container: ContainerClient) -> ContainerClient:
    for name in ("d/a", "d/e/b", "one.txt"):
        container.upload_blob(name, name.encode())
    return container


def names(container: ContainerClient) -> set[str]:
    return set(container.list_blob_names())


START = {"d/a", "d/e/b", "one.txt"}


@pytest.mark.parametrize(
    ("source", "target", "made"),
    [
        ("one.txt", "two.txt", {"two.txt"}),
        ("one.txt", "new/", {"new/one.txt"}),
        ("one.txt", "d", {"d/one.txt"}),
        ("d", "x/y", {"x/y/a", "x/y/e/b"}),
        ("d/", "x/", {"x/d/a", "x/d/e/b"}),
        ("d/e", "", {"b"}),
    ],
)
def test_things_land_where_they_were_sent(
    quayside: Quayside, box: ContainerClient, source: str, target: str, made: set[str]
) -> None:
    name = box.container_name
    said = quayside.ok("copy", f"{name}/{source}", f"{name}/{target}" if target else name)
    assert said.startswith("Copied ")
    assert names(box) == START | made


def test_a_move_leaves_nothing_and_a_container_is_made(
    quayside: Quayside, box: ContainerClient
) -> None:
    name = box.container_name
    try:
        assert quayside.ok("move", f"{name}/d", f"{name}-2/k").startswith("Moved 2 files")
        assert names(box) == {"one.txt"}
        assert quayside.ok("move", f"{name}-2", f"{name}/back").startswith("Moved 2 files")
        assert names(box) == {"one.txt", "back/k/a", "back/k/e/b"}
    finally:
        quayside("rm", "-r", "--yes", f"{name}-2")


def test_a_dry_run_and_a_refusal_touch_nothing(quayside: Quayside, box: ContainerClient) -> None:
    name = box.container_name
    said = quayside.ok("move", f"{name}/d", f"{name}/x", "--dry-run")
    assert "d/e/b -> x/e/b" in said
    for words in (("one.txt", "one.txt"), ("d", "d/x"), ("d", "d")):
        done = quayside("move", *(f"{name}/{word}" for word in words))
        assert done.returncode == 2
        assert "itself" in done.stderr
    done = quayside("copy", f"{name}/nothing", f"{name}/x")
    assert done.returncode == 4
    quayside.ok("copy", f"{name}/one.txt", f"{name}/x")
    done = quayside("copy", f"{name}/one.txt", f"{name}/x")
    assert done.returncode == 1
    assert "--on-conflict" in done.stderr
    quayside.ok("copy", f"{name}/one.txt", f"{name}/x", "--on-conflict", "skip")
    assert names(box) == {*START, "x"}


def test_the_queue_tells_copies_from_moves(quayside: Quayside, box: ContainerClient) -> None:
    name = box.container_name
    quayside.ok("copy", f"{name}/d/a", f"{name}/b")
    quayside.ok("move", f"{name}/one.txt", f"{name}/two.txt")
    lines = quayside.ok("jobs").splitlines()
    assert " copy " in lines[0]
    assert " move " in lines[1]
    jobs = [json.loads(line)["job"] for line in quayside.ok("jobs", "--json").splitlines()]
    assert [(job["direction"], job["is_move"]) for job in jobs] == [("copy", False), ("copy", True)]


@pytest.fixture
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(log=tmp_path_factory.mktemp("second") / "azurite.log") as emulator:
        yield emulator


def test_from_one_account_to_another_with_a_sas_for_the_source(
    bare: Quayside,
    box: ContainerClient,
    second: Emulator,
    sas_url: Callable[..., str],
) -> None:
    url = sas_url(box.container_name, "rl")
    there = bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=second.connection_string)
    source = url.replace(box.container_name, f"{box.container_name}/d", 1)
    done = there("copy", source, "target/x")
    assert done.returncode == 0
    assert "2 files: Copied through this computer" in done.stderr
    signature = url.partition("sig=")[2].partition("&")[0]
    assert signature not in done.stdout + done.stderr
    assert there.ok("jobs", "1").count("through this computer") == 2
    assert there.ok("cat", "target/x/e/b") == "d/e/b"
    kept = b"".join(path.read_bytes() for path in there.folder.rglob("*") if path.is_file())
    assert signature.encode() not in kept


def test_where_directories_are_real_a_move_is_one_step(
    bare: Quayside, lake: Lake, filesystem: FileSystemClient
) -> None:
    filesystem.get_file_client("d/e/b").upload_data(b"x", overwrite=True)
    there = bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=lake.connection_string)
    name = filesystem.file_system_name
    done = there("move", f"{name}/d", f"{name}/g")
    assert done.returncode == 0, done.stderr
    assert "in one step" in done.stderr
    assert paths(filesystem) == ["g", "g/e", "g/e/b"]
    assert json.loads(there.ok("jobs", "--json") or "null") is None
    assert there("move", f"{name}/g/e/b", f"{name}/g/e/b").returncode == 2


def test_an_interrupted_move_is_resumed_by_another_process(
    bare: Quayside, quayside: Quayside, container: ContainerClient, azurite: Emulator
) -> None:
    data = bytes(range(256)) * 4 * 1024
    container.upload_blob("big", data)
    name = container.container_name
    is_staged, may_answer = threading.Event(), threading.Event()
    rule = Rule(Op.PUT_BLOCK, nth={9}, fault=LateReply(is_staged, may_answer))
    with FaultProxy(azurite, rule) as proxy:
        through = bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=proxy.connection_string)
        moving = through.start("move", f"{name}/big", f"{name}/moved", "--block-size", "16K")
        assert is_staged.wait(60)
        moving.send_signal(signal.SIGINT)
        _, said = moving.communicate(timeout=60)
        may_answer.set()
        assert moving.returncode == 130, said
        assert names(container) >= {"big"}
        through.ok("resume", "1")
    assert names(container) == {"moved"}
    assert container.download_blob("moved").readall() == data
