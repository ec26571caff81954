"""Where directories are real: up by a temporary file and a rename, and down again."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.storage.filedatalake import FileSystemClient

from explorer.base.errors import NetworkError
from explorer.service.emulator import Emulator
from explorer.storage.azure.client import open_store
from explorer.storage.connection import parse
from explorer.transfer import lake_upload
from explorer.transfer.conflicts import EXISTS
from explorer.transfer.lake_path import is_temporary
from explorer.transfer.model import ConflictPolicy
from explorer.transfer.state import JobState
from tests.integration.transfer.rig import Rig, noise, run, tree_of, until, write
from tests.servers.lake.faults import Drop, DropReply, Refuse, Rule
from tests.servers.lake.operations import Op
from tests.servers.lake.server import Lake
from tests.support.lake import paths

BLOCK = 64 * 1024
SIZE = 5 * BLOCK + 7
OVER: dict[str, Any] = {"block_size_bytes": BLOCK, "conflicts": ConflictPolicy.OVERWRITE}


@pytest.fixture
def rig(
    azurite: Emulator, lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> Iterator[Rig]:
    store = open_store(parse(lake.connection_string), is_hierarchical=True)
    yield Rig(azurite, str(filesystem.file_system_name), data_dir, store)
    store.close()


def read(filesystem: FileSystemClient, name: str) -> bytes:
    return bytes(filesystem.get_file_client(name).download_file().readall())


def put(filesystem: FileSystemClient, name: str, data: bytes) -> str:
    client = filesystem.get_file_client(name)
    client.upload_data(data, overwrite=True)
    return str(client.get_file_properties().etag)


@pytest.mark.parametrize("size", [0, 1, BLOCK, BLOCK + 1, 3 * BLOCK, SIZE, 40 * BLOCK])
def test_a_file_of_any_size_goes_up_and_down_unchanged(
    rig: Rig, lake: Lake, filesystem: FileSystemClient, tmp_path: Path, size: int
) -> None:
    data = noise(size, seed=size)
    source = write(tmp_path / "up" / "f.json", data)
    os.utime(source, ns=(1_600_000_000_123_456_700, 1_600_000_000_123_456_700))
    up = run(rig.do(rig.upload(source, "f.json", "x/", block_size_bytes=BLOCK)))
    assert (up.state, up.files_done, up.bytes_done) == (JobState.DONE, 1, size)
    assert (lake.counts[Op.PATH_RENAME] > 0) is (size > BLOCK)
    assert paths(filesystem) == ["x", "x/f.json"]
    stored = filesystem.get_file_client("x/f.json").get_file_properties()
    assert stored.size == size
    assert stored.content_settings.content_type == "application/json"
    assert stored.content_settings.content_md5 == bytearray(hashlib.md5(data).digest())
    assert dict(stored.metadata) == {"mtime": "2020-09-13T12:26:40.1234567Z"}
    down = run(rig.do(rig.download("x/f.json", tmp_path / "down", block_size_bytes=BLOCK)))
    assert (down.state, down.failure) == (JobState.DONE, None)
    target = tmp_path / "down" / "f.json"
    assert target.read_bytes() == data
    assert target.stat().st_mtime_ns == 1_600_000_000_123_456_700


HOSTILE = [
    "100% #1 + a&b=c?.txt",
    "ünïcödé/日本語.bin",
    "a/b/c/d/e/f.txt",
    "quote'\"<>|:;.txt",
    "%41%2F.txt",
    "A/%41",
    "x" * 250,
    ".hidden/.f",
    "~tilde/$var/`tick`;x",
]


def test_a_tree_with_odd_names_and_empty_folders_comes_back_the_same(
    rig: Rig, filesystem: FileSystemClient, tmp_path: Path
) -> None:
    for number, name in enumerate(HOSTILE):
        write(tmp_path / "up" / name, noise(100 * number, seed=number))
        big = tmp_path / "up" / f"{name[:200]}.big"
        write(big, noise(2 * BLOCK + number, seed=number))
    (tmp_path / "up/empty/inner").mkdir(parents=True)
    up = run(rig.do(rig.upload(tmp_path / "up", "", "t/", block_size_bytes=BLOCK)))
    assert (up.state, up.failure, up.files_failed) == (JobState.DONE, None, 0)
    inner = filesystem.get_directory_client("t/empty/inner").get_directory_properties()
    assert inner.metadata["hdi_isfolder"] == "true"
    down = run(rig.do(rig.download("t/", tmp_path / "down")))
    assert (down.state, down.failure, down.files_failed) == (JobState.DONE, None, 0)
    assert tree_of(tmp_path / "down") == tree_of(tmp_path / "up")
    assert "empty/inner/" in tree_of(tmp_path / "down")


@pytest.mark.parametrize(
    ("op", "nth"),
    [
        (Op.PATH_CREATE, 1), (Op.PATH_RENAME, 1), (Op.PATH_RENAME, 2), (Op.PATH_APPEND, 3),
        (Op.PATH_FLUSH, 1), (Op.PATH_FLUSH, 2), (Op.SET_BLOB, 1), (Op.HEAD_BLOB, 2),
    ],
)  # fmt: skip
@pytest.mark.parametrize("fault", [DropReply(), Drop(), Refuse(503)])
@pytest.mark.parametrize("exists", [False, True])
def test_a_lost_request_or_answer_costs_nothing_but_another_try(
    rig: Rig, lake: Lake, filesystem: FileSystemClient, tmp_path: Path,
    op: Op, nth: int, fault: Any, exists: bool, quick: None,
) -> None:  # fmt: skip
    if exists:
        put(filesystem, "f", b"old")
    data = noise(20 * BLOCK)
    lake.counts.clear()
    lake.rules.append(Rule(op, fault, nth={nth}))
    job = run(rig.do(rig.upload(write(tmp_path / "f", data), "f", **OVER)))
    assert (job.state, job.failure, job.files_failed) == (JobState.DONE, None, 0)
    assert lake.rules[0].met == 1
    assert read(filesystem, "f") == data
    assert paths(filesystem) == ["f"]
    again = 1 if op is Op.PATH_APPEND else 0
    assert lake.counts[Op.PATH_APPEND] == 20 + again


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries after moments."""
    monkeypatch.setattr("explorer.transfer.retry.RetryPolicy.ceiling", lambda *_, **__: 0.02)
