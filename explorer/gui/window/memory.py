"""What the window remembers from one run to the next: places, columns, sizes. No secret.

Kept as versioned JSON in the data folder, written whole and private. Whatever makes no
sense in it is left out, never an error.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
from dataclasses import field
from pathlib import Path
from typing import Any

from explorer.base.paths import write_private
from explorer.base.records import dataclass
from explorer.gui.browse.columns import Columns
from explorer.service.model import Location

log = logging.getLogger(__name__)

FILE_NAME = "window.json"
VERSION = 1
MAX_TABS = 50


@dataclass(slots=True)
class Memory:
    """One window's state."""

    geometry: bytes = b""
    layout: bytes = b""
    tabs: list[Location] = field(default_factory=list)
    beside: dict[int, Location | Path] = field(default_factory=dict)
    """What is at the right of some of the tabs, by their number: a place, or a local folder."""
    current_tab: int = 0
    columns: Columns = field(default_factory=Columns)
    transfers: str = ""
    """Columns of the transfers panel, as it saves them."""
    inspector_page: str = ""
    """The page of the inspector in front."""

    def to_bytes(self) -> bytes:
        """As it is written."""
        data = {
            "version": VERSION,
            "geometry": base64.b64encode(self.geometry).decode(),
            "layout": base64.b64encode(self.layout).decode(),
            "tabs": [
                {
                    "connection": tab.connection_id,
                    "container": tab.container,
                    "path": tab.path,
                    **_beside(self.beside.get(at)),
                }
                for at, tab in enumerate(self.tabs[:MAX_TABS])
            ],
            "current_tab": self.current_tab,
            "columns": self.columns.to_json(),
            "transfers": self.transfers,
            "inspector_page": self.inspector_page,
        }
        return json.dumps(data, indent=1, ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, text: bytes) -> Memory:
        """As it was written; an empty one where that cannot be understood."""
        try:
            data = json.loads(text)
        except ValueError:
            return cls()
        if not isinstance(data, dict) or data.get("version") != VERSION:
            return cls()
        tabs = data.get("tabs")
        transfers = data.get("transfers")
        page = data.get("inspector_page")
        current = data.get("current_tab")
        told = [(_place(tab), tab) for tab in tabs] if isinstance(tabs, list) else []
        found = [(place, _place_beside(tab)) for place, tab in told if place is not None]
        return cls(
            geometry=_blob(data.get("geometry")),
            layout=_blob(data.get("layout")),
            tabs=[place for place, _ in found],
            beside={at: other for at, (_, other) in enumerate(found) if other is not None},
            current_tab=current if isinstance(current, int) else 0,
            columns=Columns.from_json(data.get("columns")),
            transfers=transfers if isinstance(transfers, str) else "",
            inspector_page=page if isinstance(page, str) else "",
        )


def _blob(value: Any) -> bytes:
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        return b""


def _place(value: Any) -> Location | None:
    if not isinstance(value, dict):
        return None
    parts = [value.get(name) for name in ("connection", "container", "path")]
    if not all(isinstance(part, str) for part in parts) or not parts[0]:
        return None
    connection_id, container, path = (str(part) for part in parts)
    if path and (not container or not path.endswith("/")):
        return None
    return Location(connection_id, container, path)


def _beside(place: Location | Path | None) -> dict[str, Any]:
    if place is None:
        return {}
    if isinstance(place, Path):
        return {"beside": {"local": str(place)}}
    words = {"connection": place.connection_id, "container": place.container, "path": place.path}
    return {"beside": words}


def _place_beside(tab: dict[str, Any]) -> Location | Path | None:
    other = tab.get("beside")
    if isinstance(other, dict) and isinstance(local := other.get("local"), str):
        return Path(local) if Path(local).is_absolute() else None
    return _place(other)


def load(data_dir: Path) -> Memory:
    """Blocking. An empty one where there is none or it cannot be read."""
    try:
        return Memory.from_bytes((data_dir / FILE_NAME).read_bytes())
    except FileNotFoundError:
        return Memory()
    except OSError as error:
        log.warning("the window's state cannot be read: %s", error.strerror)
        return Memory()


def save(data_dir: Path, data: bytes) -> None:
    """Blocking. A state that cannot be written is a pity and no more."""
    try:
        write_private(data_dir / FILE_NAME, data)
    except OSError as error:
        log.warning("the window's state cannot be written: %s", error.strerror)
