"""No secret survives the redactor, however it is spelled."""

# ruff: noqa: E501 - a table: one spelling a line

from __future__ import annotations

import base64
import json
import random
import threading
import time
from collections.abc import Callable
from html import escape
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.redact import MASK, PASSING, Redactor, redact

KEY = base64.b64encode(bytes(range(140, 204))).decode("ascii")
SIGNATURE = base64.b64encode(bytes(range(7, 39))).decode("ascii")
SAS = f"sv=2024-11-04&sr=c&sp=rl&se=2026-05-01&sig={quote(SIGNATURE, safe='')}"

SPELLINGS: dict[str, Callable[[str], str]] = {
    "raw": lambda text: text,
    "quoted": lambda text: quote(text, safe=""),
    "quoted but for slashes": quote,
    "quoted for a form": quote_plus,
    "quoted in small letters": lambda text: quote(text, safe="").replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d"),
    "quoted twice": lambda text: quote(quote(text, safe=""), safe=""),
    "JSON": json.dumps,
    "JSON with escaped slashes": lambda text: json.dumps(text).replace("/", "\\/"),
    "XML": escape,
    "repr": repr,
    "decoded": lambda text: repr(base64.b64decode(text)),
    "hexadecimal": lambda text: base64.b64decode(text).hex(),
    "latin-1": lambda text: base64.b64decode(text).decode("latin-1"),
    "without padding": lambda text: text.rstrip("="),
    "for URLs": lambda text: text.replace("+", "-").replace("/", "_"),
    "cut": lambda text: text[:30],
    "in an unknown spelling": lambda text: text[:20] + text[20:].replace("A", "%41").replace("m", "\\x6d"),
}  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("secret", [KEY, SIGNATURE], ids=["key", "signature"])
def test_a_registered_secret_is_masked_in_every_spelling(spelling: str, secret: str) -> None:
    redactor = Redactor()
    redactor.register(secret if secret == KEY else SAS)
    written = SPELLINGS[spelling](secret)
    text = redactor.redact(f"before <{written}> after <{written}>")
    pieces = {written[at : at + 10] for at in range(0, len(written) - 10, 4)}
    assert not [piece for piece in pieces if piece in text]
    assert text.startswith("before ")
    assert text.count(MASK) == 2


def test_only_the_signature_of_a_registered_sas_is_masked() -> None:
    redactor = Redactor()
    redactor.register(SAS)
    text = redactor.redact(f"GET https://pai.blob.core.windows.net/data?{SAS}")
    assert "sv=2024-11-04" in text
    assert "pai.blob.core.windows.net/data" in text
    assert SIGNATURE[:8] not in text


@pytest.mark.parametrize(
    "spelling", [name for name in SPELLINGS if name not in ("decoded", "hexadecimal", "latin-1")]
)
def test_the_signature_of_a_moment_is_masked_in_every_spelling_of_an_address(spelling: str) -> None:
    redactor = Redactor()
    redactor.redact("a look before it is there")
    redactor.register_passing(SIGNATURE)
    written = SPELLINGS[spelling](SIGNATURE)
    text = redactor.redact(f"before <{written}> after <{written}>")
    assert not [at for at in range(0, len(written) - 10, 4) if written[at : at + 10] in text]
    assert text.count(MASK) == 2


def test_only_the_last_signatures_of_a_moment_are_kept_and_they_cost_nothing() -> None:
    redactor = Redactor()
    made = [base64.b64encode(random.Random(seed).randbytes(32)).decode() for seed in range(2000)]
    began_s = time.thread_time()
    for signature in made:
        redactor.register_passing(signature)
    assert time.thread_time() - began_s < 0.1
    assert MASK not in redactor.redact(made[0][:20])
    assert all(redactor.redact(one[:20]) == MASK for one in made[-PASSING:])


def test_short_values_do_not_blank_out_words() -> None:
    redactor = Redactor()
    redactor.register("data")
    redactor.register("")
    assert redactor.redact("data of the database") == "data of the database"


