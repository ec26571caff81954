"""A loop that runs Qt and coroutines together, as the window's does, for tests to drive."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest
import qasync
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.gui.gcguard import GcGuard

T = TypeVar("T")
LIMIT_S = 60


@pytest.fixture(scope="module", autouse=True)
def garbage_of_windows() -> Iterator[None]:
    """Collected on this thread alone, between the tests, too: in another one (pytest-xdist has
    its own, and a test that failed may have left some) Qt does not survive it."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture
def qt_loop(qapp: QApplication) -> Iterator[qasync.QEventLoop]:
    """The event loop of this test's GUI thread."""
    qapp.setQuitOnLastWindowClosed(False)
    guard = GcGuard()
    guard.start()
    loop = qasync.QEventLoop(qapp)
    asyncio.set_event_loop(loop)
    yield loop
    loop.close()
    asyncio.set_event_loop(None)
    guard.stop()


Drive = Callable[[Coroutine[Any, Any, T]], T]


@pytest.fixture
def drive(qt_loop: qasync.QEventLoop) -> Drive[Any]:
    """Runs a coroutine to its end while Qt runs, too."""

    def run(work: Coroutine[Any, Any, T]) -> T:
        async def limited() -> T:
            async with asyncio.timeout(LIMIT_S):
                return await work

        result: T = qt_loop.run_until_complete(limited())
        return result

    return run


@pytest.fixture
def workers() -> Iterator[Workers]:
    """Threads for what the window does beside itself."""
    pool = Workers("window", 2)
    yield pool
    pool.close()


@pytest.fixture
def scope(drive: Drive[Any]) -> Iterator[TaskScope]:
    """Background tasks; an error in one fails the test."""
    errors: list[BaseException] = []
    tasks = TaskScope(lambda _name, error: errors.append(error))
    yield tasks
    drive(tasks.aclose())
    assert errors == []


async def until(condition: Callable[[], object], what: str = "") -> None:
    """Let Qt run until `condition` holds."""
    try:
        async with asyncio.timeout(LIMIT_S / 2):
            while not condition():  # noqa: ASYNC110 - a Qt state, not an event
                await asyncio.sleep(0.005)
    except TimeoutError:
        pytest.fail(f"waited in vain: {what or condition}")


async def trigger(action: QAction) -> None:
    """Trigger an action as soon as it can be chosen; one that is disabled would do nothing, and
    actions follow what they are about a turn later."""
    await until(action.isEnabled, f"'{action.text()}' can be chosen")
    action.trigger()
