"""Artifacts: uploaded once, confirmed when whole, and one with those of azure-ai-ml itself."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from explorer.service.emulator import Emulator
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.storage.connection import parse
from explorer.workflows.artifact_download import Kept, look_at
from tests.integration.cli.conftest import Quayside
from tests.servers.fault_proxy import FaultProxy
from tests.servers.lake.server import Lake

ROOT = Path(__file__).parents[3]
PYTHON = ROOT / ".cache/judges/azureml/bin/python"
DRIVER = ROOT / "tests/judges/azureml/driver.py"

Judge = Callable[..., dict[str, Any]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with what the two might see differently."""
    root = tmp_path / "model"
    for name, text in {
        "b.txt": "b",
        "A.txt": "a",
        "sub/one.csv": "1,2",
        "sub/deep/two.bin": "2" * 5_000,
        "empty": "",
        "skip/me.log": "x",
        "skip/not-me.txt": "kept",
        "ünïcode name.txt": "ü",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (root / ".amlignore").write_text("*.log\n/b.txt\n!b.txt\n", "utf-8")
    outside = tmp_path / "outside"
    (outside / "inner").mkdir(parents=True)
    (outside / "inner/linked.txt").write_text("from outside", "utf-8")
    (root / "link.txt").symlink_to(outside / "inner/linked.txt")
    (root / "linked-folder").symlink_to(outside / "inner")
    return root


def judge_with(key: str) -> Judge:
    assert PYTHON.exists(), "./run install brings it"

    def run(*words: str) -> dict[str, Any]:
        done = subprocess.run(
            [str(PYTHON), str(DRIVER), *words],
            env={**os.environ, "JUDGE_KEY": key},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    return run


@pytest.fixture
def judge(azurite: Emulator) -> Judge:
    """azure-ai-ml's own storage clients, with the emulator's key."""
    return judge_with(azurite.accounts[0].key)


def upload(quayside: Quayside, *words: str) -> dict[str, Any]:
    """What the command tells of the artifact."""
    lines = quayside.ok("artifact", "upload", *words, "--json").splitlines()
    found: dict[str, Any] = json.loads(lines[-1])
    assert found["event"] == "artifact"
    return found


def test_the_hash_is_that_of_azureml(
    quayside: Quayside, container: ContainerClient, folder: Path, judge: Judge
) -> None:
    told = upload(quayside, str(folder), container.container_name, "--name", "m")
    assert told["hash"] == judge("hash", str(folder))["hash"]


@pytest.mark.parametrize("what", ["folder", "file", "link"])
def test_azureml_finds_our_upload_and_sends_nothing(
    azurite: Emulator,
    quayside: Quayside,
    container: ContainerClient,
    folder: Path,
    judge: Judge,
    what: str,
) -> None:
    path = {"folder": folder, "file": folder / "A.txt", "link": folder / "link.txt"}[what]
    name = container.container_name
    ours = upload(quayside, str(path), name, "--name", "resnet", "--version", "7")
    theirs = judge("upload", "blob", str(path), "other", "9", azurite.endpoint, name)
    assert theirs["sent"] == 0
    assert (theirs["name"], theirs["version"]) == ("resnet", "7")
    assert theirs["remote path"] == ours["path"]


def test_ours_finds_the_upload_of_azureml_and_sends_nothing(
    azurite: Emulator,
    quayside: Quayside,
    container: ContainerClient,
    folder: Path,
    judge: Judge,
) -> None:
    name = container.container_name
    theirs = judge("upload", "blob", str(folder), "resnet", "3", azurite.endpoint, name)
    before = {blob.name: blob.etag for blob in container.list_blobs()}
    ours = upload(quayside, str(folder), name, "--name", "other")
    assert ours["was_there"]
    assert (ours["name"], ours["version"]) == ("resnet", "3")
    assert ours["path"] == theirs["remote path"]
    assert {blob.name: blob.etag for blob in container.list_blobs()} == before


def test_both_find_each_other_where_directories_are_real(
    bare: Quayside, lake: Lake, folder: Path
) -> None:
    command = bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=lake.connection_string)
    judge = judge_with(lake.key)
    ours = upload(command, str(folder), "models", "--name", "resnet", "--version", "7")
    theirs = judge("upload", "gen2", str(folder), "other", "9", lake.endpoint, "models")
    assert theirs["sent"] == 0
    assert (theirs["name"], theirs["version"]) == ("resnet", "7")
    assert theirs["remote path"] == ours["path"]
    other = folder / "sub"
    judge("upload", "gen2", str(other), "second", "1", lake.endpoint, "models")
    again = upload(command, str(other), "models", "--name", "whatever")
    assert again["was_there"]
    assert (again["name"], again["version"]) == ("second", "1")


def test_what_an_artifact_is_can_be_read_from_its_place_where_directories_are_real(
    bare: Quayside, lake: Lake, folder: Path, tmp_path: Path
) -> None:
    command = bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=lake.connection_string)
    told = upload(command, str(folder), "models", "--name", "resnet", "--version", "7")

    async def look(path: str) -> Kept:
        data = tmp_path / "data"
        async with await Service.start(data, adopt_jobs=False, with_transfers=False) as service:
            here = await service.session_connection(parse(lake.connection_string))
            return await look_at(service, Location(here.id, "models", f"{path}/"))

    for path in (told["path"], told["path"].rpartition("/")[0]):
        found = asyncio.run(look(path))
        assert (found.is_confirmed, found.name, found.version) == (True, "resnet", "7")
        assert found.files == len(files(folder)) - 1  # one is ignored


