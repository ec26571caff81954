"""Credentials of workers: their own where they have them, and no print of those that travel."""

from __future__ import annotations

import pickle

import pytest

from explorer.base.errors import InputError
from explorer.cluster.address import parse_address
from explorer.cluster.credentials import Sealed, check_travel, own_spec
from explorer.storage.connection import EntraSignIn, TokenSource, parse

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
        check_travel(address, ["tcp://10.0.0.2:1"])
    check_travel(address.with_consent(), ["tcp://10.0.0.2:1"])
