"""No key and no signature is left readable in the paste box, however it was written."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.gui.connect.masking import HIDDEN, masked
from explorer.storage.connection import recognise

KEY = base64.b64encode(bytes(range(64))).decode()
SIG = base64.b64encode(bytes(range(100, 132))).decode()
SAS = f"sv=2024-11-04&sr=c&sp=rl&se=2035-01-01T00:00:00Z&sig={quote(SIG, safe='')}"
TEXTS = {
    "connection string": f"AccountName=acct;AccountKey={KEY};EndpointSuffix=core.windows.net",
    "spaces": f"AccountName = acct ; AccountKey = {KEY} ;",
    "sas url": f"https://acct.blob.core.windows.net/data?{SAS}",
    "bare sas": f"?{SAS}",
    "escaped sas": f"https://acct.blob.core.windows.net/data?{SAS.replace('&', '&amp;')}",
    "name and key": f"acct\n{KEY}",
    "key over two lines": f"AccountName=acct;AccountKey={KEY[:40]}\n{KEY[40:]}",
    "json": json.dumps({"connectionStrings": [f"AccountName=acct;AccountKey={KEY}"]}),
    "quoted": f"export AZURE_STORAGE_CONNECTION_STRING='AccountName=acct;AccountKey={KEY}'",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_the_secret_is_hidden(text: str) -> None:
    found = recognise(text, datetime.now(UTC)).candidates
    assert found
    shown = masked(text, found)
    assert HIDDEN in shown
    for secret in (KEY, SIG, quote(SIG, safe="")):
        assert all(secret[at : at + 16] not in shown for at in range(0, 24, 8))


def test_what_is_no_secret_stays_readable() -> None:
    text = TEXTS["sas url"]
    shown = masked(text, recognise(text, datetime.now(UTC)).candidates)
    assert shown.startswith("https://acct.blob.core.windows.net/data?sv=2024-11-04&sr=c&sp=rl")


def test_a_text_without_a_secret_stays_as_it_is() -> None:
    text = "https://acct.blob.core.windows.net/public"
    assert masked(text, recognise(text, datetime.now(UTC)).candidates) == text


def test_a_signature_is_hidden_even_where_the_rest_is_not_understood() -> None:
    assert SIG not in masked(f"what is this? sig={SIG}", ())


@given(st.text(max_size=40))
def test_anything_can_be_masked(text: str) -> None:
    masked(text, ())
