"""What a connection sends: no more than it is allowed to, and all of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from explorer.storage.azure import wire
from explorer.storage.azure.wire import Connection

HEAD = b"PUT / HTTP/1.1\r\n\r\n"


class Line:
    """A connection, and what came out at its other end."""

    def __init__(self) -> None:
        ours, self._theirs = socket.socketpair()
        self.connection = Connection(ours, 10)
        self.got = bytearray()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        while data := self._theirs.recv(1 << 16):
            self.got += data

    def end(self) -> bytes:
        self.connection.close()
        self._reader.join(10)
        self._theirs.close()
        return bytes(self.got)


@pytest.fixture(params=[True, False], ids=["plain", "as TLS"])
def line(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    monkeypatch.setattr(wire, "_KERNEL_WAITS", request.param)
    made = Line()
    yield made
    made.end()


@pytest.mark.parametrize("size", [1, 1000, wire.JOINED, wire.JOINED + 1, 3_000_000])
@pytest.mark.parametrize("piece", [1000, wire.JOINED, 10**9])
def test_no_more_is_sent_than_is_allowed(line: Line, size: int, piece: int) -> None:
    body = bytes(range(256)) * (size // 256 + 1)
    allowed = sent = 0

    def ahead(wanted: int) -> int:
        nonlocal allowed
        assert wanted == size - sent
        assert allowed == sent, "what was allowed before has left"
        allowed += min(wanted, piece)
        return min(wanted, piece)

    def hear(count: int) -> None:
        nonlocal sent
        sent += count
        assert sent <= allowed

    line.connection.send(HEAD, memoryview(body)[:size], hear, ahead)
    assert sent == size
    assert line.end() == HEAD + body[:size]


def test_a_limit_that_comes_on_the_way_is_felt(line: Line) -> None:
    body = bytes(3_000_000)
    asked: list[int] = []
    told: list[int] = []

    def ahead(wanted: int) -> int:
        asked.append(wanted)
        return 0 if len(asked) == 1 else min(wanted, 100_000)

    line.connection._slice = 1_000_000
    line.connection.send(HEAD, memoryview(body), told.append, ahead)
    assert sum(told) == len(body)
    assert len(asked) > 10
    assert line.end() == HEAD + body


def test_without_anybody_to_ask_all_leaves_at_once(line: Line) -> None:
    told: list[int] = []
    line.connection.send(HEAD, memoryview(bytes(100_000)), told.append)
    assert sum(told) == 100_000
    assert line.end() == HEAD + bytes(100_000)
