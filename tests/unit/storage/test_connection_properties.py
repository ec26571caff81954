"""Whatever is typed or damaged: no crash, no secret shown, no wrong account."""

# ruff: noqa: E501 - a table of pieces

from __future__ import annotations

import base64
import html
import json
import random
import time
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from explorer.storage.connection import (
    ConnectionSpec,
    RecognitionState,
    SasToken,
    blob_url,
    parse,
    recognise,
)
from tests.unit.storage import connection_corpus as corpus
from tests.unit.storage.connection_corpus import BAD, GOOD, Bad, Good
from tests.unit.storage.test_connection import assert_no_secret, shown

NOW = datetime(2026, 5, 1, tzinfo=UTC)
accounts = st.from_regex(r"[a-z0-9]{3,24}", fullmatch=True)
suffixes = st.sampled_from(
    ["core.windows.net", "core.chinacloudapi.cn", "core.usgovcloudapi.net", "az.example.org"]
)
seeds = st.randoms(use_true_random=False)


def between_pairs(text: str, chance: random.Random) -> str:
    return "".join(
        chance.choice([";", "; ", ";;", ";\n", ";\r\n\t", " ;", "\n"]) if letter == ";" else letter
        for letter in text
    )


def in_another_case(text: str, chance: random.Random) -> str:
    pairs = [pair.partition("=") for pair in text.split(";")]
    change = chance.choice([str.upper, str.lower, str.title])
    return ";".join(f"{change(name)}{sign}{value}" for name, sign, value in pairs)


def in_another_order(text: str, chance: random.Random) -> str:
    pairs = text.split(";")
    chance.shuffle(pairs)
    return ";".join(pairs)


def wrapped(text: str, chance: random.Random) -> str:
    around = chance.choice(['"{}"', "'{}'", "\u201c{}\u201d", "`{}`", " \n{}\n ", "\ufeff{}\u200b"])
    around = chance.choice([around, "export NAME={}", 'NAME="{}"', "set NAME={}", '"{}",', "{};"])
    return around.format(text)


def escaped(text: str, chance: random.Random) -> str:
    return chance.choice([html.escape(text), json.dumps(text), text.replace("&", "\\u0026")])


@given(accounts, suffixes, st.binary(min_size=64, max_size=64), seeds)
def test_harmless_damage_changes_nothing(
    account: str, suffix: str, secret: bytes, chance: random.Random
) -> None:
    key = base64.b64encode(secret).decode("ascii")
    text = (
        f"DefaultEndpointsProtocol=https;AccountName={account};AccountKey={key};"
        f"EndpointSuffix={suffix}"
    )
    for damage in (in_another_case, in_another_order, between_pairs, wrapped):
        if chance.random() < 0.7:
            text = damage(text, chance)
    spec = parse(text)
    assert spec.account == account
    assert spec.secret == key
    assert spec.blob_endpoint == f"https://{account}.blob.{suffix}"


@given(accounts, st.binary(min_size=32, max_size=32), seeds)
def test_harmless_damage_leaves_a_sas_whole(
    account: str, signature: bytes, chance: random.Random
) -> None:
    sig = quote(base64.b64encode(signature).decode("ascii"), safe="")
    sas = corpus.CONTAINER_SAS.replace(corpus.SIG, sig)
    text = f"https://{account}.blob.core.windows.net/data/a%20b?{sas}"
    text = escaped(text, chance) if chance.random() < 0.5 else text
    text = wrapped(text, chance).replace("set NAME=", "NAME=")
    note(text)
    spec = parse(text)
    assert (spec.account, spec.start.container, spec.start.path) == (account, "data", "a b")
    assert isinstance(spec.credential, SasToken)
    assert f"sig={sig}" in spec.credential.sas.token


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.name)
def test_what_was_read_can_be_written_and_read_again(case: Good) -> None:
    spec = parse(case.text)
    if not spec.blob_endpoint or spec.kind.value == "URI":
        return
    text = written(spec)
    again = parse(text)
    assert again.credential == spec.credential
    assert again.blob_endpoint == spec.blob_endpoint
    assert again.account == spec.account
    assert again.start == spec.start
    assert again.scope == spec.scope


def written(spec: ConnectionSpec) -> str:
    """A spec in its plainest form."""
    place = spec.start
    url = blob_url(spec.blob_endpoint, place.container, place.path)
    if spec.sas is None and spec.secret:
        return f"AccountName={spec.account};AccountKey={spec.secret};BlobEndpoint={url}"
    marks = {"snapshot": place.snapshot, "versionid": place.version_id}
    query = "&".join(f"{name}={value}" for name, value in marks.items() if value)
    return f"{url}?{query}&{spec.secret}".rstrip("?&")


