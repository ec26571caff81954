"""Dates of the service, both ways."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.storage.azure.dates import http_date, seconds_of


@given(st.integers(0, 2**33))
def test_dates_go_round(seconds: int) -> None:
    assert seconds_of(http_date(seconds)) == seconds
    assert parsedate_to_datetime(http_date(seconds)).timestamp() == seconds


@pytest.mark.parametrize("text", ["", "yesterday", "Mon, 01 Foo 2024 00:00:00 GMT", "2024-01-01"])
def test_what_is_no_date_is_nought(text: str) -> None:
    assert seconds_of(text) == 0
