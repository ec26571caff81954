"""Counting on a cluster: the folder is listed a few levels deep here, and each worker counts a
part of what is below."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any, Final

from explorer.cluster.address import parse_address
from explorer.cluster.faults import ClusterError, not_installed, stopped
from explorer.cluster.sums import sum_of
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.service.tally import Statistics, Tally
from explorer.transfer.model import RemotePlace
from explorer.transfer.work import first_of

if TYPE_CHECKING:
    from explorer.cluster.fleet import DaskFleet

PARTS_EACH: Final = 4
"""So many parts for each worker: who is quick gets more of them."""
LEVELS: Final = 3
MOST_PARTS: Final = 5_000
ATTEMPTS: Final = 3


async def count_on(
    service: Service, location: Location, on: str
) -> AsyncGenerator[Statistics, None]:
    """Growing statistics, the last one `is_complete`, as `StatisticsDesk.count`; `on` is the
    cluster's address. Raises what a listing raises, ClusterError, InputError."""
    try:
        from explorer.cluster.fleet import Purpose
        from explorer.cluster.reaching import open_workers
    except ModuleNotFoundError as error:
        raise not_installed() from error

    endpoint = service.connection(location.connection_id).endpoint
    place = RemotePlace(location.connection_id, endpoint, location.container, location.path)
    purpose = Purpose({location.connection_id: await service.spec_for(place)})
    async with open_workers(parse_address(on), purpose) as fleet:
        own, names = await _parts(service, location, PARTS_EACH * fleet.width)
        if not names and not own.blobs:  # is there such a folder at all?
            async for alone in service.statistics.count(location):
                yield alone
            return
        counted = [own]
        each = max(1, -(-len(names) // (PARTS_EACH * fleet.width)))
        waiting = [tuple(names[at : at + each]) for at in range(0, len(names), each)]
        answers: asyncio.Queue[Statistics] = asyncio.Queue()

        async def one(chosen: tuple[str, ...]) -> None:
            await answers.put(await _count(fleet, place, chosen))

        total = len(waiting)
        try:
            async with asyncio.TaskGroup() as group:
                for chosen in waiting:
                    group.create_task(one(chosen))
                while len(counted) <= total:
                    counted.append(await answers.get())
                    yield sum_of(counted, is_complete=False)
        except BaseExceptionGroup as errors:
            raise first_of(errors) from None
        yield sum_of(counted, is_complete=True)


async def _parts(service: Service, location: Location, wanted: int) -> tuple[Statistics, list[str]]:
    """What lies directly in the folders that were opened, and those that were not: so many that
    all workers have some, if there are."""
    tally = Tally(time.time(), location.path)
    if not location.container:
        names = []
        async for page in service.list_containers(location.connection_id):
            names += [container.name for container in page.containers]
        return tally.statistics(is_complete=True), names
    closed, opened = [""], 0
    for _ in range(LEVELS):
        if opened and (not closed or len(closed) >= wanted):
            break
        level, closed = closed, []
        for at, prefix in enumerate(level):
            if len(closed) + len(level) - at > MOST_PARTS:
                closed += level[at:]
                break
            opened += 1
            async for found in service.list_folder(location, prefix=prefix):
                tally.add(found.blobs, container=location.container)
                closed += [one.name[len(location.path) :] for one in found.prefixes]
    return tally.statistics(is_complete=True), closed


async def _count(fleet: DaskFleet, place: RemotePlace, names: tuple[str, ...]) -> Statistics:
    from explorer.cluster import worker_task

    where = {
        "connection_id": place.connection_id,
        "endpoint": place.endpoint,
        "container": place.container,
        "prefix": place.prefix,
    }
    order: Mapping[str, Any] = {"place": where, "names": list(names)}
    for _ in range(ATTEMPTS):
        _, answer = await fleet.send(worker_task.count, order, is_wound_up=False)
        if isinstance(answer, Statistics):
            return answer
        if answer is not None:
            raise stopped(answer)
    raise ClusterError(
        f"{ATTEMPTS} workers ended while they counted the same folders.",
        cure="Look why they end (memory, perhaps), then count again.",
    )
