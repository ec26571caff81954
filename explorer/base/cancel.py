"""Stopping blocking work from another thread: a token that closes what waits.

A coroutine that hands work to a thread creates a `CancelToken`; the thread runs
with it as `current_token()`. Code that is about to block on a socket registers
its `abort` with the token, so a cancel wakes it at once instead of after the
time-out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Cancelled(Exception):  # an outcome, not an error
    """Blocking work was told to stop. Never shown to a person."""


class CancelToken:
    """One-way switch, safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._is_shielded = self._waits = False
        self._aborts: list[Callable[[], None]] = []
        self.was_shielded = False
        """The work came to what cannot be taken back: its result counts more than a cancel."""

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled

    def cancel(self) -> None:
        """Flip the switch and run every registered abort once, in this thread."""
        with self._lock:
            if self._cancelled:
                return
            if self._is_shielded:
                self._waits = True
                return
            self._cancelled = True
            aborts, self._aborts = self._aborts, []
        for abort in aborts:
            abort()

    def raise_if_cancelled(self) -> None:
        if self._cancelled:
            raise Cancelled

    def shield(self) -> None:
        """What comes now cannot be taken back: a cancel waits until `unshield`. Raises
        Cancelled if it came before."""
        with self._lock:
            if not self._cancelled:
                self._is_shielded = self.was_shielded = True
                return
        raise Cancelled

    def unshield(self) -> None:
        """A cancel that waited is heard from now on."""
        with self._lock:
            self._is_shielded = False
            waits, self._waits = self._waits, False
        if waits:
            self.cancel()

    @contextmanager
    def aborting(self, abort: Callable[[], None]) -> Iterator[None]:
        """While inside, `cancel()` also calls `abort` (which must not block or raise)."""
        self.watch(abort)
        try:
            yield
        finally:
            self.unwatch(abort)

    def watch(self, abort: Callable[[], None]) -> None:
        """From now on `cancel()` also calls `abort`. Raises Cancelled if it was called already."""
        with self._lock:
            if not self._cancelled:
                self._aborts.append(abort)
                return
        raise Cancelled

    def unwatch(self, abort: Callable[[], None]) -> None:
        """No more, if it was watched at all."""
        with self._lock:
            if abort in self._aborts:
                self._aborts.remove(abort)


_current: ContextVar[CancelToken | None] = ContextVar("cancel_token", default=None)


def current_token() -> CancelToken | None:
    """The token of the work running in this thread, if any."""
    return _current.get()


class shielded:
    """A cancel of this thread's work waits until the block is over. Raises Cancelled where it
    came before. A class: each small file passes here."""

    __slots__ = ("_token",)

    def __enter__(self) -> None:
        self._token = current_token()
        if self._token is not None:
            self._token.shield()

    def __exit__(self, *_: object) -> None:
        if self._token is not None:
            self._token.unshield()


@contextmanager
def running_under(token: CancelToken) -> Iterator[None]:
    """Make `token` the current one for the block."""
    mark = _current.set(token)
    try:
        yield
    finally:
        _current.reset(mark)
