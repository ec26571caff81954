"""A job in memory: what the journal says of it, what moves right now, and its snapshot.

Belongs to the loop's thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field
from math import inf
from time import monotonic
from typing import Any, Final, Protocol

from explorer.base.records import dataclass
from explorer.transfer.accounting import JobAccount
from explorer.transfer.files import shown
from explorer.transfer.line import Line
from explorer.transfer.model import (
    CopyRequest,
    CopySource,
    Direction,
    DownloadRequest,
    Failure,
    JobSnapshot,
    RemotePlace,
    Request,
    TransferSnapshot,
    UploadRequest,
)
from explorer.transfer.pacing import Limiter
from explorer.transfer.rows import JobRow, Kind, Tally, TransferRow
from explorer.transfer.state import FINAL, JobState, TransferState
from explorer.transfer.work import Live, Outcome

_S = TransferState
FADES_S: Final = 1.0
STOPPED: Final = frozenset({JobState.PAUSED, JobState.NEEDS_CREDENTIALS, JobState.INTERRUPTED})
"""States in which a job waits for a person."""


class Running(Protocol):
    """What works on a job's files right now, and can be told about single ones."""

    async def hold(self, ids: Collection[int]) -> None:
        """When this returns, each of these files is at rest, or at its end if that came first."""
        ...

    def release(self, ids: Iterable[int]) -> None:
        """These wait for their turn again."""
        ...

    async def put_first(self, ids: Collection[int]) -> None:
        """Those of these that have not begun begin next, in this order."""
        ...


