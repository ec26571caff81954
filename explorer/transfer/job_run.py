"""Running one job: its source is walked while its files already move.

Belongs to the loop's thread. `run` returns when nothing is left to do, and raises
what stops the whole job: no credential, no room, no container.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final, NamedTuple

from explorer.base.errors import DiskFullError, NotFoundError, QuaysideError, Retry
from explorer.transfer import job_table, progress_table, transfer_table
from explorer.transfer.carrying import Carrier
from explorer.transfer.crew import CrewLostError
from explorer.transfer.encoding import failure_of
from explorer.transfer.expand import entries
from explorer.transfer.folders import Folder
from explorer.transfer.in_a_row import MOST, Try
from explorer.transfer.job import Job
from explorer.transfer.journal_file import Connection
from explorer.transfer.model import DownloadRequest, UploadRequest
from explorer.transfer.moving import Moving, Way
from explorer.transfer.retry import Action
from explorer.transfer.rows import Kind, TransferRow
from explorer.transfer.spot import Spot, remove_part
from explorer.transfer.state import TransferState
from explorer.transfer.turns import TAKEN, Turns
from explorer.transfer.ways import Ways, ways_of
from explorer.transfer.work import Live, Outcome, Work, chance, first_of, is_being_cancelled

log = logging.getLogger(__name__)

BLOCKED_S: Final = 0.5
"""How often a transfer asks whether its target is free again."""
ROOM_S: Final = 2.0


class End(NamedTuple):
    """A transfer came to its end; `row` is what was known when it was taken up."""

    live: Live
    row: TransferRow
    outcome: Outcome


class Given(NamedTuple):
    """A small file that was given to a worker."""

    live: Live
    moving: Moving
    tried: Try


class JobRun:
    """One stretch of a job's life, from start or resume to its end, pause or trouble."""

    def __init__(
        self, work: Work, job: Job, on_end: Callable[[Job, Live, TransferRow, Outcome], None]
    ) -> None:
        self._work = work
        self._job = job
        self._on_end = on_end
        self._turns = Turns(work.journal, job)
        self._ready = self._turns.ready
        self._wake = self._turns.wake
        self._busy = 0
        self._rows = 0
        request = job.row.request
        root = b""
        if isinstance(request, DownloadRequest):
            root = os.path.realpath(os.fsencode(request.destination))
        self._terms = work.terms(root, job.row.added_s)
        is_upload = isinstance(request, UploadRequest)
        self._carrier = Carrier(work, self._terms, is_upload=is_upload)

    async def run(self) -> None:
        if isinstance(self._job.row.request, DownloadRequest):
            await self._make_roots(self._job.row.request)
        self._job.run = self._turns
        try:
            async with asyncio.TaskGroup() as group:
                if self._job.row.is_expanding:
                    group.create_task(self._expand())
                await self._feed(group)
        except BaseExceptionGroup as errors:
            raise first_of(errors) from None
        finally:
            self._job.run = None
            self._work.plant.slots.held_back.discard(self._job.id)
            self._turns.give_back()
            self._carrier.close()

    async def _make_roots(self, request: DownloadRequest) -> None:
        """The destination, and a folder for each prefix even if nothing is in it."""

        def make() -> None:
            Folder.open(self._terms.root, create=True).close()

        await self._work.run(make)

    async def _expand(self) -> None:
        async for batch in entries(self._work, self._job.row.request):
            added = await self._work.journal.do(transfer_table.add, self._job.id, batch)
            self._job.found(added)
            self._turns.are_more = True
            self._wake.set()
            await asyncio.sleep(0)  # these are taken before the next ones are looked at
        await self._work.journal.do(job_table.set_expanded, self._job.id)
        self._job.row = replace(self._job.row, is_expanding=False)
        self._job.is_changed = True
        self._wake.set()

    async def _feed(self, group: asyncio.TaskGroup) -> None:
        """Start transfers as long as there is room and something to start."""
        while True:
            self._wake.clear()
            width = self._work.plant.slots.wanted + 2
            while self._ready and self._busy < width:
                if not self._ways.is_small(self._ready[0]):
                    row = self._ready.popleft()
                    self._start(group, self._one(row), [row])
                elif self._rows < self._rows_at_once:
                    self._rows += 1
                    rows = self._next_row()
                    self._start(group, self._in_a_row(group, rows), rows)
                else:
                    break
            self._say_whether_held_back()
            blocked = 0
            if self._is_short and self._busy < width:
                is_walked = not self._job.row.is_expanding
                has_more, blocked = await self._turns.take()
                if has_more:
                    continue
                if is_walked and not blocked and not self._busy and not self._ready:
                    return
            try:
                async with asyncio.timeout(BLOCKED_S if blocked else None):
                    await self._wake.wait()
            except TimeoutError:
                continue

    @property
    def _is_short(self) -> bool:
        """Nothing is ready, or too little to give each worker its share of small files: it
        would wait while more are taken."""
        if not self._ready:
            return True
        enough = min(TAKEN, MOST * self._rows_at_once)
        is_low = self._turns.are_more and len(self._ready) < enough
        return is_low and self._ways.is_small(self._ready[0])

    def _start(
        self,
        group: asyncio.TaskGroup,
        work: Coroutine[Any, Any, None],
        rows: Collection[TransferRow],
    ) -> None:
        try:
            task = group.create_task(work)
        except RuntimeError:  # another file has ended the job in this very moment
            work.close()
            raise asyncio.CancelledError from None
        self._busy += 1
        self._turns.begun(rows, task)

    @cached_property
    def _ways(self) -> Ways:
        return ways_of(self._job.row.request, self._work, self._terms)

    def _say_whether_held_back(self) -> None:
        """More slots are given out only where more are wanted."""
        held_back = self._work.plant.slots.held_back
        if self._ready and self._ways.is_small(self._ready[0]):
            held_back.add(self._job.id)
        else:
            held_back.discard(self._job.id)

    @property
    def _rows_at_once(self) -> int:
        """Small files cost this process more than they cost the network: half as many workers
        as for large ones get less into each other's way; each process of the crew is one more."""
        return max(1, self._work.plant.slots.open // 2) + self._carrier.more

    def _next_row(self) -> list[TransferRow]:
        """As many of the small ones that are next as are one worker's share."""
        share = min(MOST, len(self._ready) // self._rows_at_once)
        rows = [self._ready.popleft()]
        while len(rows) < share and self._ready and self._ways.is_small(self._ready[0]):
            rows.append(self._ready.popleft())
        return rows

    # -- small ones -----------------------------------------------------------

    async def _in_a_row(self, group: asyncio.TaskGroup, rows: list[TransferRow]) -> None:
        given = [self._given(row) for row in rows]
        tries = [each.tried for each in given]
        try:
            await self._carrier.carry(rows, tries)
        except CrewLostError:
            self._put_back_begun(given)  # an attempt later, what is there is known for ours
        except BaseException:
            self._put_back_begun(given)
            raise
        else:
            if all(got.error is None for got in tries):
                self._work.pacer.succeeded()
            self._work.line.was_there |= any(got.is_done for got in tries)
            is_stopping = is_being_cancelled()
            for live, moving, tried in given:
                if tried.error is None:
                    continue
                if is_stopping or self._turns.is_held(live.row.id):
                    await self._stop_one(live, moving, tried.error)
                    continue
                going_on = self._go_on(live, moving, tried.error)
                try:
                    self._start(group, going_on, [live.row])
                except asyncio.CancelledError:
                    self._put_back(live)
        finally:
            for live, _, tried in reversed(given):
                if not tried.is_begun:
                    self._job.not_begun(live)
                    if not self._turns.rests(live.row):
                        self._ready.appendleft(live.row)
            self._busy -= 1
            self._rows -= 1
            self._wake.set()
            ends = [
                End(live, live.row, moving.ended(tried.got))
                for live, moving, tried in given
                if tried.is_done
            ]
            if ends:
                await self._keep(ends)

    def _given(self, row: TransferRow) -> Given:
        live = self._job.begin(row)
        live.move(TransferState.RUNNING)
        moving = self._ways.small(live)
        return Given(live, moving, Try(moving.small))

    def _put_back_begun(self, given: Sequence[Given]) -> None:
        for live, _, tried in given:
            if tried.is_begun and not tried.is_done:
                self._put_back(live)

    async def _stop_one(self, live: Live, moving: Moving, met: Exception) -> None:
        """It met something, and is not to go on: unless it is there in truth."""
        outcome = None
        if isinstance(met, QuaysideError) and met.retry is Retry.SOON:
            outcome = await moving.arrived()
        if outcome is None:
            self._put_back(live)
        else:
            await self._keep([End(live, live.row, outcome)])

    def _put_back(self, live: Live) -> None:
        self._job.put_back(live)
        state = TransferState.QUEUED
        if self._turns.is_held(live.row.id):
            state = TransferState.PAUSED
            self._job.passed(TransferState.QUEUED, state)
        self._work.journal.post(transfer_table.put_back, live.row.id, state)

    # -- one transfer ---------------------------------------------------------

    async def _one(self, row: TransferRow) -> None:
        live = self._job.begin(row)
        await self._go_on(live, self._ways.usual(live), None)

    async def _go_on(self, live: Live, moving: Way, met: Exception | None) -> None:
        row = live.row
        try:
            outcome = await self._attempts(live, moving, met)
        except BaseException:
            self._put_back(live)
            raise
        finally:
            self._busy -= 1
            self._wake.set()
        await self._keep([End(live, row, outcome)])

    async def _keep(self, ends: list[End]) -> None:
        """The end is told only when it is durable."""
        try:
            is_cancelled = await self._write(ends)
        except BaseException:
            for end in ends:  # the next attempt finds what this one has made
                self._job.put_back(end.live)
            raise
        for live, row, outcome in ends:
            if outcome.state is TransferState.DONE:
                live.size_bytes = outcome.size_bytes
            self._job.end(live, outcome, row.size_bytes)
            self._on_end(self._job, live, row, outcome)
        if is_cancelled:
            raise asyncio.CancelledError

    async def _write(self, ends: list[End]) -> bool:
        """As soon as there is room; true if a cancel came while it was being done. The last of
        all waits for no company: none comes."""
        while True:
            journal = self._work.journal
            post = journal.post if self._busy or self._ready else journal.post_now
            try:
                return await _settled(post(_finish, ends))
            except DiskFullError:
                await asyncio.sleep(ROOM_S)

    async def _attempts(self, live: Live, moving: Way, met: Exception | None) -> Outcome:
        restarts = 0
        while True:
            try:
                return await moving.run(met)
            except QuaysideError as error:
                restarts += 1
                decision = self._work.plant.policy.decide(
                    error.retry,
                    restarts,
                    jitter=chance(),
                )
                if decision.action is Action.RESTART:
                    await self._start_over(live, error, decision.wait_s)
                    moving, met = self._ways.usual(live), None
                elif _stops_the_job(error):
                    raise
                else:
                    return await self._failed(live, error)
            except Exception as error:
                log.exception("a transfer met a fault of ours")
                return Outcome(TransferState.FAILED, failure=failure_of(error))

    async def _start_over(self, live: Live, error: QuaysideError, wait_s: float) -> None:
        """What was transferred of this file is of no use any more."""
        await self._work.journal.do(progress_table.clear, live.row.id)
        row = live.row
        if isinstance(self._job.row.request, UploadRequest):
            row = await self._work.run(_as_it_is_now, row)
        live.replace_row(row)
        live.is_restart = True
        live.failure = failure_of(error)
        live.note = f"Started again: {error.message}"
        live.move(TransferState.PREPARING)
        live.waits += 1
        try:
            await asyncio.sleep(wait_s)
        finally:
            live.waits -= 1

    async def _failed(self, live: Live, error: QuaysideError) -> Outcome:
        can_go_on = error.retry in (Retry.SOON, Retry.SLOW_DOWN)
        if (root := self._terms.root) and not can_go_on:
            spot = Spot.of(live.row.local, self._terms.mark(live.row.id))
            await self._work.run_anyway(remove_part, root, spot)
        return Outcome(
            TransferState.FAILED,
            live.size_bytes,
            failure=failure_of(error),
            keeps_progress=can_go_on,
        )


def _stops_the_job(error: QuaysideError) -> bool:
    if error.retry in (Retry.NEEDS_CREDENTIALS, Retry.NEEDS_ROOM):
        return True
    return isinstance(error, NotFoundError) and error.code == "ContainerNotFound"


def _as_it_is_now(row: TransferRow) -> TransferRow:
    """Size and time of a local file that changed; what is gone is noticed later, and what an
    archive is made of is looked at when it begins."""
    if row.kind is Kind.ARCHIVE:
        return row
    try:
        found = os.stat(row.local)
    except OSError:
        return row
    return replace(row, size_bytes=found.st_size, mtime_ns=found.st_mtime_ns)


def _finish(db: Connection, ends: list[End]) -> None:
    plain = [
        row.id
        for live, row, outcome in ends
        if outcome.state is TransferState.DONE
        and outcome.size_bytes == row.size_bytes
        and not outcome.note
        and live.row is row
        and len(ends) > 1
    ]
    transfer_table.finish_well(db, plain)
    told = set(plain)
    for live, row, outcome in ends:
        if row.id in told:
            continue
        is_done = outcome.state is TransferState.DONE
        transfer_table.finish(
            db,
            row.id,
            outcome.state,
            size_bytes=outcome.size_bytes if is_done else live.size_bytes,
            failure=outcome.failure,
            note=outcome.note,
            keeps_progress=outcome.keeps_progress,
        )


async def _settled(future: asyncio.Future[None]) -> bool:
    """Await to the end whatever comes; true if a cancel came meanwhile. Where it fails, the
    cancel counts more."""
    is_cancelled = False
    while not future.done():
        try:
            await asyncio.wait([future])
        except asyncio.CancelledError:
            is_cancelled = True
    if is_cancelled and future.exception() is not None:
        raise asyncio.CancelledError
    future.result()
    return is_cancelled
