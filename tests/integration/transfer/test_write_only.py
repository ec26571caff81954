"""Uploads with a SAS that may write and not read: what is there cannot be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient, ContainerSasPermissions, generate_container_sas

from explorer.service.emulator import Emulator
from explorer.storage.api import BlobStore
from explorer.storage.azure.client import open_store
from explorer.storage.connection import parse
from explorer.transfer.model import Conflict, ConflictPolicy
from explorer.transfer.state import JobState
from tests.integration.transfer.rig import Rig, noise, run, write

OLD = b"the old one"
SIZES = [10, 300 * 1024, 600 * 1024]
"""In one request; in one, after a look; in blocks (with blocks of 512 KiB)."""


@pytest.fixture
def blind(azurite: Emulator, container: ContainerClient) -> Iterator[BlobStore]:
    """A store that may create and write, and nothing else."""
    account = azurite.accounts[0]
    sas = generate_container_sas(
        account.name,
        container.container_name,
        account_key=account.key,
        permission=ContainerSasPermissions(create=True, write=True),
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )
    store = open_store(parse(f"{container.url}?{sas}"))
    yield store
    store.close()


@pytest.mark.parametrize("size", SIZES)
def test_a_credential_that_only_writes_uploads(
    rig: Rig, blind: BlobStore, container: ContainerClient, tmp_path: Path, size: int
) -> None:
    data = noise(size)
    request = rig.upload(write(tmp_path / "f", data), "f", block_size_bytes=512 * 1024)
    job = run(rig.do(request, blind))
    assert job.state is JobState.DONE
    assert container.download_blob("f").readall() == data


@pytest.mark.parametrize("policy", [ConflictPolicy.FAIL, ConflictPolicy.OVERWRITE])
@pytest.mark.parametrize("size", SIZES)
def test_what_cannot_be_looked_at_is_not_overwritten(
    rig: Rig,
    blind: BlobStore,
    container: ContainerClient,
    tmp_path: Path,
    size: int,
    policy: ConflictPolicy,
) -> None:
    container.upload_blob("f", OLD)
    source = write(tmp_path / "f", noise(size))
    request = rig.upload(source, "f", block_size_bytes=512 * 1024, conflicts=policy)

    async def work() -> tuple[JobState, str]:
        async with rig.engine(blind) as engine:
            job = await engine.wait(await engine.submit(request))
            (transfer,) = await engine.transfers(job.id)
            assert transfer.failure is not None
            return job.state, transfer.failure.cure

    state, cure = run(work())
    assert state is JobState.FAILED
    assert "sp lacks r" in cure
    assert container.download_blob("f").readall() == OLD


def test_the_search_for_conflicts_finds_none_where_it_may_not_look(
    rig: Rig, blind: BlobStore, container: ContainerClient, tmp_path: Path
) -> None:
    container.upload_blob("f", OLD)
    request = rig.upload(write(tmp_path / "f", b"new"), "f")

    async def work() -> list[Conflict]:
        async with rig.engine(blind) as engine:
            return [conflict async for conflict in engine.find_conflicts(request)]

    assert run(work()) == []
