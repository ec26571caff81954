"""A service on a loop of its own, in a thread named `service`, for a face with another loop.

The window creates a `ServiceHost`, and from its own thread hands over coroutines, plain
calls and streams; nothing here blocks that thread.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Generic, TypeVar

from explorer.base import priority
from explorer.service.service import Service

log = logging.getLogger(__name__)
T = TypeVar("T")


class ServiceHost:
    """Owns the thread, its loop and the service in it. Methods are for the face's thread."""

    def __init__(self, data_dir: Path, *, adopt_jobs: bool = True) -> None:
        self._data_dir = data_dir
        self._adopt_jobs = adopt_jobs
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._started: Future[Service] = Future()
        self._ended: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="service")

    def start(self) -> Future[Service]:
        """Start the thread. The future holds the service, or why it could not start."""
        self._thread.start()
        return self._started

    def _run(self) -> None:
        priority.give_way()  # and so do all threads of the service, since this one starts them
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._live())
        except Exception as error:  # the face hears of it, whatever it is
            self._ended.set_exception(error)
        else:
            self._ended.set_result(None)
        finally:
            asyncio.set_event_loop(None)

    async def _live(self) -> None:
        try:
            service = await Service.start(self._data_dir, adopt_jobs=self._adopt_jobs)
        except Exception as error:
            self._started.set_exception(error)
            await self._stop.wait()
        else:
            self._started.set_result(service)
            await self._stop.wait()
            await service.aclose()
        await self._drain()
        await self._loop.shutdown_asyncgens()

    async def _drain(self) -> None:
        """End what faces still have under way, so that no coroutine is left half done."""
        own = asyncio.current_task()
        rest = [task for task in asyncio.all_tasks() if task is not own]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def stop(self) -> Future[None]:
        """Pause transfers, close everything, end the thread. The future is done just before
        the thread ends; `join` then takes no time. Calling it again is harmless."""
        if not self._ended.done():
            try:
                self._loop.call_soon_threadsafe(self._stop.set)
            except RuntimeError:  # closed by an earlier stop and join
                log.debug("the service loop is closed already")
        return self._ended

    def join(self) -> None:
        """After `stop`: wait for the thread and free its loop."""
        self._thread.join()
        self._loop.close()

    def submit(self, coro: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine of the service on its loop. Cancelling the future cancels it there.

        After the end of the service the future is a cancelled one.
        """
        try:
            return asyncio.run_coroutine_threadsafe(coro, self._loop)
        except RuntimeError:
            coro.close()
            late: Future[T] = Future()
            late.cancel()
            return late

    def call(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> Future[T]:
        """Run a plain method of the service (`jobs`, `subscribe`, ...) on its thread."""

        async def run() -> T:
            return function(*args, **kwargs)

        return self.submit(run())

    async def stream(self, items: AsyncIterator[T]) -> AsyncGenerator[T, None]:
        """Walk an async iterator of the service from the caller's loop.

        Each item is fetched on the service's loop. Leaving early (break, cancel) ends it
        there, without waiting here.
        """
        steps = _Steps(items)
        try:
            while True:
                step = await asyncio.wrap_future(self.submit(steps.next()))
                if step is None:
                    return
                yield step[0]
        finally:
            self.submit(steps.close()).add_done_callback(_note_failure)


def _note_failure(future: Future[None]) -> None:
    if not future.cancelled() and (error := future.exception()) is not None:
        log.warning("ending a listing failed: %s", type(error).__name__)


class _Steps(Generic[T]):
    """An iterator taken one step at a time, never two at once."""

    def __init__(self, items: AsyncIterator[T]) -> None:
        self._items = items
        self._lock = asyncio.Lock()

    async def next(self) -> tuple[T] | None:
        async with self._lock:
            try:
                return (await anext(self._items),)
            except StopAsyncIteration:
                return None

    async def close(self) -> None:
        """Waits for a step under way, which a cancelled caller has cancelled too."""
        async with self._lock:
            if isinstance(self._items, AsyncGenerator):
                await self._items.aclose()
