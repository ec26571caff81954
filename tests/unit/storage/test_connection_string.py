"""A connection string as Azure writes it is read without a search, to the same end."""

from __future__ import annotations

import pytest

from explorer.base.errors import ConnectionTextError
from explorer.storage import connection_string
from explorer.storage.connection import parse
from tests.unit.storage.connection_corpus import BAD, GOOD, KEY, KEY_STRING, Bad, Good

BENCH = (
    f"DefaultEndpointsProtocol=http;AccountName=bench;AccountKey={KEY};"
    "BlobEndpoint=http://127.0.0.1:44515/bench;"
)


def read(text: str) -> object:
    try:
        return parse(text)
    except ConnectionTextError as error:
        return error.message


@pytest.mark.parametrize("text", [KEY_STRING, BENCH, f"{BENCH};", KEY_STRING.rstrip("=")])
def test_what_azure_writes_is_taken_as_it_is(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = connection_string._as_written(text)
    assert pairs
    monkeypatch.setattr(connection_string, "_as_written", lambda text: [])
    assert list(connection_string._pairs(text)) == pairs


@pytest.mark.parametrize("case", [*GOOD, *BAD], ids=lambda case: case.name)
def test_searched_for_or_not_the_same_is_read(
    case: Good | Bad, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in (case.text, case.text.replace(";", "; "), f"{case.text}AccountName=more"):
        quick = read(text)
        with monkeypatch.context() as patch:
            patch.setattr(connection_string, "_as_written", lambda text: [])
            assert read(text) == quick


@pytest.mark.parametrize(
    "text",
    [
        "account=pai",
        f"AccountName='pai';AccountKey={KEY}",
        f"AccountName=pai account key={KEY}",
        f"AccountName=pai;AccountKey={KEY} ",
        "BlobEndpoint=http://pai:key:1",
        "",
    ],
)
def test_any_other_is_searched(text: str) -> None:
    assert connection_string._as_written(text) == []
