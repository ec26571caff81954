"""What may be done here, and if not, why not: from a connection's claims and a place. Pure."""

from __future__ import annotations

from explorer.base.records import dataclass
from explorer.service.history import NO_LAKE
from explorer.service.model import Ability, Connection, Location, SecretHome
from explorer.storage.access import Verdict

NO_CONNECTION = "Connect to a storage account first."
NO_CONTAINER = "Open a container first."
NO_SELECTION = "Select something first."
DELETED = "It is deleted: restore it first."


@dataclass(frozen=True, slots=True)
class Place:
    """What an action is about."""

    connection: Connection | None
    location: Location | None
    selected: int = 0
    blobs_selected: int = 0
    is_missing: bool = False
    """The listing said that there is no such container."""
    deleted_selected: int = 0
    """How many of the selected are deleted already."""

    @property
    def gone(self) -> str:
        """Why nothing but restoring can be done to what is selected; empty where it is there."""
        if not self.deleted_selected:
            return ""
        if self.deleted_selected == self.selected:
            return DELETED if self.selected == 1 else "They are deleted: restore them first."
        return f"Of what is selected, {self.deleted_selected:,} are deleted: restore those first."


def refusal(place: Place, ability: Ability) -> str:
    """Why it is not allowed; empty where it is, or where only trying can tell."""
    if place.connection is None or place.location is None:
        return NO_CONNECTION
    if place.connection.secret_home is SecretHome.MISSING:
        return "The secret of this connection is missing. Replace its credential."
    claim = place.connection.claim(ability)
    if claim.verdict is Verdict.NO:
        return claim.reason or f"This connection does not allow to {ability.value}."
    return ""


def _inside(place: Place, ability: Ability) -> str:
    if place.location is not None and not place.location.container:
        return NO_CONTAINER
    if place.is_missing:
        return "This container does not exist."
    return refusal(place, ability)


def upload(place: Place) -> str:
    """Uploading into the place shown."""
    return _inside(place, Ability.WRITE)


def new_folder(place: Place) -> str:
    return _inside(place, Ability.WRITE)


def search(place: Place) -> str:
    """Listing everything below the place shown."""
    return _inside(place, Ability.LIST)


def new_container(place: Place) -> str:
    return refusal(place, Ability.CREATE_CONTAINER)


def download(place: Place) -> str:
    """Downloading what is selected; in a container without a selection, the folder shown."""
    if place.location is not None and not place.location.container and not place.selected:
        return NO_SELECTION
    return place.gone or refusal(place, Ability.READ)


def save_as(place: Place) -> str:
    if place.selected != 1 or place.blobs_selected != 1:
        return "Select one blob."
    return place.gone or refusal(place, Ability.READ)


def open_one(place: Place) -> str:
    if place.selected != 1:
        return "Select one item."
    is_container = place.location is not None and not place.location.container
    if place.gone and (place.blobs_selected or is_container):
        return place.gone
    return refusal(place, Ability.READ) if place.blobs_selected else ""


def move_to(place: Place) -> str:
    """Moving what is selected: in one step where folders are real, else by a copy that is
    deleted behind."""
    if place.location is None or not place.selected:
        return NO_SELECTION if place.location is not None else NO_CONNECTION
    if not place.location.container:
        return "Containers stay where they are."
    return place.gone or relocate_folder(place)


def rename(place: Place) -> str:
    """Another name for the one thing that is selected."""
    if place.location is not None and not place.location.container and place.selected:
        return "A container keeps its name: create another one and copy into it."
    if place.location is not None and place.selected > 1:
        return "Select one item."
    return move_to(place)


def relocate_folder(place: Place) -> str:
    """Renaming or moving a folder itself."""
    if place.connection is not None and place.connection.is_hierarchical:
        return _inside(place, Ability.RENAME)
    abilities = (Ability.READ, Ability.WRITE, Ability.DELETE)
    return next(filter(None, (_inside(place, ability) for ability in abilities)), "")


def delete(place: Place) -> str:
    """Deleting what is selected: blobs and folders, or containers."""
    if place.location is None or not place.selected:
        return NO_SELECTION if place.location is not None else NO_CONNECTION
    if place.gone:
        return place.gone
    if not place.location.container:
        if place.selected > 1:
            return "Containers are deleted one at a time."
        return refusal(place, Ability.DELETE_CONTAINER)
    return refusal(place, Ability.DELETE)


def show_deleted(place: Place) -> str:
    """Listing what is deleted in the place shown, too."""
    if place.connection is None or place.location is None:
        return NO_CONNECTION
    if place.connection.is_hierarchical:
        return NO_LAKE
    is_inside = bool(place.location.container)
    return refusal(place, Ability.LIST if is_inside else Ability.LIST_CONTAINERS)


def restore(place: Place) -> str:
    """Bringing back what is selected and deleted."""
    is_inside = place.location is not None and place.location.container
    return refusal(place, Ability.OVERWRITE if is_inside else Ability.CREATE_CONTAINER)
