"""Requests of our own: what a cancel does to one that is being refused."""

from __future__ import annotations

import socket
import threading
from contextlib import closing

import pytest

from explorer.base.cancel import Cancelled, CancelToken, running_under
from explorer.storage.azure.client import open_store
from explorer.storage.connection import parse
from explorer.storage.model import BlobRef
from tests.servers.raw import RawServer, read_request


def test_a_cancel_while_a_refusal_is_read_is_the_cancel() -> None:
    over, token = threading.Event(), CancelToken()

    def script(sock: socket.socket, index: int) -> None:
        read_request(sock)
        sock.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\n<Error>")
        token.cancel()
        over.wait(40)

    with RawServer(script) as server:
        endpoint = f"http://127.0.0.1:{server.port}/acct"
        spec = parse(f"AccountName=acct;AccountKey=a2V5;BlobEndpoint={endpoint}")
        with closing(open_store(spec)) as store, running_under(token):
            try:
                with pytest.raises(Cancelled):
                    store.read_range(BlobRef("c", "b"), 0, 1, lambda at, view: None)
            finally:
                over.set()
