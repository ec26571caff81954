"""Sorting rows of a listing without ever holding the interpreter for long.

`list.sort` keeps every other thread waiting until it is done, which for 100,000 names is
longer than a frame. So it is done in small sorted runs that are merged; between two steps
the GUI thread gets its turn. Runs in a worker thread, on plain Python data.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Callable
from enum import IntEnum
from typing import Any

from explorer.gui.browse.rows import RowKind, Rows

RUN = 2_000
"""Rows sorted at one go: 1 or 2 ms."""
JOIN = 16_000
"""Up to here two runs are joined by sorting their sum, which is a merge in C."""


class Column(IntEnum):
    """Columns of a listing, in their first order; the values go into the saved state."""

    NAME = 0
    SIZE = 1
    MODIFIED = 2
    TYPE = 3
    TIER = 4
    BLOB_TYPE = 5
    LEASE = 6
    DELETED = 7


def sort_rows(
    rows: Rows, count: int, column: Column, *, descending: bool, known: array[int] | None = None
) -> array[int]:
    """Numbers of the first `count` rows: folders, then blobs, each in order.

    Equal ones are in natural order of their names. `known` is an earlier result for
    fewer rows; nearly sorted input is sorted faster.
    """
    ids = list(known) if known is not None else []
    ids.extend(range(len(ids), count))
    by_name = rows.name_keys.__getitem__
    folders = [row for row in ids if rows.kinds[row] != RowKind.BLOB]
    blobs = [row for row in ids if rows.kinds[row] == RowKind.BLOB]
    is_by_name = column is Column.NAME
    key = column_key(rows, column)
    result = array("I")
    for part in (folders, blobs):
        part = sort_in_runs(part, by_name, descending=is_by_name and descending)
        if not is_by_name:
            part = sort_in_runs(part, key, descending=descending)
        result.extend(part)
    return result


def column_key(rows: Rows, column: Column) -> Callable[[int], Any]:
    """What rows compare by in `column`, ascending."""
    if column is Column.SIZE:
        return rows.sizes.__getitem__
    if column is Column.MODIFIED:
        return rows.times.__getitem__
    if column is Column.BLOB_TYPE:
        return rows.blob_types.__getitem__
    if column is Column.DELETED:
        return rows.days_left
    names = {Column.TYPE: "type", Column.TIER: "tier", Column.LEASE: "lease"}
    if column not in names:
        return rows.name_keys.__getitem__
    numbers, ranks = rows.text_ranks(names[column])
    return lambda row: ranks[numbers[row]]


class _Falling:
    """Compares the other way round."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: _Falling) -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Falling) and bool(other.value == self.value)

    def __hash__(self) -> int:
        return hash(self.value)


def sort_key(rows: Rows, column: Column, *, descending: bool) -> Callable[[int], tuple[Any, ...]]:
    """The place of a single row among the others, as `sort_rows` would give it."""
    key = column_key(rows, column)
    kinds, names = rows.kinds, rows.name_keys
    if column is Column.NAME:
        if descending:
            return lambda row: (kinds[row], _Falling(names[row]))
        return lambda row: (kinds[row], names[row])
    if descending:
        return lambda row: (kinds[row], _Falling(key(row)), names[row])
    return lambda row: (kinds[row], key(row), names[row])


def sort_in_runs(
    ids: list[int], key: Callable[[int], Any], *, descending: bool = False
) -> list[int]:
    """`sorted(ids, key=key, reverse=descending)`, stable as that is, in short steps."""
    runs = [
        sorted(ids[start : start + RUN], key=key, reverse=descending)
        for start in range(0, len(ids), RUN)
    ]
    while len(runs) > 1 and len(runs[0]) < JOIN:
        runs = [
            _join(runs[at], runs[at + 1], key, descending) if at + 1 < len(runs) else runs[at]
            for at in range(0, len(runs), 2)
        ]
    if len(runs) > 1:
        # Python code all the way, so others get their turn in it.
        return list(heapq.merge(*runs, key=key, reverse=descending))
    return runs[0] if runs else []


def _join(one: list[int], two: list[int], key: Callable[[int], Any], descending: bool) -> list[int]:
    """Two sorted runs as one."""
    first, last = key(two[0]), key(one[-1])
    if (first <= last) if descending else (first >= last):
        return one + two
    return sorted(one + two, key=key, reverse=descending)
