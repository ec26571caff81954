"""One HTTP/1.1 connection: requests out in slices, answers in through reused buffers.

Why not `http.client`: it reads headers with the email parser, 0.2 ms an answer,
and importing it costs 15 ms at every start. What is here follows RFC 9112 for a
client: no pipelining, no redirects, no content decoding.

Every socket operation waits at most `io_timeout_s`, so the time-out is a watchdog
for *no progress*, however long the whole transfer takes. A connection belongs to
one thread at a time; `abort` may be called from any.
"""

from __future__ import annotations

import contextlib
import mmap
import select
import socket
import struct
import sys
import threading
from collections.abc import Callable
from typing import Any

SLICE = 512 * 1024
"""Bytes of a thread's buffer, and of one read."""

PLAIN_SLICE = 8 << 20
TLS_SLICE = 128 * 1024
"""Bytes handed to one send. A plain socket takes what there is room for and returns; TLS
returns when all of it is gone, so that its time-out covers the whole slice."""

JOINED = 64 * 1024
"""Bodies up to this size leave together with their head."""

HEAD_LIMIT = 64 * 1024

HEAD_READ = 16 * 1024
"""Asked for at a time while a head comes: what of the body comes with it is copied once more."""


_KERNEL_WAITS = sys.platform == "linux"
"""Whether a plain socket may wait in the kernel (SO_RCVTIMEO, see socket(7)): one system call
where Python's own time-outs take two, and each gives the interpreter away and wants it back."""


class WireError(Exception):
    """What came is not an HTTP answer."""


class ClosedEarly(WireError):
    """The other side closed before the answer was complete; `answered` if it had begun."""

    def __init__(self, answered: bool) -> None:
        super().__init__("the connection was closed before the answer was complete")
        self.answered = answered


def is_close(error: OSError) -> bool:
    """Whether the other side went away, politely or not (TLS without its goodbye included)."""
    return isinstance(error, ConnectionError) or type(error).__name__ == "SSLEOFError"


_local = threading.local()


def thread_buffer() -> memoryview:
    """A buffer of `SLICE` bytes that this thread uses again and again."""
    view: memoryview | None = getattr(_local, "view", None)
    if view is None:
        # Of a map only what was written to takes memory: many threads never need much of it.
        view = _local.view = memoryview(mmap.mmap(-1, SLICE))
    return view


