"""Threads that give way to the window's, and threads that do not.

On Linux each thread has a niceness of its own, begins with that of the thread that starts it,
and without privileges never gets it lower again (setpriority(2) and nptl(7)). So a program
started by a thread that gives way would give way for as long as it runs. Elsewhere all threads
are alike.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

NICER: Final = 10
"""Steps behind the window: a tenth of its weight where both want the same processor."""
_MOST: Final = 19

_starters: list[Callable[[Callable[[], None]], object]] = []


def give_way() -> None:
    """From now on this thread, and those that it starts, run after the others of the program."""
    if sys.platform == "linux":
        me = threading.get_native_id()
        with suppress(OSError):  # a container may forbid it; everything works all the same
            nice = os.getpriority(os.PRIO_PROCESS, me)
            os.setpriority(os.PRIO_PROCESS, me, min(_MOST, nice + NICER))


def start_by(starter: Callable[[Callable[[], None]], object] | None) -> None:
    """`starter` has a function called soon in a thread that does not give way; None: nobody
    does so any more."""
    _starters[:] = [starter] if starter is not None else []


def start(thread: threading.Thread) -> None:
    """Start a thread that does not give way, whoever asks. It runs soon, if not yet."""
    for starter in _starters:
        with suppress(RuntimeError):  # its loop is closed
            starter(thread.start)
            return
    thread.start()
