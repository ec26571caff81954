"""Plumbing of servers that stand before the emulator: HTTP/1.1 in, HTTP/1.1 out.

Bodies are held whole in memory: these servers are for what tests send, not for gibibytes.
`FrontServer` takes requests on loopback, one thread a connection, and hands each to an
`answer` function; `Backend` puts requests to the emulator, as they came or signed anew.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import BinaryIO, Self
from urllib.parse import unquote, unquote_plus

from explorer.service.emulator import Emulator
from explorer.storage.azure.dates import http_date
from explorer.storage.azure.signing import query_text, signer_for
from explorer.storage.connection_spec import SharedKey
from tests.servers.raw import RawServer

API_VERSION = "2023-11-03"
_OF_THE_CONNECTION = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "content-length", "date"}
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `path` is encoded, as it came; header names have small letters."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    spelled: Mapping[str, str] = field(default_factory=dict, repr=False)
    """How header names were written, by their small letters."""

    @property
    def parameters(self) -> dict[str, str]:
        """The query, decoded; names in small letters."""
        pairs = (part.partition("=") for part in self.query.split("&") if part)
        return {unquote_plus(name).lower(): unquote_plus(value) for name, _, value in pairs}

    @property
    def segments(self) -> tuple[str, str, str]:
        """Account, container and blob of the path, decoded; empty where there is none."""
        account, _, rest = self.path.lstrip("/").partition("/")
        container, _, blob = rest.partition("/")
        return unquote(account), unquote(container), unquote(blob)

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; header names have small letters."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    spelled: Mapping[str, str] = field(default_factory=dict, repr=False)
    """How header names are written, by their small letters."""

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    def with_headers(self, **changes: str) -> Reply:
        """Underscores in names are hyphens; an empty value takes a header away."""
        headers = dict(self.headers)
        for name, value in changes.items():
            key = name.replace("_", "-")
            headers.pop(key, None)
            if value:
                headers[key] = value
        return replace(self, headers=headers)


def refused(status: int, code: str, message: str) -> Reply:
    """An error as the service words it."""
    text = (
        f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code>'
        f"<Message>{message}</Message></Error>"
    )
    return Reply(
        status,
        {
            "x-ms-error-code": code,
            "content-type": "application/xml",
            "x-ms-request-id": "front",
            "x-ms-version": API_VERSION,
        },
        text.encode(),
    )


class DroppedError(Exception):
    """The answer is kept back on purpose."""


class FrontServer(RawServer):
    """Answers on loopback from `__enter__` to `__exit__`. What `answer` raises closes the
    connection and is kept in `troubles`."""

    def __init__(
        self, answer: Callable[[Request], Reply], *, tls: ssl.SSLContext | None = None
    ) -> None:
        self.troubles: list[Exception] = []
        self._answer = answer
        super().__init__(self._converse, tls=tls)

    def _converse(self, sock: socket.socket, _: int) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with sock.makefile("rb") as lines:
            while (request := _read(lines)) is not None:
                try:
                    reply = self._answer(request)
                except DroppedError as dropped:
                    raise OSError("the answer is dropped") from dropped
                except Exception as trouble:
                    self.troubles.append(trouble)
                    raise OSError("the answer failed") from trouble
                sock.sendall(_written(request, reply))


class Front(ABC):
    """A server whose subclass answers, from `__enter__` to `__exit__`, which raises the first
    trouble that an answer met."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self._server = FrontServer(self.answer, tls=tls)

    @property
    def port(self) -> int:
        return self._server.port

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.__exit__(kind, error, trace)
        if error is None and self._server.troubles:
            raise self._server.troubles[0]

    @abstractmethod
    def answer(self, request: Request) -> Reply:
        """In a thread of the connection. DroppedError: the connection ends without a word."""


def _read(lines: BinaryIO) -> Request | None:
    first = lines.readline()
    if not first.strip():
        return None
    method, target, _ = first.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    spelled: dict[str, str] = {}
    while (line := lines.readline()) not in (b"\r\n", b""):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
        spelled[name.lower()] = name
    body = lines.read(int(headers.get("content-length", "0") or "0"))
    path, _, query = target.partition("?")
    return Request(method, path, query, headers, body, spelled)


def _written(request: Request, reply: Reply) -> bytes:
    headers = {n: v for n, v in reply.headers.items() if n not in _OF_THE_CONNECTION}
    headers["date"] = http_date(time.time())
    length = str(len(reply.body))
    if request.method == "HEAD":
        length = reply.headers.get("content-length", "0")
    if reply.status not in (204, 304):
        headers["content-length"] = length
    lines = [f"HTTP/1.1 {reply.status} {http.client.responses.get(reply.status, 'Status')}"]
    lines += [f"{reply.spelled.get(name, name)}: {value}" for name, value in headers.items()]
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    return head if request.method == "HEAD" else head + reply.body


class Backend:
    """The emulator behind. Safe from many threads: each request has its own connection.

    `trust` is for one that speaks https."""

    def __init__(self, emulator: Emulator, *, trust: ssl.SSLContext | None = None) -> None:
        self._trust = trust
        self.account = emulator.accounts[0]
        self._emulator = emulator
        self.signer = signer_for(SharedKey(self.account.name, self.account.key))

    @property
    def port(self) -> int:
        return self._emulator.port

    def connection_string(self, port: int) -> str:
        """That of the emulator, through a server on `port`."""
        return self._emulator.connection_string.replace(f":{self.port}/", f":{port}/")

    def forward(self, request: Request) -> Reply:
        """The very request, its signature included."""
        names = request.spelled
        headers = {names.get(n, n): v for n, v in request.headers.items() if n != "connection"}
        target = f"{request.path}?{request.query}" if request.query else request.path
        return self._exchange(request.method, target, headers, request.body)

    def signed(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        spelled: Mapping[str, str] | None = None,
    ) -> Reply:
        """A request by the account's key. `path` is encoded, from the account on."""
        dropped = ("authorization", "date", "connection", "host", "content-length")
        fields = {n: v for n, v in (headers or {}).items() if n not in dropped}
        fields["x-ms-date"] = http_date(time.time())
        fields.setdefault("x-ms-version", API_VERSION)
        if method in ("PUT", "POST"):
            fields["content-length"] = str(len(body))
        query = self.signer.sign(method, path, query_text(parameters or {}), fields)
        names = spelled or {}
        sent = {names.get(n, n): v for n, v in fields.items()}
        return self._exchange(method, f"{path}?{query}" if query else path, sent, body)

    def connect(self) -> http.client.HTTPConnection:
        """A connection of its own, which the caller closes."""
        if self._trust is None:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=self._trust)

    def _exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        connection = self.connect()
        try:
            has_host = any(name.lower() == "host" for name in headers)
            connection.putrequest(method, target, skip_host=has_host, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value.encode("latin-1"))
            connection.endheaders(body or None)
            answer = connection.getresponse()
            data = answer.read()
            pairs = answer.getheaders()
            found = {name.lower(): value for name, value in pairs}
            return Reply(answer.status, found, data, {name.lower(): name for name, _ in pairs})
        finally:
            connection.close()


class Standing(Front):
    """A front that stands before the emulator, with `_backend` for what it leaves to that.

    `tls` is spoken here, `trust` is for an emulator that speaks https.
    """

    def __init__(
        self,
        emulator: Emulator,
        *,
        tls: ssl.SSLContext | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(tls=tls)
        self._backend = Backend(emulator, trust=trust)

    @property
    def connection_string(self) -> str:
        return self._backend.connection_string(self.port)
