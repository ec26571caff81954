"""What is refused before anything is asked: by the credential's own words, or by the place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.base.errors import InputError, NotAuthorizedError
from explorer.service.browse import Reach
from explorer.service.model import Location
from explorer.storage.access import Action

if TYPE_CHECKING:
    from explorer.storage.directories import DirectoryStore


def check_allowed(reach: Reach, connection_id: str, action: Action) -> None:
    """Say no, with the reason, where the credential itself says no. Raises NotAuthorizedError."""
    access = reach.access(connection_id)
    if not access.allows(action):
        raise NotAuthorizedError(
            access.reason(action), cure="Ask for a SAS that allows it, or use the account key."
        )


async def real_directories(reach: Reach, location: Location, what: str) -> DirectoryStore:
    """The real directories of that place's account; `what` needs them ('Access lists').

    Raises InputError where it has none, or the place is no container.
    """
    if not location.container:
        raise InputError("This is the account, not a container.", cure="Choose a container.")
    found = await reach.directories(location.connection_id)
    if found is None:
        raise InputError(
            f"{what} need an account with real folders (a hierarchical namespace), and this "
            "one's are only parts of names.",
            cure="If that is wrong, say so for this connection: "
            "quayside connect set NAME --hierarchical yes.",
        )
    return found


def path_of(location: Location, name: str) -> str:
    """A file or folder (with or without a slash at its end) in that folder as a path; empty
    for the container itself."""
    return f"{location.path}{name}".rstrip("/")
