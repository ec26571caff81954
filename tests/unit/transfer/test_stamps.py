"""mtime as rclone writes it: RFC 3339, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.transfer.stamps import from_text, in_metadata, to_text


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_600_000_000_123_456_789, "2020-09-13T12:26:40.123456789Z"),
        (1_600_000_000_100_000_000, "2020-09-13T12:26:40.1Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
    ],
)
def test_a_time_is_written_to_the_nanosecond(nanoseconds: int, text: str) -> None:
    assert to_text(nanoseconds) == text


@given(st.integers(1 - 2**63, 2**63 - 1))
def test_every_time_reads_back(nanoseconds: int) -> None:
    assert from_text(to_text(nanoseconds)) == nanoseconds


@given(st.integers(2**63, 2**100))
def test_a_time_beyond_64_bits_is_written_as_the_nearest_and_read_as_none(nanoseconds: int) -> None:
    assert to_text(nanoseconds) == "2262-04-11T23:47:16.854775807Z"
    assert to_text(-nanoseconds) == "1677-09-21T00:12:43.145224193Z"
    assert from_text("2262-04-11T23:47:16.854775808Z") is None
    assert from_text("0001-01-01T00:00:00Z") is None


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("2020-09-13T14:26:40.5+02:00", 1_600_000_000_500_000_000),
        ("2020-09-13 05:26:40-07:00", 1_600_000_000_000_000_000),
        ("2020-09-13T12:26:40.1234567891234Z", 1_600_000_000_123_456_789),
        ("1600000000", None),
        ("2020-13-13T12:26:40Z", None),
        ("", None),
    ],
)
def test_what_others_write_is_read_or_left_alone(text: str, nanoseconds: int | None) -> None:
    assert from_text(text) == nanoseconds


def test_the_key_is_found_in_any_spelling() -> None:
    assert in_metadata({"MTime": "1970-01-01T00:00:01Z"}) == 1_000_000_000
    assert in_metadata({"other": "x"}) is None
    assert in_metadata(None) is None
