"""Answers that claim what cannot be are no success and no crash."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from explorer.base.errors import NetworkError
from explorer.storage.azure.client import StoreOptions, open_store
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.connection import parse
from explorer.storage.model import BlobHeaders, BlobRef, Condition
from tests.servers.raw import RawServer, Script, answer

REF = BlobRef("c", "b")


@contextmanager
def store_of(script: Script) -> Iterator[AzureBlobStore]:
    with RawServer(script) as server:
        store = open_store(
            parse(
                "DefaultEndpointsProtocol=http;AccountName=acct;AccountKey=a2V5;"
                f"BlobEndpoint=http://127.0.0.1:{server.port}/acct"
            ),
            StoreOptions(connect_timeout_s=5.0, io_timeout_s=20.0),
        )
        yield store
        store.close()


def test_a_yes_before_all_of_the_body_went_out_is_not_believed() -> None:
    def script(sock: socket.socket, index: int) -> None:
        sock.recv(65536)
        sock.sendall(answer("201 Created", b"", 'ETag: "1"'))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset

    body = bytes(64 << 20)
    with store_of(script) as store, pytest.raises(NetworkError) as caught:
        store.put_blob(REF, body, headers=BlobHeaders(), condition=Condition.always())
    assert caught.value.may_be_done
