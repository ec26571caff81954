"""What the transfers of a job share: a way to call the store that waits, retries and gives
way, and the live state of each file. Belongs to the loop's thread."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from typing import Any, Protocol, TypeVar

from explorer.base.errors import NetworkError, QuaysideError, Retry, StorageError, UnknownHostError
from explorer.base.records import dataclass
from explorer.base.workers import Workers
from explorer.storage.api import BlobStore
from explorer.storage.model import Blob, BlobRef
from explorer.transfer.buffers import Buffers
from explorer.transfer.crew import Crew
from explorer.transfer.encoding import failure_of
from explorer.transfer.folder_syncs import FolderSyncs
from explorer.transfer.journal import Journal
from explorer.transfer.line import TRIES, Line, Patience
from explorer.transfer.model import ConflictPolicy, Failure, JobOptions, RemotePlace
from explorer.transfer.pacing import Limiter, Meter, Pacer
from explorer.transfer.retry import Action, RetryPolicy, told
from explorer.transfer.rows import TransferRow
from explorer.transfer.slots import Slots
from explorer.transfer.state import TransferState
from explorer.transfer.terms import Terms

R = TypeVar("R")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plant:
    """What all jobs of an engine share."""

    journal: Journal
    workers: Workers
    slots: Slots
    buffers: Buffers
    folder_syncs: FolderSyncs
    limiter: Limiter
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    patience: Patience = field(default_factory=Patience)
    pacers: dict[str, Pacer] = field(default_factory=dict)
    """One for each account, by its endpoint."""
    lines: dict[str, Line] = field(default_factory=dict)
    """The same."""
    crew: Crew | None = None
    """Processes that move small files, where there are any."""
    archives: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    """So many are packed at the same time: each takes a processor, and memory."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a transfer ended."""

    state: TransferState
    size_bytes: int = 0
    failure: Failure | None = None
    note: str | None = None
    keeps_progress: bool = False
    """A retry may go on where this ended."""
    arrived: Blob | None = None
    """What is now in the container, for an upload."""


