"""Testing a connection: what is found is true, and nothing is written."""

from __future__ import annotations

import socket
import time
from dataclasses import replace

import pytest
from azure.storage.blob import ContainerClient

from explorer.base.errors import NetworkError, NotAuthorizedError
from explorer.service.emulator import Emulator
from explorer.storage.access import Verdict
from explorer.storage.azure.client import open_store
from explorer.storage.azure.dates import http_date
from explorer.storage.azure.probe import OLDER_VERSIONS, Probe, probe
from explorer.storage.connection import parse
from explorer.storage.connection_spec import ConnectionSpec, Place, Scope, ScopeLevel
from tests.integration.storage.connections import (
    by_account_sas,
    by_blob_sas,
    by_container_sas,
    by_key,
    options,
)
from tests.servers.raw import RawServer, answer, read_request

YES, NO, UNKNOWN = Verdict.YES, Verdict.NO, Verdict.UNKNOWN


def probed(spec: ConnectionSpec) -> Probe:
    store = open_store(spec, options())
    try:
        return probe(store, spec)
    finally:
        store.close()


def verdicts(found: Probe) -> tuple[Verdict, Verdict, Verdict]:
    return found.list_containers.verdict, found.list_blobs.verdict, found.read.verdict


def test_a_key_reaches_everything(azurite: Emulator, container: ContainerClient) -> None:
    container.upload_blob("x", b"1")
    found = probed(by_key(azurite))
    assert verdicts(found)[:2] == (YES, YES)
    assert found.is_hierarchical is False
    assert found.refusal is None
    assert abs(found.clock_skew_s) < 5


def test_a_container_sas_reaches_its_container(
    azurite: Emulator, container: ContainerClient
) -> None:
    container.upload_blob("x", b"1")
    name = container.container_name
    found = probed(by_container_sas(azurite, name))
    assert verdicts(found) == (UNKNOWN, YES, YES)
    assert found.container == name
    listed = probed(by_container_sas(azurite, name, "l"))
    assert verdicts(listed) == (UNKNOWN, YES, NO)
    assert isinstance(listed.read.error, NotAuthorizedError)
    silent = probed(by_container_sas(azurite, name, "r"))
    assert verdicts(silent) == (UNKNOWN, NO, UNKNOWN)


def test_a_blob_sas_reaches_its_blob(azurite: Emulator, container: ContainerClient) -> None:
    container.upload_blob("a b", b"1")
    name = container.container_name
    assert verdicts(probed(by_blob_sas(azurite, name, "a b", "r"))) == (UNKNOWN, UNKNOWN, YES)
    assert verdicts(probed(by_blob_sas(azurite, name, "a b", "w"))) == (UNKNOWN, UNKNOWN, NO)


def test_an_account_sas_without_list_is_told_so(azurite: Emulator) -> None:
    found = probed(by_account_sas(azurite, "rw"))
    assert found.list_containers.verdict is NO
    assert isinstance(found.list_containers.error, NotAuthorizedError)


def test_a_wrong_key_is_the_reason_for_everything(azurite: Emulator) -> None:
    found = probed(parse(azurite.connection_string.replace("AccountKey=E", "AccountKey=F")))
    assert isinstance(found.refusal, NotAuthorizedError)
    assert "does not fit" in found.refusal.cure


def test_nobody_there_is_an_error(azurite: Emulator) -> None:
    with pytest.raises(NetworkError):
        probed(parse(azurite.connection_string.replace(f":{azurite.port}/", ":1/")))


def test_nothing_is_written(azurite: Emulator, container: ContainerClient) -> None:
    container.upload_blob("x", b"1")
    before = [(blob.name, blob.etag) for blob in container.list_blobs()]
    probed(by_account_sas(azurite))
    probed(by_container_sas(azurite, container.container_name))
    assert [(blob.name, blob.etag) for blob in container.list_blobs()] == before


@pytest.mark.parametrize(
    ("status", "expected"), [("200 OK", True), ("400 Bad", False), ("403 No", None)]
)
def test_directories_are_asked_for_where_the_account_does_not_say(
    status: str, expected: bool | None
) -> None:
    asked: list[str] = []

    def script(sock: socket.socket, index: int) -> None:
        while head := read_request(sock)[0]:
            asked.append(head.partition(" HTTP")[0])
            is_dfs = "getAccessControl" in head
            listing = b"<EnumerationResults><Blobs/><NextMarker/></EnumerationResults>"
            is_listing = "comp=list" in head
            told = answer(status, b"", "x-ms-owner: $superuser")
            sock.sendall(told if is_dfs else answer("200 OK", listing * is_listing))

    with RawServer(script) as server:
        endpoint = f"http://127.0.0.1:{server.port}/acct"
        spec = parse(f"AccountName=acct;AccountKey=a2V5;BlobEndpoint={endpoint}")
        start = Place(container="c")
        found = probed(replace(spec, dfs_endpoint=endpoint, start=start, scope=IN_C))
    assert found.is_hierarchical is expected
    assert asked[-1] == "HEAD /acct/c/?action=getAccessControl"


IN_C = Scope(ScopeLevel.CONTAINER, "c")


class OldService:
    """Knows versions up to 2019-12-12, has no containers, and its clock is an hour behind."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, sock: socket.socket, index: int) -> None:
        date = f"Date: {http_date(time.time() - 3600)}"
        while True:
            head, _ = read_request(sock)
            if not head:
                return
            assert head.startswith(("GET ", "HEAD "))
            (version,) = [
                line.partition(": ")[2]
                for line in head.split("\r\n")
                if line.startswith("x-ms-version: ")
            ]
            self.asked.append(version)
            if version > "2019-12-12":
                code = "x-ms-error-code: InvalidHeaderValue"
                reply = answer("400 Bad Request", b"", code, date)
            elif "comp=list" in head:
                body = b"<EnumerationResults><Containers/><NextMarker/></EnumerationResults>"
                reply = answer("200 OK", body, date)
            else:
                reply = answer("200 OK", b"", "x-ms-account-kind: Storage", date)
            sock.sendall(reply)


def test_an_older_service_is_spoken_to_in_its_version() -> None:
    service = OldService()
    with RawServer(service) as server:
        spec = parse(
            f"AccountName=acct;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:{server.port}/acct"
        )
        found = probed(spec)
    assert found.api_version == "2019-12-12"
    assert found.account.kind == "Storage"
    assert verdicts(found) == (YES, UNKNOWN, UNKNOWN)
    assert found.clock_skew_s == pytest.approx(3600, abs=5)
    assert service.asked[:3] == ["2023-11-03", *OLDER_VERSIONS[:2]]