def test_what_broke_off_is_made_whole_and_confirmed(
    quayside: Quayside, container: ContainerClient, folder: Path
) -> None:
    name = container.container_name
    first = upload(quayside, str(folder), name, "--name", "m")
    parts = [blob.name for blob in container.list_blobs()]
    container.delete_blob(f"{first['path']}/sub/deep/two.bin")
    container.upload_blob(f"{first['path']}/sub/one.csv", b"damaged!", overwrite=True)
    indicator = f"{first['path']}/.amlignore"
    container.get_blob_client(indicator).set_blob_metadata({})
    second = upload(quayside, str(folder), name, "--name", "m", "--version", "2")
    assert not second["was_there"]
    assert second["hash"] == first["hash"]
    assert [blob.name for blob in container.list_blobs()] == parts
    assert container.download_blob(f"{first['path']}/sub/one.csv").readall() == b"1,2"
    metadata = container.get_blob_client(indicator).get_blob_properties().metadata
    assert metadata == {"upload_status": "completed", "name": "m", "version": "2"}


def test_an_artifact_of_the_older_place_is_found(
    quayside: Quayside, container: ContainerClient, folder: Path
) -> None:
    name = container.container_name
    first = upload(quayside, str(folder), name, "--name", "m", "--version", "1")
    for blob in list(container.list_blobs(include=["metadata"])):
        old = blob.name.replace("LocalUpload", "az-ml-artifacts")
        data = container.download_blob(blob.name).readall()
        container.upload_blob(old, data, metadata=blob.metadata)
        container.delete_blob(blob.name)
    again = upload(quayside, str(folder), name, "--name", "m")
    assert again["was_there"]
    assert again["path"] == first["path"].replace("LocalUpload", "az-ml-artifacts")


def test_a_download_gives_the_folder_back(
    quayside: Quayside, container: ContainerClient, folder: Path, tmp_path: Path
) -> None:
    told = upload(quayside, str(folder), container.container_name, "--name", "m")
    target = tmp_path / "back"
    source = f"{container.container_name}/{told['path']}"
    quayside.ok("artifact", "download", source, str(target))
    found = {str(path.relative_to(target)): path.read_bytes() for path in files(target)}
    assert found == {
        str(path.relative_to(folder)): path.read_bytes()
        for path in files(folder)
        if path.name != "me.log"
    }


def files(root: Path) -> list[Path]:
    """All files, with links followed."""
    return [Path(top) / name for top, _, names in os.walk(root, followlinks=True) for name in names]


def test_a_folder_without_files_is_no_artifact(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    (tmp_path / "none/below").mkdir(parents=True)
    done = quayside(
        "artifact", "upload", str(tmp_path / "none"), container.container_name, "--name", "m"
    )
    assert done.returncode == 2
    assert "no files" in done.stderr
    assert list(container.list_blobs()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="counts by what Linux tells")
@pytest.mark.parametrize("files", [500, pytest.param(10_000, marks=pytest.mark.long)])
def test_unchanged_files_are_recognised_without_sending_a_byte(
    quayside: Quayside, azurite: Emulator, container: ContainerClient, tmp_path: Path, files: int
) -> None:
    root = tmp_path / "many"
    for number in range(files):
        path = root / f"d{number % 100:02}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(number))
    words = (str(root), container.container_name, "--name", "many")
    first = upload(quayside, *words, "--version", "3")
    with FaultProxy(azurite) as proxy:
        watched = quayside.with_environment(AZURE_STORAGE_CONNECTION_STRING=proxy.connection_string)
        again = upload(watched, *words)
    assert (again["path"], again["version"]) == (first["path"], "3")
    assert 0 < sum(count.requests for count in proxy.wire.values()) < 10
    assert sum(count.bytes_up for count in proxy.wire.values()) == 0
    (root / "d00" / "0.txt").write_text("another")
    with FaultProxy(azurite) as proxy:
        one = watched.with_environment(AZURE_STORAGE_CONNECTION_STRING=proxy.connection_string)
        changed = one("artifact", "upload", str(root / "d00" / "0.txt"), words[1], "--name", "one")
    assert changed.returncode == 0
    assert sum(count.bytes_up for count in proxy.wire.values()) == len("another")
