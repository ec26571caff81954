"""A file's time of modification as metadata, as rclone writes and reads it. Pure.

The key is `mtime`, the value RFC 3339 in UTC with up to nine digits of a second. Times that 64
bits of nanoseconds do not hold (before 1678, after 2261) are what programs write that know
none, and are taken for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from explorer.base.patterns import regex

KEY: Final = "mtime"
_FORM: Final = regex(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)"
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_NS: Final = 2**63 - 1


def to_text(mtime_ns: int) -> str:
    """`2024-05-01T10:20:30.000000001Z`; trailing zeros are left out."""
    seconds, nanoseconds = divmod(kept(mtime_ns), 1_000_000_000)
    fraction = f".{nanoseconds:09}".rstrip("0") if nanoseconds else ""
    return f"{_whole(seconds)}{fraction}Z"


@lru_cache(64)
def _whole(seconds: int) -> str:
    """To the second; files that were written together have the same one."""
    return (_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]


def from_text(text: str) -> int | None:
    """Nanoseconds since 1970 in 64 bits, or None where it is no such time."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    date, clock, fraction, zone = found.groups()
    try:
        moment = datetime.fromisoformat(f"{date}T{clock}").replace(tzinfo=_zone(zone))
    except ValueError:
        return None
    whole = (moment - _EPOCH) // timedelta(seconds=1)
    mtime_ns = whole * 1_000_000_000 + int((fraction or "").ljust(9, "0"))
    return mtime_ns if kept(mtime_ns) == mtime_ns else None


def kept(mtime_ns: int) -> int:
    """A file's time as the journal keeps it: in 64 bits, or the nearest to it."""
    return max(-_MOST_NS, min(mtime_ns, _MOST_NS))


def _zone(text: str) -> timezone:
    if text in "Zz":
        return UTC
    hours, minutes = int(text[1:3]), int(text[4:6])
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def of_blob(metadata: Mapping[str, str] | None, last_modified_s: int) -> int:
    """When what a blob holds was written, in nanoseconds: by its own stamp, or else when it was
    put there."""
    own_ns = in_metadata(metadata)
    return kept(last_modified_s * 1_000_000_000) if own_ns is None else own_ns


def in_metadata(metadata: Mapping[str, str] | None) -> int | None:
    """The time that a blob's metadata holds; the service keeps the letters' case, or not."""
    for key, value in (metadata or {}).items():
        if key.lower() == KEY:
            return from_text(value)
    return None
