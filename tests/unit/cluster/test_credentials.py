"""Credentials of workers: their own where they have them, and no print of those that travel."""

from __future__ import annotations

import pickle

import pytest

from explorer.base.errors import InputError
from explorer.cluster.address import parse_address
from explorer.cluster.credentials import Sealed, check_travel, own_spec
from explorer.storage.connection import (
    EntraSignIn,
    TokenSource,
    parse,
    spec_of_account,
    with_sign_in,
)

KEY = "QUJD" * 21 + "QUI="
TEXT = f"DefaultEndpointsProtocol=https;AccountName=acc;AccountKey={KEY}"
ENDPOINT = "https://acc.blob.core.windows.net"


def test_a_worker_uses_its_own_environment_for_that_account_only() -> None:
    environ = {"AZURE_STORAGE_CONNECTION_STRING": TEXT}
    own = own_spec(environ, ENDPOINT)
    assert own is not None
    assert own.secret == KEY
    assert own_spec(environ, "https://other.blob.core.windows.net") is None
    assert own_spec({}, ENDPOINT) is None
    assert own_spec({"AZURE_STORAGE_CONNECTION_STRING": "nonsense"}, ENDPOINT) is None


@pytest.mark.parametrize(
    ("name", "value", "source"),
    [
        ("AZURE_STORAGE_AUTH_MODE", "login", TokenSource.AZURE_CLI),
        ("QUAYSIDE_STORAGE_TOKEN", "t", TokenSource.VARIABLE),
    ],
)
def test_a_worker_may_have_a_sign_in_of_its_own(name: str, value: str, source: TokenSource) -> None:
    own = own_spec({"AZURE_STORAGE_ACCOUNT": "acc", name: value}, ENDPOINT)
    assert own is not None
    assert own.credential == EntraSignIn(source)
    assert own_spec({"AZURE_STORAGE_ACCOUNT": "other", name: value}, ENDPOINT) is None
    assert own_spec({"AZURE_STORAGE_ACCOUNT": "no name", name: value}, ENDPOINT) is None


def test_what_travels_shows_no_secret_and_arrives_whole() -> None:
    sealed = Sealed({"one": parse(TEXT)})
    assert KEY not in repr(sealed)
    assert KEY not in str({"args": (sealed,)})
    arrived = pickle.loads(pickle.dumps(sealed))
    assert arrived.specs["one"].secret == KEY


def test_a_secret_is_not_sent_in_the_clear() -> None:
    address = parse_address("dask://head:8786")
    with pytest.raises(InputError, match="unencrypted"):
        check_travel(address, ["tcp://10.0.0.2:1"], {"one": parse(TEXT)})
    check_travel(address.with_consent(), ["tcp://10.0.0.2:1"], {"one": parse(TEXT)})


@pytest.mark.parametrize("source", [TokenSource.AZURE_CLI, TokenSource.VARIABLE])
def test_a_sign_in_has_no_secret_that_could_travel(source: TokenSource) -> None:
    spec = with_sign_in(spec_of_account("acct"), source)
    address, workers = parse_address("dask://head:8786"), ["tcp://10.0.0.2:1"]
    check_travel(address, workers, {"one": spec})
    with pytest.raises(InputError, match="unencrypted"):  # a key beside it is one
        check_travel(address, workers, {"one": spec, "two": parse(TEXT)})


@pytest.mark.parametrize("source", [TokenSource.BROWSER, TokenSource.DEVICE_CODE])
def test_a_sign_in_that_takes_a_person_is_not_sent(source: TokenSource) -> None:
    spec = with_sign_in(spec_of_account("acct"), source)
    address = parse_address("dask://head:8786").with_consent()
    with pytest.raises(InputError, match="of this computer alone"):
        check_travel(address, ["tcp://10.0.0.2:1"], {"one": spec})
