"""Keep-alive connections for many threads, one exchange at a time on each.

A connection that was closed while it lay idle is noticed before it is used: an
idle one with something to read is closed or broken. Where the close crosses our
request on the way, a request that may be sent again is sent again, once, on a
fresh connection; any other is reported, and the caller finds out what became of it.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable
from dataclasses import field
from functools import partial

from explorer.base.cancel import Cancelled, CancelToken, current_token
from explorer.base.errors import NotAuthorizedError
from explorer.base.records import dataclass
from explorer.storage.api import ahead_of
from explorer.storage.azure.answer import Answer, receive
from explorer.storage.azure.dial import Dialer, Origin
from explorer.storage.azure.wire import ClosedEarly, Connection

IDLE_LIMIT_S = 60.0
_HAS_POLL = hasattr(select, "poll")
LOOKING = frozenset({"GET", "HEAD"})
"""Methods that change nothing."""


@dataclass(slots=True, eq=False)
class Call:
    """One request. `target` is path and query as they go on the wire; `head` the header
    lines, each with its CRLF, without Host."""

    origin: Origin
    method: str
    target: str = field(repr=False)
    head: str = field(repr=False)
    body: memoryview | None = field(default=None, repr=False)
    may_resend: bool = False
    """Whether doing it twice is the same as doing it once."""
    answer_wait_s: float = 0.0
    """Longest wait for the first byte of the answer, where it is longer than usual."""
    is_look: bool = False
    """Whether it changes nothing, whatever its method."""


class Pool:
    """Connections by origin. Safe from many threads."""

    def __init__(self, dialer: Dialer, *, size: int) -> None:
        self._dialer = dialer
        self._size = size
        self._lock = threading.Lock()
        self._idle: dict[Origin, list[Connection]] = {}
        self._in_use: set[Connection] = set()
        self._is_closed = False
        self.guard: Callable[[], str] = lambda: ""
        """Why nothing may be changed at the moment; empty where it may. Any thread asks."""

    def __reduce__(self) -> tuple[Callable[[Dialer], Pool], tuple[Dialer]]:
        """Another process dials for itself, and has no guard."""
        return partial(Pool, size=self._size), (self._dialer,)

    def exchange(self, call: Call, progress: Callable[[int], None] | None = None) -> Answer:
        """Send `call` and read the head of its answer, which the caller must close.

        `progress` hears each byte of the body once, even if it is sent again.
        Raises Cancelled, OSError, WireError, ProxyRefusedError, InputError, and
        NotAuthorizedError for what is more than looking while `guard` has a reason.
        """
        if call.method not in LOOKING and not call.is_look and (reason := self.guard()):
            raise NotAuthorizedError(reason)
        token = current_token()
        if token is not None:
            token.raise_if_cancelled()
        told = progress if progress is None or isinstance(progress, Told) else Told(progress)
        while True:
            connection = self._take(call.origin)
            if connection is None:
                connection = self._dialed(call.origin, token)
            try:
                return self._exchange_on(connection, call, token, told)
            except TimeoutError:
                if connection.is_reused:
                    # After a sleep, or in another network, its neighbours are as dead as it is.
                    self._drop_idle(call.origin)
                raise
            except ClosedEarly as error:
                if token is not None:
                    token.raise_if_cancelled()
                if error.answered or not connection.is_reused:
                    raise
                # Its neighbours in the pool are as old: start afresh.
                self._drop_idle(call.origin)
                if self._is_closed or not call.may_resend:
                    raise
                if told is not None:
                    told.rewind()

    def _exchange_on(
        self,
        connection: Connection,
        call: Call,
        token: CancelToken | None,
        told: Told | None,
    ) -> Answer:
        abort = connection.abort
        try:
            if token is not None:
                token.watch(abort)
            answer = _ask(connection, call, told)
        except BaseException as error:
            if token is not None:
                token.unwatch(abort)
            self._discard(connection)
            if isinstance(error, Exception) and token is not None and token.is_cancelled:
                raise Cancelled from None
            raise

        def finished(is_reusable: bool) -> None:
            if token is not None:
                token.unwatch(abort)
            if is_reusable and not (token is not None and token.is_cancelled):
                self._give_back(connection, call.origin)
            else:
                self._discard(connection)

        answer.finished = finished
        return answer

    def _dialed(self, origin: Origin, token: CancelToken | None) -> Connection:
        try:
            connection = self._dialer.dial(origin)
        except Exception:
            if token is not None and token.is_cancelled:
                raise Cancelled from None
            raise
        with self._lock:
            if not self._is_closed:
                self._in_use.add(connection)
                return connection
        connection.close()
        raise ClosedEarly(False)

    def _take(self, origin: Origin) -> Connection | None:
        """The idle connection used last, if there is one that still lives."""
        while True:
            with self._lock:
                if self._is_closed:
                    raise RuntimeError("the connections are closed")
                kept = self._idle.get(origin)
                if not kept:
                    return None
                connection = kept.pop()
                self._in_use.add(connection)
            age = time.monotonic() - connection.idle_since
            if age < min(connection.lasts_s, IDLE_LIMIT_S) and not is_readable(connection):
                connection.is_reused = True
                return connection
            self._discard(connection)

    def _give_back(self, connection: Connection, origin: Origin) -> None:
        connection.idle_since = time.monotonic()
        with self._lock:
            self._in_use.discard(connection)
            kept = self._idle.setdefault(origin, [])
            if not self._is_closed and len(kept) < self._size:
                kept.append(connection)
                return
        connection.close()

    def _discard(self, connection: Connection) -> None:
        with self._lock:
            self._in_use.discard(connection)
        connection.close()

    def _drop_idle(self, origin: Origin) -> None:
        with self._lock:
            kept = self._idle.pop(origin, [])
        for connection in kept:
            connection.close()

    def close(self) -> None:
        """Close what is idle and abort what is in use. No socket stays behind."""
        with self._lock:
            self._is_closed = True
            kept = [item for some in self._idle.values() for item in some]
            self._idle.clear()
            in_use = list(self._in_use)
        for connection in kept:
            connection.close()
        for connection in in_use:
            connection.abort()


class Told:
    """Counts what was told, so that bytes sent a second time are not told again."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self._progress = progress
        self.ahead = ahead_of(progress)
        self._told = self._at = 0

    def __call__(self, count: int) -> None:
        self._at += count
        if self._at > self._told:
            fresh, self._told = self._at - self._told, self._at
            self._progress(fresh)

    def rewind(self) -> None:
        self._at = 0


