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
import socket
import threading
from collections.abc import Callable, Mapping

SLICE = 512 * 1024
"""Bytes handed to one send: few calls, yet the time-out covers only these."""

JOINED = 64 * 1024
"""Bodies up to this size leave together with their head."""

HEAD_LIMIT = 64 * 1024

_NO_BODY = frozenset({204, 304})


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
        view = _local.view = memoryview(bytearray(SLICE))
    return view


class Connection:
    """A connected socket and what was received beyond the last thing read."""

    __slots__ = (
        "_buffer",
        "_end",
        "_start",
        "_timeout_s",
        "absolute_targets",
        "extra_head",
        "idle_since",
        "is_reused",
        "lasts_s",
        "sock",
    )

    def __init__(self, sock: socket.socket, io_timeout_s: float) -> None:
        sock.settimeout(io_timeout_s)
        self.sock = sock
        self.is_reused = False
        self.idle_since = 0.0
        self.lasts_s = 60.0
        """How long it may lie idle and still be trusted."""
        self.absolute_targets = ""
        """`http://host:port` before each target, where a proxy is asked."""
        self.extra_head = b""
        """Header lines for the proxy."""
        self._timeout_s = io_timeout_s
        self._buffer = bytearray(HEAD_LIMIT)
        self._start = self._end = 0

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
    ) -> None:
        """Send a request; `sent` hears how many bytes of the body went out."""
        if body is None or not body.nbytes:
            self._send_all(memoryview(head))
            return
        if body.nbytes <= JOINED:
            self._send_all(memoryview(b"".join((head, body))))
            if sent is not None:
                sent(body.nbytes)
            return
        self._send_all(memoryview(head))
        sock_send = self.sock.send
        at, size = 0, body.nbytes
        while at < size:
            count = sock_send(body[at : at + SLICE])
            at += count
            if sent is not None:
                sent(count)

    def _send_all(self, data: memoryview) -> None:
        while data:
            data = data[self.sock.send(data[:SLICE]) :]

    # -- in -------------------------------------------------------------------

    def receive(self, method: str, wait_s: float = 0.0) -> Answer:
        """Read the head of the answer to a `method` request.

        `wait_s` replaces the time-out for the first byte, where the service may
        have much to do before it answers.
        """
        self._start = self._end = 0
        if wait_s > self._timeout_s:
            self.sock.settimeout(wait_s)
        try:
            while True:
                head = self._read_head()
                self.sock.settimeout(self._timeout_s)
                version, status, reason, headers = parse_head(head)
                if status >= 200:
                    return Answer(self, method, version, status, reason, headers, head)
        except OSError as error:
            if is_close(error):
                raise ClosedEarly(self._end > 0) from error
            raise

    def _read_head(self) -> bytes:
        buffer = self._buffer
        while True:
            at = buffer.find(b"\r\n\r\n", self._start, self._end)
            if at >= 0:
                head = bytes(buffer[self._start : at])
                self._start = at + 4
                return head
            if self._end == HEAD_LIMIT:
                raise WireError("the head of the answer is too long")
            if not self._fill():
                raise ClosedEarly(self._end > self._start)

    def _fill(self) -> int:
        count = self.sock.recv_into(memoryview(self._buffer)[self._end :])
        self._end += count
        return count

    def read_line(self) -> bytes:
        """One line of chunked framing, without its CRLF."""
        buffer = self._buffer
        while True:
            at = buffer.find(b"\r\n", self._start, self._end)
            if at >= 0:
                line = bytes(buffer[self._start : at])
                self._start = at + 2
                return line
            if self._start:
                rest = bytes(buffer[self._start : self._end])
                buffer[: len(rest)] = rest
                self._start, self._end = 0, len(rest)
            if self._end == HEAD_LIMIT:
                raise WireError("a line of the answer is too long")
            if not self._fill():
                raise ClosedEarly(True)

    def read_into(self, view: memoryview) -> int:
        """Bytes that are there already, else at most one receive. 0 when closed."""
        ready = self._end - self._start
        if ready:
            count = min(ready, view.nbytes)
            view[:count] = memoryview(self._buffer)[self._start : self._start + count]
            self._start += count
            return count
        return self.sock.recv_into(view)

    @property
    def has_leftover(self) -> bool:
        return self._end > self._start


