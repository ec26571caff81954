"""A queue without an engine behind the window's bridge, on a loop and thread of its own.

It has the methods of the service that the transfers panel calls, and notes what was asked.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from explorer.base.settings import Settings
from explorer.service.events import Event
from explorer.service.feed import Feed, Subscription
from explorer.transfer.model import Conflict, JobSnapshot, Request, TransferSnapshot
from explorer.transfer.state import TransferState

T = TypeVar("T")

_NOTED = ("pause", "resume", "cancel", "retry", "remove", "run_again", "move", "set_limit")


class Queue:
    """What of `Service` the panel and the starter need."""

    def __init__(self) -> None:
        self.feed = Feed()
        self.settings = Settings()
        self.known: list[JobSnapshot] = []
        self.files: list[TransferSnapshot] = []
        self.conflicts: list[Conflict] = []
        self.search_goes_on = False
        self.asked: list[tuple[Any, ...]] = []
        self.submitted: list[Request] = []
        self.slices: list[tuple[int, int]] = []
        self.search_ended = threading.Event()
        self.search_error: Exception | None = None
        self.trouble: Exception | None = None

    def subscribe(self, receive: Callable[[tuple[Event, ...]], None]) -> Subscription:
        return self.feed.subscribe(receive)

    def jobs(self) -> tuple[JobSnapshot, ...]:
        return tuple(self.known)

    async def transfers(
        self,
        job_id: int,
        *,
        offset: int = 0,
        limit: int = 1000,
        states: frozenset[TransferState] | None = None,
    ) -> tuple[TransferSnapshot, ...]:
        self.slices.append((offset, limit))
        fitting = [
            file
            for file in self.files
            if file.job_id == job_id and (states is None or file.state in states)
        ]
        return tuple(fitting[offset : offset + limit])

    async def find_conflicts(self, request: Request) -> AsyncIterator[Conflict]:
        try:
            for conflict in self.conflicts:
                yield conflict
            if self.search_error is not None:
                raise self.search_error
            if self.search_goes_on:
                await asyncio.Event().wait()
        finally:
            self.search_ended.set()

    async def submit(self, request: Request) -> int:
        self.submitted.append(request)
        return len(self.submitted)

    def __getattr__(self, name: str) -> Any:
        if name not in _NOTED:
            raise AttributeError(name)

        async def note(*arguments: int) -> int:
            if self.trouble is not None:
                raise self.trouble
            self.asked.append((name, *arguments))
            return 0

        return note


class QueueHost:
    """Runs a `Queue` as `ServiceHost` runs the service."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="queue")

    def start(self) -> Future[Queue]:
        self._thread.start()
        started: Future[Queue] = Future()
        started.set_result(self.queue)
        return started

    def submit(self, coro: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(coro, self._loop)

    def call(self, function: Callable[..., T], *arguments: Any) -> Future[T]:
        async def run() -> T:
            return function(*arguments)

        return self.submit(run())

    def tell(self, events: Sequence[Event]) -> None:
        """Put these into the feed."""

        def put() -> None:
            for event in events:
                self.queue.feed.put(event)

        self.call(put).result()

    async def stream(self, items: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
        try:
            while True:
                yield await asyncio.wrap_future(self.submit(anext(items)))
        except StopAsyncIteration:
            return
        finally:
            await asyncio.wrap_future(self.submit(items.aclose()))

    def stop(self) -> Future[None]:
        async def end() -> None:
            self.queue.feed.close()
            await self._loop.shutdown_asyncgens()

        return self.submit(end())

    def join(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
