"""Sizes, rates, durations and moments."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.errors import InputError
from explorer.base.units import (
    format_bytes,
    format_duration,
    format_exact_bytes,
    format_rate,
    iso_time,
    parse_age,
    parse_moment,
    parse_rate,
    parse_size,
)

NOW = 1_800_000_000.0


@given(st.integers(-(10**10), 2 * 10**11).filter(bool), st.sampled_from([0, 0.25, 0.75]))
def test_moments_are_shown_in_utc(seconds: int, part: float) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert iso_time(seconds + part) == moment.isoformat().replace("+00:00", "Z")


def test_an_unknown_moment_is_shown_as_nothing() -> None:
    assert iso_time(0) == ""


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1, "1 B"),
        (999, "999 B"),
        (1000, "1.0 KiB"),
        (1024, "1 KiB"),
        (1536, "1.5 KiB"),
        (8 * 1024**2, "8 MiB"),
        (1024**2 - 1, "1.0 MiB"),
        (110_000_000_000, "102 GiB"),
        (5 * 1024**4, "5 TiB"),
        (2**70, "1024 EiB"),
    ],
)
def test_sizes_are_shown_in_few_digits(size: int, text: str) -> None:
    assert format_bytes(size) == text


@given(st.integers(0, 2**60))
def test_a_shown_size_reads_back_as_about_the_same(size: int) -> None:
    assert abs(parse_size(format_bytes(size)) - size) <= size * 0.06


def test_exact_sizes_have_separators() -> None:
    assert format_exact_bytes(1234567) == "1,234,567 bytes"
    assert format_exact_bytes(1) == "1 byte"


def test_rates_are_sizes_a_second() -> None:
    assert format_rate(1.5 * 1024**2) == "1.5 MiB/s"
    assert format_rate(0.4) == "0 B/s"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (-3, "0 s"),
        (0.001, "0.1 s"),
        (0.44, "0.4 s"),
        (2.0, "2 s"),
        (9.97, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (185, "3 min 5 s"),
        (3600, "1 h"),
        (7530, "2 h 5 min"),
        (86400 * 3 + 4 * 3600 + 59, "3 d 4 h"),
    ],
)
def test_durations_have_two_units_at_most(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4096", 4096),
        ("0", 0),
        ("8MiB", 8 * 1024**2),
        ("8 mib", 8 * 1024**2),
        ("10M", 10 * 1024**2),
        ("1.5 GB", 1_500_000_000),
        (" .5k ", 512),
        ("3 bytes", 3),
        ("7b", 7),
        ("9007199254740993", 9007199254740993),
        ("2E", 2 * 1024**6),
    ],
)
def test_sizes_are_read_as_people_type_them(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "M", "-1", "1,5M", "8MMB", "ten", "1e9", "٣", "8 iB", "nan"])
def test_what_is_no_size_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match="8MiB"):
        parse_size(text)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("20M", 20 * 1024**2),
        ("1.5 MiB/s", 1_572_864),
        ("100 Mbit/s", 12_500_000),
        ("8 bit/s", 1),
        ("0", 0),
        ("off", 0),
        ("Unlimited", 0),
    ],
)
def test_rates_are_read(text: str, rate: int) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "fast", "/s", "-5M", "0.5", "4 bit", "100Mbps"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="20M"):
        parse_rate(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("30min", 1800), ("5m", 300), ("1.5h", 5400), ("3 d", 259200), ("2w", 1209600)],
)
def test_ages_are_read(text: str, seconds: float) -> None:
    assert parse_age(text) == seconds


@pytest.mark.parametrize("text", ["", "3", "d", "3 fortnights", "-1d"])
def test_what_is_no_age_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="12h"):
        parse_age(text)


def test_moments_are_ages_or_dates() -> None:
    assert parse_moment("3d", NOW) == NOW - 3 * 86400
    assert parse_moment("2026-01-31", NOW) == datetime(2026, 1, 31).timestamp()
    expected = datetime(2026, 1, 31, 18, 30, tzinfo=UTC).timestamp()
    assert parse_moment("2026-01-31T18:30Z", NOW) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "3x", "31.01.2026"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="2026-01-31"):
        parse_moment(text, NOW)
