"""A SAS is read as the service reads it; damage is named by its parameter."""

from __future__ import annotations

import base64
import pickle
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from explorer.base.errors import ConnectionTextError
from explorer.storage.sas import SasKind, looks_like_sas, parse_sas
from tests.unit.storage import connection_corpus as corpus

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("mark", "kind"),
    [
        ("sr=c", SasKind.CONTAINER),
        ("sr=b", SasKind.BLOB),
        ("sr=bs", SasKind.SNAPSHOT),
        ("sr=bv", SasKind.VERSION),
        ("sr=d&sdd=1", SasKind.DIRECTORY),
        ("ss=bf&srt=sco", SasKind.ACCOUNT),
    ],
)
def test_knows_the_kind_by_its_mark(mark: str, kind: SasKind) -> None:
    assert parse_sas(corpus.CONTAINER_SAS.replace("sr=c", mark)).kind is kind


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-07", datetime(2026, 5, 7, tzinfo=UTC)),
        ("2026-05-07T08:30Z", datetime(2026, 5, 7, 8, 30, tzinfo=UTC)),
        ("2026-05-07T08:30:15Z", datetime(2026, 5, 7, 8, 30, 15, tzinfo=UTC)),
        ("2026-05-07T08%3A30%3A15.1234567Z", datetime(2026, 5, 7, 8, 30, 15, tzinfo=UTC)),
        ("2026-05-07T08:30:15%2B02:00", datetime(2026, 5, 7, 6, 30, 15, tzinfo=UTC)),
    ],
)
def test_reads_every_form_of_time(text: str, moment: datetime) -> None:
    assert parse_sas(corpus.CONTAINER_SAS.replace(corpus.END, text)).expires == moment


def test_a_policy_leaves_the_end_unknown() -> None:
    sas = parse_sas(corpus.POLICY_SAS)
    assert (sas.policy, sas.permissions, sas.usable_until) == ("readers", "", None)
    assert not sas.is_expired(NOW)


def test_a_delegation_ends_with_its_key() -> None:
    sas = parse_sas(f"{corpus.CONTAINER_SAS}&skoid=1&ske=2026-05-02T00:00:00Z&skdutid=2")
    assert sas.is_user_delegation
    assert sas.is_bound_to_user
    assert sas.usable_until == datetime(2026, 5, 2, tzinfo=UTC)


def test_expires_when_it_says() -> None:
    sas = parse_sas(corpus.CONTAINER_SAS)
    assert not sas.is_expired(NOW)
    assert sas.is_expired(datetime(2026, 5, 8, tzinfo=UTC))


def test_keeps_what_may_be_signed_and_drops_what_is_of_the_request() -> None:
    text = f"?restype=container&comp=list&{corpus.CONTAINER_SAS}&ses=scope1&newfield=x%2Fy"
    token = parse_sas(text).token
    assert "restype" not in token
    assert "comp=" not in token
    assert "ses=scope1" in token
    assert "newfield=x%2Fy" in token
    assert parse_sas(token).token == token


@pytest.mark.parametrize(("name", "sent"), [("caf\u00e9", "caf%C3%A9"), ("a%2Db", "a%2Db")])
def test_an_unknown_parameter_goes_on_the_wire_as_it_came(name: str, sent: str) -> None:
    token = parse_sas(f"{corpus.CONTAINER_SAS}&{name}=1").token
    assert f"&{sent}=1" in token
    assert token.isascii()
    assert parse_sas(token).token == token


def test_a_signature_may_come_undecoded() -> None:
    signature = base64.b64encode(bytes([251, 255] * 16)).decode()
    assert {"+", "/"} <= set(signature)
    text = f"{corpus.CONTAINER_SAS.partition('&sig=')[0]}&sig="
    assert parse_sas(text + signature).token == parse_sas(text + quote(signature, "")).token


@pytest.mark.parametrize(
    "damage", [lambda s: s.replace("=&", "&").rstrip("D3%"), lambda s: s + "\n"]
)
def test_repairs_what_copying_does_to_the_signature(damage: object) -> None:
    assert callable(damage)
    assert f"sig={corpus.SIG}" in parse_sas(damage(corpus.CONTAINER_SAS)).token


def test_contradicting_parameters_are_refused() -> None:
    with pytest.raises(ConnectionTextError, match="twice"):
        parse_sas(f"{corpus.CONTAINER_SAS}&sp=racwd")


def test_shows_no_secret_and_crosses_processes() -> None:
    sas = parse_sas(corpus.CONTAINER_SAS)
    assert corpus.SIGNATURE[:10] not in repr(sas)
    assert pickle.loads(pickle.dumps(sas)) == sas


@pytest.mark.parametrize("text", ["?sv=2024-11-04&s", "sp=r&st=x", corpus.ACCOUNT_SAS, "sv=2"])
def test_a_sas_is_known_by_its_beginning(text: str) -> None:
    assert looks_like_sas(text)


@pytest.mark.parametrize("text", ["", "a=b", "data/sp=1", "https://a/b?sv=1&sig=2", "hello"])
def test_other_texts_are_no_sas(text: str) -> None:
    assert not looks_like_sas(text)


@pytest.mark.parametrize("end", ["9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+05:00"])
def test_a_time_that_is_none_where_utc_is_names_its_parameter(end: str) -> None:
    text = f"sv=2024-11-04&sr=c&sp=r&se={quote(end, safe='')}&sig={'A' * 43}%3D"
    with pytest.raises(ConnectionTextError, match="'se'"):
        parse_sas(text)
