"""What putting a parcel down means: the steps it takes, or why it makes no sense. Pure."""

from __future__ import annotations

from explorer.base.records import dataclass
from explorer.gui.browse import rules
from explorer.gui.browse.rules import Place
from explorer.gui.carry.parcel import Parcel
from explorer.service.model import Ability, Connection, Location

THERE_ALREADY = "It is there already."
INTO_ITSELF = "A folder cannot be put into itself."


def copy(place: Place) -> str:
    """Why what is selected cannot be copied; empty where it can."""
    if place.connection is None:
        return rules.NO_CONNECTION
    return rules.download(place) if place.selected else rules.NO_SELECTION


def cut(place: Place) -> str:
    """Why what is selected cannot be cut; empty where it can."""
    return copy(place) or rules.refusal(place, Ability.DELETE)


def paste(place: Place) -> str:
    """Why nothing can be pasted into the place shown; empty where it can."""
    is_account = place.location is not None and not place.location.container
    return rules.new_container(place) if is_account else rules.upload(place)


def duplicate(place: Place) -> str:
    """Why what is selected cannot be copied beside itself; empty where it can."""
    return copy(place) or paste(place)


@dataclass(frozen=True, slots=True)
class Step:
    """One job: `names` of `location` go into `target`, one of them perhaps under a new name."""

    location: Location
    names: tuple[str, ...]
    target: Location
    new_name: str = ""
    makes_container: bool = False


def steps(parcel: Parcel, target: Location) -> tuple[Step, ...]:
    """Jobs that put the parcel into `target`. A container becomes a folder in a container, and
    a container of the same name in another account."""
    if not parcel.holds_containers:
        return (Step(parcel.place, parcel.names, target),)
    made = []
    for name in parcel.names:
        source = parcel.place.child(name)
        if target.container:
            made.append(Step(source, ("",), target, new_name=name))
        else:
            made.append(Step(source, ("",), target.child(name), makes_container=True))
    return tuple(made)


def is_home(parcel: Parcel, target: Location) -> bool:
    """Whether the parcel comes from there: putting it down makes second copies."""
    return parcel.place == target


def is_within_container(parcel: Parcel, target: Location) -> bool:
    """Whether it would stay in the container it is in."""
    source = parcel.place
    return bool(source.container) and (source.connection_id, source.container) == (
        target.connection_id,
        target.container,
    )


def senseless(parcel: Parcel, target: Location, *, is_move: bool) -> str:
    """Why it cannot be put there, whatever the credential allows; empty where it can."""
    if is_home(parcel, target) and is_move:
        return THERE_ALREADY
    if not target.container and not parcel.holds_containers:
        return rules.NO_CONTAINER
    if parcel.holds_containers:
        is_own = parcel.place.connection_id == target.connection_id
        return INTO_ITSELF if is_own and target.container in parcel.names else ""
    if is_within_container(parcel, target):
        folders = (parcel.place.path + name for name in parcel.names if name.endswith("/"))
        if any(target.path.startswith(folder) for folder in folders):
            return INTO_ITSELF
    return ""


def not_allowed(
    parcel: Parcel,
    target: Location,
    source_connection: Connection | None,
    target_connection: Connection | None,
    *,
    is_move: bool,
) -> str:
    """Why the credentials do not allow it; empty where they do or only trying can tell."""
    source = Place(source_connection, parcel.place, len(parcel.names), len(parcel.names))
    if refusal := rules.download(source):
        return refusal
    if is_move and (refusal := rules.refusal(source, Ability.DELETE)):
        return refusal
    there = Place(target_connection, target)
    return rules.upload(there) if target.container else rules.new_container(there)