def _ask(connection: Connection, call: Call, told: Told | None) -> Answer:
    head = (
        f"{call.method} {connection.absolute_targets}{call.target} HTTP/1.1\r\n"
        f"{connection.own_head}{call.head}\r\n"
    ).encode("ascii")
    try:
        connection.send(head, call.body, told, told.ahead if told is not None else None)
    except OSError as error:
        if isinstance(error, TimeoutError) and not is_readable(connection):
            raise
        # A service that refuses need not take the whole body: its answer may be there. A yes
        # is none to what it does not have.
        try:
            answer = receive(connection, call.method)
        except (OSError, ClosedEarly):
            raise ClosedEarly(False) from error
        if answer.status < 300:
            raise ClosedEarly(False) from error
        answer.forbid_reuse()
        return answer
    return receive(connection, call.method, call.answer_wait_s)


def is_readable(connection: Connection) -> bool:
    """Whether an idle connection has something to read: its end, or what nobody asked for."""
    try:
        descriptor = connection.sock.fileno()
        if descriptor < 0:
            return True
        if _HAS_POLL:
            if connection.idle_poll is None:
                connection.idle_poll = select.poll()
                events = select.POLLIN | select.POLLHUP | select.POLLERR
                connection.idle_poll.register(descriptor, events)
            return bool(connection.idle_poll.poll(0))
        return bool(select.select([descriptor], [], [], 0)[0])
    except (OSError, ValueError):
        return True
