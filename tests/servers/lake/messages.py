"""HTTP/1.1 as the lake server speaks it: a request read whole, a reply written whole or in pieces.

Bodies of requests are held in memory. Replies are whole bytes, or pieces that come as
they are read from the emulator.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from urllib.parse import unquote, unquote_plus

HEAD_LIMIT = 256 * 1024
META = "x-ms-meta-"
_PIECE = 256 * 1024


class BrokenMessageError(Exception):
    """The peer closed in the middle, or what came is no HTTP."""


@dataclass(slots=True)
class Request:
    """A request; header names are as `header_key` has them, `path` and `query` as sent."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = field(default=b"", repr=False)

    @property
    def params(self) -> dict[str, str]:
        """The query's values, decoded; names in lower case, the first of each."""
        found: dict[str, str] = {}
        for part in self.query.split("&"):
            name, _, value = part.partition("=")
            if name:
                found.setdefault(unquote_plus(name).lower(), unquote(value))
        return found

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


@dataclass(slots=True)
class Reply:
    """An answer. `pieces` in place of `body` where it is handed on as it comes; its head
    then says the length."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    pieces: AsyncIterator[bytes] | None = None

    async def whole(self) -> bytes:
        if self.pieces is not None:
            self.body = b"".join([piece async for piece in self.pieces])
            self.pieces = None
        return self.body


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request; None where the client closed between two. Raises BrokenMessageError."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as ended:
        if ended.partial:
            raise BrokenMessageError("closed within a head") from None
        return None
    except (asyncio.LimitOverrunError, ConnectionError) as error:
        raise BrokenMessageError(str(error)) from error
    first, *lines = head.decode("latin-1").split("\r\n")
    try:
        method, target, _ = first.split(" ", 2)
    except ValueError:
        raise BrokenMessageError(first) from None
    headers = parse_headers(lines)
    if target.startswith("http://"):
        target = "/" + target.split("/", 3)[3]
    path, _, query = target.partition("?")
    return Request(
        method, path, query, headers, b"".join([p async for p in body_of(reader, headers)])
    )


def parse_headers(lines: list[str]) -> dict[str, str]:
    """Header lines by name, as `header_key` has it."""
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers[header_key(name.strip())] = value.strip()
    return headers


def header_key(name: str) -> str:
    """A header's name in lower case, but for the name of metadata, which keeps its own."""
    low = name.lower()
    return META + name[len(META) :] if low.startswith(META) else low


async def body_of(reader: asyncio.StreamReader, headers: dict[str, str]) -> AsyncIterator[bytes]:
    """The body that belongs to a head, chunked or by length. Raises BrokenMessageError."""
    try:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            while True:
                size = int((await reader.readline()).split(b";")[0], 16)
                if size:
                    yield await reader.readexactly(size)
                await reader.readexactly(2)
                if not size:
                    return
        left = int(headers.get("content-length", "0"))
        while left:
            piece = await reader.read(min(left, _PIECE))
            if not piece:
                raise BrokenMessageError("closed within a body")
            left -= len(piece)
            yield piece
    except (asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
        raise BrokenMessageError(str(error)) from error


def head_of(reply: Reply, request: Request) -> bytes:
    """The reply's head with what every answer of the service has."""
    headers = {
        "Server": "Quayside-Lake/1.0",
        "x-ms-request-id": str(uuid.uuid4()),
        "x-ms-version": request.header("x-ms-version") or "2021-12-02",
        "Date": formatdate(usegmt=True),
    }
    asked = request.header("x-ms-client-request-id")
    if asked:
        headers["x-ms-client-request-id"] = asked
    headers |= reply.headers
    names = {name.lower() for name in headers}
    if "content-length" not in names and "transfer-encoding" not in names:
        headers["Content-Length"] = str(len(reply.body))
    lines = [f"HTTP/1.1 {reply.status} {_reason(reply.status)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
