"""`quayside mirror` where folders are real."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from azure.storage.filedatalake import FileSystemClient

from tests.integration.cli.conftest import Quayside
from tests.integration.cli.test_transfers import tree_of
from tests.servers.lake.server import Lake
from tests.support.lake import paths


@pytest.fixture
def quayside(bare: Quayside, lake: Lake) -> Quayside:
    return bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=lake.connection_string)


def sums(quayside: Quayside, *words: str) -> tuple[int, ...]:
    told = json.loads(quayside.ok("mirror", *words, "--json").splitlines()[-1])
    return tuple(told[key] for key in ("add", "update", "deleted", "same", "failed"))


def test_real_folders_are_mirrored_and_go_with_what_was_in_them(
    quayside: Quayside, filesystem: FileSystemClient, tmp_path: Path
) -> None:
    name = str(filesystem.file_system_name)
    folder = tmp_path / "data"
    for path in ("a/1", "a/b/2", "a.txt", "c/3"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(path)
    (folder / "empty").mkdir()
    assert sums(quayside, str(folder), name) == (4, 0, 0, 0, 0)
    assert sums(quayside, str(folder), name) == (0, 0, 0, 4, 0)
    assert set(paths(filesystem)) == {
        "a", "a/1", "a/b", "a/b/2", "a.txt", "c", "c/3", "empty",
    }  # fmt: skip
    copy = tmp_path / "copy"
    assert sums(quayside, name, str(copy)) == (4, 0, 0, 0, 0)
    assert tree_of(copy) == tree_of(folder)
    (folder / "a/b/2").unlink()
    (folder / "a/b").rmdir()
    (folder / "empty").rmdir()
    assert sums(quayside, str(folder), name, "--delete") == (0, 0, 1, 3, 0)
    assert set(paths(filesystem)) == {"a", "a/1", "a.txt", "c", "c/3"}
    assert sums(quayside, name, str(copy), "--delete") == (0, 0, 1, 3, 0)
    assert tree_of(copy) == tree_of(folder)
    assert sums(quayside, name, str(copy), "--delete") == (0, 0, 0, 3, 0)


def test_a_dfs_address_is_as_good(
    quayside: Quayside, lake: Lake, filesystem: FileSystemClient, tmp_path: Path
) -> None:
    name = str(filesystem.file_system_name)
    filesystem.get_file_client("runs/7/log").upload_data(b"x", overwrite=True)
    target = f"abfss://{name}@{lake.account}.dfs.core.windows.net/runs"
    done = quayside("mirror", target, str(tmp_path / "copy"))
    assert done.returncode == 0, done.stderr
    assert tree_of(tmp_path / "copy").keys() == {"7/log"}
