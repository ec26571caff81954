"""What is written over keeps its owner and its access list, where directories are real."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from azure.storage.filedatalake import FileSystemClient

from explorer.service.emulator import Emulator
from explorer.storage.azure.client import open_store
from explorer.storage.connection import parse
from explorer.transfer.lake_access import NOT_KEPT, OWNER_NOT_KEPT
from explorer.transfer.model import TransferSnapshot
from explorer.transfer.state import JobState, TransferState
from tests.integration.transfer.rig import Rig, noise, run, write
from tests.integration.transfer.test_lake import OVER, SIZE, put, read, store_with
from tests.servers.lake.faults import DropReply, Fault, Refuse, Rule
from tests.servers.lake.operations import Op
from tests.servers.lake.server import Lake
from tests.support.lake import paths

ANNA = "11111111-2222-3333-4444-555555555555"
ACL = f"user::rw-,user:{ANNA}:r--,group::r--,mask::r--,other::---"


@pytest.fixture
def rig(
    azurite: Emulator, lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> Iterator[Rig]:
    store = open_store(parse(lake.connection_string), is_hierarchical=True)
    yield Rig(azurite, str(filesystem.file_system_name), data_dir, store)
    store.close()


def access(filesystem: FileSystemClient, name: str) -> tuple[str, str, str]:
    told = filesystem.get_file_client(name).get_access_control()
    return str(told["owner"]), str(told["group"]), str(told["acl"])


async def uploaded(rig: Rig, source: Path, store: Any = None) -> TransferSnapshot:
    async with rig.engine(store) as engine:
        job = await engine.wait(await engine.submit(rig.upload(source, "f.bin", "x/", **OVER)))
        assert job.state is JobState.DONE, job
        (transfer,) = await engine.transfers(job.id)
        return transfer


@pytest.mark.parametrize(
    "faults",
    [(), (DropReply(),), (Refuse(503),)],
    ids=["", "a lost answer", "a busy service"],
)
def test_a_file_that_is_written_over_keeps_who_may_read_it(
    rig: Rig, lake: Lake, filesystem: FileSystemClient, tmp_path: Path, faults: tuple[Fault, ...]
) -> None:
    put(filesystem, "x/f.bin", b"old")
    filesystem.get_file_client("x/f.bin").set_access_control(owner=ANNA, group="staff", acl=ACL)
    before = access(filesystem, "x/f.bin")
    for fault in faults:
        lake.rules.append(Rule(Op.PATH_SET_ACCESS, fault, nth={2}))
    told = run(uploaded(rig, write(tmp_path / "f.bin", noise(SIZE))))
    assert (told.state, told.note) == (TransferState.DONE, "")
    assert read(filesystem, "x/f.bin") == noise(SIZE)
    assert access(filesystem, "x/f.bin") == before
    assert before[0] == ANNA
    assert paths(filesystem) == ["x", "x/f.bin"]
    assert all(rule.met == 1 for rule in lake.rules)


def test_a_new_file_and_one_with_the_same_access_are_given_none(
    rig: Rig, lake: Lake, filesystem: FileSystemClient, tmp_path: Path
) -> None:
    for number in (1, 2):
        source = write(tmp_path / "f.bin", noise(SIZE, seed=number))
        assert run(uploaded(rig, source)).note == ""
        assert read(filesystem, "x/f.bin") == noise(SIZE, seed=number)
    assert not lake.counts[Op.PATH_SET_ACCESS]


@pytest.mark.parametrize(
    ("letters", "said", "keeps_acl", "keeps_owner"),
    [
        ("racwdlmeop", "", True, True),
        ("racwdlmep", OWNER_NOT_KEPT, True, False),
        ("racwdlme", NOT_KEPT, False, False),
    ],
)
def test_what_the_credential_may_not_keep_is_said_and_the_file_arrives(
    rig: Rig,
    lake: Lake,
    filesystem: FileSystemClient,
    tmp_path: Path,
    letters: str,
    said: str,
    keeps_acl: bool,
    keeps_owner: bool,
) -> None:
    put(filesystem, "x/f.bin", b"old")
    filesystem.get_file_client("x/f.bin").set_access_control(owner=ANNA, acl=ACL)
    before = access(filesystem, "x/f.bin")
    with closing(store_with(lake, rig, letters)) as store:
        told = run(uploaded(rig, write(tmp_path / "f.bin", noise(SIZE)), store))
    assert (told.state, told.note) == (TransferState.DONE, said)
    after = access(filesystem, "x/f.bin")
    assert (after[2] == before[2]) is keeps_acl
    assert (after[0] == before[0]) is keeps_owner
    assert read(filesystem, "x/f.bin") == noise(SIZE)
