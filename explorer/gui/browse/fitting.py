"""Which columns have room beside a name that can be read, and how wide. Plain functions."""

from __future__ import annotations

from collections.abc import Mapping

from explorer.gui.browse.sorting import Column

NAME_LEAST = 220
"""A name of which less is seen is hard to tell from the next one."""
GIVES_WAY: tuple[Column, ...] = (
    Column.TYPE,
    Column.TIER,
    Column.BLOB_TYPE,
    Column.LEASE,
    Column.MODIFIED,
    Column.SIZE,
    Column.DELETED,
)
"""Who goes first where it is narrow: what the icon tells, then what seldom differs."""


def fitted(
    room: int, wanted: Mapping[Column, int], least: Mapping[Column, int]
) -> dict[Column, int]:
    """The columns that are shown in a view of that width, and the width of each.

    `wanted` has the columns that were chosen; a name of 0 takes what the others leave. They are
    narrowed to their `least` and, where that is not enough, left out one by one, until the name
    has its own least width. Together they are never wider than `room`.
    """
    name_wanted = wanted[Column.NAME]
    name_least = min(name_wanted or least[Column.NAME], least[Column.NAME])
    shown: dict[Column, int] = {
        column: width for column, width in wanted.items() if column is not Column.NAME
    }
    for column in GIVES_WAY:
        if sum(min(width, least[one]) for one, width in shown.items()) + name_least <= room:
            break
        shown.pop(column, None)
    for column in GIVES_WAY:
        if column in shown:
            too_much = max(0, sum(shown.values()) + name_least - room)
            shown[column] -= min(too_much, max(0, shown[column] - least[column]))
    left = max(0, room - sum(shown.values()))
    return {Column.NAME: min(name_wanted or left, left), **shown}
