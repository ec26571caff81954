"""Where a folder of the storage can be mirrored to and from. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from explorer.base.errors import InputError
from explorer.base.shown import shown
from explorer.gui.browse import rules
from explorer.gui.browse.rules import Place
from explorer.gui.browse.words import path_text
from explorer.service.model import Ability, Connection, Location
from explorer.service.naming import check_container_name

MOST_PLACES = 8
"""So many open places stand in the menu; the others are chosen in the tree."""


def trouble(source: Location, target: Location) -> str:
    """Why one place of the storage cannot be mirrored to the other; empty where it can."""
    if not target.container:
        return "Choose a container or a folder."
    try:
        check_container_name(target.container)
    except InputError as error:
        return str(error)
    near = (source.connection_id, source.container) == (target.connection_id, target.container)
    if near and source.path == target.path:
        return "That is the folder itself."
    if near and (source.path.startswith(target.path) or target.path.startswith(source.path)):
        return "One is in the other: choose a folder beside it."
    return ""


def source_refusal(about: Place) -> str:
    """Why nothing can be mirrored from there."""
    return rules.refusal(about, Ability.LIST) or rules.refusal(about, Ability.READ)


def target_refusal(about: Place) -> str:
    """Why nothing can be mirrored into it."""
    return rules.refusal(about, Ability.LIST) or rules.refusal(about, Ability.WRITE)


def title(place: Location | Path, connection: Connection | None = None) -> str:
    """A place in a sentence; with its connection where two accounts are at hand."""
    if isinstance(place, Path):
        return str(place)
    path = path_text(place).strip("/")
    return f"{connection.name}: {path}" if connection is not None else path


def in_menu(text: str) -> str:
    """A name as part of a menu entry, where `&` would mean a key."""
    return shown(text).replace("&", "&&")


def others(place: Location, shown_ones: Iterable[Location | Path | None]) -> list[Location | Path]:
    """Of the places that are open those that `place` can be mirrored to or from, each once."""
    found: list[Location | Path] = []
    for one in shown_ones:
        is_apart = isinstance(one, Path) or (one is not None and not trouble(place, one))
        if one is not None and is_apart and one not in found:
            found.append(one)
    return found[:MOST_PLACES]
