"""The main job, for real: connect by a pasted string, upload, list, download, compare bytes."""

from __future__ import annotations

import asyncio
import filecmp
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from explorer.base.errors import QuaysideError
from explorer.base.units import format_bytes
from explorer.demo import sample
from explorer.service.model import Connection, Location
from explorer.service.service import Service
from explorer.storage.connection import parse, recognise
from explorer.transfer.model import (
    ConflictPolicy,
    DownloadRequest,
    DownloadSource,
    JobOptions,
    JobSnapshot,
    UploadRequest,
    UploadSource,
)
from explorer.transfer.state import JobState
from explorer.transfer.told import moved

CONTAINERS = ("training", "datasets")
CONNECTION_NAME = "Local storage (demo)"

Say = Callable[[str], None]


class DemoError(QuaysideError):
    """Something of the main job did not hold."""

    title = "The demo failed"


def write_sample(folder: Path) -> None:
    """Make the sample data below `folder`, one folder for each container. Blocks."""
    sample.write_training(folder / "training")
    sample.write_datasets(folder / "datasets")


async def connect(
    service: Service, pasted: str, say: Say, *, name: str = CONNECTION_NAME
) -> Connection:
    """Paste the connection string, test it, keep it; a connection of an earlier start goes."""
    for line in recognise(pasted, datetime.now(UTC)).texts:
        say(f"pasted: {line}")
    spec = parse(pasted)
    report = await service.probe(spec)
    say(f"tested: {report.summary}")
    for old in service.connections():
        await service.remove_connection(old.id)
    return await service.connect(spec, name=name, probe=report)


async def upload(service: Service, connection: Connection, folder: Path, say: Say) -> None:
    """Upload each sample folder into its container; what is there already is not sent."""
    for container in CONTAINERS:
        request = UploadRequest(
            sources=(UploadSource(str(folder / container), ""),),
            target=service.place(Location(connection.id, container)),
            options=JobOptions(conflicts=ConflictPolicy.DIFFERENT),
            make_container=True,
        )
        job = await _done(service, await service.submit(request))
        say(f"uploaded: {_counts(job)} to {container}")


async def compare_listing(service: Service, connection: Connection, folder: Path, say: Say) -> None:
    """List each container whole and hold names and sizes against the local files."""
    for container in CONTAINERS:
        found: dict[str, int] = {}
        empty_folders = 0
        location = Location(connection.id, container)
        async for page in service.list_folder(location, recursive=True):
            found.update((blob.name, blob.size_bytes) for blob in page.blobs)
            empty_folders += len(page.prefixes)
        wanted = await asyncio.to_thread(_sizes, folder / container)
        if found != wanted:
            odd = sorted(found.items() ^ wanted.items())
            raise DemoError(f"{container} does not list what was uploaded: {odd[:5]}")
        folders = f" and {empty_folders:,} empty folder" if empty_folders else ""
        say(f"listed: {len(found):,} blobs{folders} in {container}, every name and size right")


async def download_outputs(
    service: Service, connection: Connection, folder: Path, destination: Path, say: Say
) -> None:
    """Download one job's outputs and compare every byte with what was uploaded."""
    run = f"runs/{sample.BEST_RUN.name}/"
    request = DownloadRequest(
        sources=(DownloadSource(run, is_prefix=True, target=sample.BEST_RUN.name),),
        source=service.place(Location(connection.id, "training")),
        destination=str(destination),
        options=JobOptions(conflicts=ConflictPolicy.OVERWRITE),
    )
    job = await _done(service, await service.submit(request))
    say(f"downloaded: {_counts(job)} to {destination}")
    compared = await asyncio.to_thread(
        _compare_bytes, folder / "training" / run, destination / sample.BEST_RUN.name
    )
    say(f"compared: {format_bytes(compared)} byte for byte, all the same")


async def _done(service: Service, job_id: int) -> JobSnapshot:
    job = await service.wait(job_id)
    if job.state is not JobState.DONE:
        reason = job.failure.message if job.failure else job.state.value
        raise DemoError(f"{job.title} did not go through: {reason}")
    return job


def _counts(job: JobSnapshot) -> str:
    sent = f"{moved(job)}, {format_bytes(job.bytes_done)}"
    return f"{sent} ({job.files_skipped:,} there already)" if job.files_skipped else sent


def _sizes(folder: Path) -> dict[str, int]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}


def _compare_bytes(expected: Path, found: Path) -> int:
    """How many bytes were compared. Raises DemoError at the first difference."""
    sizes = _sizes(expected)
    if _sizes(found) != sizes:
        raise DemoError(f"{found} does not hold the same files as {expected}")
    for name in sizes:
        if not filecmp.cmp(expected / name, found / name, shallow=False):
            raise DemoError(f"{found / name} differs from {expected / name}")
    return sum(sizes.values())