def parse_head(head: bytes) -> tuple[str, int, str, dict[str, str]]:
    """Version, status, reason and headers (lower-case names; repeated ones joined by `, `)."""
    text = head.decode("latin-1")
    lines = text.split("\r\n")
    version, _, rest = lines[0].partition(" ")
    code, _, reason = rest.partition(" ")
    if not version.startswith("HTTP/1.") or len(code) != 3 or not code.isdigit():
        raise WireError("the answer is not HTTP")
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not name or name[0] in " \t":
            raise WireError("the answer has a malformed header")
        name = name.lower()
        value = value.strip(" \t")
        if name in headers:
            value = f"{headers[name]}, {value}"
        headers[name] = value
    if not text.isascii():
        for name, value in headers.items():
            with contextlib.suppress(UnicodeDecodeError):
                headers[name] = value.encode("latin-1").decode("utf-8")
    return version, int(code), reason, headers


class Answer:
    """The head of an answer, and its body while it comes.

    `finished` is called exactly once, with whether the connection can be used
    again; leaving the `with` block of an unread answer closes the connection.
    """

    def __init__(
        self,
        connection: Connection,
        method: str,
        version: str,
        status: int,
        reason: str,
        headers: dict[str, str],
        head: bytes = b"",
    ) -> None:
        self.status = status
        self.reason = reason
        self.headers: Mapping[str, str] = headers
        self.length: int | None = None
        """Bytes of the body, where the answer says so beforehand."""
        self.finished: Callable[[bool], None] | None = None
        self._connection = connection
        self._head = head
        self._is_chunked = False
        self._left: int | None = 0
        keep = headers.get("connection", "").lower()
        self._keeps = "close" not in keep if version == "HTTP/1.1" else "keep-alive" in keep
        hint = headers.get("keep-alive")
        if hint is not None:
            connection.lasts_s = _keep_alive_s(hint)
        if method == "HEAD" or status in _NO_BODY:
            self._is_done = True
        elif headers.get("transfer-encoding", "").lower() == "chunked":
            self._is_chunked = True
            self._is_done = False
        elif (length := headers.get("content-length")) is not None:
            if not length.isdecimal():
                raise WireError("the answer has an impossible length")
            self.length = self._left = int(length)
            self._is_done = self._left == 0
        else:
            self._left = None
            self._keeps = self._is_done = False

    def forbid_reuse(self) -> None:
        """Its connection is not to be used again, whatever the headers say."""
        self._keeps = False

    @property
    def spelled(self) -> dict[str, str]:
        """Names of the headers as they were written, by their small letters."""
        names = (line.partition(b":")[0].decode("latin-1") for line in self._head.split(b"\r\n"))
        return {name.lower(): name for name in names}

    def __enter__(self) -> Answer:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back if the body was read to its end, else close it."""
        finished, self.finished = self.finished, None
        if finished is not None:
            finished(self._is_done and self._keeps and not self._connection.has_leftover)

    def read_into(self, view: memoryview) -> int:
        """Some bytes of the body into `view`; 0 only at its end.

        Raises ClosedEarly when the body is shorter than promised.
        """
        if self._is_done or not view:
            return 0
        if self._is_chunked and not self._left and not self._next_chunk():
            return 0
        left = self._left
        try:
            count = self._connection.read_into(view if left is None else view[:left])
        except OSError as error:
            if is_close(error):
                raise ClosedEarly(True) from error
            raise
        if left is None:
            self._is_done = not count
        elif not count:
            raise ClosedEarly(True)
        else:
            self._left = left - count
            if self._is_chunked:
                if not self._left and self._connection.read_line():
                    raise WireError("a chunk of the answer is longer than it said")
            else:
                self._is_done = not self._left
        return count

    def _next_chunk(self) -> bool:
        line = self._connection.read_line().partition(b";")[0].strip()
        try:
            self._left = int(line, 16)
        except ValueError:
            raise WireError("a chunk of the answer has no length") from None
        if self._left:
            return True
        while self._connection.read_line():
            pass  # trailers
        self._is_done = True
        return False

    def read(self, limit: int = 1 << 30) -> bytearray:
        """The whole body. Raises WireError when it is longer than `limit`."""
        if self.length is not None and not self._is_chunked:
            if self.length > limit:
                raise WireError("the answer is too long")
            body = bytearray(self.length)
            view, at = memoryview(body), 0
            while at < self.length:
                at += self.read_into(view[at:])
            return body
        body = bytearray()
        buffer = thread_buffer()
        while count := self.read_into(buffer):
            body += buffer[:count]
            if len(body) > limit:
                raise WireError("the answer is too long")
        return body


def _keep_alive_s(hint: str) -> float:
    """Seconds from `timeout=5, max=100`, less one for the way."""
    for part in hint.split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "timeout" and value.isdecimal():
            return max(0.0, int(value) - 1.0)
    return 60.0
