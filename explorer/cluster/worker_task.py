"""What runs in a worker: it says who it is, carries batches with the same engine, counts.

All that crosses is plain JSON-like data, so that another version of Quayside is told from this
one by a sentence and not by a traceback. `greet`, `take`, `look`, `stop` and `forget` are
direct messages on the worker's loop; `carry` and `count` are tasks in its threads.
"""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any, Final

from distributed import Status, get_worker

from explorer import __version__
from explorer.base.errors import NotAuthorizedError, QuaysideError, Retry
from explorer.base.records import dataclass
from explorer.base.tasks import TaskScope
from explorer.cluster.arrived import arrived_before, names_of, remove_leftovers
from explorer.cluster.credentials import Sealed, own_spec
from explorer.cluster.faults import python_version
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.service.tally import Statistics
from explorer.storage.connection import ConnectionSpec
from explorer.transfer.encoding import failure_of, failure_to_text, request_from_text
from explorer.transfer.model import CopyRequest, DownloadRequest, RemotePlace, Request
from explorer.transfer.state import FINAL, JobState, TransferState

LOOK_S: Final = 0.25
PAGE: Final = 1000
SILENCE_S: Final = 30.0
"""Nobody has asked after a batch for so long: who gave it is gone, and may give it to another."""
MOST_PATHS: Final = 50


@dataclass(slots=True)
class Carrying:
    """A batch that is under way here; written by its thread, read by the worker's loop."""

    token: str
    stop: threading.Event = field(default_factory=threading.Event)
    moved: dict[int, int] = field(default_factory=dict)
    heard_s: float = field(default_factory=time.monotonic)
    """When it was asked after."""


_sealed: dict[str, Sealed] = {}
_carrying: dict[str, Carrying] = {}


# -- direct messages --------------------------------------------------------------


def greet(query: Mapping[str, Any], dask_worker: Any) -> dict[str, Any]:
    """Who this worker is, for which of the `endpoints` it has credentials, and what is wrong
    with the `sources` and the `destination` here. What it still does for the same `token` stops:
    the connection was lost, and others have got it. Dask puts in `dask_worker` by its name."""
    for carrying in list(_carrying.values()):
        if carrying.token == query["token"]:
            carrying.stop.set()
    return {
        "version": __version__,
        "python": python_version(),
        "id": dask_worker.id,
        "name": f"{dask_worker.name} on {platform.node()}",
        "has": [one for one in query["endpoints"] if own_spec(os.environ, one) is not None],
        "problem": path_problem(query["sources"], query["destination"]),
    }


def take(token: str, sealed: Sealed) -> None:
    """Keep what a job's batches need, in memory, until `forget`."""
    _sealed[token] = sealed


def forget(token: str) -> None:
    _sealed.pop(token, None)


def look(batches: list[str]) -> dict[str, dict[int, int]]:
    """How many bytes of which source of each batch are moved."""
    mine = {one: _carrying[one] for one in batches if one in _carrying}
    for carrying in mine.values():
        carrying.heard_s = time.monotonic()
    return {one: dict(carrying.moved) for one, carrying in mine.items()}


def stop(batch: str) -> None:
    """Wind a batch up: what has ended is told, the rest is left."""
    if batch in _carrying:
        _carrying[batch].stop.set()


def path_problem(sources: list[str], destination: str) -> str:
    """Why these files cannot be read, or this folder not be written here; empty if they can."""
    for path in sources[:MOST_PATHS]:
        if not os.path.lexists(path):
            return f"there is no '{path}'"
        if not os.access(path, os.R_OK):
            return f"'{path}' may not be read"
    if not destination:
        return ""
    there = Path(destination)
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        return f"'{there}' is no folder"
    if not os.access(there, os.W_OK | os.X_OK):
        return f"'{there}' may not be written to"
    return ""


# -- tasks --------------------------------------------------------------------------


def carry(order: Mapping[str, Any]) -> dict[str, Any]:
    """Carry a batch, in a data folder of its own. `files` has the endings by the number of the
    source; `failure` is what stopped all of it; `is_other` says that this is not the worker
    the order was for, so that an earlier attempt may have been made; `is_cut` that it stopped
    unasked, since nobody seemed to listen."""
    worker = get_worker()
    if worker.id != order["worker"]:
        return {"is_other": True}
    batch = str(order["batch"])
    folder = Path(worker.local_directory) / "quayside" / batch
    carrying = _carrying[batch] = Carrying(str(order["token"]))
    try:
        return asyncio.run(_carry(order, folder, carrying, worker))
    except QuaysideError as error:
        return _stopped(error)
    finally:
        del _carrying[batch]
        shutil.rmtree(folder, ignore_errors=True)


def count(order: Mapping[str, Any]) -> Statistics | dict[str, Any]:
    """Count what is below some names of a place; see `StatisticsDesk.count`."""
    worker = get_worker()
    folder = Path(worker.local_directory) / "quayside" / str(order["batch"])
    try:
        return asyncio.run(_count(order, folder))
    except QuaysideError as error:
        return _stopped(error)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stopped(error: QuaysideError) -> dict[str, Any]:
    needs_help = error.retry is Retry.NEEDS_CREDENTIALS
    return {"failure": failure_to_text(failure_of(error)), "needs_credentials": needs_help}


