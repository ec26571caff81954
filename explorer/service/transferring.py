"""The service's calls about the queue: jobs asked for, watched and steered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from explorer.service.connections import Connections
from explorer.service.model import Location

if TYPE_CHECKING:  # a command that only looks does not load the engine
    from explorer.storage.connection import ConnectionSpec
    from explorer.transfer.away import FleetOpener
    from explorer.transfer.engine import Engine
    from explorer.transfer.file_control import FileControl
    from explorer.transfer.job_control import JobControl
    from explorer.transfer.model import (
        Conflict,
        ConflictPolicy,
        JobSnapshot,
        RemotePlace,
        Request,
        TransferSnapshot,
    )
    from explorer.transfer.rehearsal import Step
    from explorer.transfer.state import TransferState


class Transferring:
    """A part of the Service, of its loop's thread."""

    _connections: Connections
    _engine_or_none: Engine | None

    @property
    def _engine(self) -> Engine:
        if self._engine_or_none is None:
            raise RuntimeError("this service was started without transfers")
        return self._engine_or_none

    def use_cluster(self, opener: FleetOpener) -> None:
        """How jobs with an address in `options.on` reach their cluster."""
        self._engine.set_fleet(opener)

    async def spec_for(self, place: RemotePlace) -> ConnectionSpec:
        """The connection that reaches a place, with its secret: for the cluster's workers only.
        Raises like a job that finds no credentials."""
        return await self._connections.spec_for(place)

    def place(self, location: Location) -> RemotePlace:
        """The container or folder as a request names it. Raises InputError at the account."""
        return self._connections.place(location)

    async def submit(self, request: Request) -> int:
        """Queue an upload, download or copy; once this returns the job survives a crash."""
        self._connections.marking.check(request)
        return await self._engine.submit(request)

    def find_conflicts(self, request: Request) -> AsyncIterator[Conflict]:
        """Targets that exist already, found by walking; touches nothing."""
        return self._engine.find_conflicts(request)

    def rehearse(self, request: Request) -> AsyncIterator[Step]:
        """What a request would do, file by file; touches nothing."""
        return self._engine.rehearse(request)

    def jobs(self) -> tuple[JobSnapshot, ...]:
        """Every job in the queue, in its order."""
        return self._engine.jobs()

    async def transfers(
        self,
        job_id: int,
        *,
        offset: int = 0,
        limit: int = 1000,
        states: frozenset[TransferState] | None = None,
    ) -> tuple[TransferSnapshot, ...]:
        """Files of one job, a slice of them, perhaps only those in some states."""
        return await self._engine.transfers(job_id, offset=offset, limit=limit, states=states)

    async def wait(self, job_id: int) -> JobSnapshot:
        """Until the job is done, failed, cancelled, paused, or needs credentials."""
        return await self._engine.wait(job_id)

    async def pause(self, job_id: int) -> None:
        """Stop at a safe point; what is there stays."""
        await self._engine.pause(job_id)

    async def resume(self, job_id: int) -> None:
        """Go on with a job that is paused or was interrupted."""
        await self._engine.resume(job_id)

    async def cancel(self, job_id: int) -> None:
        """Give up a job; finished files stay, half ones leave nothing."""
        await self._engine.cancel(job_id)

    async def retry(self, job_id: int, conflicts: ConflictPolicy | None = None) -> None:
        """Try its failed files again, with another rule for what exists if one is given."""
        await self._engine.retry(job_id, conflicts)

    @property
    def job_control(self) -> JobControl:
        """What is done to all jobs together: pause, resume, cancel, clear."""
        return self._engine.control

    @property
    def file_control(self) -> FileControl:
        """What is done to single files of a job."""
        return self._engine.files

    async def remove(self, job_id: int) -> None:
        """Take a finished job out of the list."""
        await self._engine.remove(job_id)

    async def run_again(self, job_id: int) -> int:
        """Queue the same request once more; returns the new job."""
        return await self._engine.run_again(job_id)

    async def move(self, job_id: int, position: int) -> None:
        """Put a job elsewhere in the queue; 0 is next."""
        await self._engine.move(job_id, position)

    def set_concurrency(self, requests: int) -> None:
        """How many requests run at the same time, in this run only; 0: as many as are of use."""
        self._engine.set_concurrency(requests)

    async def set_limit(self, job_id: int, bytes_per_s: int) -> None:
        """Limit one job; 0 lifts it."""
        await self._engine.set_limit(job_id, bytes_per_s)
