"""A job from its store to its end: the container, the walk and the files, a full disk.

Belongs to the loop's thread. What stops a job for good, or until somebody helps, is
raised.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from explorer.base.errors import (
    AlreadyExistsError,
    DiskFullError,
    InputError,
    NotAuthorizedError,
    QuaysideError,
)
from explorer.storage.api import BlobStore
from explorer.transfer import transfer_table
from explorer.transfer.encoding import failure_of
from explorer.transfer.files import free_bytes
from explorer.transfer.job import Job, place_of
from explorer.transfer.job_run import JobRun
from explorer.transfer.marks import marks_of
from explorer.transfer.model import CopyRequest, DownloadRequest, RemotePlace, Request
from explorer.transfer.pacing import Limiter
from explorer.transfer.rows import TransferRow
from explorer.transfer.state import ACTIVE, JobState, TransferState
from explorer.transfer.work import Live, Outcome, Plant, Work

if TYPE_CHECKING:  # hardly a job runs there
    from explorer.transfer.away import FleetOpener

ROOM_LOOK_S: Final = 2.0
ROOM_TRY_S: Final = 60.0
"""A quota is not seen in the free space: try at least so often."""
ENOUGH_BYTES: Final = 1024 * 1024

RESTING: Final = (
    TransferState.INTERRUPTED,
    TransferState.NEEDS_CREDENTIALS,
)


class StoreSource(Protocol):
    """Who knows the credentials."""

    async def store_for(self, place: RemotePlace) -> BlobStore:
        """The store for a connection. Raises CredentialExpiredError, or another error whose
        `retry` is NEEDS_CREDENTIALS, where a person has to give one first."""
        ...


class Runner:
    """Runs jobs, one call of `run` for each."""

    def __init__(
        self,
        plant: Plant,
        stores: StoreSource,
        data_dir: Path,
        on_end: Callable[[Job, Live, TransferRow, Outcome], None],
    ) -> None:
        self._plant = plant
        self._stores = stores
        self._data_dir = data_dir
        self._on_end = on_end
        self.open_fleet: FleetOpener | None = None
        """The way to a cluster, for jobs that are to run on one."""

    async def work_for(
        self, request: Request, *, rank: Callable[[], int], limiter: Limiter
    ) -> Work:
        """The surroundings for a request."""
        origin = None
        if isinstance(request, CopyRequest):
            store = await self._store_for(request.source)
            origin = Work(self._plant, store, request.source, request.options, rank, limiter)
        place = place_of(request)
        store = await self._store_for(place)
        return Work(
            self._plant, store, place, request.options, rank, limiter, origin, marks_of(request)
        )

    async def work_of(self, job: Job) -> Work:
        """The surroundings of a job."""
        request = job.row.request
        return await self.work_for(request, rank=lambda: job.row.priority, limiter=job.limiter)

    async def _store_for(self, place: RemotePlace) -> BlobStore:
        try:
            return await self._stores.store_for(place)
        except QuaysideError as error:
            error.connection_id = place.connection_id
            raise

    async def run(self, job: Job) -> None:
        """Return when everything of the job is at its end."""
        work = await self.work_of(job)
        job.line = work.line
        if job.partials or job.account.counts[TransferState.DONE]:
            for each in (work, work.origin):
                if each is not None:
                    each.line.was_there = True  # in an earlier process
        hear_no_more = work.line.watch(job.touched)
        try:
            await self._run(job, work)
        finally:
            hear_no_more()
            job.line = None

    async def _run(self, job: Job, work: Work) -> None:
        request = job.row.request
        if not isinstance(request, DownloadRequest) and request.make_container:
            await self._make_container(work)
        while True:
            try:
                await self._plant.journal.do(transfer_table.requeue, job.id, (*RESTING, *ACTIVE))
                await self._run_of(job, work).run()
                if isinstance(request, CopyRequest) and request.is_move:
                    from explorer.transfer.move_folders import remove_emptied

                    await remove_emptied(work, job.id)
                return
            except DiskFullError as error:
                await self._wait_for_room(job, error)

    def _run_of(self, job: Job, work: Work) -> JobRun:
        if not job.row.request.options.on:
            return JobRun(work, job, self._on_end)
        if self.open_fleet is None:
            raise InputError(
                "This job runs on a cluster, which only the command line reaches.",
                cure=f"Go on with: quayside retry {job.id}",
            )
        from explorer.transfer.away import AwayRun

        return AwayRun(work, job, self._on_end, self.open_fleet)

    async def _make_container(self, work: Work) -> None:
        try:
            await work.call(None, work.store.create_container, work.place.container)
        except (AlreadyExistsError, NotAuthorizedError):
            # Not being allowed to make it matters only if it is not there: the upload tells.
            return

    async def _wait_for_room(self, job: Job, error: DiskFullError) -> None:
        """Until space was freed, a person says so, or it is time to try again."""
        request = job.row.request
        places = [os.fsencode(self._data_dir)]  # the journal's disk may be the full one
        if isinstance(request, DownloadRequest):
            places.append(os.fsencode(request.destination))

        def free() -> list[int]:
            return [free_bytes(place) for place in places]

        # Looked at before anybody is told, who may free some at once.
        before = await self._plant.workers.run(free)
        job.look_again.clear()
        job.set_row(replace(job.row, state=JobState.RETRY_WAIT, failure=failure_of(error)))
        try:
            async with asyncio.timeout(ROOM_TRY_S):
                while not _is_freed(before, await self._plant.workers.run(free)):
                    try:
                        async with asyncio.timeout(ROOM_LOOK_S):
                            await job.look_again.wait()
                            return
                    except TimeoutError:
                        continue
        except TimeoutError:
            pass
        finally:
            job.set_row(replace(job.row, state=JobState.RUNNING, failure=None))


def _is_freed(before: list[int], now: list[int]) -> bool:
    """Whether any of the disks has room that it had not."""
    return any(free >= old + ENOUGH_BYTES for old, free in zip(before, now, strict=True))
