"""Blocking work is awaited, stopped by a cancel, and never left running behind anybody's back."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Awaitable, Callable

import pytest

from explorer.base.cancel import Cancelled, current_token
from explorer.base.workers import Workers

LIMIT_S = 60.0
"""No test waits for so long; what it waits for comes sooner, or never."""


def drive(test: Callable[[Workers], Awaitable[None]]) -> None:
    """Run `test` on a loop with a pool of one thread."""

    async def main() -> None:
        workers = Workers("test", 1)
        try:
            async with asyncio.timeout(LIMIT_S):
                await test(workers)
        finally:
            workers.close()

    asyncio.run(main())


def stopped_by_its_token(started: threading.Event, ended: threading.Event) -> None:
    token, woken = current_token(), threading.Event()
    assert token is not None
    with token.aborting(woken.set):
        started.set()
        woken.wait(2 * LIMIT_S)
    ended.set()
    token.raise_if_cancelled()


def test_work_gives_its_result_and_its_error() -> None:
    async def test(workers: Workers) -> None:
        assert await workers.run(divmod, 7, 2) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            await workers.run(divmod, 7, 0)

    drive(test)


def test_a_cancel_stops_the_work_and_waits_for_its_end() -> None:
    started, ended = threading.Event(), threading.Event()

    async def test(workers: Workers) -> None:
        task = asyncio.get_running_loop().create_task(
            workers.run(stopped_by_its_token, started, ended)
        )
        await asyncio.to_thread(started.wait, LIMIT_S)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended.is_set()

    drive(test)


def test_a_second_cancel_does_not_shorten_the_wait() -> None:
    started, woken, goes_on = threading.Event(), threading.Event(), threading.Event()

    def slow_to_stop() -> None:
        token = current_token()
        assert token is not None
        with token.aborting(woken.set):
            started.set()
            woken.wait(2 * LIMIT_S)
        goes_on.wait(2 * LIMIT_S)

    async def test(workers: Workers) -> None:
        task = asyncio.get_running_loop().create_task(workers.run(slow_to_stop))
        await asyncio.to_thread(started.wait, LIMIT_S)
        task.cancel()
        await asyncio.to_thread(woken.wait, LIMIT_S)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        goes_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    drive(test)


def test_work_that_waits_for_a_thread_is_cancelled_at_once() -> None:
    started, over, ran = threading.Event(), threading.Event(), threading.Event()

    def busy() -> None:
        started.set()
        over.wait(2 * LIMIT_S)

    async def test(workers: Workers) -> None:
        loop = asyncio.get_running_loop()
        first = loop.create_task(workers.run(busy))
        await asyncio.to_thread(started.wait, LIMIT_S)
        second = loop.create_task(workers.run(ran.set))
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        assert not first.done()
        over.set()
        await first
        assert not ran.is_set()

    drive(test)


def test_work_that_was_told_to_stop_ends_as_a_cancel() -> None:
    def stop() -> None:
        raise Cancelled

    async def test(workers: Workers) -> None:
        with pytest.raises(asyncio.CancelledError):
            await workers.run(stop)

    drive(test)


def test_work_to_the_end_is_done_although_it_was_cancelled() -> None:
    started, over, done = threading.Event(), threading.Event(), threading.Event()

    def close() -> None:
        started.set()
        over.wait(2 * LIMIT_S)
        done.set()

    async def test(workers: Workers) -> None:
        task = asyncio.get_running_loop().create_task(workers.run_to_end(close))
        await asyncio.to_thread(started.wait, LIMIT_S)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        over.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert done.is_set()

    drive(test)


def test_what_was_opened_for_a_task_that_is_gone_is_closed() -> None:
    workers = Workers("test", 1)
    opening, go_on = threading.Event(), threading.Event()

    def make() -> io.BytesIO:
        opening.set()
        go_on.wait(2 * LIMIT_S)
        return opened

    opened = io.BytesIO()

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(workers.run(make))
            await asyncio.to_thread(opening.wait)
            task.cancel()
            go_on.set()

    asyncio.run(work())
    workers.close()
    assert opened.closed