def _spec(token: str, place: RemotePlace) -> ConnectionSpec:
    own = own_spec(os.environ, place.endpoint)
    if own is not None:
        return own
    sealed = _sealed.get(token)
    if sealed is None or place.connection_id not in sealed.specs:
        error = NotAuthorizedError(f"This worker has no credentials for {place.endpoint}.")
        error.retry = Retry.NEEDS_CREDENTIALS
        raise error
    return sealed.specs[place.connection_id]


async def _here(service: Service, token: str, place: RemotePlace) -> RemotePlace:
    connection = await service.session_connection(_spec(token, place))
    return replace(place, connection_id=connection.id)


async def _connected(service: Service, token: str, request: Request) -> Request:
    if isinstance(request, DownloadRequest):
        return replace(request, source=await _here(service, token, request.source))
    target = await _here(service, token, request.target)
    if isinstance(request, CopyRequest):
        source = await _here(service, token, request.source)
        return replace(request, target=target, source=source)
    return replace(request, target=target)


async def _count(order: Mapping[str, Any], folder: Path) -> Statistics:
    place = RemotePlace(**order["place"])
    counted = Statistics()
    async with await Service.start(folder, adopt_jobs=False, with_transfers=False) as service:
        place = await _here(service, order["token"], place)
        where = Location(place.connection_id, place.container, place.prefix)
        async for told in service.statistics.count(where, tuple(order["names"])):
            counted = told
    return counted


async def _carry(
    order: Mapping[str, Any], folder: Path, carrying: Carrying, worker: Any
) -> dict[str, Any]:
    is_cut = False

    def has_to_stop() -> bool:
        nonlocal is_cut
        is_alone = time.monotonic() - carrying.heard_s > SILENCE_S
        is_cut |= is_alone or worker.status not in (Status.running, Status.paused)
        return is_cut or carrying.stop.is_set()

    async with await Service.start(folder, adopt_jobs=False) as service:
        request = await _connected(service, order["token"], request_from_text(order["request"]))
        files: dict[int, dict[str, Any]] = {}

        async def find_arrived() -> None:
            for number, size_bytes in (await arrived_before(service, request)).items():
                files[number] = {"state": TransferState.DONE.value, "size_bytes": size_bytes}
                carrying.moved[number] = size_bytes

        if order["is_repeat"]:
            await service.syncing.run(remove_leftovers, request)
            await find_arrived()
        numbers = [one for one in range(len(request.sources)) if one not in files]
        if numbers:
            rest = _only(request, numbers)
            files |= await _run(service, rest, numbers, carrying, has_to_stop)
        if order["is_repeat"] and any(_has_failed(file) for file in files.values()):
            await find_arrived()  # a worker that was thought lost may have been a little quicker
    return {"files": files, "is_cut": is_cut}


def _has_failed(file: Mapping[str, Any]) -> bool:
    return bool(file["state"] == TransferState.FAILED.value)


def _only(request: Request, numbers: list[int]) -> Request:
    if isinstance(request, DownloadRequest):
        return replace(request, sources=tuple(request.sources[one] for one in numbers))
    if isinstance(request, CopyRequest):
        return replace(request, sources=tuple(request.sources[one] for one in numbers))
    return replace(request, sources=tuple(request.sources[one] for one in numbers))


async def _run(
    service: Service,
    request: Request,
    numbers: list[int],
    carrying: Carrying,
    has_to_stop: Callable[[], bool],
) -> dict[int, dict[str, Any]]:
    ids: dict[str, list[int]] = {}
    for name, at in names_of(request).items():
        blob = name
        if isinstance(request, DownloadRequest):
            blob = request.sources[at].name
        else:
            blob = request.target.prefix + name
        ids.setdefault(blob, []).append(numbers[at])
    job_id = await service.submit(request)
    scope = TaskScope()
    try:
        ended = scope.spawn(service.wait(job_id), name="batch")
        while not ended.done():
            await asyncio.wait([ended], timeout=LOOK_S)
            if has_to_stop():
                await service.pause(job_id)
            for file in await service.transfers(job_id, limit=PAGE):
                for number in ids.get(file.remote_name, ())[:1]:
                    carrying.moved[number] = file.bytes_done
        job = await ended
    finally:
        await scope.aclose()
    is_whole = job.state in (JobState.NEEDS_CREDENTIALS, JobState.FAILED)
    if is_whole and job.failure is not None and not has_to_stop():
        error = QuaysideError(job.failure.message, cure=job.failure.cure)
        if job.state is JobState.NEEDS_CREDENTIALS:
            error.retry = Retry.NEEDS_CREDENTIALS
        raise error
    files: dict[int, dict[str, Any]] = {}
    for file in await service.transfers(job_id, limit=PAGE, states=FINAL):
        waiting = ids.get(file.remote_name)
        if waiting and file.state is not TransferState.CANCELLED:
            files[waiting.pop(0)] = {
                "state": file.state.value,
                "size_bytes": file.size_bytes,
                "failure": failure_to_text(file.failure),
                "note": file.note,
            }
    return files
