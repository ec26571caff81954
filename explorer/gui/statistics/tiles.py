"""What the table and the treemap show of statistics: the same lines for both. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from explorer.base.records import dataclass
from explorer.service.tally import Share, Statistics

MOST_TILES = 250
"""More would be too small to see; the rest is one tile."""


class View(Enum):
    """What is told apart; the values are for people."""

    FOLDER = "Folder"
    TYPE = "Type"
    ENDING = "Ending"
    TIER = "Tier"
    AGE = "Age"
    LARGEST = "Largest"


@dataclass(frozen=True, slots=True)
class Tile:
    """One line of the table, one tile of the map."""

    label: str
    blobs: int
    size_bytes: int
    opens: str = ""
    """The folder it leads to, relative to what was counted, or a blob with its container;
    empty where it leads nowhere."""
    is_rest: bool = False
    """Files directly in the folder, or everything too small for a tile of its own."""


def tiles_of(counted: Statistics, view: View, folder: str = "") -> list[Tile]:
    """The tiles of one view, the largest first (ages from new to old). `folder` is where the
    view of folders stands."""
    if view is View.FOLDER:
        return _folders(counted.by_folder, folder)
    if view is View.LARGEST:
        whole = [(f"{one.container}/{one.name}", one.size_bytes) for one in counted.largest]
        return [Tile(name, 1, size_bytes, opens=name) for name, size_bytes in whole]
    shares = {
        View.TYPE: counted.by_type,
        View.ENDING: counted.by_ending,
        View.TIER: counted.by_tier,
        View.AGE: counted.by_age,
    }[view]
    return [Tile(word, share.blobs, share.size_bytes) for word, share in shares.items()]


def _folders(folders: Mapping[str, Share], folder: str) -> list[Tile]:
    here = folders.get(folder, Share(0, 0))
    below = [
        Tile(path[len(folder) :], share.blobs, share.size_bytes, opens=path)
        for path, share in folders.items()
        if path != folder
        and path.startswith(folder)
        and path.find("/", len(folder)) == len(path) - 1
    ]
    below.sort(key=lambda tile: (-tile.size_bytes, -tile.blobs, tile.label))
    blobs = here.blobs - sum(tile.blobs for tile in below)
    size_bytes = here.size_bytes - sum(tile.size_bytes for tile in below)
    if blobs:
        below.append(Tile("files here", blobs, size_bytes, is_rest=True))
    return below


def for_map(tiles: list[Tile]) -> list[Tile]:
    """Those with an area, the largest first, and the many small ones as one."""
    sized = sorted(
        (tile for tile in tiles if tile.size_bytes > 0), key=lambda tile: -tile.size_bytes
    )
    shown, rest = sized[:MOST_TILES], sized[MOST_TILES:]
    if rest:
        blobs, size_bytes = sum(t.blobs for t in rest), sum(t.size_bytes for t in rest)
        shown.append(Tile(f"{len(rest):,} smaller ones", blobs, size_bytes, is_rest=True))
        shown.sort(key=lambda tile: -tile.size_bytes)
    return shown
