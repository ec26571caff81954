"""What a person sets on a connection: read-only, colour, group, favourite places.

Pure; knows its JSON both ways.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from explorer.base.errors import InputError
from explorer.base.records import dataclass

COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "grey")
"""Names of colours; the theme says what each looks like. Red is for what is in production."""

MAX_FAVOURITES = 200
MAX_RANK = 1 << 31
_LONGEST = 2048

READ_ONLY_REASON = "This connection is set to read-only: nothing is changed through it."
READ_ONLY_CURE = "Switch read-only off for this connection first."


@dataclass(frozen=True, slots=True)
class Favourite:
    """A place to come back to; `path` is empty or ends with `/`. `rank` orders those of all
    connections; 0 is for one that was never moved."""

    name: str
    container: str
    path: str = ""
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Marks:
    """`colour` is one of COLOURS or empty. Names of favourites are each there once."""

    is_read_only: bool = False
    colour: str = ""
    group: str = ""
    favourites: tuple[Favourite, ...] = ()


NO_MARKS = Marks()


def checked_colour(text: str) -> str:
    """Raises InputError for what is none of COLOURS; empty is none at all."""
    text = text.strip().lower()
    if text and text not in COLOURS:
        raise InputError(f"'{text}' is no colour.", cure=f"Choose one of {', '.join(COLOURS)}.")
    return text


def checked_name(text: str, what: str) -> str:
    """Trimmed. Raises InputError for an empty name and for control characters."""
    text = text.strip()
    if not text or not text.isprintable() or len(text) > 200:
        raise InputError(f"'{text[:40]}' cannot be the name of a {what}.", cure="Type another one.")
    return text


def marks_to_json(marks: Marks) -> dict[str, Any]:
    """What has its default is left out."""
    found: dict[str, Any] = {}
    if marks.is_read_only:
        found["is_read_only"] = True
    for name in ("colour", "group"):
        if getattr(marks, name):
            found[name] = getattr(marks, name)
    if marks.favourites:
        found["favourites"] = [_favourite_to_json(one) for one in marks.favourites]
    return found


def marks_from_json(entry: object, *, is_strict: bool = False) -> Marks:
    """Checked field by field; what a later Quayside added is passed over unless `is_strict`.

    Raises ValueError.
    """
    if not isinstance(entry, dict):
        raise ValueError("marks are no object")
    if is_strict and set(entry) - {one.name for one in fields(Marks)}:
        raise ValueError("marks hold something unknown")
    is_read_only = entry.get("is_read_only", False)
    colour, group = entry.get("colour", ""), entry.get("group", "")
    listed = entry.get("favourites", [])
    if type(is_read_only) is not bool or not isinstance(listed, list):
        raise ValueError("marks are of the wrong type")
    if not _is_text(colour) or not _is_text(group):
        raise ValueError("a mark is of the wrong type")
    if len(listed) > MAX_FAVOURITES:
        raise ValueError("too many favourites")
    if colour not in COLOURS:
        if is_strict and colour:
            raise ValueError("an unknown colour")
        colour = ""
    favourites = tuple(_favourite(one, is_strict) for one in listed)
    return Marks(is_read_only, colour, group, favourites)


def _favourite_to_json(one: Favourite) -> dict[str, Any]:
    return {name: value for name, value in asdict(one).items() if name != "rank" or value}


def _favourite(entry: object, is_strict: bool) -> Favourite:
    known = {one.name for one in fields(Favourite)}
    if not isinstance(entry, dict) or (is_strict and set(entry) - known):
        raise ValueError("a favourite is damaged")
    values = [entry.get(name, "") for name in ("name", "container", "path")]
    rank = entry.get("rank", 0)
    if type(rank) is not int or not 0 <= rank <= MAX_RANK:
        raise ValueError("a favourite is damaged")
    if not all(_is_text(value) for value in values) or not values[0] or not values[1]:
        raise ValueError("a favourite is damaged")
    name, container, path = values
    if path and not path.endswith("/"):
        raise ValueError("a favourite is no folder")
    return Favourite(name, container, path, rank)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST and value.isprintable()
