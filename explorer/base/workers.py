"""A pool of threads for blocking work, awaited from a loop, stopped on cancel.

Created and awaited on the service loop's thread. When the awaiting task is
cancelled, the work's `CancelToken` is cancelled too, and the task ends only
after the thread has let go: nothing is written behind anybody's back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from explorer.base.cancel import Cancelled, CancelToken, running_under

P = ParamSpec("P")
R = TypeVar("R")


class Workers:
    """`size` threads named `name-0`, `name-1`, ... started as they are needed."""

    def __init__(self, name: str, size: int) -> None:
        self._pool = ThreadPoolExecutor(size, thread_name_prefix=name)

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `work` in a thread and return its result.

        Raises whatever `work` raises; `asyncio.CancelledError` if this task was
        cancelled, after the thread has stopped, or at once where none had begun. Work that
        has shielded itself and came to a good end is no longer cancelled: its result is
        returned.
        """
        token = CancelToken()

        def call() -> R:
            with running_under(token):
                token.raise_if_cancelled()
                return work(*args, **kwargs)

        job = self._pool.submit(call)
        future = asyncio.wrap_future(job)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            token.cancel()
            job.cancel()  # does something only while it waits for a thread
            while not future.done():
                try:
                    await asyncio.wait([future])
                except asyncio.CancelledError:
                    continue
            if not future.cancelled() and future.exception() is None:
                if token.was_shielded:
                    return future.result()
                _close(future.result())
            raise
        except Cancelled:
            raise asyncio.CancelledError from None

    async def run_to_end(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Like `run`, for closing and syncing: a cancel neither prevents nor stops the work,
        and is raised only when it is done."""
        call = partial(work, *args, **kwargs)
        future = asyncio.get_running_loop().run_in_executor(self._pool, call)
        is_cancelled = False
        while not future.done():
            try:
                await asyncio.wait([future])
            except asyncio.CancelledError:
                is_cancelled = True
        if is_cancelled:
            future.exception()  # looked at, so that the loop does not complain
            raise asyncio.CancelledError
        return future.result()

    def close(self) -> None:
        """Let running work end, start nothing more; blocks until the threads are gone."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _close(result: object) -> None:
    """A file or folder that was opened, and that nobody takes any more."""
    close = getattr(result, "close", None)
    if callable(close):
        close()
