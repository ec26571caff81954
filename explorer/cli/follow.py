"""Staying with a job to its end: progress, Ctrl-C, the last word, the exit code."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from explorer.base.errors import (
    CredentialExpiredError,
    NotAuthorizedError,
    NotFoundError,
    SignInNeededError,
)
from explorer.base.tasks import TaskScope
from explorer.cli.exits import Exit
from explorer.cli.output import Output, failure_line
from explorer.cli.progress import ProgressLine, summary, verb_of
from explorer.service.events import Event, JobChanged, TransferChanged
from explorer.service.feed import Subscription
from explorer.service.service import Service
from explorer.transfer.conflicts import EXISTS
from explorer.transfer.model import Direction, Failure, JobSnapshot, TransferSnapshot
from explorer.transfer.state import JobState, TransferState

_AUTHORISATION = {
    NotAuthorizedError.title,
    CredentialExpiredError.title,
    SignInNeededError.title,
}
FAILURES_A_PAGE = 1000
MOST_EXISTING = 10
"""So many files that exist already are named: they all have the same reason, and the same cure."""


async def follow(service: Service, job_id: int, out: Output, *, is_continued: bool = False) -> int:
    """Wait for the job, show how it goes, and return the exit code. With `is_continued` what
    was done before does not count as speed.

    SIGINT and SIGTERM pause it; when this returns the journal is written.
    """
    begun = time.monotonic()
    before = next((job.bytes_done for job in service.jobs() if job.id == job_id), 0)
    progress = ProgressLine(out)
    watcher = _Watcher(job_id, out, progress)
    subscription = service.subscribe(watcher.receive)
    subscription.hears_files = out.is_json
    watcher.subscription = subscription
    scope = TaskScope(on_error=lambda name, error: None)
    try:
        with stop_signals() as stopped:
            job = await _wait(service, job_id, stopped, scope)
    finally:
        await scope.aclose()
        subscription.finish()
        progress.clear()
    if stopped.is_set() and not job.state.is_final:
        out.error(f"interrupted. Paused; go on with: quayside resume {job_id}")
        return Exit.INTERRUPTED
    return await report(
        service, job, time.monotonic() - begun, out, before_bytes=before if is_continued else 0
    )


async def _wait(
    service: Service, job_id: int, stopped: asyncio.Event, scope: TaskScope
) -> JobSnapshot:
    ended: asyncio.Task[JobSnapshot] = scope.spawn(service.wait(job_id), name="wait for the job")
    asked = scope.spawn(stopped.wait(), name="wait for a signal")
    await asyncio.wait([ended, asked], return_when=asyncio.FIRST_COMPLETED)
    if not ended.done():
        await service.pause(job_id)
    return await ended


@contextmanager
def stop_signals() -> Iterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set. A second one ends the program as usual."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    if sys.platform == "win32":  # no signal handlers on its loops
        before = signal.signal(
            signal.SIGINT, lambda number, frame: loop.call_soon_threadsafe(stopped.set)
        )
        try:
            yield stopped
        finally:
            signal.signal(signal.SIGINT, before)
        return
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(number: signal.Signals) -> None:
        loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_DFL)
        stopped.set()

    for number in kept:
        loop.add_signal_handler(number, stop, signal.Signals(number))
    try:
        yield stopped
    finally:
        for number, handler in kept.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)


class _Watcher:
    """Turns events into progress, or into lines of JSON."""

    def __init__(self, job_id: int, out: Output, progress: ProgressLine) -> None:
        self._job_id = job_id
        self._out = out
        self._progress = progress
        self.subscription: Subscription | None = None

    def receive(self, events: tuple[Event, ...]) -> None:
        try:
            self._show(events)
        except BrokenPipeError:  # nobody reads on: the transfer goes on, and so does its exit code
            self._out.silence()
        finally:
            if self.subscription is not None:
                self.subscription.taken()

    def _show(self, events: tuple[Event, ...]) -> None:
        for event in events:
            if isinstance(event, JobChanged) and event.job.id == self._job_id:
                self._progress.draw(event.job)
                if self._out.is_json:
                    self._out.data({"event": "job", "job": event.job})
            elif (
                self._out.is_json
                and isinstance(event, TransferChanged)
                and event.transfer.job_id == self._job_id
            ):
                self._out.data({"event": "transfer", "transfer": event.transfer})
        if self._out.is_json:
            self._out.flush()


async def report(
    service: Service, job: JobSnapshot, elapsed_s: float, out: Output, *, before_bytes: int = 0
) -> int:
    """Every failure with its reason, then the sums. Returns the exit code.

    Of the files that were left as they exist already only the first are named.
    """
    failures: list[Failure] = [] if job.failure is None else [job.failure]
    if job.failure is not None:
        out.error(failure_line(f"{verb_of(job)} {job.title}", job.failure))
    offset = existing = 0
    while job.files_failed:
        page = await service.transfers(
            job.id,
            offset=offset,
            limit=FAILURES_A_PAGE,
            states=frozenset({TransferState.FAILED, TransferState.NEEDS_CREDENTIALS}),
        )
        for transfer in page:
            if transfer.failure is None:
                continue
            failures.append(transfer.failure)
            existing += transfer.failure.title == EXISTS
            if transfer.failure.title != EXISTS or existing <= MOST_EXISTING:
                out.error(failure_line(f"{verb_of(job)} {_name(transfer)}", transfer.failure))
        offset += len(page)
        if len(page) < FAILURES_A_PAGE:
            break
    if existing > MOST_EXISTING:
        rest = f"{existing - MOST_EXISTING:,} more exist already"
        out.error(f"and {rest}. See them all: quayside jobs {job.id} --state failed")
    if existing:
        out.error(
            "what exists already was left as it is. Start the transfer again with --on-conflict "
            "overwrite, newer, different, rename or skip."
        )
    if out.is_json:
        out.data({"event": "end", "job": job, "elapsed_s": round(elapsed_s, 3)})
    elif not out.is_quiet and job.state in (JobState.DONE, JobState.FAILED):
        out.result(summary(job, elapsed_s, before_bytes))
    if job.state is JobState.NEEDS_CREDENTIALS:
        out.error(f"job {job.id} waits for credentials. With new ones: quayside resume {job.id}")
    elif job.state is JobState.INTERRUPTED and job.failure is not None:
        out.error(f"job {job.id} is interrupted. Go on with: quayside resume {job.id}")
    elif job.state is JobState.PAUSED:
        some = f", {job.files_paused} of its files" if job.files_paused else ""
        out.error(f"job {job.id} is paused{some}. Go on with: quayside resume {job.id}")
    elif job.state is JobState.CANCELLED:
        out.error(f"job {job.id} was cancelled.")
    return exit_of(job, failures)


def _name(transfer: TransferSnapshot) -> str:
    """The source."""
    is_download = transfer.direction is Direction.DOWNLOAD
    return transfer.remote_name if is_download else transfer.local_path


def exit_of(job: JobSnapshot, failures: list[Failure]) -> int:
    """0 where everything went; 3 or 4 where nothing did, for that one reason; else 1. Pure."""
    if job.state is JobState.DONE and not job.files_failed and not job.files_cancelled:
        return Exit.OK
    if job.state is JobState.NEEDS_CREDENTIALS:
        return Exit.NOT_AUTHORISED
    titles = {failure.title for failure in failures}
    if not job.files_done and titles:
        if titles <= _AUTHORISATION:
            return Exit.NOT_AUTHORISED
        if titles == {NotFoundError.title}:
            return Exit.NOT_FOUND
    return Exit.SOME_FAILED