class EndsHere(Exception):
    """Raised from deep inside a transfer that has come to its end."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class Ledger(Protocol):
    """Where a job counts the durable bytes of its files."""

    def moved(self, size_bytes: int) -> None:
        """So many more bytes are durable."""
        ...

    def corrected(self, size_bytes: int) -> None:
        """So many more (or, below 0, fewer) bytes count, without having moved now."""
        ...


@dataclass(slots=True, eq=False)
class Live:
    """A transfer that is being worked on."""

    row: TransferRow
    ledger: Ledger
    state: TransferState = TransferState.PREPARING
    bytes_done: int = 0
    size_bytes: int = 0
    waits: int = 0
    """How many of its requests wait for their next try."""
    failure: Failure | None = None
    note: str = ""
    is_restart: bool = False
    """The source changed under way: look at it anew."""
    is_changed: bool = True

    def move(self, state: TransferState) -> None:
        self.state = state
        self.is_changed = True

    def replace_row(self, row: TransferRow) -> None:
        """The source is not what the walk saw: start over."""
        self.stands_at(0)
        self.row = row
        self.size_bytes = row.size_bytes
        self.is_changed = True

    def stands_at(self, size_bytes: int) -> None:
        """So many bytes of it are durable, from now or from before."""
        self.ledger.corrected(size_bytes - self.bytes_done)
        self.bytes_done = size_bytes
        self.is_changed = True

    def moved(self, size_bytes: int) -> None:
        """So many more bytes became durable just now."""
        self.bytes_done += size_bytes
        self.ledger.moved(size_bytes)
        self.is_changed = True


@dataclass(slots=True, eq=False)
class Renames:
    """What a job has found out about the credential."""

    may: bool | None = None
    """Whether it renames, where directories are real; None as long as nobody knows."""
    has_worked: bool = False
    """A file was made to be renamed."""


@dataclass(frozen=True, slots=True)
class Work:
    """One job's surroundings."""

    plant: Plant
    store: BlobStore
    place: RemotePlace
    options: JobOptions
    rank: Callable[[], int]
    """The job's place in the queue."""
    limiter: Limiter
    """The job's own limit, beside the engine's."""
    origin: Work | None = None
    """For a copy, the same for where it comes from."""
    marks: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Snapshot and version id of blobs that are not meant as they are now, by name."""
    renames: Renames = field(default_factory=Renames)

    def ref(self, name: str) -> BlobRef:
        """The blob of that name in the place, in the state that is meant."""
        return BlobRef(self.place.container, name, *self.marks.get(name, ()))

    @property
    def comes_from(self) -> Work:
        """Where a copy comes from."""
        if self.origin is None:
            raise RuntimeError("this is no copy")
        return self.origin

    @property
    def journal(self) -> Journal:
        return self.plant.journal

    @property
    def pacer(self) -> Pacer:
        """The gate for this account, whatever job it is for."""
        return self.plant.pacers.setdefault(self.place.endpoint, Pacer(self.plant.policy))

    @property
    def line(self) -> Line:
        """The way to this account."""
        return self.plant.lines.setdefault(self.place.endpoint, Line())

    @property
    def meter(self) -> Meter:
        """What the job's bytes pass on their way, for workers."""
        return Meter(self.limiter, self.plant.limiter)

    def terms(self, root: bytes, added_s: float) -> Terms:
        """What workers have to know; `root` is the folder of a download."""
        return Terms(
            self.store,
            self.place.container,
            self.options,
            self.meter,
            self.plant.buffers,
            self.marks,
            root,
            added_s,
        )

    def policy_for(self, name: str) -> ConflictPolicy:
        """The rule for one file, by its name relative to the target."""
        return self.options.decisions.get(name, self.options.conflicts)

    async def run(self, work: Callable[..., R], *args: Any) -> R:
        """Blocking work on this machine, in a thread; no slot, no retry."""
        return await self.plant.workers.run(work, *args)

    async def run_anyway(self, work: Callable[..., R], *args: Any) -> R:
        """Like `run`, and done to its end even if the caller is being cancelled."""
        return await self.plant.workers.run_to_end(work, *args)

    async def call(
        self,
        live: Live | None,
        work: Callable[..., R],
        *args: Any,
        progress: Callable[[], int] = lambda: 0,
        on_error: Callable[[QuaysideError], None] = lambda error: None,
        met: Exception | None = None,
    ) -> R:
        """Blocking work that asks the service: takes a slot, and tries again where that
        can help. Raises the error where it cannot. `live` is the file it is for, if any.

        Attempts are counted anew whenever `progress()` has grown. `on_error` hears of each
        failure before it is decided what to do. `met` is what the first try met, if that
        was made elsewhere.
        """
        failures, seen = 0, progress()
        while True:
            try:
                if met is not None:
                    raise met
                result = await self.call_once(work, *args, finds_more=live is None)
            except QuaysideError as caught:
                error = caught
                self.line.was_there |= isinstance(error, StorageError)
            else:
                self.pacer.succeeded()
                self.line.was_there = True
                return result
            met = None
            on_error(error)
            if progress() > seen:
                failures, seen = 0, progress()
            failures += 1
            if isinstance(error, UnknownHostError) and not self.line.was_there:
                raise error  # a mistyped name: nothing has ever answered there
            has_no_answer = failures >= TRIES and isinstance(error, NetworkError)
            if has_no_answer:
                was_gone = await self._was_gone(live, error)
                if was_gone is None:
                    raise error  # it was waited for as long as a person wanted
                if was_gone:
                    failures = 0
                    continue
            await self._wait_after(live, error, failures)

    async def call_once(self, work: Callable[..., R], *args: Any, finds_more: bool = False) -> R:
        """Blocking work that asks the service, in a slot; what `finds_more` files gets one
        before those that are known. Raises what it raises."""
        return await self.in_turn(
            lambda: self.plant.workers.run(work, *args), finds_more=finds_more
        )

    async def in_turn(self, run: Callable[[], Awaitable[R]], *, finds_more: bool = False) -> R:
        """The same for what asks the service in its own way."""
        pacer, line = self.pacer, self.line
        while True:
            await line.passed()
            await pacer.passed()
            async with self.plant.slots.one(self.rank(), finds_more=finds_more):
                if pacer.wait_s:
                    continue
                return await run()

    async def _was_gone(self, live: Live | None, error: QuaysideError) -> bool | None:
        """Whether nothing at all is answered; returns when something is again."""

        async def answers() -> bool:
            try:
                await self.plant.workers.run(self.store.container_properties, self.place.container)
            except NetworkError:
                return False
            except QuaysideError:
                pass  # an answer, whatever it says
            return True

        met = failure_of(error)
        why = Failure(
            "Waiting for the network",
            f"Waiting for the network: {met.message}",
            "It goes on by itself when there is an answer again.",
        )
        with _waiting(live, why):
            return await self.line.was_gone(answers, why, self.plant.patience)

    async def _wait_after(self, live: Live | None, error: QuaysideError, failures: int) -> None:
        """Sleep before the next try, or raise the error."""
        asked = error.retry_after_s if isinstance(error, StorageError) else None
        decision = self.plant.policy.decide(
            error.retry,
            failures,
            jitter=chance(),
            retry_after_s=asked,
        )
        if decision.action is not Action.WAIT:
            error.connection_id = self.place.connection_id
            raise told(error, asked)
        if error.retry is Retry.SLOW_DOWN:
            self.pacer.throttled(asked, jitter=chance())
            if self.plant.crew is not None:
                self.plant.crew.hold()
            self.plant.slots.slow_down()
        elif isinstance(error, NetworkError):
            self.plant.slots.broke()
        with _waiting(live, failure_of(error)):
            await asyncio.sleep(decision.wait_s)


@contextmanager
def _waiting(live: Live | None, why: Failure) -> Iterator[None]:
    """One request of a file waits for its next try."""
    if live is None:
        yield
        return
    live.failure = why
    live.waits += 1
    live.is_changed = True
    try:
        yield
    finally:
        live.waits -= 1
        live.is_changed = True


async def share(
    items: Iterable[T], width: int, work: Callable[[T], Coroutine[Any, Any, None]]
) -> None:
    """Run `work` for each item, `width` at a time. The first error ends all and is raised."""
    queue = iter(items)

    async def pull() -> None:
        for item in queue:
            await work(item)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(width):
                group.create_task(pull())
    except BaseExceptionGroup as errors:
        raise first_of(errors) from None


def first_of(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The one error of a group that says most: a fault of ours, then the first of the rest."""
    flat: list[BaseException] = []
    for error in errors.exceptions:
        flat.append(first_of(error) if isinstance(error, BaseExceptionGroup) else error)
    return next((e for e in flat if not isinstance(e, QuaysideError)), flat[0])


def is_being_cancelled() -> bool:
    """Whether a cancel came to this task, and what could not be taken back came first: then
    the job stops, and begins nothing more."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def chance() -> float:
    """From 0 to just below 1, any as likely; without the 2 ms that `random` takes to load."""
    return int.from_bytes(os.urandom(4)) / 2**32