@pytest.mark.parametrize(
    "text",
    [
        f"https://a.blob.core.windows.net/c?{SAS}",
        f"sig={SIGNATURE}",
        f"...%26sig%3D{quote(quote(SIGNATURE, safe=''), safe='')}...",
        f"&amp;sig={SIGNATURE}",
        f'{{"sig": "{SIGNATURE}"}}',
        f"AccountName=a;AccountKey={KEY};EndpointSuffix=x",
        f"account_key='{KEY}'",
        f"AZURE_STORAGE_KEY={KEY[:20]}",
        f"BlobEndpoint=https://a;SharedAccessSignature={SAS}",
        f"AZURE_STORAGE_SAS_TOKEN=?{SAS}",
        f"Authorization: SharedKey pai:{SIGNATURE}",
        f"'Authorization': 'SharedKeyLite pai:{SIGNATURE}'",
        f"authorization=Bearer {SIGNATURE}",
        f"Authorization: Basic {SIGNATURE}",
        f"x-ms-copy-source: https://a.blob.core.windows.net/c/b?{SAS}",
        f"x-ms-copy-source-authorization: Bearer {SIGNATURE}",
        f"x-ms-encryption-key: {SIGNATURE}",
        f"proxy http://me:{SIGNATURE.replace('/', '-')}@proxy:3128",
        f"the key {KEY} was wrong",
    ],
)
def test_unknown_secrets_are_masked_by_their_form(text: str) -> None:
    masked = redact(text)
    assert MASK in masked
    for secret in (KEY, SIGNATURE, quote(SIGNATURE, safe="")):
        assert secret[:12] not in masked
    assert redact(masked) == masked


@pytest.mark.parametrize("before", ["", "Bearer ", "QUAYSIDE_STORAGE_TOKEN=", '{"accessToken": "'])
def test_a_json_web_token_is_masked_wherever_it_stands(before: str) -> None:
    token = "eyJhbGciOiJub25lIn0.eyJuYW1lIjoic29tZWJvZHkifQ.c2lnbmF0dXJl"
    masked = redact(f"it was {before}{token}, alas")
    assert MASK in masked
    assert not any(part in masked for part in token.split("."))
    assert masked.endswith(", alas")


@pytest.mark.parametrize(
    "text",
    [
        "uploaded runs/7/model.safetensors, 3 of 12, design=ok",
        "MD5 rL0Y20zC+Fzt72VPzMSk2A== of a blob",
        "https://pai.blob.core.windows.net/data/a%20b?versionid=2026-01-01T00:00:00Z",
        "the significance of keys: press the any key",
        "request id 2f5e6c1e-001e-0011-1234-5678ab000000",
    ],
)
def test_plain_text_is_left_alone(text: str) -> None:
    assert redact(text) is text


@given(st.text(), st.binary(min_size=32, max_size=64), st.text())
def test_whatever_is_registered_is_gone(before: str, secret: bytes, after: str) -> None:
    value = base64.b64encode(secret).decode("ascii")
    redactor = Redactor()
    redactor.register(value)
    assert value not in redactor.redact(f"{before}{value}{after}")


def test_long_texts_stay_quick() -> None:
    redactor = Redactor()
    for index in range(10):
        redactor.register(base64.b64encode(bytes([index]) * 64).decode("ascii"))
    text = "2026-05-01 12:00:00 INFO transfer: block 17 of runs/7/checkpoint.pt sent\n" * 14_000
    started = time.thread_time()
    redactor.redact(text)
    assert time.thread_time() - started < 5


def test_many_threads_may_register_and_redact() -> None:
    redactor = Redactor()
    failures: list[str] = []

    def work(number: int) -> None:
        for round_ in range(10):
            secret = f"secret-{number}-{round_}-value"
            redactor.register(secret)
            if secret in redactor.redact(f"x {secret} y"):
                failures.append(secret)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.parametrize(
    "piece", ["x-ms-copy-source=", "sig=", "://a:", "AccountKey=", "Bearer ", "account key ", "%25"]
)
def test_no_text_however_long_keeps_the_redactor_busy(piece: str) -> None:
    began_s = time.thread_time()
    redact(piece * (100_000 // len(piece)))
    assert time.thread_time() - began_s < 3.0
