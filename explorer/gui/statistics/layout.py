"""Where the tiles of a treemap lie. Pure.

The squarified layout of Bruls, Huizing and van Wijk ('Squarified Treemaps', 2000): tiles are
laid in rows along the shorter side, each row as long as its tiles get squarer by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

_NOTHING = 1e-9


class Box(NamedTuple):
    """A rectangle in whatever unit the room is in."""

    x: float
    y: float
    width: float
    height: float


def squarified(sizes: Sequence[float], room: Box) -> list[Box]:
    """A box for each size, in their order: areas in proportion, none over another, together
    exactly the room. Sizes are above 0 and best come with the largest first."""
    total = sum(sizes)
    if not sizes or total <= 0 or room.width <= 0 or room.height <= 0:
        return [Box(room.x, room.y, 0.0, 0.0) for _ in sizes]
    scale = room.width * room.height / total
    areas = [size * scale for size in sizes]
    boxes: list[Box] = []
    start = 0
    while start < len(areas):
        side = min(room.width, room.height)
        if side <= _NOTHING:  # rounding has left no room for the very small ones
            boxes += [Box(room.x, room.y, 0.0, 0.0)] * (len(areas) - start)
            break
        end = start + 1
        least = most = row_area = areas[start]
        while end < len(areas):
            lower, higher = min(least, areas[end]), max(most, areas[end])
            longer = row_area + areas[end]
            if _worst(lower, higher, longer, side) > _worst(least, most, row_area, side):
                break
            least, most, row_area = lower, higher, longer
            end += 1
        placed, room = _row(areas[start:end], row_area, room, is_last=end == len(areas))
        boxes += placed
        start = end
    return boxes


def _worst(least: float, most: float, row_area: float, side: float) -> float:
    """The worst ratio of sides in a row of that area along `side`."""
    if least <= _NOTHING:
        return float("inf")
    return max(side * side * most / row_area**2, row_area**2 / (side * side * least))


def _row(
    areas: Sequence[float], row_area: float, room: Box, *, is_last: bool
) -> tuple[list[Box], Box]:
    """Tiles along the shorter side, and the room that is left."""
    boxes = []
    if room.width >= room.height:
        thick = room.width if is_last else min(room.width, row_area / room.height)
        at = room.y
        for area in areas:
            length = room.height * area / row_area
            boxes.append(Box(room.x, at, thick, length))
            at += length
        return boxes, Box(room.x + thick, room.y, room.width - thick, room.height)
    thick = room.height if is_last else min(room.height, row_area / room.width)
    at = room.x
    for area in areas:
        length = room.width * area / row_area
        boxes.append(Box(at, room.y, length, thick))
        at += length
    return boxes, Box(room.x, room.y + thick, room.width, room.height - thick)