@dataclass(slots=True, eq=False)
class Job:
    """Changed by the engine only; the ledger of its transfers."""

    row: JobRow
    account: JobAccount = field(default_factory=JobAccount)
    folders_total: int = 0
    folders_done: int = 0
    """Transfers in the account that make a folder and no file."""
    partials: dict[int, int] = field(default_factory=dict)
    """Durable bytes of transfers that have begun and rest now, by their id."""
    lives: dict[int, Live] = field(default_factory=dict)
    task: asyncio.Task[Any] | None = None
    run: Running | None = None
    line: Line | None = None
    """The way to its account, while it runs."""
    on_line_change: Callable[[], None] = lambda: None
    """Hears when that way is lost, or found again."""
    control: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by whoever starts or stops it: one at a time."""
    is_changed: bool = True
    fades_at_s: float = inf
    """When the speed that was last told is no longer true, on the monotonic clock."""
    is_ours: bool = True
    limiter: Limiter = field(default_factory=Limiter)
    look_again: asyncio.Event = field(default_factory=asyncio.Event)
    """Set to try again at once where the disk was full, or the network gone."""
    waiters: list[asyncio.Future[None]] = field(default_factory=list)
    waits_for: str = ""
    """The connection whose credential stopped it, if that is known."""
    has_new_credential: bool = False
    """One came while it ran with the old one."""

    @property
    def id(self) -> int:
        return self.row.id

    @property
    def place(self) -> RemotePlace:
        return place_of(self.row.request)

    @property
    def wanted_connection(self) -> str:
        """Where it stopped for want of a credential: whose."""
        return self.waits_for or self.place.connection_id

    @property
    def is_at_rest(self) -> bool:
        """Nothing more happens by itself."""
        return self.row.state.is_final or self.row.state in STOPPED

    # -- states ---------------------------------------------------------------

    def take_new_credential(self) -> bool:
        """Whether one has come since this was asked last."""
        is_there, self.has_new_credential = self.has_new_credential, False
        return is_there

    def set_row(self, row: JobRow) -> None:
        """What the journal says now; whoever waits for its rest is woken."""
        self.row = row
        self.is_changed = True
        if self.is_at_rest:
            for waiter in self._take_waiters():
                waiter.set_result(None)

    def gone(self, error: Exception) -> None:
        """Another process took it out of the list: whoever waits for its rest is told so."""
        for waiter in self._take_waiters():
            waiter.set_exception(error)

    def _take_waiters(self) -> list[asyncio.Future[None]]:
        waiters, self.waiters = self.waiters, []
        return [waiter for waiter in waiters if not waiter.done()]

    @property
    def direction(self) -> Direction:
        return direction_of(self.row.request)

    # -- counts ---------------------------------------------------------------

    def recount(self, tally: Tally, partials: Mapping[int, int]) -> None:
        """Begin again with what the journal counts."""
        self.account = JobAccount()
        self.folders_total = self.folders_done = 0
        self.partials = dict(partials)
        self.found(tally)
        self.corrected(sum(partials.values()))

    def found(self, added: Tally) -> None:
        """The walk has added transfers. Whatever is neither at its end nor held back counts as
        queued."""
        for state, count in added.files.items():
            size_bytes = added.bytes[state]
            told = state if state in FINAL or state is _S.PAUSED else _S.QUEUED
            durable = size_bytes if state is _S.DONE else 0
            self.account.added(told, size_bytes, durable_bytes=durable, files=count)
        self.folders_total += sum(added.folders.values())
        self.folders_done += added.folders.get(_S.DONE, 0)
        self.is_changed = True

    def passed(
        self, old: TransferState, new: TransferState, size_bytes: int = 0, durable_bytes: int = 0
    ) -> None:
        """A file that nobody works on changed its state; the bytes matter where it is left
        out from now on, or no longer."""
        self.account.moved(old, new, size_bytes, durable_bytes)
        self.is_changed = True

    def moved(self, size_bytes: int) -> None:
        self.account.durable(size_bytes, monotonic())
        self.is_changed = True

    def corrected(self, size_bytes: int) -> None:
        self.account.lost(-size_bytes)
        self.is_changed = True

    def begin(self, row: TransferRow) -> Live:
        """A transfer is taken up."""
        done = self.partials.pop(row.id, 0)
        live = self.lives[row.id] = Live(row, self, bytes_done=done, size_bytes=row.size_bytes)
        return live

    def not_begun(self, live: Live) -> None:
        """It was taken up, and nothing was done for it yet."""
        del self.lives[live.row.id]

    def put_back(self, live: Live) -> None:
        """A transfer rests; what is durable of it stays."""
        del self.lives[live.row.id]
        if live.bytes_done:
            self.partials[live.row.id] = live.bytes_done
        self.is_changed = True

    def end(self, live: Live, outcome: Outcome, found_bytes: int) -> None:
        """A transfer came to its end; `found_bytes` is what was counted for it so far."""
        del self.lives[live.row.id]
        self.account.resized(found_bytes, live.size_bytes)
        if outcome.state is _S.DONE:
            live.stands_at(live.size_bytes)
            self.folders_done += live.row.kind is Kind.FOLDER
        elif not outcome.keeps_progress:
            live.stands_at(0)
        else:
            self.partials[live.row.id] = live.bytes_done
        self.account.moved(_S.QUEUED, outcome.state, live.size_bytes, live.bytes_done)
        self.is_changed = True

    # -- telling --------------------------------------------------------------

    @property
    def has_news(self) -> bool:
        """It changed, or it was told to move and nothing was heard of it since."""
        return self.is_changed or monotonic() >= self.fades_at_s

    def tell(self) -> JobSnapshot:
        """A snapshot for those who listen: no news any more."""
        found = self.snapshot()
        self.is_changed = False
        self.fades_at_s = monotonic() + FADES_S if found.rate_bytes_per_s else inf
        return found

    def snapshot(self) -> JobSnapshot:
        request, account = self.row.request, self.account
        total, done = account.bytes_total, account.bytes_done
        if self.row.state is not JobState.DONE:
            done = max(0, min(done, total - 1))
        rate = account.rate(monotonic()) if self.task is not None else 0.0
        return JobSnapshot(
            id=self.id,
            direction=self.direction,
            state=self.shown_state,
            title=self.row.title,
            source=source_text(request),
            destination=destination_text(request),
            place=self.place,
            priority=self.row.priority,
            is_expanding=self.row.is_expanding and not self.row.state.is_final,
            files_total=account.files_total,
            files_done=account.counts[_S.DONE],
            files_failed=account.counts[_S.FAILED],
            files_skipped=account.counts[_S.SKIPPED],
            bytes_total=total,
            bytes_done=done,
            rate_bytes_per_s=rate,
            eta_s=(total - done) / rate if rate and not self.row.is_expanding else None,
            added_s=self.row.added_s,
            finished_s=self.row.finished_s,
            is_ours=self.is_ours,
            failure=self.row.failure or self._outage,
            limit_bytes_per_s=request.options.limit_bytes_per_s,
            files_cancelled=account.counts[_S.CANCELLED],
            files_paused=account.counts[_S.PAUSED],
            source_place=request.source if isinstance(request, CopyRequest) else None,
            is_move=isinstance(request, CopyRequest) and request.is_move,
            folders_total=self.folders_total,
            folders_done=self.folders_done,
        )

    @property
    def _outage(self) -> Failure | None:
        return self.line.trouble if self.line is not None else None

    @property
    def is_cut_off(self) -> bool:
        """It runs, and waits for an account that cannot be reached."""
        return self._outage is not None

    def touched(self) -> None:
        """The way to its account was lost, or found again."""
        self.is_changed = True
        self.on_line_change()

    @property
    def shown_state(self) -> JobState:
        """RUNNING is told more finely: nothing found yet, or everything waits."""
        if self.row.state is not JobState.RUNNING:
            return self.row.state
        if self.row.is_expanding and not self.account.files_total:
            return JobState.PREPARING
        if self._outage is not None:
            return JobState.RETRY_WAIT
        if self.lives and all(live.waits for live in self.lives.values()):
            return JobState.RETRY_WAIT
        return JobState.RUNNING


def shown_bytes(live: Live) -> int:
    """Durable bytes of a transfer that is not done: never all of them."""
    return max(0, min(live.bytes_done, live.size_bytes - 1))


def transfer_snapshot(
    row: TransferRow, direction: Direction, live: Live | None
) -> TransferSnapshot:
    """A transfer as it is told: what moves right now counts more than what is written."""
    state, done, attempt = row.state, 0, row.attempt
    failure, note, size_bytes = row.failure, row.note, row.size_bytes
    if live is not None:
        state = _S.RETRY_WAIT if live.waits else live.state
        done, size_bytes = shown_bytes(live), live.size_bytes
        failure = live.failure if live.waits else None
        note = live.note or note
        attempt = live.row.attempt + 1
    elif state is _S.DONE:
        done = size_bytes
    return TransferSnapshot(
        id=row.id,
        job_id=row.job_id,
        direction=direction,
        state=state,
        local_path=shown(row.local),
        remote_name=row.remote,
        size_bytes=size_bytes,
        bytes_done=done,
        attempt=attempt,
        failure=failure,
        note=note,
        is_folder=row.kind is Kind.FOLDER,
    )


def direction_of(request: Request) -> Direction:
    if isinstance(request, UploadRequest):
        return Direction.UPLOAD
    return Direction.COPY if isinstance(request, CopyRequest) else Direction.DOWNLOAD


def place_of(request: Request) -> RemotePlace:
    """Where it works: the target of an upload or copy, the source of a download."""
    return request.source if isinstance(request, DownloadRequest) else request.target


def places_of(request: Request) -> tuple[RemotePlace, ...]:
    """Every place whose credential it needs."""
    if isinstance(request, CopyRequest):
        return request.target, request.source
    return (place_of(request),)


def title_of(request: Request) -> str:
    """`train-042`, or `3 items`."""
    if isinstance(request, UploadRequest):
        names = [
            s.path.rstrip("/\\").replace("\\", "/").rpartition("/")[2] for s in request.sources
        ]
    else:
        names = [
            s.name.rstrip("/").rpartition("/")[2] or request.source.container
            for s in request.sources
        ]
    title = names[0] if len(names) == 1 else f"{len(names)} items"
    return title.encode("utf-8", "replace").decode("utf-8")


def source_text(request: Request) -> str:
    if isinstance(request, UploadRequest):
        return _one_or_count([source.path for source in request.sources])
    place = request.source
    return _one_or_count([f"{place.container}/{source.name}" for source in request.sources])


def destination_text(request: Request) -> str:
    if isinstance(request, UploadRequest | CopyRequest):
        only = request.sources[0] if len(request.sources) == 1 else None
        name = only.target if isinstance(only, CopySource) else ""
        return f"{request.target.container}/{request.target.prefix}{name}"
    return request.destination.encode("utf-8", "replace").decode("utf-8")


def _one_or_count(texts: Iterable[str]) -> str:
    first, *rest = (text.encode("utf-8", "replace").decode("utf-8") for text in texts)
    return f"{first} and {len(rest)} more" if rest else first
