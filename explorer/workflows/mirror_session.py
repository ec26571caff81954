"""A mirror in front of a person: looked at, shown as a plan, and begun when they say so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import NamedTuple

from explorer.base.records import dataclass
from explorer.service.service import Service
from explorer.transfer.model import Failure, JobSnapshot
from explorer.workflows.mirror import Mirror, Plan, failed_in, mirroring
from explorer.workflows.mirror_model import Deed, Wish
from explorer.workflows.mirror_sides import End


class PlanRow(NamedTuple):
    """One name of a plan."""

    deed: Deed
    name: str
    size_bytes: int
    reason: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan, to be shown. `files` and `sizes` (bytes) are sums for each deed."""

    source: str
    target: str
    rows: tuple[PlanRow, ...]
    files: Mapping[Deed, int]
    sizes: Mapping[Deed, int]
    there: int
    problems: tuple[Failure, ...]
    is_nothing: bool


@dataclass(frozen=True, slots=True)
class Moving:
    """A job began that is a part of it, or is one that an earlier run left unfinished."""

    job_id: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The end. `failures` are of whole jobs and of deletions. `stopped` says why nothing more
    was done, where a job was paused or stopped."""

    moved: int = 0
    deleted: int = 0
    failed: int = 0
    failures: tuple[tuple[str, Failure], ...] = ()
    not_deleted: str = ""
    stopped: str = ""
    run: str = ""


Told = Preview | Moving | Ended


class Session:
    """One mirror. `tell` belongs to the service loop's thread, and is closed to give up;
    `read` may be looked at from any."""

    def __init__(self, source: End, target: End, wish: Wish) -> None:
        self.source = source
        self.target = target
        self.wish = wish
        self.read = 0
        """Files looked at so far."""
        self._go: asyncio.Event | None = None

    def go(self, service: Service) -> None:
        """The person agreed. On the service loop's thread."""
        if self._go is not None:
            self._go.set()

    async def tell(self, service: Service) -> AsyncGenerator[Told, None]:
        """A `Preview`; after `go`, a `Moving` for each job; at last an `Ended`. What an earlier
        run left unfinished goes first. Raises what a listing raises, MirrorBusyError,
        InputError, LocalError."""
        self._go = asyncio.Event()
        async with mirroring(service, self.source, self.target, self.wish) as mirror:
            if (left := mirror.unfinished()) is not None:
                yield Moving(left.id)
                await service.resume(left.id)
                await service.wait(left.id)
            async with mirror.plan(self._count, with_same=True) as plan:
                yield await service.syncing.run(_preview, mirror, plan)
                await self._go.wait()
                jobs: list[JobSnapshot] = []
                async with aclosing(mirror.parts(plan)) as parts:
                    async for request in parts:
                        job_id = await mirror.submit(request)
                        yield Moving(job_id)
                        jobs.append(await service.wait(job_id))
                        if not jobs[-1].state.is_final:
                            yield Ended(_moved(jobs), stopped=jobs[-1].state.value)
                            return
                yield await self._finish(mirror, plan, jobs)

    def _count(self, more: int) -> None:
        self.read += more

    async def _finish(self, mirror: Mirror, plan: Plan, jobs: Sequence[JobSnapshot]) -> Ended:
        result = await mirror.finish(plan, jobs)
        if len(jobs) > 1:  # so many files that the queue would be heavy with them
            for job in jobs:
                await mirror.forget(job)
        failed = len(result.failures) + len(plan.problems) + plan.counts.refused
        return Ended(
            _moved(jobs),
            result.deleted,
            failed + failed_in(jobs),
            (
                *((job.title, job.failure) for job in jobs if job.failure is not None),
                *result.failures,
            ),
            result.not_deleted,
            "",
            result.manifest.stem if result.manifest is not None else "",
        )


def _moved(jobs: Sequence[JobSnapshot]) -> int:
    return sum(job.files_done for job in jobs)


def _preview(mirror: Mirror, plan: Plan) -> Preview:
    counts = plan.counts
    return Preview(
        mirror.pair.source,
        mirror.pair.target,
        tuple(
            PlanRow(step.deed, step.name, step.size_bytes, step.reason)
            for step in plan.steps.read()
        ),
        {deed: counts.files[deed] + counts.folders[deed] for deed in Deed},
        dict(counts.bytes),
        counts.there,
        tuple(plan.problems),
        plan.is_nothing,
    )
