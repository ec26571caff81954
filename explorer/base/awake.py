"""Keeping the machine from falling asleep by itself, by each system's own means.

- Linux: a lock of logind (`Inhibit`, held as long as its file descriptor is open): against
  sleep, or where the session may not (a remote one), against being taken for idle. Without
  logind, the session's power manager or GNOME's session, whichever there is.
  Sources: org.freedesktop.login1, org.freedesktop.PowerManagement.Inhibit,
  org.gnome.SessionManager.
- Windows: `SetThreadExecutionState`, of the thread that asks.
- macOS: `caffeinate -i`, which also ends with this process (`-w`).

A person may still send the machine to sleep, and close its lid. All of it blocks: call it
from one thread of its own, the same one for `hold` and `release`.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Final

from explorer.base.bus import Address, Bus, BusError, Which
from explorer.base.records import dataclass

_WHO: Final = "Quayside"
_LOGIND: Final = Address(
    "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager"
)
_POWER: Final = Address(
    "org.freedesktop.PowerManagement",
    "/org/freedesktop/PowerManagement/Inhibit",
    "org.freedesktop.PowerManagement.Inhibit",
)
_GNOME: Final = Address(
    "org.gnome.SessionManager", "/org/gnome/SessionManager", "org.gnome.SessionManager"
)
CAFFEINATE: Final = "/usr/bin/caffeinate"
_GNOME_SUSPEND: Final = 4
_ES_CONTINUOUS: Final = 0x80000000
_ES_SYSTEM_REQUIRED: Final = 0x00000001


@dataclass(frozen=True, slots=True)
class Hold:
    """The machine stays awake until `release`, or until this process ends."""

    by: str
    """What keeps it awake, for the log."""
    release: Callable[[], None]


def hold(why: str) -> Hold | None:
    """Stay awake from now on; None where the system offers no way. `why` is shown to people."""
    if sys.platform == "win32":
        return on_windows()
    if sys.platform == "darwin":
        return on_mac()
    return _by_logind(why) or _by_session(why)


def _by_logind(why: str) -> Hold | None:
    with contextlib.suppress(BusError), contextlib.ExitStack() as leave:
        bus = Bus.open(Which.SYSTEM)
        leave.callback(bus.close)  # the lock is the descriptor's, not the connection's
        for what in ("sleep", "idle"):
            try:
                (lock,) = bus.call(_LOGIND, "Inhibit", "ssss", what, _WHO, why, "block")
            except BusError as error:
                if not error.name:
                    raise
                continue  # this session may not; or nobody is there
            return Hold(f"logind ({what})", lock.close)
    return None


def _by_session(why: str) -> Hold | None:
    try:
        bus = Bus.open(Which.SESSION)
    except BusError:
        return None
    asked: tuple[tuple[Address, str, tuple[Any, ...], str], ...] = (
        (_POWER, "ss", (_WHO, why), "UnInhibit"),
        (_GNOME, "susu", (_WHO, 0, why, _GNOME_SUSPEND), "Uninhibit"),
    )
    for to, signature, body, undo in asked:
        try:
            (cookie,) = bus.call(to, "Inhibit", signature, *body)
        except BusError as error:
            if not error.name:
                break
            continue

        def release(to: Address = to, undo: str = undo, cookie: int = cookie) -> None:
            with contextlib.suppress(BusError):
                bus.call(to, undo, "u", cookie)
            bus.close()

        return Hold(to.name, release)
    bus.close()
    return None


def on_windows() -> Hold | None:
    import ctypes

    kernel: Any = getattr(ctypes, "windll").kernel32  # noqa: B009 - only there
    if not kernel.SetThreadExecutionState(_ES_CONTINUOUS | _ES_SYSTEM_REQUIRED):
        return None

    def release() -> None:
        kernel.SetThreadExecutionState(_ES_CONTINUOUS)

    return Hold("SetThreadExecutionState", release)


def on_mac() -> Hold | None:
    try:
        process = subprocess.Popen(  # noqa: S603 - a fixed program
            [CAFFEINATE, "-i", "-w", str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return None

    def release() -> None:
        process.terminate()
        process.wait()

    return Hold("caffeinate", release)
