"""Answers that claim what cannot be are no success and no crash."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from explorer.base.errors import (
    IntegrityError,
    NetworkError,
    PreconditionFailedError,
    ServiceError,
)
from explorer.storage.azure import leasing
from explorer.storage.azure.client import StoreOptions, open_store
from explorer.storage.azure.datalake import AzureDirectoryStore
from explorer.storage.azure.history import AzureHistory
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.connection import parse
from explorer.storage.history import Past
from explorer.storage.model import BlobHeaders, BlobRef, Condition, Page
from tests.servers.raw import RawServer, Script, answer, canned, read_request

REF = BlobRef("c", "b")
NONE = frozenset[Past]()


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
        with closing(store):
            yield store


def test_a_yes_before_all_of_the_body_went_out_is_not_believed() -> None:
    def script(sock: socket.socket, index: int) -> None:
        sock.recv(65536)
        sock.sendall(answer("201 Created", b"", 'ETag: "1"'))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset

    body = bytes(64 << 20)
    with store_of(script) as store, pytest.raises(NetworkError) as caught:
        store.put_blob(REF, body, headers=BlobHeaders(), condition=Condition.always())
    assert caught.value.may_be_done


NUMBER = "9" * 5000
"""More digits than Python reads."""

STATES = (
    "<EnumerationResults><Blobs><Blob><Name>b</Name><Properties><RemainingRetentionDays>"
    f"{NUMBER}</RemainingRetentionDays></Properties></Blob></Blobs><NextMarker/>"
    "</EnumerationResults>"
).encode()
PARTS = (
    f"--b\r\nContent-ID: {NUMBER}\r\n\r\nHTTP/1.1 202 Accepted\r\n\r\n\r\n"
    "--b\r\nContent-ID: 1\r\n\r\nHTTP/1.1 202 Accepted\r\n\r\n\r\n--b--"
).encode()


def test_a_size_of_too_many_digits_is_none() -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {NUMBER}\r\n\r\n".encode()
    with store_of(canned(head, head)) as store:
        there = AzureDirectoryStore(store, store.rest)
        for look in (lambda: store.properties(REF), lambda: there.properties("c", "b")):
            with pytest.raises(IntegrityError, match="how large"):
                look()


def test_a_range_of_too_many_digits_is_none() -> None:
    reply = answer("206 P", b"hello", f"Content-Range: bytes 0-4/{NUMBER}")
    with store_of(canned(reply)) as store, pytest.raises(IntegrityError):
        store.read_range(REF, 0, 5, lambda at, view: None)


def test_other_numbers_of_too_many_digits_count_for_nothing() -> None:
    replies = (
        answer("200 OK", b"", f"x-ms-tag-count: {NUMBER}"),
        answer("202 Accepted", b"", f"x-ms-lease-time: {NUMBER}"),
        answer("200 OK", STATES),
        answer("202 Accepted", PARTS, "Content-Type: multipart/mixed; boundary=b"),
    )
    with store_of(canned(*replies)) as store:
        assert store.properties(REF).tag_count == 0
        assert leasing.break_lease(store.rest, REF) == 0
        (state,) = AzureHistory(store).list_states("c", frozenset({Past.DELETED})).states
        assert state.remaining_days == 0
        outcomes = dict(store.delete_blobs("c", ["a", "b"]))
    assert outcomes["b"] is None
    assert isinstance(outcomes["a"], ServiceError)


BLOBS = b"<EnumerationResults><Blobs/><NextMarker>m</NextMarker></EnumerationResults>"
CONTAINERS = b"<EnumerationResults><Containers/><NextMarker>m</NextMarker></EnumerationResults>"


@pytest.mark.parametrize(
    ("reply", "ask"),
    [
        (BLOBS, lambda store, marker: store.list_blobs("c", marker=marker)),
        (CONTAINERS, lambda store, marker: store.list_containers(marker=marker)),
        (BLOBS, lambda store, marker: AzureHistory(store).list_states("c", NONE, marker=marker)),
        (
            CONTAINERS,
            lambda store, marker: AzureHistory(store).list_deleted_containers(marker=marker),
        ),
        (
            b'{"paths": []}',
            lambda store, marker: AzureDirectoryStore(store, store.rest).list_paths(
                "c", marker=marker
            ),
        ),
    ],
    ids=["blobs", "containers", "states", "deleted containers", "paths"],
)
def test_a_page_that_leads_back_to_itself_is_an_error(
    reply: bytes, ask: Callable[[AzureBlobStore, str], Page]
) -> None:
    page = answer("200 OK", reply, "x-ms-continuation: m", "Content-Type: application/json")
    with store_of(canned(page, page)) as store:
        assert ask(store, "").next_marker == "m"
        with pytest.raises(IntegrityError, match="does not go on"):
            ask(store, "m")


def test_what_has_no_etag_is_not_changed_blindly() -> None:
    heads: list[str] = []

    def script(sock: socket.socket, index: int) -> None:
        """Knows no ETag that it is asked for."""
        while head := read_request(sock)[0]:
            heads.append(head)
            is_asked_for = "\r\nif-match: " in head
            is_look = head.startswith("HEAD")
            sock.sendall(answer("200 OK" if is_look else "412 No" if is_asked_for else "202 Yes"))

    with store_of(script) as store:
        found = store.properties(REF)
        with pytest.raises(PreconditionFailedError):
            store.delete_blob(REF, condition=Condition.unchanged(found.etag))
    assert len(heads) == 2
