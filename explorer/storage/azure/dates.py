"""The service's dates, `Mon, 01 Jan 2024 00:00:00 GMT`, as whole seconds since 1970."""

from __future__ import annotations

import calendar

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
_days: dict[str, int] = {}
_DAYS_KEPT = 4096


def seconds_of(text: str) -> int:
    """0 where there is no date; a listing has a million of them, so the day is remembered."""
    if not text:
        return 0
    day = _days.get(text[5:16])
    try:
        if day is None:
            day = calendar.timegm(
                (int(text[12:16]), _MONTHS[text[8:11]], int(text[5:7]), 0, 0, 0, 0, 0, 0)
            )
            if len(_days) >= _DAYS_KEPT:
                _days.clear()
            _days[text[5:16]] = day
        return day + int(text[17:19]) * 3600 + int(text[20:22]) * 60 + int(text[23:25])
    except (ValueError, KeyError):
        return 0
