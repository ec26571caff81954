"""The service's dates, `Mon, 01 Jan 2024 00:00:00 GMT`, from and to seconds since 1970. Pure."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Final

from explorer.base.known import Known

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NUMBERS = {name: number for number, name in enumerate(_MONTHS, 1)}
_HOURS, _MINUTES, _SECONDS = (
    {f"{number:02}": number * seconds for number in range(end)}
    for end, seconds in ((24, 3600), (60, 60), (60, 1))
)
_EPOCH = date(1970, 1, 1).toordinal()


def http_date(seconds: float) -> str:
    """`Mon, 01 Jan 2024 00:00:00 GMT`, whatever the locale."""
    return _http_date(int(seconds))


@lru_cache(4)
def _http_date(seconds: int) -> str:
    t = time.gmtime(seconds)
    return (
        f"{_DAYS[t.tm_wday]}, {t.tm_mday:02} {_MONTHS[t.tm_mon - 1]} {t.tm_year} "
        f"{t.tm_hour:02}:{t.tm_min:02}:{t.tm_sec:02} GMT"
    )


def _read(text: str) -> int:
    try:
        day = _days[text[5:16]]
        return day + _HOURS[text[17:19]] + _MINUTES[text[20:22]] + _SECONDS[text[23:25]]
    except (ValueError, KeyError):
        return 0


def _read_day(text: str) -> int:
    day = date(int(text[7:11]), _NUMBERS[text[3:6]], int(text[:2])).toordinal()
    return (day - _EPOCH) * 86_400


_days: Final = Known(_read_day)
seconds_of: Final[Callable[[str], int]] = Known(_read).__getitem__
"""Whole seconds; 0 where there is no date.

A listing has a million of them, many alike: what was read is remembered for a while.
"""
