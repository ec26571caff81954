"""The transfer commands where directories are real, and between there and flat accounts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient
from azure.storage.filedatalake import FileSystemClient, generate_file_system_sas

from explorer.service.emulator import Emulator
from tests.integration.cli.conftest import Quayside
from tests.integration.transfer.rig import noise, tree_of, write
from tests.servers.lake.operations import Op
from tests.servers.lake.server import Lake
from tests.support.lake import paths

HOSTILE = (
    "100% #1 + a&b=c?.txt",
    "ünïcödé/日本語.bin",
    "a/b/c/d/e/f.txt",
    "quote'\"<>|:;.txt",
    "%41%2F.txt",
    "A/%41",
    "A/A",
    "x" * 200,
    ".hidden/.f",
    "~tilde/$var/`tick`;x",
    " led and trailed .txt",
)
BLOCK = "64K"


@pytest.fixture
def quayside(bare: Quayside, lake: Lake) -> Quayside:
    return bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=lake.connection_string)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Small files, files that go in parts, an empty file and empty folders."""
    for number, name in enumerate(HOSTILE):
        write(tmp_path / "up" / name, noise(1000 * number, seed=number))
        write(tmp_path / "up" / f"{name}.large", noise(150_000 + number, seed=number))
    (tmp_path / "up" / "empty" / "inner").mkdir(parents=True)
    return tmp_path / "up"


def test_a_tree_of_hostile_names_comes_back_byte_for_byte(
    quayside: Quayside, lake: Lake, filesystem: FileSystemClient, tree: Path, tmp_path: Path
) -> None:
    name = str(filesystem.file_system_name)
    quayside.ok("upload", str(tree), name, "t", "--block-size", BLOCK)
    assert lake.counts[Op.PATH_RENAME] == len(HOSTILE)
    assert "t/empty/inner" in paths(filesystem)
    quayside.ok("download", f"{name}/t", str(tmp_path / "down"), "--block-size", BLOCK)
    assert tree_of(tmp_path / "down") == tree_of(tree)


def test_what_is_there_is_left_unless_it_is_said_and_a_dry_run_touches_nothing(
    quayside: Quayside, lake: Lake, filesystem: FileSystemClient, tmp_path: Path
) -> None:
    name = str(filesystem.file_system_name)
    source = write(tmp_path / "f", noise(200_000, seed=1))
    words = ("upload", str(source), name, "--block-size", BLOCK)
    quayside.ok(*words)
    write(source, noise(200_000, seed=2))
    writes = lake.counts[Op.PATH_CREATE], lake.counts[Op.PATH_APPEND]
    assert "f" in quayside.ok(*words, "--on-conflict", "overwrite", "--dry-run")
    assert quayside(*words, "--on-conflict", "fail").returncode == 1
    quayside.ok(*words, "--on-conflict", "skip")
    assert (lake.counts[Op.PATH_CREATE], lake.counts[Op.PATH_APPEND]) == writes
    quayside.ok(*words, "--on-conflict", "rename")
    assert sorted(paths(filesystem)) == ["f", "f (2)"]
    quayside.ok(*words, "--on-conflict", "overwrite")
    stored = filesystem.get_file_client("f").download_file().readall()
    assert stored == noise(200_000, seed=2)
    assert sorted(paths(filesystem)) == ["f", "f (2)"]


def test_copies_go_from_either_kind_of_account_to_the_other(
    quayside: Quayside, azurite: Emulator, container: ContainerClient, lake: Lake,
    filesystem: FileSystemClient, tree: Path, tmp_path: Path,
) -> None:  # fmt: skip
    name, box = str(filesystem.file_system_name), str(container.container_name)
    quayside.ok("upload", str(tree), name, "t", "--block-size", BLOCK)
    end = datetime.now(UTC) + timedelta(hours=1)
    sas = generate_file_system_sas(lake.account, name, lake.key, permission="racwdlm", expiry=end)
    flat = quayside.with_environment(AZURE_STORAGE_CONNECTION_STRING=azurite.connection_string)
    flat.ok("copy", f"{lake.endpoint}/{name}/t?{sas}", f"{box}/there", "--block-size", BLOCK)
    flat.ok("copy", f"{box}/there", f"{lake.endpoint}/{name}/again?{sas}", "--block-size", BLOCK)
    assert "again/empty/inner" in paths(filesystem)
    quayside.ok("download", f"{name}/again", str(tmp_path / "down"))
    assert tree_of(tmp_path / "down") == tree_of(tree)
