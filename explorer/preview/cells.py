"""What stands in the cells of a table: short, on one line, without anything that commands. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from explorer.base.shown import shown

CELL_CHARACTERS = 300
COLUMNS = 200
"""A table is never wider."""


def cell(value: object) -> str:
    """A value as a cell shows it."""
    text = value if isinstance(value, str) else str(value)
    if len(text) > CELL_CHARACTERS:
        text = f"{text[:CELL_CHARACTERS]}…"
    return shown(text)


def is_number(text: str) -> bool:
    """Whether a cell holds a number, so that the column is set right."""
    try:
        float(text)
    except ValueError:
        return False
    return not text.strip().lower().lstrip("+-").startswith(("inf", "nan"))


def numeric_columns(rows: Sequence[Sequence[str]], width: int) -> frozenset[int]:
    """Columns in which every cell that is not empty holds a number."""
    found = set()
    for column in range(width):
        values = [row[column] for row in rows if column < len(row) and row[column]]
        if values and all(map(is_number, values)):
            found.add(column)
    return frozenset(found)


def squared(rows: Iterable[Sequence[str]], width: int) -> tuple[tuple[str, ...], ...]:
    """Each row as long as the table is wide, its cells fit to be shown."""
    empty = ("",) * width
    return tuple((*map(cell, row[:width]), *empty[len(row) :]) for row in rows)
