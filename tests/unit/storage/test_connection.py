"""Everything that people paste is read, or refused with its field and a cure."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from explorer.base.errors import ConnectionTextError
from explorer.storage.connection import (
    Missing,
    PastedKind,
    Recognition,
    RecognitionState,
    SasToken,
    ScopeLevel,
    SharedKey,
    parse,
    recognise,
)
from tests.unit.storage import connection_corpus as corpus
from tests.unit.storage.connection_corpus import BAD, GOOD, Bad, Good

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def shown(recognition: Recognition) -> str:
    """Everything of it that could reach a screen or a log."""
    error = recognition.error
    parts = [repr(recognition), str(recognition), *recognition.texts]
    for spec in recognition.candidates:
        parts += [repr(spec), str(spec), spec.display_name, *spec.warnings]
        parts += [repr(spec.credential), repr(spec.access(NOW))]
    if error is not None:
        parts += [str(error), repr(error), error.message, error.cure, repr(error.args)]
    return "\n".join(parts)


def assert_no_secret(text: str) -> None:
    for secret in (corpus.KEY, corpus.SIG, corpus.SIGNATURE):
        for size in (16, 24):
            assert secret[:size] not in text
            assert secret[10 : 10 + size] not in text


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.name)
def test_reads_what_people_paste(case: Good) -> None:
    spec = parse(case.text)
    assert spec.blob_endpoint == case.endpoint
    assert spec.account == case.account
    assert spec.credential_kind == case.credential
    assert (spec.start.container, spec.start.path) == (case.container, case.path)
    assert spec.scope.level.value == case.scope
    assert tuple(item.value for item in spec.missing) == case.missing
    if isinstance(spec.credential, SharedKey) and not spec.is_emulator:
        assert spec.credential.key == corpus.KEY
    if isinstance(spec.credential, SasToken):
        assert spec.credential.sas.token.count(f"sig={corpus.SIG}") == 1
    assert spec.warnings == () or "azureml" in case.text


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_refuses_with_field_and_cure(case: Bad) -> None:
    with pytest.raises(ConnectionTextError) as caught:
        parse(case.text)
    assert caught.value.field == case.field
    assert case.word in caught.value.message
    assert caught.value.cure
    state = RecognitionState.INCOMPLETE if case.is_incomplete else RecognitionState.REFUSED
    assert recognise(case.text, NOW).state is state


@pytest.mark.parametrize("case", [*GOOD, *BAD], ids=lambda case: case.name)
def test_shows_no_secret(case: Good | Bad) -> None:
    recognition = recognise(case.text, NOW)
    assert recognition.texts
    assert_no_secret(shown(recognition))


@pytest.mark.parametrize("text", ["", "  \n\t", "\ufeff", '""'])
def test_nothing_is_empty(text: str) -> None:
    assert recognise(text, NOW).state is RecognitionState.EMPTY


def test_offers_every_string_of_openpai() -> None:
    document = {
        "storageName": "blob",
        "connectionStrings": [
            corpus.KEY_STRING,
            corpus.SAS_STRING.replace("pai.", "other."),
            "AccountName=broken",
            corpus.KEY_STRING,
        ],
        "documentation": "https://example.blob.core.windows.net/docs",
    }
    found = recognise(json.dumps([document], indent=2), NOW)
    assert found.state is RecognitionState.RECOGNISED
    assert [spec.account for spec in found.candidates] == ["pai", "other"]
    assert len(found.texts) == 2


def test_offers_every_string_of_a_list_of_lines() -> None:
    found = recognise(f"{corpus.KEY_STRING}\n{corpus.KEY_STRING.replace('pai', 'other')}\n", NOW)
    assert [spec.account for spec in found.candidates] == ["pai", "other"]
    with pytest.raises(ConnectionTextError, match="2 connections"):
        parse(f"{corpus.HOST}/data\n{corpus.HOST}/more")


def test_says_what_a_sas_allows_and_until_when() -> None:
    found = recognise(f"{corpus.HOST}/data?{corpus.CONTAINER_SAS}", NOW)
    assert found.texts == (
        "SAS URL for pai/data (container SAS: list yes, read yes, write no, expires in 6 days)",
    )


def test_says_what_is_still_needed() -> None:
    spec = parse("abfss://data@pai.dfs.core.windows.net/runs")
    assert spec.missing == (Missing.CREDENTIAL,)
    assert not spec.is_complete
    assert "still needed: account, credential" in recognise("az://data/x", NOW).texts[0]


def test_knows_both_endpoints() -> None:
    spec = parse("abfss://data@pai.dfs.core.windows.net/runs")
    assert spec.blob_endpoint == "https://pai.blob.core.windows.net"
    assert spec.dfs_endpoint == "https://pai.dfs.core.windows.net"
    assert spec.is_dfs_hint
    assert parse(corpus.KEY_STRING).dfs_endpoint == "https://pai.dfs.core.windows.net"
    assert not parse(corpus.KEY_STRING).is_dfs_hint
    assert parse("UseDevelopmentStorage=true").dfs_endpoint is None
    own = f"AccountName=pai;AccountKey={corpus.KEY};BlobEndpoint=https://b.example.org/;"
    assert parse(own).dfs_endpoint is None
    assert parse(f"{own}DfsEndpoint=https://d.example.org/").dfs_endpoint == "https://d.example.org"


def test_plain_http_waits_for_consent() -> None:
    spec = parse("http://pai.blob.core.windows.net/data")
    assert spec.needs_http_consent
    assert not spec.with_http_allowed().needs_http_consent
    assert spec.with_http_allowed().is_complete
    assert not parse("http://localhost:10000/devstoreaccount1").needs_http_consent


def test_plain_http_to_the_folders_alone_waits_for_consent_too() -> None:
    text = f"{corpus.KEY_STRING};BlobEndpoint={corpus.HOST};DfsEndpoint="
    assert not parse(f"{text}https://pai.dfs.core.windows.net").needs_http_consent
    spec = parse(f"{text}http://pai.dfs.core.windows.net")
    assert spec.needs_http_consent
    assert spec.with_http_allowed().is_complete


def test_emulator_is_known_as_such() -> None:
    assert parse("UseDevelopmentStorage=true").kind is PastedKind.EMULATOR
    assert parse("UseDevelopmentStorage=true").display_name == "Local storage"
    assert parse("http://127.0.0.1:4444/devstoreaccount1").display_name == "Local storage 4444"
    assert not parse(corpus.KEY_STRING).is_emulator


def test_directory_sas_reaches_its_depth() -> None:
    spec = parse(f"https://pai.dfs.core.windows.net/data/a/b/c?{corpus.DIRECTORY_SAS}")
    assert spec.scope.level is ScopeLevel.DIRECTORY
    assert spec.scope.path == "a/b"
    assert spec.is_hierarchical_by_sas
    short = parse(f"https://pai.dfs.core.windows.net/data/a?{corpus.DIRECTORY_SAS}")
    assert short.missing == (Missing.PATH,)


def test_two_names_for_one_account_are_warned_of() -> None:
    text = (
        f"AccountName=pai;AccountKey={corpus.KEY};BlobEndpoint=https://other.blob.core.windows.net"
    )
    assert "different accounts" in parse(text).warnings[0]
    both = f"{corpus.KEY_STRING};SharedAccessSignature={corpus.ACCOUNT_SAS}"
    assert "key is used" in parse(both).warnings[0]
    short = f"AccountName=pai;AccountKey={corpus.KEY[:40]}"
    assert "88" in parse(short).warnings[0]
