"""A watch in front of a person: begun, looked at while it goes on, and stopped when they say so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import ExitStack, aclosing
from dataclasses import replace
from pathlib import Path

from explorer.base.errors import InputError, QuaysideError
from explorer.service.service import Service
from explorer.transfer.model import JobOptions
from explorer.workflows.watch import Watch, WatchEvent, target_key
from explorer.workflows.watch_state import WatchState, opened
from explorer.workflows.watched_folders import WatchWish


class WatchSession:
    """One watch. `tell` and `stop` belong to the service loop's thread; `waiting` and `is_job`
    may be asked from any."""

    def __init__(self, wish: WatchWish, options: JobOptions) -> None:
        self.wish = wish
        self._options = replace(
            options,
            include=wish.include,
            exclude=wish.exclude,
            use_ignore_files=wish.use_ignore_files,
        )
        self._is_stopped = False
        self._stop: asyncio.Event | None = None
        self._watch: Watch | None = None

    @property
    def waiting(self) -> int:
        """Files that are new or changed and not uploaded yet."""
        return self._watch.waiting if self._watch is not None else 0

    def is_job(self, job_id: int) -> bool:
        """Whether it is one of its newest jobs."""
        return self._watch is not None and job_id in self._watch.jobs

    def stop(self, _service: Service) -> None:
        """The person wants it to end; `tell` does soon."""
        self._is_stopped = True
        if self._stop is not None:
            self._stop.set()

    async def tell(self, service: Service) -> AsyncGenerator[WatchEvent, None]:
        """What happens, until `stop`; what was being uploaded is paused then, and the next start
        goes on with it. Raises ConflictError while another process watches the same pair,
        InputError where the folder is not there or the connection is gone, and LocalError."""
        wish = self.wish
        folder = Path(wish.folder)
        stop = self._stop = asyncio.Event()
        if self._is_stopped:
            return
        if not await asyncio.to_thread(folder.is_dir):
            raise InputError(f"There is no folder '{folder}'.", cure="Check the name.")
        target = service.place(wish.target)
        with ExitStack() as stack:
            # Given up meanwhile, the thread's own reference is the last one, and unlocks it.
            state = await asyncio.to_thread(
                stack.enter_context, opened(service.data_dir, str(folder), target_key(target))
            )
            watch = self._watch = Watch(
                service,
                folder,
                target,
                self._options,
                state,
                settle_s=wish.settle_s,
                is_patient=True,
            )
            async with aclosing(watch.run(stop)) as events:
                async for event in events:
                    yield event
            await _pause_begun(service, state)


async def _pause_begun(service: Service, state: WatchState) -> None:
    """A person who stops a watch means what it is sending, too."""
    begun = await asyncio.to_thread(state.begun)
    jobs = {job.id: job for job in service.jobs()}
    if begun is not None and (job := jobs.get(begun[0])) is not None and not job.state.is_final:
        try:
            await service.pause(job.id)
        except QuaysideError:
            return  # it came to its end just now
