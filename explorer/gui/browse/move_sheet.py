"""Choosing where things go, with how it will be done. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from explorer.base.shown import shown
from explorer.gui.browse.place_sheet import PlaceSheet
from explorer.gui.browse.tree_model import TreeModel
from explorer.service.model import Connection, Location

ConnectionOf = Callable[[str], Connection | None]


def trouble(source: Location, names: tuple[str, ...], target: Location) -> str:
    """Why these cannot go there; empty where they can."""
    if not target.container:
        return "Choose a container or a folder."
    if target == source:
        return "That is where it is." if len(names) == 1 else "That is where they are."
    near = (source.connection_id, source.container) == (target.connection_id, target.container)
    for name in names:
        if near and name.endswith("/") and target.path.startswith(source.path + name):
            return f"The folder '{shown(name[:-1])}' cannot go into itself."
    return ""


def way(connection: Connection | None, source: Location, target: Location) -> str:
    """How it will be done, in a sentence."""
    near = (source.connection_id, source.container) == (target.connection_id, target.container)
    if near and connection is not None and connection.is_hierarchical:
        return "It is one step, whatever is in it."
    return "It is copied there, checked, and then deleted here, by the transfer queue."


class MoveSheet(PlaceSheet):
    """For `names` of the folder `source`."""

    def __init__(
        self,
        source: Location,
        names: tuple[str, ...],
        tree: TreeModel,
        connection_of: ConnectionOf,
        parent: QWidget | None = None,
    ) -> None:
        def judge(place: Location) -> tuple[str, str]:
            connection = connection_of(place.connection_id)
            return trouble(source, names, place), way(connection, source, place)

        what = f"'{names[0].rstrip('/')}'" if len(names) == 1 else f"{len(names):,} items"
        super().__init__(
            f"Move {what} to", "&Move", source, tree, judge, parent, name="Folder to move to"
        )
