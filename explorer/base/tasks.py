"""Where tasks start: a scope keeps each alive and hears of its errors; many run side by side."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from typing import Any, TypeVar

S = TypeVar("S")
T = TypeVar("T")
log = logging.getLogger(__name__)


class TaskScope:
    """Owns background tasks of one loop; used from that loop's thread only.

    `on_error` is the single sink for exceptions nobody awaits. A scope that is
    closed cancels its tasks and waits for them.
    """

    def __init__(self, on_error: Callable[[str, BaseException], None] | None = None) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._on_error = on_error
        self._closed = False

    def spawn(self, coro: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        """Start `coro` and keep it until it ends. Returns the task, which may be cancelled."""
        if self._closed:
            coro.close()
            raise RuntimeError(f"the scope is closed: {name}")
        task = asyncio.get_running_loop().create_task(coro, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            return
        if self._on_error is not None:
            self._on_error(task.get_name(), error)
        else:
            log.error("task %s failed", task.get_name(), exc_info=error)

    @property
    def is_closed(self) -> bool:
        """Nothing more is started."""
        return self._closed

    @property
    def names(self) -> list[str]:
        """Names of the tasks that still run, for tests and diagnostics."""
        return sorted(task.get_name() for task in self._tasks)

    async def aclose(self) -> None:
        """Cancel every task and wait until all have ended."""
        self._closed = True
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.gather(*tasks, return_exceptions=True)


async def side_by_side(
    items: Iterable[S], at_once: int, work: Callable[[S], Coroutine[Any, Any, T]]
) -> AsyncGenerator[T, None]:
    """What `work` makes of each item, as it comes, `at_once` at a time. The first error ends it
    and is raised; closing it cancels what is under way and waits for that."""
    scope = TaskScope(on_error=lambda name, error: None)  # raised here, to whoever asks
    running: set[asyncio.Task[T]] = set()
    try:
        for item in items:
            running.add(scope.spawn(work(item), name="one of many"))
            if len(running) < at_once:
                continue
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
        while running:
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        await scope.aclose()
