"""Dates of the service, both ways."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.units import iso_time
from explorer.storage.azure.dates import http_date, seconds_of


@given(st.integers(0, 2**33))
def test_dates_go_round(seconds: int) -> None:
    assert seconds_of(http_date(seconds)) == seconds
    assert parsedate_to_datetime(http_date(seconds)).timestamp() == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "Mon, 01 Foo 2024 00:00:00 GMT",
        "2024-01-01",
        "Fri, 31 Dec 9999 24:00:00 GMT",
        "Fri, 31 Dec 9999 23:60:00 GMT",
        "Fri, 31 Dec 9999 23:59:60 GMT",
        "Mon, 01 Jan 0001 -1:00:00 GMT",
        "Mon, 01 Jan 0001 00:-1:00 GMT",
        "Mon, 01 Jan 0001 00:00:-1 GMT",
    ],
)
def test_what_is_no_date_is_nought(text: str) -> None:
    assert seconds_of(text) == 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59Z"),
        ("Mon, 01 Jan 0001 00:00:00 GMT", "0001-01-01T00:00:00Z"),
        ("Wed, 31 Dec 1969 23:59:59 GMT", "1969-12-31T23:59:59Z"),
    ],
)
def test_every_date_there_is_can_be_shown(text: str, shown: str) -> None:
    assert iso_time(seconds_of(text)) == shown
