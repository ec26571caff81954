"""The machine stays awake while jobs of this process move, if the setting says so.

Told of every change of a job by the engine's relay; the system is asked in a thread of its
own and never waited for. Only jobs that have run for `AFTER_S` count: no machine falls
asleep so soon, and a short command pays nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.transfer.state import JobState

if TYPE_CHECKING:
    from explorer.base.awake import Hold
    from explorer.transfer.model import JobSnapshot

log = logging.getLogger(__name__)

AFTER_S: Final = 2.0
WHY: Final = "Transfers are running"
_MOVING: Final = frozenset(
    {JobState.QUEUED, JobState.PREPARING, JobState.RUNNING, JobState.RETRY_WAIT}
)
"""What goes on by itself, and would not while the machine sleeps."""


def is_moving(job: JobSnapshot) -> bool:
    """Whether sleep would hold up this job of ours. Pure."""
    return job.is_ours and job.state in _MOVING


def _hold(why: str) -> Hold | None:
    from explorer.base.awake import hold  # late: many jobs are over before

    return hold(why)


class Wakefulness:
    """Of the service loop's thread. `aclose` lets the machine sleep again."""

    def __init__(
        self,
        *,
        is_wanted: bool,
        after_s: float = AFTER_S,
        take: Callable[[str], Hold | None] = _hold,
    ) -> None:
        self._is_wanted = is_wanted
        self._after_s = after_s
        self._take = take
        self._moving: set[int] = set()
        self._workers = Workers("awake", 1)
        self._tasks = TaskScope()
        self._task: asyncio.Task[None] | None = None

    def job_told(self, job: JobSnapshot) -> None:
        """A job came or changed."""
        if is_moving(job):
            if job.id not in self._moving:
                self._moving.add(job.id)
                self._arrange()
        else:
            self.job_gone(job.id)

    def job_gone(self, job_id: int) -> None:
        if job_id in self._moving:
            self._moving.remove(job_id)
            self._arrange()

    def want(self, is_wanted: bool) -> None:
        """The setting changed."""
        self._is_wanted = is_wanted
        self._arrange()

    @property
    def _should_hold(self) -> bool:
        return self._is_wanted and bool(self._moving)

    def _arrange(self) -> None:
        if self._task is None and self._should_hold:
            self._task = self._tasks.spawn(self._stay_awake(), name="stay awake")
        elif self._task is not None and not self._should_hold:
            self._task.cancel()
            self._task = None

    async def _stay_awake(self) -> None:
        """Until cancelled; what was taken is this task's own, as another may begin by then."""
        await asyncio.sleep(self._after_s)
        taken: list[Hold] = []

        def take() -> None:
            if (found := self._take(WHY)) is not None:
                taken.append(found)

        try:
            await self._workers.run_to_end(take)
            log.info("stay awake: %s", taken[0].by if taken else "nothing here can do that")
            await asyncio.Event().wait()
        finally:
            for one in taken:
                await self._workers.run_to_end(one.release)

    async def aclose(self) -> None:
        self._moving.clear()
        await self._tasks.aclose()
        self._workers.close()