@given(st.text(max_size=300))
def test_any_text_is_answered(text: str) -> None:
    recognition = recognise(text, NOW)
    if recognition.state in (RecognitionState.REFUSED, RecognitionState.INCOMPLETE):
        assert recognition.error is not None
        assert recognition.error.cure


pieces = st.sampled_from(
    [
        "AccountName=", "AccountKey=", "BlobEndpoint=", "SharedAccessSignature=", ";", "&", "?", "/",
        "https://", "http://", "abfss://", "az://", "azureml://", "@", ":", "%2F", "%", "..", "[", "]",
        "{", "}", '"', "'", "\n", " ", "=", "sig=", "sv=2024-11-04", "se=2026-05-07", "sr=c", "sp=rl",
        "ss=b", "srt=sco", "UseDevelopmentStorage=true", "connectionStrings", "pai", "data", "127.0.0.1",
        ".blob.core.windows.net", ".dfs.", "localhost:10000", "devstoreaccount1", corpus.KEY, corpus.SIG,
        corpus.SAS_STRING, corpus.KEY_STRING, corpus.CONTAINER_SAS, "&amp;", "\\u0026", "\ufeff", "\u201c",
    ]
)  # fmt: skip


@given(st.lists(pieces, max_size=14).map("".join))
def test_any_mixture_is_answered_without_a_secret(text: str) -> None:
    recognition = recognise(text, NOW)
    for spec in recognition.candidates:
        # What a person wrote where an account, a host or a path goes is shown as such.
        places = (spec.account, spec.blob_endpoint, spec.start.container, spec.start.path)
        if any(part in place for place in places for part in (corpus.KEY[:9], corpus.SIG[:9])):
            return
    assert_no_secret(shown(recognition))


@pytest.mark.parametrize("case", [*GOOD, *BAD], ids=lambda case: case.name)
def test_every_beginning_is_answered_without_a_secret(case: Good | Bad) -> None:
    for size in range(len(case.text)):
        assert_no_secret(shown(recognise(case.text[:size], NOW)))


WELL_ORDERED = [
    case
    for case in GOOD
    if case.account not in ("", "team1")
    and "10.0.0.5" not in case.text
    and "az://" not in case.text
]


@pytest.mark.parametrize("case", WELL_ORDERED, ids=lambda case: case.name)
def test_no_beginning_is_taken_for_another_account(case: Good) -> None:
    for size in range(len(case.text)):
        recognition = recognise(case.text[:size], NOW)
        for spec in recognition.candidates:
            assert spec.account in (case.account, "")


@pytest.mark.parametrize(
    "text", [corpus.KEY_STRING, corpus.SAS_STRING, f"{corpus.HOST}/data?{corpus.CONTAINER_SAS}"]
)
def test_typing_is_never_told_off(text: str) -> None:
    for size in range(1, len(text)):
        assert recognise(text[:size], NOW).state is not RecognitionState.REFUSED, text[:size]


@pytest.mark.parametrize(
    "text",
    [
        corpus.KEY_STRING,
        corpus.SAS_STRING,
        f"{corpus.HOST}/data?{corpus.CONTAINER_SAS}",
        "http://127.0.0.1:10000/devstoreaccount1/c",
        "abfss://data@account.dfs.core.windows.net/a",
    ],
)
def test_half_a_character_anywhere_is_answered(text: str) -> None:
    for place in range(len(text)):
        recognise(f"{text[:place]}\udcff{text[place:]}", NOW)


@given(st.sampled_from([case.text for case in GOOD]), seeds)
def test_a_letter_changed_anywhere_is_answered(text: str, chance: random.Random) -> None:
    place = chance.randrange(len(text))
    letter = chance.choice("aZ0=;&?/%\"'\n\\{[<\u200b")
    recognise(text[:place] + letter + text[place + 1 :], NOW)


@pytest.mark.parametrize(
    "piece",
    [
        '"',
        " ",
        ",",
        "`",
        "(",
        "a:",
        "&",
        "&amp;",
        ";",
        "=",
        "AccountName=",
        "account key ",
        "?sig=",
        "[",
        "a/",
        "%25",
        "-",
    ],
)
@pytest.mark.parametrize("before", ["x", "AccountName=a", "AccountKey=a"])
def test_a_long_text_is_answered_at_once(before: str, piece: str) -> None:
    text = before + piece * (100_000 // len(piece)) + "y"
    started = time.thread_time()
    recognise(text, NOW)
    recognise(text[1:-1], NOW)
    assert time.thread_time() - started < 3


def test_a_text_without_end_is_refused() -> None:
    assert recognise("x" * 10_000_000, NOW).state is RecognitionState.REFUSED
