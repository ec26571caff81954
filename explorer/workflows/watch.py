"""A folder is watched, and what has settled in it is uploaded, through restarts and outages.

What is deleted or renamed away stays in storage: this only adds. Changes come from the system
(the `watchfiles` library); a scan at the start finds what changed while nobody watched.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing, suppress
from dataclasses import field, replace
from enum import Enum
from pathlib import Path
from typing import Final

from explorer.base.errors import InputError, QuaysideError
from explorer.base.records import dataclass
from explorer.base.tasks import TaskScope
from explorer.service.service import Service
from explorer.transfer.filters import IGNORE_FILES, Filter, IgnoreFile
from explorer.transfer.model import (
    ConflictPolicy,
    Failure,
    JobOptions,
    JobSnapshot,
    RemotePlace,
    UploadRequest,
    UploadSource,
)
from explorer.transfer.state import JobState, TransferState
from explorer.transfer.work import first_of
from explorer.workflows.settling import Print, Settling
from explorer.workflows.watch_state import WatchState

JOBS_KEPT: Final = 64
BATCH: Final = 500
"""Files in one job, at most."""
SCAN_EVERY_S: Final = 600.0
"""Events can be lost on a busy system: everything is looked at now and then."""

REST_S: Final = 1.0
"""A job that rests is looked at again so often."""


class Happening(Enum):
    FOUND = "found"
    """The first look is done: so many files wait."""
    UPLOADED = "uploaded"
    FAILED = "failed"
    LEFT = "left"
    """A person cancelled it: it goes again only when it changes."""
    GONE = "gone"
    """It is no longer in the folder; in storage it stays."""


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """Something to tell. `name` is relative to the folder."""

    kind: Happening
    name: str = ""
    size_bytes: int = 0
    count: int = 0
    failure: Failure | None = None


@dataclass(slots=True)
class Watch:
    """One folder and its target. Of the service's loop; the disk is looked at in threads."""

    service: Service
    folder: Path
    target: RemotePlace
    options: JobOptions
    state: WatchState
    settle_s: float = 2.0
    is_once: bool = False
    """End when everything there has been uploaded or has failed."""
    is_patient: bool = False
    """A job that rests (somebody paused it, it needs a credential) is waited for, where a person
    sees it and can let it go on; otherwise it is given up and tried again."""
    jobs: deque[int] = field(default_factory=lambda: deque(maxlen=JOBS_KEPT))
    """The newest ones, this one included."""
    _settling: Settling = field(init=False)
    _filter: Filter = field(init=False)

    def __post_init__(self) -> None:
        self._settling = Settling(self.settle_s, dict(self.state.uploaded), dict(self.state.left))
        self._filter = Filter.make(self.options.include, self.options.exclude)

    @property
    def waiting(self) -> int:
        """How many files are new or changed and not uploaded yet."""
        return len(self._settling.waiting())

    async def run(self, stop: asyncio.Event) -> AsyncGenerator[WatchEvent, None]:
        """Until `stop` is set; a batch under way is paused by the engine then, and goes on at
        the next start. Raises InputError, LocalError for a folder that cannot be watched."""
        changed: asyncio.Queue[set[str]] = asyncio.Queue()
        scope = TaskScope(on_error=lambda name, error: None)
        async for event in self._go_on(stop):
            yield event
        # Watched before it is scanned, so that nothing falls between.
        watching = scope.spawn(self._hear(changed), name="watch a folder")
        try:
            for event in await self._scan():
                yield event
            yield WatchEvent(Happening.FOUND, count=len(self._settling.waiting()))
            scanned_s = time.monotonic()
            while not stop.is_set():
                if self.is_once and not self._settling.waiting():
                    return
                await self._wait(changed, stop, watching)
                if time.monotonic() - scanned_s > SCAN_EVERY_S:
                    for event in await self._scan():
                        yield event
                    scanned_s = time.monotonic()
                if stop.is_set():
                    return
                has_failed = False
                async for event in self._upload(stop):
                    has_failed = has_failed or event.kind is Happening.FAILED
                    yield event
                if self.is_once and has_failed:
                    return
        finally:
            await scope.aclose()

    # -- looking ----------------------------------------------------------------

    async def _hear(self, changed: asyncio.Queue[set[str]]) -> None:
        from watchfiles import awatch  # late: a compiled library

        # It would set an event of ours when it is cancelled: it has one of its own.
        events = awatch(self.folder, watch_filter=None, debounce=400, ignore_permission_denied=True)
        async with aclosing(events):
            async for batch in events:
                changed.put_nowait({path for _, path in batch})

    async def _wait(
        self,
        changed: asyncio.Queue[set[str]],
        stop: asyncio.Event,
        watching: asyncio.Task[None],
    ) -> None:
        """Until something changed, something may have settled, or it is to stop."""
        limit = self._settling.next_s(time.monotonic())
        paths: set[str] = set()
        with suppress(TimeoutError):
            async with asyncio.timeout(min(limit if limit is not None else 60.0, 60.0) + 0.05):
                paths = await _first(changed, stop)
        while not changed.empty():
            paths |= changed.get_nowait()
        if watching.done() and not stop.is_set() and (error := watching.exception()) is not None:
            raise InputError(
                f"'{self.folder}' cannot be watched: {error}.", cure="Is it still there?"
            ) from error
        names = dict.fromkeys((*self._names(paths), *self._settling.waiting()))
        await asyncio.to_thread(self._look, names)

    def _names(self, paths: Iterable[str]) -> list[str]:
        found = []
        for path in paths:
            with suppress(ValueError):
                found.append(Path(path).relative_to(self.folder).as_posix())
        return found

    def _look(self, names: Iterable[str]) -> None:
        """What these are now. A folder that came whole is looked through."""
        at_s = time.monotonic()
        for name in names:
            path = self.folder / name
            if path.is_dir():
                for below, one in self._walk(path):
                    self._settling.look(below, one, at_s)
            elif self._is_meant(name):
                self._settling.look(name, _print(path), at_s)

    async def _scan(self) -> list[WatchEvent]:
        """Look at everything; files that are gone are told."""

        def scan() -> list[str]:
            self._filter = self._with_ignore_file()
            at_s = time.monotonic()
            present = []
            for name, one in self._walk(self.folder):
                present.append(name)
                self._settling.look(name, one, at_s)
            return self._settling.gone(present)

        return [WatchEvent(Happening.GONE, name) for name in await asyncio.to_thread(scan)]

    def _with_ignore_file(self) -> Filter:
        if not self.options.use_ignore_files:
            return self._filter
        for name in IGNORE_FILES:
            with suppress(OSError):
                data = (self.folder / name).read_bytes()
                return replace(self._filter, ignore=IgnoreFile.read(name, data))
        return self._filter

    def _walk(self, top: Path) -> Iterable[tuple[str, Print | None]]:
        for folder, _, names in os.walk(top, followlinks=False):
            for leaf in names:
                path = Path(folder, leaf)
                name = path.relative_to(self.folder).as_posix()
                if self._is_meant(name):
                    yield name, _print(path)

    def _is_meant(self, name: str) -> bool:
        return self._filter.allows(name)

    # -- uploading --------------------------------------------------------------

    async def _upload(self, stop: asyncio.Event) -> AsyncGenerator[WatchEvent, None]:
        """What has settled, in jobs of a bounded size."""
        settled = self._settling.settled(time.monotonic())
        ready = await asyncio.to_thread(_not_open, self.folder, settled)
        names = sorted(ready)
        for start in range(0, len(names), BATCH):
            if stop.is_set():
                return
            batch = {name: ready[name] for name in names[start : start + BATCH]}
            async for event in self._upload_batch(batch, stop):
                yield event

    async def _upload_batch(
        self, batch: dict[str, Print], stop: asyncio.Event
    ) -> AsyncGenerator[WatchEvent, None]:
        request = UploadRequest(
            tuple(UploadSource(str(self.folder / name), name) for name in batch),
            self.target,
            replace(self.options, conflicts=ConflictPolicy.OVERWRITE, include=(), exclude=()),
            make_container=True,
        )
        try:
            job_id = await self.service.submit(request)
            self.jobs.append(job_id)
            await asyncio.to_thread(self.state.begin, job_id, batch)
        except QuaysideError as error:
            yield self._refused(batch, Failure(error.title, error.message, error.cure))
            return
        async for event in self._follow(job_id, batch, stop):
            yield event

    async def _go_on(self, stop: asyncio.Event) -> AsyncGenerator[WatchEvent, None]:
        """Finish what the last process had begun."""
        begun = self.state.begun()
        if begun is None:
            return
        job_id, batch = begun
        self.jobs.append(job_id)
        if any(job.id == job_id for job in self.service.jobs()):
            try:
                await self.service.resume(job_id)
            except QuaysideError as error:
                yield self._refused(batch, Failure(error.title, error.message, error.cure))
                return
            async for event in self._follow(job_id, batch, stop):
                yield event
        else:
            await asyncio.to_thread(self.state.end)

    def _refused(self, batch: dict[str, Print], failure: Failure) -> WatchEvent:
        self._settling.failed(batch, time.monotonic())
        return WatchEvent(Happening.FAILED, count=len(batch), failure=failure)

    async def _follow(
        self, job_id: int, batch: dict[str, Print], stop: asyncio.Event
    ) -> AsyncGenerator[WatchEvent, None]:
        try:
            job = await self._until_end(job_id, stop)
        except QuaysideError as error:  # somebody took it out of the queue
            await asyncio.to_thread(self.state.end)
            yield self._refused(batch, Failure(error.title, error.message, error.cure))
            return
        if job is None:
            return  # the queue keeps it, and `_go_on` finds it
        if not job.state.is_final:  # it waits for somebody: a credential, a resume
            await self.service.cancel(job_id)
            failure = job.failure or Failure("Not uploaded", "The job was paused elsewhere.")
            await asyncio.to_thread(self.state.end)
            yield self._refused(batch, failure)
            return
        done, failures, left = await self._outcome(job, batch)
        await asyncio.to_thread(self.state.add, done, left=left)
        await asyncio.to_thread(self.state.end)
        with suppress(InputError):  # somebody was faster
            await self.service.remove(job_id)
        self._settling.done(done)
        self._settling.leave(left)
        self._settling.failed(failures, time.monotonic())
        for name, one in done.items():
            yield WatchEvent(Happening.UPLOADED, name, one.size_bytes)
        for name in left:
            yield WatchEvent(Happening.LEFT, name)
        for name, failure in failures.items():
            yield WatchEvent(Happening.FAILED, name, failure=failure)

    async def _until_end(self, job_id: int, stop: asyncio.Event) -> JobSnapshot | None:
        """The job at its end, or where it rests and nobody is patient; None where it is to stop
        first. Raises InputError where it is not in the queue any more."""
        while True:
            job = await _until_rest(self.service, job_id, stop)
            if job is None or job.state.is_final or not self._waits_for(job):
                return job
            with suppress(TimeoutError):
                async with asyncio.timeout(REST_S):
                    await stop.wait()

    def _waits_for(self, job: JobSnapshot) -> bool:
        """Whether a job that rests is left to whoever lets it go on: a pause is a person's."""
        return self.is_patient or (job.state is JobState.PAUSED and not self.is_once)

    async def _outcome(
        self, job: JobSnapshot, batch: dict[str, Print]
    ) -> tuple[dict[str, Print], dict[str, Failure], dict[str, Print]]:
        """What went through, what did not, and what a person cancelled, by name."""
        by_path = {str(self.folder / name): name for name in batch}
        done: dict[str, Print] = {}
        failures: dict[str, Failure] = {}
        left: dict[str, Print] = {}
        for one in await self.service.transfers(job.id, limit=BATCH):
            name = by_path.get(one.local_path)
            if name is None:
                continue
            if one.state in (TransferState.DONE, TransferState.SKIPPED):
                done[name] = batch[name]
            elif one.state is TransferState.CANCELLED:
                left[name] = batch[name]
            elif one.failure is not None:
                failures[name] = one.failure
        for name in batch.keys() - done.keys() - failures.keys() - left.keys():
            if job.state is JobState.CANCELLED:  # before it was looked at
                left[name] = batch[name]
            else:
                failures[name] = Failure("Not uploaded", "It was taken out of the queue.")
        return done, failures, left


