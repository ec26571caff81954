"""What is carried from one place to another by clipboard or drag: places and names, no secret.

On the clipboard it is JSON under a type of its own, with plain paths beside it for whatever
else is pasted into. It may come from another window, so it is read with distrust.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from PySide6.QtCore import QMimeData

from explorer.base.records import dataclass
from explorer.base.shown import plain_path
from explorer.gui.browse.rows import Row
from explorer.gui.browse.words import path_text
from explorer.service.model import Location

MIME: Final = "application/x-quayside-places"
VERSION: Final = 1
MAX_BYTES: Final = 256 * 1024 * 1024
"""More than a million long names; beyond that it is not ours."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Rows of one folder or, where `place` is an account, containers of it."""

    place: Location
    names: tuple[str, ...]
    """Relative to `place`; those of folders end with `/`, those of containers do not."""
    is_cut: bool = False
    """To be moved, not copied, when it is put down."""

    @property
    def holds_containers(self) -> bool:
        return not self.place.container

    @classmethod
    def of(cls, place: Location, rows: Iterable[Row], *, is_cut: bool = False) -> Parcel:
        """These rows of `place`."""
        is_inside = bool(place.container)
        names = (f"{row.name}/" if row.is_folder and is_inside else row.name for row in rows)
        return cls(place, tuple(names), is_cut)

    @classmethod
    def of_place(cls, place: Location, *, is_cut: bool = False) -> Parcel:
        """A container or folder itself, as the tree means it."""
        name = f"{place.name}/" if place.path else place.name
        return cls(place.parent, (name,), is_cut)

    def text(self) -> str:
        """Plain paths, one to a line."""
        return "\n".join(plain_path(path_text(self.place) + name) for name in self.names)


def put_into(mime: QMimeData, parcel: Parcel) -> None:
    """Add the parcel, and its paths as text."""
    data = {
        "version": VERSION,
        "connection": parcel.place.connection_id,
        "container": parcel.place.container,
        "path": parcel.place.path,
        "names": parcel.names,
        "cut": parcel.is_cut,
    }
    # Names may hold what UTF-8 cannot say: JSON's own escapes do.
    mime.setData(MIME, json.dumps(data).encode())
    mime.setText(parcel.text())


def parcel_in(mime: QMimeData | None) -> Parcel | None:
    """The parcel there is, or None where there is none or it makes no sense."""
    if mime is None or not mime.hasFormat(MIME):
        return None
    return from_json(bytes(mime.data(MIME).data()))


def from_json(text: bytes) -> Parcel | None:
    """What `put_into` wrote."""
    if len(text) > MAX_BYTES:
        return None
    try:
        data = json.loads(text)
    except ValueError:
        return None
    if not isinstance(data, dict) or data.get("version") != VERSION:
        return None
    words = [data.get(key) for key in ("connection", "container", "path")]
    names = _names(data.get("names"))
    if not all(isinstance(word, str) for word in words) or not words[0]:
        return None
    connection_id, container, path = (str(word) for word in words)
    if not names or (path and (not container or not path.endswith("/"))):
        return None
    place = Location(connection_id, container, path)
    return Parcel(place, names, data.get("cut") is True)


def _names(told: Any) -> tuple[str, ...]:
    """All of them, or none where one makes no sense."""
    if not isinstance(told, list) or not all(isinstance(name, str) and name for name in told):
        return ()
    return tuple(told)
