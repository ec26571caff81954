"""Opening a store: nothing heavy is imported, nothing secret shows, nothing odd is taken."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace

import pytest

from explorer.base.errors import ConnectionTextError, InputError, NetworkError
from explorer.base.redact import MASK
from explorer.storage.azure.client import StoreOptions, open_store
from explorer.storage.azure.dial import Origin
from explorer.storage.azure.pool import Call
from explorer.storage.azure.rest import split_endpoint
from explorer.storage.connection import parse
from explorer.storage.connection_spec import EntraSignIn, Missing, TokenSource

KEY = "Y2FuYXJ5Y2FuYXJ5"
SPEC = parse(f"AccountName=acct;AccountKey={KEY};EndpointSuffix=storage.test")


def test_neither_the_sdk_nor_http_client_is_imported() -> None:
    program = (
        "import sys, explorer.storage.azure.client, explorer.storage.azure.probe;"
        "heavy = {'azure.core', 'azure.storage.blob', 'http.client', 'email', 'requests', 'ssl'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_no_secret_in_a_repr() -> None:
    options = StoreOptions(proxy="http://u:canary@p:1")
    store = open_store(SPEC, options)
    call = Call(Origin("https", "h", 443), "GET", "/?sig=canary", "authorization: canary\r\n")
    for thing in (options, store, store.rest.place, call):
        assert "canary" not in repr(thing)
        assert KEY not in repr(thing)
    store.close()


def test_a_connection_that_lacks_something_is_refused() -> None:
    with pytest.raises(ConnectionTextError, match="credential"):
        open_store(replace(SPEC, missing=(Missing.CREDENTIAL,)))


@pytest.mark.parametrize(
    ("endpoint", "host", "port", "path"),
    [
        ("https://a.blob.core.windows.net", "a.blob.core.windows.net", 443, ""),
        ("http://127.0.0.1:10000/acct/", "127.0.0.1", 10000, "/acct"),
        ("http://[::1]:10000/acct", "::1", 10000, "/acct"),
        ("http://localhost", "localhost", 80, ""),
    ],
)
def test_endpoints(endpoint: str, host: str, port: int, path: str) -> None:
    origin, base = split_endpoint(endpoint)
    assert (origin.host, origin.port, base) == (host, port, path)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "ftp://a",
        "https://",
        "https://ü.test",
        "https://a b",
        "https://a/b c",
        "https://a/ü",
        "http://a/b\r\nx-injected: c",
        "http://a\n",
    ],
)
def test_what_is_no_endpoint(endpoint: str) -> None:
    with pytest.raises(InputError):
        split_endpoint(endpoint)


def test_a_name_no_resolver_takes_is_an_unknown_account() -> None:
    store = open_store(
        parse(f"AccountName=a;AccountKey={KEY};BlobEndpoint=https://{'x' * 70}.test")
    )
    with pytest.raises(NetworkError, match="no account of that name"):
        store.list_containers()
    store.close()


def test_a_lent_store_is_the_same_and_knows_its_secret() -> None:
    store = open_store(SPEC, StoreOptions(proxy="direct", ca_file="/ca.pem", pool_size=5))
    store.rest.pool.guard = lambda: "it is read-only"
    program = (
        "import pickle, sys; from explorer.base.redact import redact;"
        "store = pickle.loads(sys.stdin.buffer.read());"
        f"print(store.endpoint, redact('{KEY}'), store.rest.pool.guard() == '')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=pickle.dumps(store), capture_output=True
    )
    assert done.stdout.decode().split() == ["https://acct.blob.storage.test", MASK, "True"]
    again = pickle.loads(pickle.dumps(store))
    assert again.rest.place == store.rest.place
    assert again.rest.api_version == store.rest.api_version
    store.close()


def test_what_holds_only_here_is_not_lent() -> None:
    store = open_store(SPEC)
    assert store.is_lendable(for_changes=True)
    store.rest.pool.guard = lambda: "it is read-only"
    assert store.is_lendable(for_changes=False)
    assert not store.is_lendable(for_changes=True)
    azure = parse(f"AccountName=acct;AccountKey={KEY};EndpointSuffix=core.windows.net")
    signed_in = open_store(replace(azure, credential=EntraSignIn(TokenSource.AZURE_CLI)))
    assert not signed_in.is_lendable(for_changes=False)
