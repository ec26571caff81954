"""A limit holds from the first byte on, both ways, for files of every size."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from explorer.transfer.model import DownloadRequest, UploadRequest
from explorer.transfer.state import JobState
from tests.integration.transfer.rig import Rig, noise, run, until, write

BLOCK = 1 << 20
CATCH_UP_S = 0.4
"""What is not used in the first quarter of a second may be caught up on, by small pieces."""


def seconds_of(rig: Rig, request: UploadRequest | DownloadRequest, limit: int) -> float:
    async def work() -> float:
        async with rig.engine() as engine:
            engine.set_limit_all(limit)
            started = time.monotonic()
            job = await engine.wait(await engine.submit(request))
            assert job.state is JobState.DONE
            return time.monotonic() - started

    return run(work())


@pytest.mark.parametrize("size", [200_000, BLOCK - 1, 3 * BLOCK])
@pytest.mark.parametrize("is_total", [True, False])
def test_an_upload_takes_as_long_as_its_limit_says(
    rig: Rig, container: ContainerClient, tmp_path: Path, size: int, is_total: bool
) -> None:
    source = write(tmp_path / "f", noise(size))
    own = 0 if is_total else size
    request = rig.upload(source, "f", block_size_bytes=BLOCK, limit_bytes_per_s=own)
    assert seconds_of(rig, request, size if is_total else 0) >= 1 - CATCH_UP_S
    assert container.download_blob("f").readall() == source.read_bytes()


@pytest.mark.parametrize("size", [200_000, BLOCK - 1, 3 * BLOCK])
@pytest.mark.parametrize("is_total", [True, False])
def test_a_download_takes_as_long_as_its_limit_says(
    rig: Rig, container: ContainerClient, tmp_path: Path, size: int, is_total: bool
) -> None:
    data = noise(size)
    container.upload_blob("f", data)
    own = 0 if is_total else size
    request = rig.download("f", tmp_path / "to", block_size_bytes=BLOCK, limit_bytes_per_s=own)
    assert seconds_of(rig, request, size if is_total else 0) >= 1 - CATCH_UP_S
    assert (tmp_path / "to" / "f").read_bytes() == data


@pytest.mark.parametrize("size", [100_000, 2 * BLOCK])
def test_a_file_that_leaves_slowly_is_cancelled_at_once(
    rig: Rig, container: ContainerClient, tmp_path: Path, size: int
) -> None:
    source = write(tmp_path / "f", noise(size))

    async def work() -> None:
        async with rig.engine() as engine:
            request = rig.upload(source, "f", block_size_bytes=BLOCK, limit_bytes_per_s=100)
            job_id = await engine.submit(request)
            meter = engine._plant.limiter
            await until(lambda: meter.moved_bytes > 0)
            async with asyncio.timeout(20):
                await engine.cancel(job_id)
                job = await engine.wait(job_id)
            assert job.state is JobState.CANCELLED

    run(work())
    assert not container.get_blob_client("f").exists() or size > BLOCK


@pytest.mark.parametrize("size", [100_000, 8 * BLOCK])
def test_a_limit_that_is_lifted_on_the_way_is_gone_at_once(
    rig: Rig, container: ContainerClient, tmp_path: Path, size: int
) -> None:
    source = write(tmp_path / "f", noise(size))

    async def work() -> None:
        async with rig.engine() as engine:
            request = rig.upload(source, "f", block_size_bytes=8 * BLOCK + 1, limit_bytes_per_s=1)
            job_id = await engine.submit(request)
            meter = engine._plant.limiter
            await until(lambda: meter.moved_bytes > 0)
            assert meter.moved_bytes < 1000
            await engine.set_limit(job_id, 0)
            job = await engine.wait(job_id)
            assert job.state is JobState.DONE

    run(work())
    assert container.download_blob("f").readall() == source.read_bytes()
