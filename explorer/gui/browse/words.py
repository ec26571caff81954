"""Places and counts as the window words them. Pure."""

from __future__ import annotations

from urllib.parse import unquote

from explorer.base.records import dataclass
from explorer.service.model import Location


@dataclass(frozen=True, slots=True)
class Status:
    """What the status bar tells about a tab."""

    items: int = 0
    shown: int = 0
    is_scanning: bool = False
    folders_selected: int = 0
    blobs_selected: int = 0
    bytes_selected: int = 0
    deleted: int = 0
    """How many of the items are deleted, and can come back."""
    deleted_selected: int = 0
    has_containers: bool = False
    """What counts as folders are containers."""


def path_text(location: Location) -> str:
    """A place as the path field shows it."""
    return "/" + "".join([f"{location.container}/" if location.container else "", location.path])


def last_name(text: str) -> str:
    """The last name in what was typed into the path field, to be selected if it is a blob."""
    path = text.split("?", 1)[0].rstrip("/")
    name = path.rpartition("/")[2]
    return unquote(name) if "://" in text else name
