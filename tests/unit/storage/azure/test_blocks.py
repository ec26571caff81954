"""How a block is checked on arrival, by services that know CRC64 and by those that do not."""

from __future__ import annotations

import base64
import hashlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from explorer.base.errors import IntegrityError, StorageError
from explorer.storage.azure.client import StoreOptions, open_store
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.connection import parse
from explorer.storage.crc64 import crc64_of
from explorer.storage.model import BlobRef, Crc64, Md5
from tests.servers.raw import RawServer, answer, read_request

DATA = b"some bytes of a block"
CRC64 = base64.b64encode(crc64_of(DATA)).decode()
MD5 = base64.b64encode(hashlib.md5(DATA).digest()).decode()
SAYS = answer("201 Created", b"", f"x-ms-content-crc64: {CRC64}")
SILENT = answer("201 Created")
REF = BlobRef("c", "b")


class Service:
    """Answers as it is told; notes what each block was to be checked by."""

    def __init__(self, *answers: bytes) -> None:
        self.checks: list[str] = []
        self._answers = iter(answers)

    def serve(self, sock: socket.socket, index: int) -> None:
        while (request := read_request(sock))[0]:
            head, body = request
            assert body == DATA
            fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
            kinds = ("x-ms-content-crc64", "content-md5")
            self.checks.append(" ".join(fields[kind] for kind in kinds if kind in fields))
            sock.sendall(next(self._answers))


@contextmanager
def store_of(service: Service, api_version: str = "") -> Iterator[AzureBlobStore]:
    with RawServer(service.serve) as server:
        text = f"BlobEndpoint=http://127.0.0.1:{server.port}/acc;AccountName=acc;AccountKey=a2V5"
        store = open_store(parse(text), StoreOptions(proxy="direct", api_version=api_version))
        try:
            yield store
        finally:
            store.close()


def refused(code: str) -> bytes:
    return answer("400 Bad Request", b"", f"x-ms-error-code: {code}")


def put(store: AzureBlobStore, *, or_md5: bool = True) -> None:
    store.put_block(REF, b"1" * 48, DATA, digest=Crc64(crc64_of(DATA), or_md5=or_md5))


def test_where_crc64_is_known_it_is_all_that_is_sent() -> None:
    service = Service(SAYS, SAYS)
    with store_of(service) as store:
        put(store)
        put(store)
    assert service.checks == [CRC64, CRC64]


@pytest.mark.parametrize("reply", [SILENT, refused("UnsupportedHeader")])
def test_a_service_without_crc64_gets_md5_from_the_first_block_on(reply: bytes) -> None:
    service = Service(reply, SILENT, SILENT)
    with store_of(service) as store:
        put(store)
        put(store)
    assert service.checks == [CRC64, MD5, MD5]


def test_an_old_version_of_the_api_is_not_even_asked() -> None:
    service = Service(SILENT)
    with store_of(service, "2018-11-09") as store:
        put(store)
    assert service.checks == [MD5]


def test_nobody_pays_for_an_md5_that_was_not_asked_for() -> None:
    service = Service(SILENT, SILENT)
    with store_of(service) as store:
        put(store, or_md5=False)
        put(store, or_md5=False)
    assert service.checks == [CRC64, ""]


def test_an_md5_is_sent_as_it_is() -> None:
    service = Service(SAYS)
    with store_of(service) as store:
        store.put_block(REF, b"1" * 48, DATA, digest=Md5(hashlib.md5(DATA).digest()))
    assert service.checks == [MD5]


def test_other_bytes_that_were_taken_are_noticed() -> None:
    other = base64.b64encode(crc64_of(b"other")).decode()
    service = Service(answer("201 Created", b"", f"x-ms-content-crc64: {other}"))
    with store_of(service) as store, pytest.raises(IntegrityError):
        put(store)


def test_damage_does_not_count_as_not_knowing_crc64() -> None:
    service = Service(refused("Crc64Mismatch"), SAYS)
    with store_of(service) as store:
        with pytest.raises(IntegrityError):
            put(store)
        put(store)
    assert service.checks == [CRC64, CRC64]


def test_any_other_refusal_is_told() -> None:
    service = Service(refused("InvalidBlockId"))
    with store_of(service) as store, pytest.raises(StorageError, match="block"):
        put(store)
    assert service.checks == [CRC64]
