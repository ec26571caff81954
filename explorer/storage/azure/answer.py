"""The answer to a request: its head taken apart, its body while it comes.

Source: RFC 9112, sections 4 to 7. Content is never decoded here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from functools import lru_cache

from explorer.base.known import Known
from explorer.base.patterns import regex
from explorer.storage.azure.wire import (
    ClosedEarly,
    Connection,
    WireError,
    is_close,
    thread_buffer,
)

_NO_BODY = frozenset({204, 304})
_MOST_INTERIM = 20
_MOST_TRAILERS = 100
_CHUNK = regex(rb"[0-9A-Fa-f]{1,15}")
_LONGEST_NUMBER = 18
"""Digits of a length: more is no length of anything."""


def receive(connection: Connection, method: str, wait_s: float = 0.0) -> Answer:
    """The answer to a `method` request just sent; interim ones (1xx) are passed over.

    Raises ClosedEarly, WireError, OSError.
    """
    connection.forget_leftover()
    for _ in range(_MOST_INTERIM):
        head = connection.read_head(wait_s)
        version, status, reason, headers = parse_head(head)
        if status >= 200:
            return Answer(connection, method, version, status, reason, headers, head)
    raise WireError("the answer never comes to the point")


def parse_head(head: bytes) -> tuple[str, int, str, dict[str, str]]:
    """Version, status, reason and headers (lower-case names; repeated ones joined by `, `)."""
    text = head.decode("latin-1")
    lines = text.split("\r\n")
    version, status, reason = _status(lines.pop(0))
    headers = dict(map(_FIELDS.__getitem__, lines))
    if len(headers) < len(lines):
        headers = _joined(lines)
    if not text.isascii():
        for name, value in headers.items():
            with contextlib.suppress(UnicodeDecodeError):
                headers[name] = value.encode("latin-1").decode("utf-8")
    return version, status, reason, headers


@lru_cache(64)
def _status(line: str) -> tuple[str, int, str]:
    """Version, status and reason of the first line."""
    version, _, rest = line.partition(" ")
    code, _, reason = rest.partition(" ")
    if not version.startswith("HTTP/1.") or len(code) != 3 or not is_number(code):
        raise WireError("the answer is not HTTP")
    return version, int(code), reason


def _joined(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in map(_field, lines):
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _field(line: str) -> tuple[str, str]:
    """Name and value of a header line."""
    name, colon, value = line.partition(":")
    if not colon or not name or name[0] in " \t":
        raise WireError("the answer has a malformed header")
    return name.lower(), value.strip(" \t")


_FIELDS = Known(_field, 512)
"""Those of one service's answers are much the same ones."""


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
        self.is_at_end = False
        """Whether all of the body was read."""
        if method == "HEAD" or status in _NO_BODY:
            self.is_at_end = True
        elif (encoding := headers.get("transfer-encoding")) is not None:
            if encoding.lower() != "chunked":
                raise WireError("the answer has a transfer encoding that nobody asked for")
            self._is_chunked = True
        elif (length := headers.get("content-length")) is not None:
            if not is_number(length):
                raise WireError("the answer has an impossible length")
            self.length = self._left = int(length)
            self.is_at_end = self._left == 0
        else:
            self._left = None
            self._keeps = False

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
            finished(self.is_at_end and self._keeps and not self._connection.has_leftover)

    def read_into(self, view: memoryview) -> int:
        """Some bytes of the body into `view`; 0 only at its end.

        Raises ClosedEarly when the body is shorter than promised.
        """
        if self.is_at_end or not view:
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
            self.is_at_end = not count
        elif not count:
            raise ClosedEarly(True)
        else:
            self._left = left - count
            if self._is_chunked:
                if not self._left and self._connection.read_line():
                    raise WireError("a chunk of the answer is longer than it said")
            else:
                self.is_at_end = not self._left
        return count

    def _next_chunk(self) -> bool:
        line = self._connection.read_line().partition(b";")[0].strip()
        if _CHUNK.fullmatch(line) is None:
            raise WireError("a chunk of the answer has no length")
        self._left = int(line, 16)
        if self._left:
            return True
        for _ in range(_MOST_TRAILERS):
            if not self._connection.read_line():
                self.is_at_end = True
                return False
        raise WireError("the answer has too many trailers")

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


def is_number(text: str) -> bool:
    """Whether it is one in the digits of ASCII, and no longer than makes sense."""
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER


def _keep_alive_s(hint: str) -> float:
    """Seconds from `timeout=5, max=100`, less one for the way."""
    for part in hint.split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "timeout" and is_number(value):
            return max(0.0, int(value) - 1.0)
    return 60.0
