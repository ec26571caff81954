"""What runs of a mirror leave behind, and what they do when something goes wrong meanwhile."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from explorer.service.emulator import Emulator
from tests.integration.cli.conftest import Quayside
from tests.integration.cli.test_transfers import tree_of
from tests.servers.fault_proxy import FaultProxy, Op, Refuse, Rule
from tests.support.history import ProtectedServer

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

MIB = 1024 * 1024


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    for name in ("a.txt", "b/one.csv", "b/two.csv"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return root


def run_ids(quayside: Quayside) -> list[str]:
    lines = quayside.ok("mirror", "--runs", "--json").splitlines()
    return [json.loads(line)["run"] for line in lines]


def test_each_run_that_changes_something_leaves_a_manifest(
    quayside: Quayside, container_name: str, folder: Path, tmp_path: Path
) -> None:
    words = (str(folder), container_name)
    assert quayside.ok("mirror", "--runs") == ""
    quayside.ok("mirror", *words)
    quayside.ok("mirror", *words)
    assert len(run_ids(quayside)) == 1
    (folder / "a.txt").write_text("longer")
    (folder / "b/two.csv").unlink()
    (folder / "new").write_text("new")
    file = tmp_path / "manifest.jsonl"
    quayside.ok("mirror", *words, "--delete", "--manifest", str(file))
    newer, older = run_ids(quayside)
    assert quayside.ok("mirror", "--diff", older, newer).splitlines() == [
        "~ a.txt", "- b/two.csv", "+ new",
    ]  # fmt: skip
    assert quayside.ok("mirror", "--diff", newer, str(file)) == ""
    first, *rest = (json.loads(line) for line in file.read_text().splitlines())
    assert (first["from"], first["files"], first["updated"]) == (str(folder), 3, 1)
    assert [line["name"] for line in rest] == ["a.txt", "b/one.csv", "new"]
    assert all(line["etag"] and line["md5"] and line["time"] for line in rest)
    assert all(path.stat().st_mode & 0o77 == 0 for path in quayside.folder.glob("mirrors/*/*"))
    assert quayside("mirror", "--diff", older, "no-such-run").returncode == 2


def test_a_place_is_verified_against_a_run(
    quayside: Quayside, container_name: str, container: ContainerClient, folder: Path
) -> None:
    quayside.ok("mirror", str(folder), container_name)
    (run,) = run_ids(quayside)
    for place in ((), (str(folder),), (container_name,), (container_name, "--read")):
        assert quayside.ok("verify", run, *place) == ""
    container.upload_blob("a.txt", b"other", overwrite=True)
    container.delete_blob("b/one.csv")
    (folder / "b/two.csv").write_text("b/TWO.csv")
    done = quayside("verify", run)
    assert done.returncode == 1
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["differs", "a.txt"], ["missing", "b/one.csv"],
    ]  # fmt: skip
    done = quayside("verify", run, str(folder), "--json")
    assert done.returncode == 1
    assert [json.loads(line)["verdict"] for line in done.stdout.splitlines()] == [
        "good", "good", "differs",
    ]  # fmt: skip
    manifest = next(quayside.folder.glob("mirrors/*/*.jsonl"))
    manifest.write_text(manifest.read_text()[:-20])
    assert quayside("verify", run).returncode == 2


def test_a_listing_that_fails_deletes_nothing(
    bare: Quayside,
    quayside: Quayside,
    azurite: Emulator,
    container_name: str,
    container: ContainerClient,
    folder: Path,
    tmp_path: Path,
) -> None:
    quayside.ok("mirror", str(folder), container_name)
    copy = tmp_path / "copy"
    quayside.ok("mirror", container_name, str(copy))
    container.delete_blob("a.txt")
    before = tree_of(copy)
    with FaultProxy(azurite, Rule(Op.LIST, fault=Refuse(403))) as proxy:
        through = bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=proxy.connection_string)
        done = through("mirror", container_name, str(copy), "--delete")
        assert done.returncode == 3, done.stderr
        done = through("mirror", str(folder), container_name, "--delete")
        assert done.returncode == 3, done.stderr
    assert tree_of(copy) == before


def test_a_second_page_that_fails_deletes_nothing(
    bare: Quayside, quayside: Quayside, azurite: Emulator, container_name: str, tmp_path: Path
) -> None:
    many, copy = tmp_path / "many", tmp_path / "copy"
    many.mkdir()
    for number in range(5001):
        (many / f"{number:05}").touch()
    quayside.ok("upload", str(many), container_name)
    many.rename(copy)
    (copy / "extra").touch()
    with FaultProxy(azurite) as proxy:
        through = bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=proxy.connection_string)
        words = ("mirror", container_name, str(copy), "--delete")
        told = json.loads(through.ok(*words, "--dry-run", "--json").splitlines()[-1])
        assert (told["same"], told["delete"]) == (5001, 1)
        proxy.rules.append(Rule(Op.LIST, nth={proxy.counts[Op.LIST] + 2}, fault=Refuse(403)))
        done = through(*words, "--max-delete", "100%")
        assert done.returncode == 3, done.stderr
    assert len(list(copy.iterdir())) == 5002


def test_a_source_that_cannot_be_read_whole_deletes_nothing(
    quayside: Quayside, container_name: str, container: ContainerClient, folder: Path
) -> None:
    words = (str(folder), container_name, "--delete", "--max-delete", "100%")
    quayside.ok("mirror", *words)
    (folder / "a.txt").unlink()
    (folder / "broken").symlink_to(folder / "nowhere")
    (folder / "new").write_text("new")
    done = quayside("mirror", *words)
    assert done.returncode == 1
    assert "could not be read" in done.stderr
    assert container.get_blob_client("a.txt").exists()
    assert container.get_blob_client("new").exists()
    (folder / "broken").unlink()
    quayside.ok("mirror", *words)
    assert not container.get_blob_client("a.txt").exists()


def test_a_file_that_fails_keeps_everything_from_deletion(
    bare: Quayside,
    quayside: Quayside,
    azurite: Emulator,
    container_name: str,
    container: ContainerClient,
    folder: Path,
) -> None:
    quayside.ok("mirror", str(folder), container_name)
    (folder / "a.txt").unlink()
    (folder / "new").write_text("new")
    with FaultProxy(azurite, Rule(Op.PUT_BLOB, fault=Refuse(403))) as proxy:
        through = bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=proxy.connection_string)
        done = through("mirror", str(folder), container_name, "--delete")
    assert done.returncode == 3, done.stderr
    assert container.get_blob_client("a.txt").exists()


def test_what_changed_since_it_was_seen_is_not_deleted(
    bare: Quayside,
    quayside: Quayside,
    azurite: Emulator,
    container_name: str,
    container: ContainerClient,
    folder: Path,
) -> None:
    quayside.ok("mirror", str(folder), container_name)
    (folder / "a.txt").unlink()
    (folder / "b/one.csv").unlink()
    (folder / "new").write_text("new")

    def write(_: object) -> None:
        container.upload_blob("a.txt", b"somebody's", overwrite=True)

    with FaultProxy(azurite, Rule(Op.PUT_BLOB, hook=write)) as proxy:
        through = bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=proxy.connection_string)
        words = ("mirror", str(folder), container_name, "--delete", "--max-delete", "2")
        done = through(*words)
    assert done.returncode == 1
    assert "a.txt" in done.stderr
    assert container.download_blob("a.txt").readall() == b"somebody's"
    assert not container.get_blob_client("b/one.csv").exists()


def test_a_file_that_only_the_source_lost_changes_the_manifest(
    quayside: Quayside, container_name: str, container: ContainerClient, folder: Path
) -> None:
    words = (str(folder), container_name)
    quayside.ok("mirror", *words)
    (folder / "a.txt").unlink()
    quayside.ok("mirror", *words)
    newer, older = run_ids(quayside)
    assert quayside.ok("mirror", "--diff", older, newer) == "- a.txt\n"
    assert container.get_blob_client("a.txt").exists()


def test_a_manifest_names_the_versions_of_an_account_that_keeps_them(
    bare: Quayside, history_server: ProtectedServer, container_name: str, folder: Path
) -> None:
    server = history_server(versioning=True)
    quayside = bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=server.connection_string)
    manifest = folder.parent / "m.jsonl"
    quayside.ok("mirror", str(folder), container_name, "--manifest", str(manifest))
    (folder / "a.txt").write_text("another one")
    again = folder.parent / "again.jsonl"
    quayside.ok("mirror", str(folder), container_name, "--manifest", str(again))
    versions = [versions_in(manifest), versions_in(again)]
    assert all(versions[0].values())
    assert [name for name, found in versions[1].items() if found != versions[0][name]] == ["a.txt"]
    down = folder.parent / "down.jsonl"
    quayside.ok("mirror", container_name, str(folder.parent / "copy"), "--manifest", str(down))
    assert versions_in(down) == versions[1]


def versions_in(manifest: Path) -> dict[str, str]:
    lines = [json.loads(line) for line in manifest.read_text().splitlines()[1:]]
    return {line["name"]: line["version_id"] for line in lines}


def test_two_at_once_are_one(quayside: Quayside, container_name: str, folder: Path) -> None:
    (folder / "large").write_bytes(os.urandom(4 * MIB))
    words = ("mirror", str(folder), container_name, "--limit", "64K", "--json")
    first = quayside.start(*words)
    assert first.stdout is not None
    first.stdout.readline()  # it has planned, and moves
    second = quayside(*words)
    assert second.returncode == 1
    assert "right now" in second.stderr
    other = quayside("mirror", str(folder), f"{container_name}/elsewhere", "--exclude", "large")
    assert other.returncode == 0, other.stderr
    quayside.ok("jobs", "--limit", "0")
    assert first.wait(60) == 0


def test_a_killed_run_is_run_again(
    quayside: Quayside, container_name: str, container: ContainerClient, folder: Path
) -> None:
    container.upload_blob("old", b"x")
    container.upload_blob("old too", b"x")
    (folder / "large").write_bytes(os.urandom(6 * MIB))
    words = ("mirror", str(folder), container_name, "--delete", "--max-delete", "100%", "--json")
    first = quayside.start(*words, "--limit", "1M", "--block-size", "256k")
    assert first.stdout is not None
    for line in first.stdout:
        job = json.loads(line).get("job")
        if job is not None and job["bytes_done"] > MIB:
            break
    first.send_signal(signal.SIGKILL)
    first.wait(30)
    assert container.get_blob_client("old").exists()
    done = quayside(*words)
    assert done.returncode == 0, done.stderr
    assert "cut off" in done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["same"], told["deleted"], told["failed"]) == (4, 2, 0)
    assert sorted(blob.name for blob in container.list_blobs()) == [
        "a.txt", "b/one.csv", "b/two.csv", "large",
    ]  # fmt: skip
    data = (folder / "large").read_bytes()
    assert container.download_blob("large").readall() == data
