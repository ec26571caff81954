"""What a hostile service answers to the SDK, or as XML, costs no more memory than a good one."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Iterator

import pytest

from explorer.base.errors import QuaysideError
from explorer.storage.azure.client import open_store
from explorer.storage.azure.markup import MOST_DEEP, MOST_NODES, MarkupError, parse_markup
from explorer.storage.azure.sdk import service_client
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.azure.transport import MOST_BYTES
from explorer.storage.connection import parse
from tests.servers.raw import RawServer, answer, canned

BOMB = gzip.compress(bytes(4 * MOST_BYTES))


@pytest.fixture
def server() -> Iterator[RawServer]:
    reply = answer("200 OK", BOMB, "Content-Encoding: gzip", "Content-Type: application/xml")
    with RawServer(canned(*[reply] * 4)) as server:
        yield server


@pytest.fixture
def store(server: RawServer) -> Iterator[AzureBlobStore]:
    store = open_store(
        parse(
            "DefaultEndpointsProtocol=http;AccountName=acct;AccountKey=a2V5;"
            f"BlobEndpoint=http://127.0.0.1:{server.port}/acct"
        )
    )
    yield store
    store.close()


def test_an_answer_that_unpacks_without_end_is_refused(store: AzureBlobStore) -> None:
    from azure.core.exceptions import AzureError

    client = service_client(store)
    tracemalloc.start()
    try:
        with pytest.raises((AzureError, QuaysideError)):
            client.get_service_properties()
        assert tracemalloc.get_traced_memory()[1] < 2.5 * MOST_BYTES
    finally:
        tracemalloc.stop()


def test_xml_too_deep_or_of_too_many_elements_is_refused() -> None:
    parse_markup(b"<a>" * MOST_DEEP + b"</a>" * MOST_DEEP, "a")
    with pytest.raises(MarkupError, match="more elements"):
        parse_markup(b"<a>" * 100_000 + b"</a>" * 100_000, "a")
    with pytest.raises(MarkupError, match="more elements"):
        parse_markup(b"<r>" + b"<a/>" * (MOST_NODES + 1) + b"</r>", "r")
