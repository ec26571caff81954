"""The SDK over our connections: streaming, batches, metadata, errors, and no leaks."""

from __future__ import annotations

import gzip
import io
import random
import socket
from collections.abc import Iterator

import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient, ContentSettings

from explorer.base.errors import NetworkError, NotFoundError
from explorer.service.emulator import Emulator
from explorer.storage.azure.client import open_store
from explorer.storage.azure.errors import Attempt, translating
from explorer.storage.azure.sdk import service_client
from explorer.storage.azure.store import AzureBlobStore
from tests.integration.storage.connections import WAYS, options
from tests.servers.raw import RawServer, answer, canned


@pytest.fixture(params=list(WAYS))
def store(
    request: pytest.FixtureRequest, azurite: Emulator, container: ContainerClient
) -> Iterator[AzureBlobStore]:
    opened = open_store(WAYS[request.param](azurite, container.container_name), options())
    yield opened
    opened.close()


@pytest.fixture
def ours(store: AzureBlobStore, container: ContainerClient) -> ContainerClient:
    return service_client(store).get_container_client(container.container_name)


def test_blobs_of_many_blocks_go_round(ours: ContainerClient) -> None:
    data = random.Random(2).randbytes(9 << 20)
    blob = ours.upload_blob("x/y z+%41", data, metadata={"CamelCase": "v"}, max_concurrency=2)
    assert blob.download_blob(max_concurrency=2).readall() == data
    assert (
        b"".join(blob.download_blob(offset=1, length=6 << 20).chunks()) == data[1 : 1 + (6 << 20)]
    )
    assert blob.get_blob_properties().metadata == {"CamelCase": "v"}
    assert [item.name for item in ours.list_blobs()] == ["x/y z+%41"]


def test_content_encodings_are_undone_only_on_request(ours: ContainerClient) -> None:
    packed = gzip.compress(b"hello" * 1000)
    settings = ContentSettings(content_encoding="gzip")
    blob = ours.upload_blob("gz", io.BytesIO(packed), content_settings=settings)
    assert blob.download_blob(decompress=False).readall() == packed
    assert blob.download_blob(decompress=True).readall() == b"hello" * 1000


def test_tags_and_snapshots_work(ours: ContainerClient, request: pytest.FixtureRequest) -> None:
    if "key" not in request.node.name:
        pytest.skip("takes permissions that these SAS lack")
    blob = ours.upload_blob("x", b"1")
    blob.set_blob_tags({"a": "b"})
    assert blob.get_blob_tags() == {"a": "b"}
    assert blob.create_snapshot()["snapshot"]
    ours.upload_blob("y", b"1")
    assert [part.status_code for part in ours.delete_blobs("y")] == [202]


def test_its_errors_become_ours(
    ours: ContainerClient, store: AzureBlobStore, container: ContainerClient
) -> None:
    attempt = Attempt(store.rest.place, "read", container.container_name, "nope")
    with pytest.raises(NotFoundError) as caught, translating(attempt):
        ours.get_blob_client("nope").download_blob().readall()
    assert (caught.value.code, caught.value.status) == ("BlobNotFound", 404)
    assert caught.value.request_id


def test_its_requests_are_ours_and_sent_once() -> None:
    heads: list[str] = []

    def script(sock: socket.socket, index: int) -> None:
        from tests.servers.raw import read_request

        heads.append(read_request(sock)[0])
        sock.sendall(answer("503 Busy"))

    with RawServer(script) as server:
        store = _raw_store(server)
        client: BlobServiceClient = service_client(store)
        attempt = Attempt(store.rest.place, "look at the account")
        with pytest.raises(Exception, match="busy"), translating(attempt):
            client.get_account_information()
        store.close()
    assert len(heads) == 1
    assert "User-Agent: quayside/" in heads[0]


def test_a_broken_answer_is_a_network_error() -> None:
    with RawServer(canned(answer("200 OK", b"12345")[:-2])) as server:
        store = _raw_store(server)
        attempt = Attempt(store.rest.place, "list")
        with pytest.raises(NetworkError), translating(attempt):
            list(service_client(store).list_containers())
        store.close()


def _raw_store(server: RawServer) -> AzureBlobStore:
    from explorer.storage.connection import parse

    endpoint = f"http://127.0.0.1:{server.port}/acct"
    return open_store(parse(f"AccountName=acct;AccountKey=a2V5;BlobEndpoint={endpoint}"), options())
