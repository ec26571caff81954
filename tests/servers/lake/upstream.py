"""The emulator behind the lake: requests signed with its key, over connections kept alive."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from urllib.parse import quote

from tests.servers.lake.messages import (
    HEAD_LIMIT,
    BrokenMessageError,
    Reply,
    Request,
    body_of,
    parse_headers,
)
from tests.servers.lake.sas import reading_sas
from tests.servers.lake.sharedkey import authorization

_IDLE_S = 2.0
"""Shorter than the emulator keeps an idle connection."""
VERSION = "2021-12-02"
_OURS = {"connection", "transfer-encoding", "keep-alive", "date", "server", "x-ms-request-id"}
_OURS |= {"x-ms-client-request-id", "x-ms-version"}


class _Line:
    """A connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.freed_s = 0.0
        self.is_used = False


class Upstream:
    """The blob emulator at `port`; used on one event loop."""

    def __init__(self, port: int, account: str, key: bytes) -> None:
        self.port = port
        self.account = account
        self._key = key
        self._idle: list[_Line] = []
        self._open: set[_Line] = set()

    def readable_url(self, path: str) -> str:
        """Where a copy reads from, with leave to do so for an hour."""
        sas = reading_sas(self.account, self._key, datetime.now(UTC) + timedelta(hours=1))
        return f"http://127.0.0.1:{self.port}/{self.account}/{path}?{sas}"

    async def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Reply:
        """The emulator's answer, its body whole. `path` is decoded, below the account."""
        reply = await self.stream(method, path, query, headers, body)
        await reply.whole()
        return reply

    async def stream(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Reply:
        """The emulator's answer, its body in pieces that must be read to their end."""
        if not isinstance(query, str):
            query = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        sent = {"x-ms-version": VERSION, **(headers or {})}
        sent["host"] = f"127.0.0.1:{self.port}"
        sent["x-ms-date"] = formatdate(usegmt=True)
        sent["content-length"] = str(len(body))
        request = Request(method, quote(f"/{self.account}/{path}"), query, sent)
        sent["authorization"] = authorization(self.account, self._key, request)
        lines = [f"{method} {request.path}{'?' + query if query else ''} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in sent.items()]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        while True:
            line = await self._line()
            try:
                line.writer.write(head)
                line.writer.write(body)
                await line.writer.drain()
                answered = await line.reader.readuntil(b"\r\n\r\n")
                break
            except (ConnectionError, asyncio.IncompleteReadError) as error:
                self._end(line)
                if not line.is_used:
                    raise BrokenMessageError(f"the emulator closed: {error!r}") from error
        first, *rest = answered.decode("latin-1").split("\r\n")
        status, found = int(first.split(" ")[1]), parse_headers(rest)
        has_body = method != "HEAD" and status not in (204, 304)
        pieces = self._pieces(line, found, has_body)
        kept = {name: value for name, value in found.items() if name not in _OURS}
        return Reply(status, kept, pieces=pieces)

    async def _pieces(
        self, line: _Line, headers: dict[str, str], has_body: bool
    ) -> AsyncIterator[bytes]:
        is_done = False
        try:
            if has_body:
                async for piece in body_of(line.reader, headers):
                    yield piece
            is_done = True
        finally:
            if is_done and headers.get("connection", "").lower() != "close":
                line.freed_s, line.is_used = time.monotonic(), True
                self._idle.append(line)
            else:
                self._end(line)

    async def _line(self) -> _Line:
        while self._idle:
            line = self._idle.pop()
            if time.monotonic() - line.freed_s < _IDLE_S and not line.reader.at_eof():
                return line
            self._end(line)
        line = _Line(*await asyncio.open_connection("127.0.0.1", self.port, limit=HEAD_LIMIT))
        self._open.add(line)
        return line

    def _end(self, line: _Line) -> None:
        self._open.discard(line)
        line.writer.close()

    async def close(self) -> None:
        """End every connection, also those whose request was given up."""
        self._idle.clear()
        for line in list(self._open):
            self._end(line)
            with suppress(ConnectionError):
                await line.writer.wait_closed()
