"""Who gives way to the window's thread, and who does not."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable

import pytest

from explorer.base import priority

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="threads are alike elsewhere")


def niceness() -> int:
    """That of the calling thread."""
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def in_a_thread(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_a_thread_gives_way_with_all_that_it_starts_and_nobody_else() -> None:
    own, found = niceness(), []

    def work() -> None:
        priority.give_way()
        found.append(niceness())
        in_a_thread(lambda: found.append(niceness()))

    in_a_thread(work)
    assert found == [min(19, own + priority.NICER)] * 2
    assert niceness() == own


def test_a_thread_is_started_by_a_loop_that_does_not_give_way() -> None:
    own, found = niceness(), []

    async def main() -> None:
        done = asyncio.Event()
        loop = asyncio.get_running_loop()

        def ask() -> None:
            found.append(niceness())
            loop.call_soon_threadsafe(done.set)

        def work() -> None:
            priority.give_way()
            priority.start(threading.Thread(target=ask))

        priority.start_by(loop.call_soon_threadsafe)
        try:
            in_a_thread(work)
            await asyncio.wait_for(done.wait(), 10)
        finally:
            priority.start_by(None)

    asyncio.run(main())
    assert found == [own]


def test_where_that_loop_is_gone_the_thread_is_started_all_the_same() -> None:
    loop, ran = asyncio.new_event_loop(), threading.Event()
    loop.close()
    priority.start_by(loop.call_soon_threadsafe)
    try:
        priority.start(threading.Thread(target=ran.set))
    finally:
        priority.start_by(None)
    assert ran.wait(10)
