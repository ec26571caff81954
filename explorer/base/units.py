"""Sizes, rates, durations and moments, as people read and type them. Pure.

Sizes are shown in IEC units (1 KiB = 1024 bytes). Typed ones: a bare letter and
`MiB` are binary, as rclone and dd take them; `MB` is decimal, as disks are sold.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import Final

from explorer.base.errors import InputError
from explorer.base.known import Known
from explorer.base.patterns import regex

_IEC: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_LETTERS: Final = "kmgtpe"

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_EPOCH: Final = date(1970, 1, 1).toordinal()

_SIZE: Final = regex(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*(?:([kmgtpe])(i?b)?|(b|bytes?))?", re.I)
_BITS: Final = regex(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*([kmgt]?)bits?", re.I)
_AGE: Final = regex(r"([0-9]+(?:\.[0-9]*)?)\s*([a-z]+)", re.I)
_AGE_UNITS: Final = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "minute", "minutes"), _MINUTE),
    **dict.fromkeys(("h", "hour", "hours"), _HOUR),
    **dict.fromkeys(("d", "day", "days"), _DAY),
    **dict.fromkeys(("w", "week", "weeks"), 7 * _DAY),
    **dict.fromkeys(("mo", "month", "months"), 30 * _DAY),
    **dict.fromkeys(("y", "year", "years"), 365 * _DAY),
}

_SIZE_EXAMPLES: Final = "Write it like 8MiB, 10M or 1.5 GB."
_RATE_EXAMPLES: Final = "Write it like 20M, 1.5 MiB/s or 100 Mbit/s; 0 is no limit."
_AGE_EXAMPLES: Final = "Write it like 30min, 12h, 3d or 2w."
_MOMENT_EXAMPLES: Final = "Write it like 3d (ago), 2026-01-31 or 2026-01-31T18:30Z."


# ---------------------------------------------------------------- shown


def iso_time(seconds: float) -> str:
    """`2026-05-01T08:00:00Z`; empty for 0, which means unknown.

    At a fifth of the cost of asking `datetime`: a listing has a million of them.
    """
    if not seconds:
        return ""
    days, second = divmod(math.floor(seconds), _DAY)
    minute, second = divmod(second, _MINUTE)
    return f"{_iso_days[days]}{_iso_minutes[minute]}{second:02}Z"


_iso_days: Final = Known[int, str](lambda days: date.fromordinal(_EPOCH + days).isoformat())
_iso_minutes: Final = Known[int, str](lambda minute: f"T{minute // 60:02}:{minute % 60:02}:")


def format_bytes(size_bytes: float) -> str:
    """`512 B`, `1.5 KiB`, `103 GiB`: three digits at most."""
    value = float(size_bytes)
    unit = 0
    while abs(value) >= 999.5 and unit < len(_IEC) - 1:
        value /= 1024
        unit += 1
    is_whole = unit == 0 or value == int(value) or abs(value) >= 99.95
    return f"{value:.0f} {_IEC[unit]}" if is_whole else f"{value:.1f} {_IEC[unit]}"


def format_exact_bytes(size_bytes: int) -> str:
    """`1,234,567 bytes`."""
    return f"{size_bytes:,} {'byte' if size_bytes == 1 else 'bytes'}"


def format_rate(bytes_per_s: float) -> str:
    """`12.3 MiB/s`."""
    return f"{format_bytes(bytes_per_s)}/s"


def format_duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 5 s`, `2 h 5 min`, `3 d 4 h`: the two largest units."""
    if 0 < seconds < 9.95:
        return f"{max(seconds, 0.1):.1f} s".replace(".0 s", " s")
    whole = max(0, round(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    for size, name, smaller, small_name in (
        (_DAY, "d", _HOUR, "h"),
        (_HOUR, "h", _MINUTE, "min"),
        (_MINUTE, "min", 1, "s"),
    ):
        if whole >= size:
            rest = whole % size // smaller
            return (
                f"{whole // size} {name} {rest} {small_name}" if rest else f"{whole // size} {name}"
            )
    raise AssertionError(whole)


# ---------------------------------------------------------------- typed


def parse_size(text: str) -> int:
    """Bytes from `8MiB`, `10M`, `1.5 GB`, `4096`. Raises `InputError`."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise InputError(f"‘{text}’ is not a size.", cure=_SIZE_EXAMPLES)
    number, letter, ending, _ = found.groups()
    if letter is None:
        factor = 1
    else:
        base = 1000 if (ending or "").lower() == "b" else 1024
        factor = base ** (_LETTERS.index(letter.lower()) + 1)
    return _product(number, factor)


def parse_rate(text: str) -> int:
    """Bytes a second from `20M`, `1.5 MiB/s`, `100 Mbit/s`; 0 for no limit (`0`, `off`,
    `unlimited`). Raises `InputError`."""
    plain = text.strip().lower()
    if plain in ("off", "none", "unlimited"):
        return 0
    plain = plain.removesuffix("/s").rstrip()
    bits = _BITS.fullmatch(plain)
    if bits is not None:
        power = _LETTERS.index(bits[2]) + 1 if bits[2] else 0
        rate = _product(bits[1], 1000**power) // 8
    else:
        try:
            rate = parse_size(plain)
        except InputError:
            raise InputError(f"‘{text}’ is not a rate.", cure=_RATE_EXAMPLES) from None
    if rate == 0 and re.search("[1-9]", plain):
        raise InputError(f"‘{text}’ is less than a byte a second.", cure=_RATE_EXAMPLES)
    return rate


def parse_age(text: str) -> float:
    """Seconds from `90s`, `30min`, `12h`, `3d`, `2w`, `6mo`, `1y`; `m` is minutes, a month
    30 days, a year 365. Raises `InputError`."""
    found = _AGE.fullmatch(text.strip())
    factor = _AGE_UNITS.get(found[2].lower()) if found else None
    if found is None or factor is None:
        raise InputError(f"‘{text}’ is not a length of time.", cure=_AGE_EXAMPLES)
    return float(found[1]) * factor


def parse_moment(text: str, now_s: float) -> float:
    """Seconds since 1970 from an age before `now_s` (`3d`) or a date and time in ISO 8601,
    local unless it names a zone. Raises `InputError`."""
    plain = text.strip()
    try:
        if _AGE.fullmatch(plain):
            moment = now_s - parse_age(plain)
        else:
            moment = datetime.fromisoformat(plain).timestamp()
    except (InputError, ValueError, OverflowError, OSError):
        raise InputError(f"‘{text}’ is not a date or an age.", cure=_MOMENT_EXAMPLES) from None
    return moment


def _product(number: str, factor: int) -> int:
    """Exact for whole numbers, which floats above 8 PiB are not."""
    if number.isdigit():
        return int(number) * factor
    return math.floor(float(number) * factor)