class Connection:
    """A connected socket and what was received beyond the last thing read."""

    __slots__ = (
        "_buffer",
        "_end",
        "_is_plain",
        "_pending",
        "_slice",
        "_start",
        "_timeout_s",
        "_view",
        "absolute_targets",
        "idle_poll",
        "idle_since",
        "is_reused",
        "lasts_s",
        "own_head",
        "sock",
    )

    def __init__(self, sock: socket.socket, io_timeout_s: float) -> None:
        self.sock = sock
        self.is_reused = False
        self.idle_poll: Any = None
        """Asks whether there is something to read while it lies idle."""
        self.idle_since = 0.0
        self.lasts_s = 60.0
        """How long it may lie idle and still be trusted."""
        self.absolute_targets = ""
        """`http://host:port` before each target, where a proxy is asked."""
        self.own_head = ""
        """Header lines of every request on it: Host, and what the proxy wants."""
        self._timeout_s = io_timeout_s
        # By its ways, since the type would take importing ssl.
        self._pending: Callable[[], int] | None = getattr(sock, "pending", None)
        self._is_plain = self._pending is None and _KERNEL_WAITS
        self._slice = TLS_SLICE if self._pending is not None else PLAIN_SLICE
        self._wait_at_most(io_timeout_s)
        self._buffer = bytearray(HEAD_LIMIT)
        self._view = memoryview(self._buffer)
        self._start = self._end = 0

    def _wait_at_most(self, timeout_s: float) -> None:
        if not self._is_plain:
            self.sock.settimeout(timeout_s)
            return
        span = struct.pack("@ll", int(timeout_s), int(timeout_s % 1 * 1_000_000))
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, span)
        self.sock.settimeout(None)

    def abort(self) -> None:
        """Wake whoever waits on this connection. Safe from any thread, never blocks.

        Not `SSLSocket.shutdown`, which would turn the socket into a plain one under
        the feet of the thread that writes to it.
        """
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.sock.close()

    # -- out ------------------------------------------------------------------

    def send(
        self,
        head: bytes,
        body: memoryview | None = None,
        sent: Callable[[int], None] | None = None,
        ahead: Callable[[int], int] | None = None,
    ) -> None:
        """Send a request; `sent` hears how many bytes of the body went out, `ahead` is asked
        before (see `storage.api.Ahead`)."""
        if body is None or not body.nbytes:
            over = self._send_some(head[: self._slice]) - len(head)
            if over < 0:
                self._send_all(memoryview(head)[over:])
            return
        at, size, most = 0, body.nbytes, self._slice
        allowed = ahead(size) if ahead is not None else 0
        if self._is_plain:
            over = self._send_some(head, body[: min(allowed, most) or most]) - len(head)
            if over < 0:
                self._send_all(memoryview(head)[over:])
            elif over:
                at = over
                allowed = max(0, allowed - over)
                if sent is not None:
                    sent(at)
        elif size <= JOINED and allowed in (0, size):
            self._send_all(memoryview(b"".join((head, body))))
            if sent is not None:
                sent(size)
            return
        else:
            self._send_all(memoryview(head))
        while at < size:
            if not allowed and ahead is not None:
                allowed = ahead(size - at)
            count = self._send_some(body[at : at + (min(allowed, most) or most)])
            at += count
            allowed = max(0, allowed - count)
            if sent is not None:
                sent(count)

    def _send_all(self, data: memoryview) -> None:
        while data:
            data = data[self._send_some(data[: self._slice]) :]

    def _send_some(self, *pieces: bytes | memoryview) -> int:
        """What there is room for; waits until there is some. One piece, unless it is plain."""
        if not self._is_plain:
            return self.sock.send(pieces[0])
        while True:
            try:
                return self.sock.sendmsg(pieces, (), socket.MSG_DONTWAIT)
            except BlockingIOError:
                poll = select.poll()
                poll.register(self.sock, select.POLLOUT)
                if not poll.poll(self._timeout_s * 1000):
                    raise TimeoutError("the other side takes nothing any more") from None

    # -- in -------------------------------------------------------------------

    def read_head(self, wait_s: float = 0.0) -> bytes:
        """The head of the next answer, without the empty line at its end.

        `wait_s` replaces the time-out where the service may have much to do before it
        answers. Raises ClosedEarly, WireError, OSError.
        """
        if wait_s <= self._timeout_s:
            return self._read_head()
        self._wait_at_most(wait_s)
        try:
            return self._read_head()
        finally:
            self._wait_at_most(self._timeout_s)

    def forget_leftover(self) -> None:
        """What came beyond the last answer is not part of the next."""
        self._start = self._end = 0

    def _read_head(self) -> bytes:
        buffer = self._buffer
        while True:
            at = buffer.find(b"\r\n\r\n", self._start, self._end)
            if at >= 0:
                head = bytes(self._view[self._start : at])
                self._start = at + 4
                return head
            if self._end == HEAD_LIMIT:
                if not self._start:
                    raise WireError("the head of the answer is too long")
                self._move_up()
            try:
                count = self._receive(self._view[self._end : self._end + HEAD_READ])
            except OSError as error:
                if is_close(error):
                    raise ClosedEarly(self._end > self._start) from error
                raise
            if not count:
                raise ClosedEarly(self._end > self._start)
            self._end += count

    def _receive(self, view: memoryview) -> int:
        try:
            return self.sock.recv_into(view)
        except BlockingIOError:
            raise TimeoutError("nothing came any more") from None

    def read_line(self) -> bytes:
        """One line of chunked framing, without its CRLF."""
        buffer = self._buffer
        while True:
            at = buffer.find(b"\r\n", self._start, self._end)
            if at >= 0:
                line = bytes(self._view[self._start : at])
                self._start = at + 2
                return line
            if self._start:
                self._move_up()
            if self._end == HEAD_LIMIT:
                raise WireError("a line of the answer is too long")
            try:
                count = self._receive(self._view[self._end :])
            except OSError as error:
                if is_close(error):
                    raise ClosedEarly(True) from error
                raise
            if not count:
                raise ClosedEarly(True)
            self._end += count

    def _move_up(self) -> None:
        rest = bytes(self._view[self._start : self._end])
        self._view[: len(rest)] = rest
        self._start, self._end = 0, len(rest)

    def read_into(self, view: memoryview) -> int:
        """Bytes that are there already, else at most one receive. 0 when closed."""
        ready = self._end - self._start
        if ready:
            count = min(ready, view.nbytes)
            view[:count] = self._view[self._start : self._start + count]
            self._start += count
            return count
        return self._receive(view)

    @property
    def has_leftover(self) -> bool:
        """Whether something came that was not read: here, or in what TLS has decrypted."""
        return self._end > self._start or (self._pending is not None and self._pending() > 0)
