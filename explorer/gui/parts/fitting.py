"""Which columns have room beside a name that can be read, and how wide. Plain data, a function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from explorer.base.records import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """How the columns of a view share its width.

    Columns are the numbers of its model; widths are in pixels, thought of for the usual font.
    """

    name: Any
    """The column that stays, however narrow it is. Its usual width is 0: what the others leave."""
    usual: Mapping[Any, int]
    """The width of each, in the order that they have at first."""
    least: Mapping[Any, int]
    """Of these, the name among them, so much tells enough; of others only the usual width does."""
    gives_way: Sequence[Any]
    """Who goes first where it is narrow; those that are not here only get narrower."""
    hidden: frozenset[Any]
    """Not shown until somebody asks for them."""


class Chosen(Protocol):
    """What a person chose, and what is kept, whatever there is room for."""

    widths: dict[Any, int]
    hidden: set[Any]


def fitted(
    plan: Plan, room: int, wanted: Mapping[Any, int], least: Mapping[Any, int]
) -> dict[Any, int]:
    """The columns that are shown in a view of that width, and the width of each.

    `wanted` has the columns that were chosen; a name of 0 takes what the others leave. They are
    narrowed to their `least` and, where that is not enough, left out one by one, until the name
    has its own least width. Together they are never wider than `room`, unless what never gives
    way is.
    """
    name_wanted = wanted[plan.name]
    name_least = min(name_wanted or least[plan.name], least[plan.name])
    shown = {column: width for column, width in wanted.items() if column != plan.name}
    for column in plan.gives_way:
        if sum(min(width, least[one]) for one, width in shown.items()) + name_least <= room:
            break
        shown.pop(column, None)
    for column in (*plan.gives_way, *shown):
        if column in shown:
            too_much = max(0, sum(shown.values()) + name_least - room)
            shown[column] -= min(too_much, max(0, shown[column] - least[column]))
    left = max(0, room - sum(shown.values()))
    return {plan.name: min(name_wanted or left, left), **shown}
