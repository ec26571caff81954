"""Mirroring a folder: both sides read and compared, what differs moved, what is too much deleted.

The moving is a job of the transfer queue, with a decision for each file. Deletions come last,
and only after a whole and clean run.
"""

from __future__ import annotations

import contextlib
import heapq
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Final

from explorer.base.errors import InputError, QuaysideError
from explorer.base.records import dataclass
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.transfer.model import Failure, JobSnapshot, Links, Request
from explorer.transfer.state import JobState
from explorer.workflows import mirror_sides as sides
from explorer.workflows.manifest import Manifest, Run, record_line
from explorer.workflows.mirror_compare import Peek, Rules, compare
from explorer.workflows.mirror_delete import delete
from explorer.workflows.mirror_md5 import settle
from explorer.workflows.mirror_model import Counts, Deed, Record, Step, Wish
from explorer.workflows.mirror_record import FEW, record_of, records_moved
from explorer.workflows.mirror_request import request_of, whole_request
from explorer.workflows.mirror_runs import Pair, write_lines
from explorer.workflows.mirror_sides import End
from explorer.workflows.mirror_sort import Sorter
from explorer.workflows.mirror_steps import Steps

BATCH: Final = 2_000
PART: Final = 10_000
"""Files of one job."""


class TooManyDeletionsError(QuaysideError):
    """A mirror would delete more than it may."""

    title = "Too much would be deleted"


@dataclass(slots=True)
class Plan:
    """What a run will do. `steps` are in the order of their names, without what is the same
    (unless that was asked for). It holds temporary files."""

    begun_ns: int
    kept: IO[bytes]
    """Lines of the manifest for what is the same."""
    steps: Steps
    counts: Counts = field(default_factory=Counts)
    folders: set[str] = field(default_factory=set)
    """Folders of the source with nothing in them."""
    problems: list[Failure] = field(default_factory=list)
    """What of the source could not be read: nothing is deleted then."""
    notes: list[str] = field(default_factory=list)
    is_as_last: bool = True
    """Nothing is the same for another reason than that the last run left it so."""
    same_files: int = 0
    same_bytes: int = 0

    @property
    def is_nothing(self) -> bool:
        return self.counts.is_nothing and not self.problems

    @property
    def is_all_new(self) -> bool:
        """Many files, all of them to be moved to where nothing is."""
        counts = self.counts
        is_plain = not (counts.there or counts.refused or counts.files[Deed.SKIP])
        return is_plain and counts.files[Deed.ADD] > FEW


@dataclass(slots=True)
class Result:
    """How a run ended."""

    deleted: int = 0
    failures: list[tuple[str, Failure]] = field(default_factory=list)
    """What could not be deleted, by its name."""
    not_deleted: str = ""
    """Why nothing was deleted, where something should have been."""
    manifest: Path | None = None


