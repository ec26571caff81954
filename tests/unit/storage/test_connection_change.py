"""What was left open is filled in; an expired SAS is replaced, and only by one that fits."""

from __future__ import annotations

import pytest

from explorer.base.errors import ConnectionTextError
from explorer.storage.connection import (
    Missing,
    Place,
    SasToken,
    ScopeLevel,
    SharedKey,
    complete,
    parse,
    replace_credential,
)
from tests.unit.storage import connection_corpus as corpus

LATER = "2026-09-01T00:00:00Z"
NEW_SAS = corpus.CONTAINER_SAS.replace(corpus.END, LATER)
OPENED = parse(f"{corpus.HOST}/data/runs?{corpus.CONTAINER_SAS}")


@pytest.mark.parametrize(
    "text",
    [
        NEW_SAS,
        f"?{NEW_SAS}",
        f'"{NEW_SAS.replace("&", "&amp;")}"',
        f"{corpus.HOST}/data?{NEW_SAS}",
        f"https://pai.dfs.core.windows.net/data/elsewhere?{NEW_SAS}",
        f"BlobEndpoint={corpus.HOST};SharedAccessSignature={NEW_SAS}",
        corpus.KEY_STRING,
        corpus.KEY,
        corpus.SAS_STRING,
    ],
)
def test_a_credential_that_fits_is_taken_and_the_place_stays(text: str) -> None:
    spec = replace_credential(OPENED, text)
    assert spec.credential != OPENED.credential
    assert isinstance(spec.credential, SharedKey | SasToken)
    assert (spec.start, spec.scope, spec.blob_endpoint) == (
        OPENED.start,
        OPENED.scope,
        OPENED.blob_endpoint,
    )
    assert spec.is_complete


@pytest.mark.parametrize(
    ("text", "field", "word"),
    [
        (f"https://other.blob.core.windows.net/data?{NEW_SAS}", "account", "other"),
        (corpus.KEY_STRING.replace("pai", "other"), "account", "other"),
        (f"{corpus.HOST}/more?{NEW_SAS}", "container", "more"),
        (f"{corpus.HOST}/data/x.txt?{corpus.BLOB_SAS}", "sr", "one blob"),
        (corpus.BLOB_SAS, "sr", "one blob"),
        (f"https://pai.dfs.core.windows.net/data/a/b?{corpus.DIRECTORY_SAS}", "sr", "directory"),
        (f"{corpus.HOST}/data", "AccountKey", "neither"),
        (NEW_SAS[:-30], "sig", "cut off"),
        ("", "", "nothing"),
    ],
)
def test_a_credential_that_does_not_fit_is_refused(text: str, field: str, word: str) -> None:
    with pytest.raises(ConnectionTextError) as caught:
        replace_credential(OPENED, text)
    assert caught.value.field == field
    assert word in caught.value.message
    assert corpus.SIGNATURE[:10] not in str(caught.value)


def test_an_account_does_not_shrink_to_a_container() -> None:
    with pytest.raises(ConnectionTextError, match="container only"):
        replace_credential(parse(corpus.KEY_STRING), f"{corpus.HOST}/data?{NEW_SAS}")


def test_an_address_without_a_credential_takes_any_that_reaches_it() -> None:
    asked = parse("abfss://data@pai.dfs.core.windows.net/runs/7")
    with_sas = complete(asked, credential=NEW_SAS)
    assert with_sas.is_complete
    assert (with_sas.start, with_sas.scope.level) == (Place("data", "runs/7"), ScopeLevel.CONTAINER)
    with_key = complete(asked, credential=corpus.KEY)
    assert isinstance(with_key.credential, SharedKey)
    assert with_key.credential.account == "pai"
    assert with_key.scope.level is ScopeLevel.ACCOUNT


def test_an_address_without_an_account_takes_a_name_or_a_url() -> None:
    asked = parse("az://data/runs/7")
    assert asked.missing == (Missing.ACCOUNT, Missing.CREDENTIAL)
    named = complete(asked, account="pai", credential=corpus.KEY)
    assert named.is_complete
    assert named.blob_endpoint == corpus.HOST
    assert named.start == Place("data", "runs/7")
    local = complete(asked, account="http://127.0.0.1:5000/devstoreaccount1")
    assert local.blob_endpoint == "http://127.0.0.1:5000/devstoreaccount1"
    assert complete(asked, account="devstoreaccount1").blob_endpoint == corpus.EMULATOR
    with pytest.raises(ConnectionTextError, match="neither the name"):
        complete(asked, account="no such thing!")


def test_a_connection_string_completes_an_address_without_an_account() -> None:
    spec = complete(parse("az://data/runs/7"), credential=corpus.KEY_STRING)
    assert spec.is_complete
    assert spec.blob_endpoint == corpus.HOST
    assert spec.start == Place("data", "runs/7")


def test_a_bare_sas_takes_account_and_container() -> None:
    bare = parse(corpus.CONTAINER_SAS)
    spec = complete(bare, account="pai")
    assert spec.missing == (Missing.CONTAINER,)
    spec = complete(spec, container="data")
    assert spec.is_complete
    assert (spec.scope.level, spec.scope.container) == (ScopeLevel.CONTAINER, "data")
    assert complete(bare, account=f"{corpus.HOST}/data/runs").start == Place("data", "runs")
    with pytest.raises(ConnectionTextError, match="container"):
        complete(spec, container="No Such")


def test_a_path_of_a_datastore_waits_for_its_container() -> None:
    asked = parse("azureml://x/datastores/d/paths/runs/7")
    spec = complete(asked, account="pai", container="data", credential=corpus.KEY)
    assert spec.is_complete
    assert spec.start == Place("data", "runs/7")


def test_a_key_needs_an_account() -> None:
    with pytest.raises(ConnectionTextError, match="name of its account"):
        complete(parse("az://data/x"), credential=corpus.KEY)
