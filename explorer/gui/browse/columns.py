"""Which columns are shown, how wide, sorted by which: one choice for every tab. Plain data."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from explorer.base.records import dataclass
from explorer.gui.browse.sorting import Column
from explorer.gui.parts.fitting import Plan

DEFAULT_WIDTHS = {
    Column.NAME: 0,
    Column.DELETED: 130,  # where it is seen, whatever the width
    Column.SIZE: 96,
    Column.MODIFIED: 150,
    Column.TYPE: 180,
    Column.TIER: 80,
    Column.BLOB_TYPE: 90,
    Column.LEASE: 96,
}
HIDDEN_AT_FIRST = frozenset({Column.BLOB_TYPE, Column.LEASE})
PLAN = Plan(
    name=Column.NAME,
    usual=DEFAULT_WIDTHS,
    # A name of which less is seen is hard to tell from the next one.
    least={Column.NAME: 220, Column.TYPE: 110},
    # What the icon tells, then what seldom differs.
    gives_way=(
        Column.TYPE,
        Column.TIER,
        Column.BLOB_TYPE,
        Column.LEASE,
        Column.MODIFIED,
        Column.SIZE,
        Column.DELETED,
    ),
    hidden=HIDDEN_AT_FIRST,
)
MAX_WIDTH = 4000


@dataclass(slots=True)
class Columns:
    """A width of 0 for the name takes what is left."""

    widths: dict[Column, int] = field(default_factory=lambda: dict(DEFAULT_WIDTHS))
    hidden: set[Column] = field(default_factory=lambda: set(HIDDEN_AT_FIRST))
    sorted_by: Column = Column.NAME
    descending: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "widths": {column.name.lower(): width for column, width in self.widths.items()},
            "hidden": sorted(column.name.lower() for column in self.hidden),
            "sorted_by": self.sorted_by.name.lower(),
            "descending": self.descending,
        }

    @classmethod
    def from_json(cls, data: Any) -> Columns:
        """What was saved, as far as it makes sense."""
        made = cls()
        if not isinstance(data, dict):
            return made
        names = {column.name.lower(): column for column in Column}
        widths = data.get("widths")
        if isinstance(widths, dict):
            for name, width in widths.items():
                if name in names and isinstance(width, int) and 0 <= width <= MAX_WIDTH:
                    made.widths[names[name]] = width
        hidden = data.get("hidden")
        if isinstance(hidden, list):
            known = [name for name in hidden if isinstance(name, str) and name in names]
            made.hidden = {names[name] for name in known} - {Column.NAME}
        sorted_by = data.get("sorted_by")
        names.pop(Column.DELETED.name.lower())  # only shown where it is asked for
        if isinstance(sorted_by, str) and sorted_by in names:
            made.sorted_by = names[sorted_by]
        made.descending = data.get("descending") is True
        return made
