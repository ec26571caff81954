"""The workers of a Dask scheduler as a fleet: greeted, given batches, watched, replaced.

A batch is pinned to one worker. Should that die, the batch goes to another, up to a bound.
Belongs to the loop's thread.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import field, replace
from typing import Any, Final

from distributed.client import ClosedClientError

from explorer.base.errors import InputError
from explorer.base.records import dataclass
from explorer.base.tasks import TaskScope
from explorer.cluster import worker_task
from explorer.cluster.address import Address
from explorer.cluster.batches import share_of
from explorer.cluster.credentials import Sealed, check_travel
from explorer.cluster.faults import (
    ClusterError,
    all_gone,
    no_workers,
    scheduler_gone,
    stopped,
    unfit,
)
from explorer.storage.connection import ConnectionSpec
from explorer.transfer.away import Ending
from explorer.transfer.encoding import failure_from_text, request_to_text
from explorer.transfer.model import Failure, Request
from explorer.transfer.state import TransferState

log = logging.getLogger(__name__)

LOOK_S: Final = 0.5
"""Progress at 2 Hz; as often it is looked who is there."""
ANSWER_S: Final = 10.0
GRACE_S: Final = 5.0
"""How long batches under way may come to their own end, once a person stops."""
STOP_S: Final = 20.0
NOBODY_S: Final = 30.0
"""How long it is waited where all workers have gone, or the scheduler has."""
ABSENT: Final = (OSError, TimeoutError, ClosedClientError)
"""What a call raises where nobody answers; what Dask raises itself is an OSError too."""
ATTEMPTS: Final = 3


@dataclass(slots=True, eq=False)
class Crew:
    """A worker that was greeted."""

    address: str
    id: str
    name: str
    is_busy: bool = False
    gone: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True, eq=False)
class _Trip:
    """A batch on its way."""

    crew: Crew
    told: Callable[[Mapping[int, int]], None]


@dataclass(frozen=True, slots=True)
class Purpose:
    """What the workers are to do, as they are asked about it."""

    specs: Mapping[str, ConnectionSpec] = field(repr=False)
    """By the ids of connections."""
    sources: tuple[str, ...] = ()
    destination: str = ""


class DaskFleet:
    """Made by `open_workers`."""

    def __init__(self, client: Any, address: Address, purpose: Purpose) -> None:
        self._client = client
        self._address = address
        self._purpose = purpose
        self.token = os.urandom(12).hex()
        self._crews: dict[str, Crew] = {}
        self._refused: dict[str, ClusterError] = {}
        self._trips: dict[str, _Trip] = {}
        self._changed = asyncio.Condition()
        self._scope = TaskScope(lambda name, error: None)
        self._trouble: ClusterError | None = None

    # -- who is there -----------------------------------------------------------

    async def begin(self) -> None:
        """Greet all workers. Raises ClusterError where there is none, or one is unfit."""
        addresses = list(await self._client.nthreads())
        if not addresses:
            raise no_workers(self._address)
        await self._greet(addresses, is_strict=True)
        if not self._crews:
            raise no_workers(self._address)
        self._scope.spawn(self._watch(), name="cluster watch")

    async def _greet(self, addresses: Sequence[str], *, is_strict: bool) -> None:
        """Take on those that can do it. With `is_strict` all of them have to: raises ClusterError,
        InputError."""
        endpoints = sorted({spec.blob_endpoint for spec in self._purpose.specs.values()})
        query = {
            "token": self.token,
            "endpoints": endpoints,
            "sources": list(self._purpose.sources),
            "destination": self._purpose.destination,
        }
        async with asyncio.timeout(ANSWER_S):
            answers = await self._run(worker_task.greet, query, workers=addresses)
        fit = []
        for address, answer in answers.items():
            if isinstance(answer, OSError):
                continue  # gone already; the scheduler will notice
            problem = unfit(address, answer)
            if problem is None:
                fit.append(address)
            elif is_strict:
                raise problem
            else:
                self._refuse(address, problem)
        lacking = [one for one in fit if set(answers[one]["has"]) != set(endpoints)]
        if lacking:
            try:
                check_travel(self._address, lacking, self._purpose.specs)
            except InputError as error:
                if is_strict:
                    raise
                fit = [one for one in fit if one not in lacking]
                for one in lacking:
                    self._refuse(one, ClusterError(error.message, cure=error.cure))
            else:
                sealed = Sealed(self._purpose.specs)
                await self._run(worker_task.take, self.token, sealed, workers=lacking)
        async with self._changed:
            for one in fit:
                self._crews[one] = Crew(one, answers[one]["id"], answers[one]["name"])
            self._changed.notify_all()

    def _refuse(self, address: str, problem: ClusterError) -> None:
        self._refused[address] = problem
        log.warning("a worker is not used: %s", problem)

    async def _run(
        self, work: Callable[..., Any], *args: Any, workers: Sequence[str]
    ) -> dict[str, Any]:
        """A direct message to some workers: it is in nobody's graph. Answers, or errors."""
        answers: dict[str, Any] = await self._client.run(
            work, *args, workers=list(workers), on_error="return"
        )
        return answers

    async def _watch(self) -> None:
        heard_s = time.monotonic()
        while self._trouble is None:
            await asyncio.sleep(LOOK_S)
            is_answering = False
            try:
                async with asyncio.timeout(ANSWER_S):
                    await self._look()
                is_answering = True
            except ABSENT as error:
                log.debug("the cluster does not answer: %s", type(error).__name__)
            except Exception as error:  # nobody may wait for ever
                log.exception("the cluster cannot be watched")
                self._trouble = scheduler_gone(self._address, type(error).__name__)
            if is_answering and self._crews:
                heard_s = time.monotonic()
            elif time.monotonic() - heard_s >= NOBODY_S:
                reason = next(reversed(self._refused.values()), None)
                gone = all_gone(self._address, reason) if is_answering else None
                self._trouble = gone or scheduler_gone(self._address)
            if self._trouble is not None:
                for crew in self._crews.values():
                    crew.gone.set()
            async with self._changed:
                self._changed.notify_all()

    async def _look(self) -> None:
        there = set(await self._client.nthreads())
        for address in [one for one in self._crews if one not in there]:
            self._crews.pop(address).gone.set()
        if new := [one for one in there if one not in self._crews and one not in self._refused]:
            await self._greet(new, is_strict=False)
        busy = {trip.crew.address for trip in self._trips.values()} & set(self._crews)
        if not busy:
            return
        answers = await self._run(worker_task.look, list(self._trips), workers=sorted(busy))
        for answer in answers.values():
            if not isinstance(answer, dict):
                continue
            for batch, moved in answer.items():
                if batch in self._trips:
                    self._trips[batch].told(moved)

    async def end(self) -> None:
        """Nothing of this job stays in the workers' memory."""
        await self._scope.aclose()
        if self._trouble is not None or not self._crews:
            return  # nobody is there to be told
        with suppress(*ABSENT):
            async with asyncio.timeout(ANSWER_S):
                await self._run(worker_task.forget, self.token, workers=list(self._crews))

    # -- carrying ---------------------------------------------------------------

    @property
    def width(self) -> int:
        return max(1, len(self._crews))

    def share(self, sizes: Sequence[int]) -> int:
        return share_of(sizes, self.width)

    async def carry(
        self, request: Request, *, is_repeat: bool, told: Callable[[Mapping[int, int]], None]
    ) -> Mapping[int, Ending]:
        limit = request.options.limit_bytes_per_s
        options = replace(request.options, limit_bytes_per_s=-(-limit // self.width))
        text = request_to_text(replace(request, options=options))
        order = {"request": text, "is_repeat": is_repeat}
        lost = ""
        for _ in range(ATTEMPTS):
            try:
                crew, answer = await self.send(worker_task.carry, order, told)
            except asyncio.CancelledError:
                return {}  # it had not begun
            if answer is None or answer.get("is_other") or answer.get("is_cut"):
                order["is_repeat"] = True
                lost = crew.name
                if _is_stopping():
                    return {}
                continue
            if "failure" in answer:
                raise stopped(answer)
            return self._endings(request, answer["files"], is_cut=_is_stopping())
        failure = Failure(
            "Workers were lost",
            f"{ATTEMPTS} workers ended while they carried it, the last was {lost}.",
            "Look why they end (memory, perhaps), then retry.",
        )
        return {at: Ending(TransferState.FAILED, 0, failure) for at in range(len(request.sources))}

    def _endings(
        self, request: Request, files: Mapping[int, Mapping[str, Any]], *, is_cut: bool
    ) -> dict[int, Ending]:
        endings = {
            at: Ending(
                TransferState(told["state"]),
                told["size_bytes"],
                failure_from_text(told.get("failure")),
                told.get("note", ""),
            )
            for at, told in files.items()
        }
        if not is_cut:
            unsaid = Failure(
                "Nothing was heard", "The worker did not say what came of it.", "Retry."
            )
            for at in range(len(request.sources)):
                endings.setdefault(at, Ending(TransferState.FAILED, 0, unsaid))
        return endings

    async def send(
        self,
        work: Callable[[Mapping[str, Any]], Any],
        order: Mapping[str, Any],
        told: Callable[[Mapping[int, int]], None] = lambda moved: None,
        *,
        is_wound_up: bool = True,
    ) -> tuple[Crew, Any]:
        """Have the next free worker do it. The answer is None where the worker was lost. A cancel
        waits a while, then winds the batch up; unless `is_wound_up`, nobody waits. Raises
        ClusterError where nobody is left."""
        crew = await self._free()
        batch = os.urandom(8).hex()
        crew.is_busy = True
        self._trips[batch] = _Trip(crew, told)
        full = {**order, "batch": batch, "worker": crew.id, "token": self.token}
        future = self._client.submit(
            work, full, workers=[crew.address], key=f"quayside-{batch}", pure=False
        )
        scope = TaskScope(lambda name, error: None)
        answer = scope.spawn(_answer(future), name="answer of a worker")
        gone = scope.spawn(crew.gone.wait(), name="loss of a worker")
        both = [answer, gone]
        try:
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            except asyncio.CancelledError:
                if not is_wound_up:
                    raise
                await self._wind_up(crew, batch, both)
            said = answer.result() if answer.done() else None
            if said is None:
                self._lose(crew)
            return crew, said
        finally:
            del self._trips[batch]
            await scope.aclose()
            with suppress(*ABSENT):
                async with asyncio.timeout(ANSWER_S):
                    if not future.done():
                        await future.cancel()
                future.release()
            async with self._changed:
                crew.is_busy = False
                self._changed.notify_all()

    def _lose(self, crew: Crew) -> None:
        """Nothing more is given to it; should it live, it is greeted anew."""
        crew.gone.set()
        if self._crews.get(crew.address) is crew:
            del self._crews[crew.address]

    async def _wind_up(self, crew: Crew, batch: str, both: list[asyncio.Task[Any]]) -> None:
        done, _ = await asyncio.wait(both, timeout=GRACE_S, return_when=asyncio.FIRST_COMPLETED)
        if done:
            return
        with suppress(*ABSENT):
            await self._run(worker_task.stop, batch, workers=[crew.address])
        await asyncio.wait(both, timeout=STOP_S, return_when=asyncio.FIRST_COMPLETED)

    async def _free(self) -> Crew:
        async with self._changed:
            while True:
                if self._trouble is not None:
                    raise self._trouble
                for crew in self._crews.values():
                    if not crew.is_busy and not crew.gone.is_set():
                        crew.is_busy = True
                        return crew
                await self._changed.wait()


async def _answer(future: Any) -> Any:
    """What the worker said; None where Dask says that it was lost."""
    try:
        return await future
    except Exception as error:
        log.warning("a batch was lost: %s", type(error).__name__)
        return None


def _is_stopping() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