class Mirror:
    """One source, one target, one run. Of the service loop's thread; made by `mirroring`."""

    def __init__(self, service: Service, source: End, target: End, wish: Wish) -> None:
        self.service = service
        self.source = source
        self.target = target
        self.wish = wish
        self.pair = Pair(service.data_dir, label(service, source), label(service, target))
        self._started = datetime.now(UTC)

    # -- a run that was cut off -------------------------------------------------

    def unfinished(self) -> JobSnapshot | None:
        """The job of an earlier run of this pair that did not come to its end: it is resumed
        before a new plan is made, so that no byte is sent twice."""
        job_id = self.pair.job
        for job in self.service.jobs():
            if job.id == job_id and job.is_ours and not job.state.is_final:
                return job
        return None

    # -- planning ---------------------------------------------------------------

    @asynccontextmanager
    async def plan(
        self, told: sides.Told = lambda count: None, *, with_same: bool = False
    ) -> AsyncIterator[Plan]:
        """Read both sides to their ends, and compare. Raises what a listing raises, InputError,
        LocalError. The plan is good for as long as the context lasts."""
        run = self.service.syncing.run
        with contextlib.ExitStack() as stack:
            kept = stack.enter_context(await run(self.pair.temporary))
            steps = stack.enter_context(await run(Steps, self.pair.folder))
            plan = Plan(time.time_ns(), kept, steps)
            source = stack.enter_context(Sorter(self.pair.folder))
            target = stack.enter_context(Sorter(self.pair.folder))
            await self._read(plan, source, target, told)
            last = await run(self.pair.last)
            try:
                await self._compare(plan, source, target, last, with_same=with_same)
            except InputError:
                plan = Plan(plan.begun_ns, kept, steps, problems=plan.problems)
                plan.notes.append("The last run's manifest is damaged, and was not used.")
                plan.is_as_last = False
                kept.seek(0)
                kept.truncate()
                steps.clear()
                await self._compare(plan, source, target, None, with_same=with_same)
            source.close()
            target.close()
            yield plan

    async def _read(self, plan: Plan, source: Sorter, target: Sorter, told: sides.Told) -> None:
        service, run, options = self.service, self.service.syncing.run, self.wish.options
        chosen = await run(sides.filter_of, self.source, options)
        target_prefix = self.target.path if isinstance(self.target, Location) else ""
        if isinstance(self.source, Path):
            await run(sides.check_source, self.source)
            plan.problems += await run(
                sides.read_local, self.source, options.links, chosen, source, target_prefix
            )
            told(source.count)
        else:
            await sides.read_remote_source(service, self.source, chosen, source, told)
        if isinstance(self.target, Path):
            prefix = self.source.path if isinstance(self.source, Location) else ""
            await run(sides.check_folder, self.target)
            if await run(self.target.exists):
                # Links in the target are nobody's business here: they are never followed.
                plan.problems += await run(
                    sides.read_local, self.target, Links.SKIP, chosen, target, prefix
                )
                told(target.count)
        else:
            await sides.read_remote_target(service, self.target, chosen, target, told)

    async def _compare(
        self, plan: Plan, source: Sorter, target: Sorter, last: Path | None, *, with_same: bool
    ) -> None:
        run = self.service.syncing.run
        rules = Rules(
            deletes=self.wish.delete,
            by_checksum=self.wish.by_checksum,
            target_is_remote=isinstance(self.target, Location),
        )
        with contextlib.ExitStack() as stack:
            known: Iterator[Record] = iter(())
            again: Iterator[Record] = iter(())
            if last is not None:
                known = stack.enter_context(await run(Manifest, last)).records()
                again = stack.enter_context(await run(Manifest, last)).records()
            else:
                plan.is_as_last = False
            mine = source.in_order()
            if isinstance(self.target, Path):
                mine = sides.with_local_names(mine)
            steps = compare(mine, target.in_order(), known, rules)
            records = Peek(again)

            def some() -> list[Step]:
                return list(islice(steps, BATCH))

            def account(batch: list[Step]) -> None:
                write_lines(plan.kept, _lines(self, plan, batch, records))
                for step in batch:
                    plan.counts.add(step)
                    if step.source is not None and step.source.is_folder:
                        plan.folders.add(step.name)
                plan.steps.add(step for step in batch if with_same or step.deed is not Deed.SAME)

            while batch := await run(some):
                if any(step.deed is Deed.CHECK for step in batch):
                    batch = await settle(self.service, self.source, self.target, batch)
                await run(account, batch)

    # -- doing ------------------------------------------------------------------

    def check(self, plan: Plan) -> None:
        """Raises TooManyDeletionsError where more would be deleted than may be,
        NotAuthorizedError where the credential does not delete."""
        deletions = plan.counts.files[Deed.DELETE]
        if not deletions and not plan.counts.folders[Deed.DELETE]:
            return
        limit, there = self.wish.limit, plan.counts.there
        if not limit.allows(deletions, there):
            share = f"{deletions * 100 / there:.0f}%" if there else "all"
            raise TooManyDeletionsError(
                f"{deletions:,} of the {there:,} files at {self.pair.target} ({share}) would be "
                f"deleted, and at most {limit} may be. Nothing was changed.",
                cure="Is the source complete? Then allow it with --max-delete "
                f"{deletions}, or --max-delete 100%.",
            )
        if isinstance(self.target, Location):
            self.service.syncing.check_delete(self.target)

    async def parts(self, plan: Plan) -> AsyncGenerator[Request, None]:
        """What moves everything, in requests of a bounded size: one is carried out after the
        other, so that neither the queue nor a later start is heavy with them. Raises InputError."""
        if isinstance(self.source, Location) and plan.is_all_new:
            yield whole_request(self.service, self.source, self.target, self.wish.options)
            return
        moving = plan.steps.read(Deed.ADD, Deed.UPDATE)
        while steps := await self.service.syncing.run(_next, moving, PART):
            request = request_of(self.service, self.source, self.target, self.wish.options, steps)
            if request is not None:
                yield request

    async def submit(self, request: Request) -> int:
        """Queue a part; the job, which a later run goes on with should this one die."""
        job_id = await self.service.submit(request)
        await self.service.syncing.run(self.pair.note_job, job_id)
        return job_id

    async def forget(self, job: JobSnapshot) -> None:
        """Take a job that went well out of the queue: the manifest tells what it did."""
        if job.state is JobState.DONE and not job.files_failed:
            await self.service.remove(job.id)

    async def finish(self, plan: Plan, jobs: Sequence[JobSnapshot]) -> Result:
        """Once its jobs are at their ends: delete what is too much, and keep the manifest. Raises
        what a listing raises, LocalError."""
        run = self.service.syncing.run
        result = Result()
        counts = plan.counts
        is_any_doomed = bool(counts.files[Deed.DELETE] or counts.folders[Deed.DELETE])
        result.not_deleted = self._why_not(plan, jobs) if is_any_doomed else ""
        if is_any_doomed and not result.not_deleted:
            self.check(plan)
            result.deleted, failures = await delete(
                self.service, self.target, plan.steps, plan.folders
            )
            result.failures += failures
        last = await run(self.pair.last)
        if plan.is_nothing and last is not None and await run(_tells, last, plan):
            result.manifest = last
        else:
            failed = len(result.failures) + len(plan.problems) + plan.counts.refused
            failed += failed_in(jobs)
            result.manifest = await self._keep(plan, result.deleted, failed)
        if all(job.state.is_final for job in jobs):
            await run(self.pair.note_job, None)
        return result

    def _why_not(self, plan: Plan, jobs: Sequence[JobSnapshot]) -> str:
        if plan.problems:
            return "part of the source could not be read"
        if plan.counts.refused:
            return f"{plan.counts.refused:,} files could not be mirrored"
        if any(job.state is not JobState.DONE or job.files_failed for job in jobs):
            return "not everything could be moved"
        return ""

    async def _keep(self, plan: Plan, deleted: int, failed: int) -> Path:
        run = self.service.syncing.run
        files, size_bytes = plan.same_files, plan.same_bytes
        with contextlib.ExitStack() as stack:
            moved = stack.enter_context(await run(self.pair.temporary))
            lines = stack.enter_context(await run(self.pair.temporary))
            async with aclosing(
                records_moved(self.service, self.source, self.target, plan, self.pair.folder)
            ) as batches:
                async for records in batches:
                    await run(write_lines, moved, map(record_line, records))
                    files += len(records)
                    size_bytes += sum(record.size_bytes for record in records)
            started, finished = self._started, datetime.now(UTC)
            counts = {
                "files": files,
                "bytes": size_bytes,
                "added": plan.counts.files[Deed.ADD],
                "updated": plan.counts.files[Deed.UPDATE],
                "deleted": deleted,
                "failed": failed,
            }
            head = Run(
                self.pair.source,
                self.pair.target,
                f"{started:%Y-%m-%dT%H:%M:%SZ}",
                f"{finished:%Y-%m-%dT%H:%M:%SZ}",
                counts,
            )
            await run(write_lines, lines, _merged(plan.kept, moved))
            return await run(self.pair.keep, self.pair.name_for(finished), head, lines)


