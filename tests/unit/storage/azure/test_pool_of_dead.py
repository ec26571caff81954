"""Kept connections that all died unheard, as after a sleep or in another network."""

from __future__ import annotations

import socket
import threading

import pytest

from explorer.storage.azure.dial import Dialer, Origin
from explorer.storage.azure.pool import Call, Pool
from explorer.storage.azure.wire import ClosedEarly
from tests.servers.raw import RawServer, answer, read_request

KEPT = 3


@pytest.mark.parametrize("dies", [TimeoutError, ClosedEarly])
def test_of_many_dead_connections_only_one_is_met(dies: type[Exception]) -> None:
    over, together = threading.Event(), threading.Barrier(KEPT, timeout=20)

    def script(sock: socket.socket, index: int) -> None:
        """Answers once; to what comes after it says nothing, or closes."""
        read_request(sock)
        if index < KEPT:
            together.wait()
        sock.sendall(answer("200 OK", b"hello"))
        if dies is TimeoutError:
            over.wait(40)
        else:
            read_request(sock)

    dialer = Dialer(proxy="", ca_file="", connect_timeout_s=5, io_timeout_s=3.0)
    pool = Pool(dialer, size=KEPT)
    with RawServer(script) as server:
        call = Call(Origin("http", "127.0.0.1", server.port), "GET", "/", "")

        def ask() -> bytes:
            with pool.exchange(call) as found:
                return bytes(found.read())

        threads = [threading.Thread(target=ask) for _ in range(KEPT)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.connections == KEPT
        try:
            with pytest.raises(dies):
                ask()
            assert ask() == b"hello"
        finally:
            over.set()
            pool.close()
