"""A token that the service does not take any more is replaced, and the request sent once more."""

from __future__ import annotations

import itertools
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from explorer.base.errors import (
    CredentialExpiredError,
    InputError,
    NotAuthorizedError,
    Retry,
    ServiceError,
)
from explorer.storage.azure.client import open_pool
from explorer.storage.azure.errors import Place
from explorer.storage.azure.rest import Rest
from explorer.storage.azure.signing import KeySigner, TokenSigner
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.azure.tokens import Token, TokenKeeper
from explorer.storage.model import BlobHeaders, BlobRef, Condition
from explorer.transfer.copy_plan import goes_through_here
from tests.integration.storage.connections import options
from tests.servers.certificates import make_authority
from tests.servers.raw import RawServer, answer, read_request

REF = BlobRef("c", "b")
TENANT = "ab1f708d-50f6-404c-a006-d71b2ac7a606"
REFUSED = answer(
    "401 Unauthorized",
    b"",
    "x-ms-error-code: InvalidAuthenticationInfo",
    f"WWW-Authenticate: Bearer authorization_uri=https://login.microsoftonline.com/{TENANT}"
    "/oauth2/authorize resource_id=https://storage.azure.com",
)
TAKEN = answer("201 Created", b"", 'ETag: "1"', "Last-Modified: Fri, 01 May 2026 08:00:00 GMT")
DELETED = answer("202 Accepted")


class Keeping:
    """Tokens t1, t2 and so on; a fresh one for every question, whenever it comes."""

    def __init__(self) -> None:
        self.numbers = itertools.count(1)
        self.now_s = itertools.count(1000, 60)

    def keeper(self) -> TokenKeeper:
        return TokenKeeper(
            lambda: Token(f"t{next(self.numbers)}", None), clock=lambda: float(next(self.now_s))
        )


@contextmanager
def refusing(folder: Path, *good: str) -> Iterator[tuple[AzureBlobStore, list[str]]]:
    """A store on a service that takes these tokens only, and what it was shown."""
    ca_file, tls = make_authority(folder)
    seen: list[str] = []

    def serve(sock: socket.socket, index: int) -> None:
        while (head := read_request(sock)[0]) != "":
            hit = re.search(r"(?im)^authorization: Bearer (\S+)\r?$", head)
            seen.append(hit[1] if hit else "")
            taken = DELETED if head.startswith("DELETE") else TAKEN
            sock.sendall(taken if seen[-1] in good else REFUSED)

    with RawServer(serve, tls=tls) as server:
        place = Place("127.0.0.1", "acct", False, TokenSigner(Keeping().keeper()))
        pool = open_pool(options(ca_file=str(ca_file)))
        rest = Rest(f"https://127.0.0.1:{server.port}/acct", place, pool, "")
        with closing(AzureBlobStore(rest)) as store:
            yield store, seen


def put(store: AzureBlobStore, progress: Callable[[int], None] | None = None) -> None:
    store.put_blob(
        REF, b"hello", headers=BlobHeaders(), condition=Condition.always(), progress=progress
    )


def test_after_a_401_a_fresh_token_is_tried_and_bytes_are_told_once(tmp_path: Path) -> None:
    told: list[int] = []
    with refusing(tmp_path, "t2") as (store, seen):
        put(store, told.append)
        put(store)
    assert seen == ["t1", "t2", "t2"]
    assert sum(told) == len(b"hello")


def test_a_second_refusal_is_told_with_the_tenant_to_sign_in_to(tmp_path: Path) -> None:
    with refusing(tmp_path) as (store, seen), pytest.raises(CredentialExpiredError) as caught:
        put(store)
    assert seen == ["t1", "t2"]
    assert f"az login --tenant {TENANT}" in caught.value.cure


def test_the_sdks_requests_renew_it_as_well(tmp_path: Path) -> None:
    with refusing(tmp_path, "t2") as (store, seen):
        store.delete_container("c")
    assert seen == ["t1", "t2"]


def test_a_redirect_leads_no_token_anywhere(tmp_path: Path) -> None:
    ca_file, tls = make_authority(tmp_path)
    strangers: list[str] = []

    def stranger(sock: socket.socket, index: int) -> None:
        strangers.append(read_request(sock)[0])
        sock.sendall(answer("200 OK", b"", "Last-Modified: Fri, 01 May 2026 08:00:00 GMT"))

    def sends_away(sock: socket.socket, index: int) -> None:
        while (head := read_request(sock)[0]) != "":
            target = head.split(" ")[1]
            location = f"Location: http://localhost:{other.port}{target}"
            sock.sendall(answer("307 Temporary Redirect", b"", location))

    with RawServer(stranger) as other, RawServer(sends_away, tls=tls) as server:
        place = Place("127.0.0.1", "acct", False, TokenSigner(Keeping().keeper()))
        pool = open_pool(options(ca_file=str(ca_file)))
        rest = Rest(f"https://127.0.0.1:{server.port}/acct", place, pool, "")
        with closing(AzureBlobStore(rest, rest)) as store:
            there = store.directories
            assert there is not None
            for ask in (
                lambda: store.properties(REF),
                lambda: store.container_properties("c"),
                lambda: store.delete_container("c"),
                lambda: there.access("c", "d"),
            ):
                with pytest.raises(ServiceError, match="another address") as caught:
                    ask()
                assert caught.value.retry is Retry.NEVER
    assert strangers == []


@pytest.mark.parametrize(
    "endpoint", ["http://127.0.0.1:1/acct", "https://storage.example.com", "http://localhost:1/a"]
)
def test_no_request_with_a_token_is_made_in_the_clear_or_to_strangers(endpoint: str) -> None:
    place = Place("host", "acct", False, TokenSigner(Keeping().keeper()))
    refused = pytest.raises(InputError, match=r"https only|Azure's own")
    with closing(open_pool(options())) as pool, refused:
        Rest(endpoint, place, pool, "")


def test_a_sources_token_is_not_sent_to_a_strangers_service() -> None:
    stranger = Place("storage.example.com", "acct", False, KeySigner("acct", b"key"))
    with closing(open_pool(options())) as pool:
        rest = Rest("https://storage.example.com", stranger, pool, "")
        with closing(AzureBlobStore(rest)) as store, pytest.raises(NotAuthorizedError) as caught:
            store.put_blob_from_url(
                REF,
                "https://acct.blob.core.windows.net/c/b",
                headers=BlobHeaders(),
                condition=Condition.always(),
                source_authorization="Bearer canary",
            )
    assert goes_through_here(caught.value)
    assert "canary" not in str(caught.value)
