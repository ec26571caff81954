"""kill -9 in the middle of a copy or move: it goes on, and nothing is lost or copied twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from explorer.transfer.model import JobSnapshot, Request
from explorer.transfer.state import JobState
from tests.faults.test_kill import adopt_and_finish, killed_at
from tests.integration.transfer.rig import Hooked, Rig, noise, run

BLOCK = 16 * 1024
BLOCKS = 150
FILES = 40
OPTIONS: dict[str, Any] = {"block_size_bytes": BLOCK}


@pytest.mark.parametrize("is_move", [False, True])
@pytest.mark.parametrize("at", [1, 60])
def test_a_killed_copy_reuses_its_blocks(
    rig: Rig, container: ContainerClient, tmp_path: Path, at: int, is_move: bool
) -> None:
    data = noise(BLOCKS * BLOCK)
    container.upload_blob("a", data)
    told = killed_at(rig, tmp_path, rig.copy("a", "b", is_move=is_move, **OPTIONS), at * BLOCK)
    assert "a" in set(container.list_blob_names())
    store = Hooked(rig.store)
    assert run(adopt_and_finish(rig, store)).state is JobState.DONE
    assert container.download_blob("b").readall() == data
    assert set(container.list_blob_names()) == ({"b"} if is_move else {"a", "b"})
    assert store.calls["put_block_from_url"] <= BLOCKS - told // BLOCK


def test_a_move_of_a_tree_survives_several_kills(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    files = {f"d/{n % 7}/{n}": noise(3 * BLOCK, seed=n) for n in range(FILES)}
    for name, data in files.items():
        container.upload_blob(name, data)
    container.upload_blob("d/empty", b"", metadata={"hdi_isfolder": "true"})
    request: Request | None = rig.copy("d/", "e", is_move=True, **OPTIONS)
    for part in (1, 2, 3):
        killed_at(rig, tmp_path, request, FILES * 3 * BLOCK * part // 5)
        request = None
    job: JobSnapshot = run(adopt_and_finish(rig, Hooked(rig.store)))
    assert (job.state, job.files_done, job.failure) == (JobState.DONE, FILES + 1, None)
    there = set(container.list_blob_names())
    assert there == {"e/empty", *(f"e{name[1:]}" for name in files)}
    for name, data in files.items():
        assert container.download_blob(f"e{name[1:]}").readall() == data