def _next(steps: Iterator[Step], most: int) -> list[Step]:
    return list(islice(steps, most))


@asynccontextmanager
async def mirroring(
    service: Service, source: End, target: End, wish: Wish
) -> AsyncIterator[Mirror]:
    """A mirror of this pair that nobody else runs meanwhile. Raises MirrorBusyError, InputError."""
    check_apart(service, source, target)
    mirror = Mirror(service, source, target, wish)
    with contextlib.ExitStack() as stack:
        await service.syncing.run(stack.enter_context, mirror.pair.alone())
        yield mirror


def check_apart(service: Service, source: End, target: End) -> None:
    """Raises InputError where a side would be mirrored onto or into itself, or both are local."""
    if isinstance(source, Path):
        if isinstance(target, Path):
            raise InputError(
                "Both sides are folders of this computer.",
                cure="One of them is a container or a folder in one: az://CONTAINER/FOLDER.",
            )
        service.place(target)
        return
    here = service.place(source)
    if isinstance(target, Path):
        return
    there = service.place(target)
    if (here.endpoint, here.container) == (there.endpoint, there.container) and (
        here.prefix.startswith(there.prefix) or there.prefix.startswith(here.prefix)
    ):
        raise InputError(
            "One side is in the other.", cure="Choose folders that are beside each other."
        )


def failed_in(jobs: Sequence[JobSnapshot]) -> int:
    """How many files were not moved; a job that failed as a whole counts as one. Pure."""
    return sum(job.files_failed or (job.state is JobState.FAILED) for job in jobs)


def label(service: Service, end: End) -> str:
    """How a side is named to people and in manifests; without credentials."""
    if isinstance(end, Path):
        return str(end)
    place = service.place(end)
    return f"{place.endpoint}/{place.container}/{place.prefix}"


def _tells(last: Path, plan: Plan) -> bool:
    """Whether the last run's manifest says what this one's would. Blocking."""
    if not plan.is_as_last:
        return False
    with Manifest(last) as manifest:
        return manifest.run.counts.get("files") == plan.same_files


def _lines(mirror: Mirror, plan: Plan, batch: list[Step], records: Peek[Record]) -> Iterator[str]:
    """Lines of the manifest for what is the same."""
    for step in batch:
        if step.deed is not Deed.SAME or step.source is None or step.target is None:
            continue
        if step.source.is_folder:
            continue
        known = records.at(step.name)
        record = record_of(step.source, step.target, known, isinstance(mirror.target, Location))
        plan.is_as_last = plan.is_as_last and record == known
        plan.same_files += 1
        plan.same_bytes += record.size_bytes
        yield record_line(record)


def _merged(kept: IO[bytes], moved: IO[bytes]) -> Iterator[str]:
    """Lines of both, in the order of the names."""
    kept.seek(0)
    moved.seek(0)
    for line in heapq.merge(kept, moved, key=lambda line: str(json.loads(line)["name"])):
        yield line.decode("ascii")
