"""A sign-in as a credential: where its token may go, what is saved of it, what it claims."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from explorer.base.errors import ConnectionTextError
from explorer.storage.access import Action, Verdict
from explorer.storage.connection import (
    EntraSignIn,
    Missing,
    TokenSource,
    complete,
    parse,
    spec_of_account,
    with_sign_in,
)
from explorer.storage.connection_export import Parcel, pack, unpack
from explorer.storage.endpoint import token_refusal
from explorer.storage.saved_connection import from_json, save_form, spec_of, to_json

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://acct.blob.core.windows.net",
        "https://acct.dfs.core.windows.net",
        "https://acct.z12.blob.storage.azure.net",
        "https://acct.blob.core.chinacloudapi.cn",
        "https://acct.blob.core.usgovcloudapi.net",
        "https://127.0.0.1:10000/devstoreaccount1",
        "https://localhost:10000/devstoreaccount1",
        "https://[::1]:10000/devstoreaccount1",
    ],
)
def test_a_token_goes_to_azure_and_to_this_machine(endpoint: str) -> None:
    assert token_refusal(endpoint) == ""


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://acct.blob.core.windows.net",
        "http://127.0.0.1:10000/devstoreaccount1",
        "https://acct.blob.core.windows.net.example.com",
        "https://core.windows.net.example.com/acct",
        "https://examplecore.windows.net",
        "https://core.windows.net",
        "https://10.0.0.1/acct",
        "https://storage.example.com",
        "https://127.0.0.1.example.com/acct",
        "acct.blob.core.windows.net",
        "",
    ],
)
def test_a_token_goes_nowhere_else(endpoint: str) -> None:
    assert token_refusal(endpoint)


@pytest.mark.parametrize("source", list(TokenSource))
def test_what_is_saved_of_a_sign_in_is_its_kind(source: TokenSource) -> None:
    spec = with_sign_in(parse("https://acct.blob.core.windows.net/data/runs/"), source)
    saved = save_form(spec, connection_id="abc1", name="mine")
    assert not saved.needs_secret
    again = spec_of(from_json(to_json(saved)), "")
    assert again.credential == EntraSignIn(source)
    assert (again.start, again.scope, again.missing) == (spec.start, spec.scope, ())
    (parcel,) = unpack(pack([Parcel(saved)])).parcels
    assert spec_of(parcel.saved, "").credential == EntraSignIn(source)


@pytest.mark.parametrize("endpoint", ["http://acct.blob.core.windows.net", "https://example.com"])
def test_a_file_that_was_changed_sends_no_token_elsewhere(endpoint: str) -> None:
    spec = with_sign_in(parse("https://acct.blob.core.windows.net"), TokenSource.AZURE_CLI)
    saved = replace(save_form(spec, connection_id="abc1", name="mine"), blob_endpoint=endpoint)
    with pytest.raises(ValueError, match="address"):
        from_json(to_json(saved))


def test_an_account_is_named_by_its_name_or_its_address() -> None:
    for text in ("acct", "https://acct.blob.core.windows.net/"):
        found = spec_of_account(text)
        assert found.missing == (Missing.CREDENTIAL,) or found.credential_kind == "public"
        assert with_sign_in(found, TokenSource.AZURE_CLI).is_complete
    with pytest.raises(ConnectionTextError):
        spec_of_account("no name")


def test_everything_is_worth_a_try_by_a_sign_in() -> None:
    spec = with_sign_in(spec_of_account("acct"), TokenSource.AZURE_CLI)
    access = spec.access(NOW)
    assert {access[action].verdict for action in Action} == {Verdict.UNKNOWN}
    assert "roles" in access.reason(Action.READ)
    assert spec.secret == ""
    assert complete(spec, container="data").start.container == "data"