def target_key(target: RemotePlace) -> str:
    """What names a target in the state of a watch, whoever watches."""
    return f"{target.endpoint}/{target.container}/{target.prefix}"


async def _first(changed: asyncio.Queue[set[str]], stop: asyncio.Event) -> set[str]:
    """The next change, or nothing when it is to stop."""
    async with asyncio.TaskGroup() as group:
        stopped = group.create_task(stop.wait())
        came = group.create_task(changed.get())
        await asyncio.wait([stopped, came], return_when=asyncio.FIRST_COMPLETED)
        found = came.result() if came.done() else set()
        stopped.cancel()
        came.cancel()
    return found


async def _until_rest(service: Service, job_id: int, stop: asyncio.Event) -> JobSnapshot | None:
    """The job at its end, or where it waits for somebody; None where it is to stop first. Raises
    InputError where it is not in the queue any more."""
    try:
        async with asyncio.TaskGroup() as group:
            stopped = group.create_task(stop.wait())
            ended = group.create_task(service.wait(job_id))
            await asyncio.wait([stopped, ended], return_when=asyncio.FIRST_COMPLETED)
            found = ended.result() if ended.done() else None
            stopped.cancel()
            ended.cancel()
    except BaseExceptionGroup as errors:
        raise first_of(errors) from None
    return found


def _print(path: Path) -> Print | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return Print(found.st_size, found.st_mtime_ns) if path.is_file() else None


def _not_open(folder: Path, settled: dict[str, Print]) -> dict[str, Print]:
    """Without those that somebody has open for writing, where the system can tell: a read
    lease is refused then (fcntl(2), F_SETLEASE). Blocking."""
    try:
        import fcntl

        set_lease = fcntl.F_SETLEASE
    except (ImportError, AttributeError):
        return settled
    free = {}
    for name, one in settled.items():
        try:
            descriptor = os.open(folder / name, os.O_RDONLY | os.O_NONBLOCK)
        except OSError:
            free[name] = one  # the upload says why it cannot be read
            continue
        try:
            fcntl.fcntl(descriptor, set_lease, fcntl.F_RDLCK)
            fcntl.fcntl(descriptor, set_lease, fcntl.F_UNLCK)
        except BlockingIOError:
            continue
        except OSError:
            pass  # not ours, or a file system without leases: time alone tells
        finally:
            os.close(descriptor)
        free[name] = one
    return free
