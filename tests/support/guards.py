"""Fails a test that leaves something behind: tasks, threads, sockets, windows.

Pytest itself turns exceptions of threads and of destructors into warnings, which
are errors here; pytest-qt fails a test for a Qt message (`qt_log_level_fail`).
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

_GRACE_S = 3.0


def _settled(look: Callable[[], list[str]]) -> list[str]:
    """What `look` still finds after a moment: endings may be under way."""
    found = look()
    if not found:
        return []
    gc.collect()
    deadline = time.monotonic() + _GRACE_S
    while found and time.monotonic() < deadline:
        time.sleep(0.01)
        found = look()
    return found


def _fail(kind: str, found: list[str]) -> None:
    if found:
        pytest.fail(f"the test left {kind} behind: " + "; ".join(found), pytrace=False)


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    """Every thread that a test starts has ended; foreign daemon threads are let pass."""
    before = set(threading.enumerate())

    def look() -> list[str]:
        return [
            thread.name
            for thread in threading.enumerate()
            if thread not in before and not (thread.daemon and _is_foreign(thread))
        ]

    yield
    _fail("threads", _settled(look))


def _is_foreign(thread: threading.Thread) -> bool:
    target = getattr(thread, "_target", None)
    module = getattr(target, "__module__", None) or type(thread).__module__
    return not str(module).startswith(("explorer", "tests"))


@pytest.fixture(autouse=True)
def no_leaked_sockets() -> Iterator[None]:
    """Every internet socket that a test opens is closed; Unix ones are the loops' own affair."""
    process = psutil.Process()

    def sockets() -> set[tuple[int, Any, Any]]:
        return {(c.fd, c.laddr, c.raddr) for c in process.net_connections(kind="inet")}

    before = sockets()

    def look() -> list[str]:
        return [f"fd {fd} {local}->{remote}" for fd, local, remote in sockets() - before]

    yield
    _fail("sockets", _settled(look))


class _Complaints(logging.Handler):
    """Collects what asyncio says about lost tasks and exceptions nobody looked at."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


@pytest.fixture(autouse=True)
def no_leaked_tasks() -> Iterator[None]:
    """No task still waits, none was dropped while it waited, no exception went unseen."""
    before = _pending_tasks()
    complaints = _Complaints()
    logger = logging.getLogger("asyncio")
    logger.addHandler(complaints)
    try:
        yield
        _fail("tasks", [repr(task) for task in _pending_tasks() - before])
        if complaints.texts:
            pytest.fail("asyncio complained: " + "\n".join(complaints.texts), pytrace=False)
    finally:
        logger.removeHandler(complaints)


def _pending_tasks() -> set[asyncio.Task[Any]]:
    # asyncio.all_tasks() knows one loop; a leak is in a loop that nobody names any more.
    known: Any = getattr(asyncio.tasks, "_scheduled_tasks", None)
    if known is None:
        known = getattr(asyncio.tasks, "_all_tasks", ())
    return {task for task in list(known) if not task.done()}


@pytest.fixture(autouse=True)
def no_leaked_windows() -> Iterator[None]:
    """Every top-level widget is closed and deleted."""
    before = set(_windows())

    def look() -> list[str]:
        return [text for pointer, text in _windows().items() if pointer not in before]

    yield
    _fail("windows", _settled(look))


def _windows() -> dict[int, str]:
    """Address and description of each parentless widget; never the first to import Qt."""
    if "PySide6.QtWidgets" not in sys.modules:
        return {}
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtWidgets import QApplication
    from shiboken6 import Shiboken

    if not isinstance(QApplication.instance(), QApplication):
        return {}
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return {
        Shiboken.getCppPointer(widget)[0]: f"{type(widget).__name__} {widget.windowTitle()!r}"
        for widget in QApplication.topLevelWidgets()
        if widget.parent() is None and not widget.inherits("QTipLabel")
    }
