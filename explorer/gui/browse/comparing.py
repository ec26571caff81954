"""Two folders side by side: what only one has, what is newer, what is another. Pure.

By name, size and time; what is in the files is not read. Of two files of one size the times
say nothing, since each transfer gives its target a time of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from explorer.gui.browse.rows import NO_TIME, RowKind, Rows
from explorer.gui.colours import Tone

Key = tuple[str, bool]
"""A row by its name and whether it is a folder."""


class Result(Enum):
    """What the other folder says of a row; the value is the word shown beside it."""

    ONLY_HERE = "only here"
    NEWER = "newer"
    OLDER = "older"
    OTHER_SIZE = "other size"
    SAME_SIZE = "same size"


TONES = {
    Result.ONLY_HERE: Tone.INFO,
    Result.NEWER: Tone.OK,
    Result.OLDER: Tone.WARN,
    Result.OTHER_SIZE: Tone.WARN,
    Result.SAME_SIZE: Tone.NEUTRAL,
}
WORTH_COPYING = frozenset({Result.ONLY_HERE, Result.NEWER, Result.OTHER_SIZE})


def compare(here: Rows, there: Rows) -> dict[Key, Result]:
    """What each row of `here` is to the one of the same name `there`. Folders that both have
    are not looked into, and not in the result."""
    others = {_key(there, row): row for row in range(len(there))}
    found = {}
    for row in range(len(here)):
        key = _key(here, row)
        other = others.get(key)
        if other is None:
            found[key] = Result.ONLY_HERE
        elif not key[1]:
            found[key] = _files(here, row, there, other)
    return found


def _key(rows: Rows, row: int) -> Key:
    return rows.names[row], rows.kinds[row] != RowKind.BLOB


def _files(here: Rows, row: int, there: Rows, other: int) -> Result:
    if here.sizes[row] == there.sizes[other]:
        return Result.SAME_SIZE
    own, others = here.times[row], there.times[other]
    if own == others or NO_TIME in (own, others):
        return Result.OTHER_SIZE
    return Result.NEWER if own > others else Result.OLDER


def marks(found: Mapping[Key, Result]) -> dict[Key, tuple[str, Tone]]:
    """As the cells of a listing show them."""
    return {key: (result.value, TONES[result]) for key, result in found.items()}


def summary(left: Mapping[Key, Result], right: Mapping[Key, Result]) -> str:
    """Both sides in a sentence."""
    counts = [
        (sum(it is Result.ONLY_HERE for it in left.values()), "only at the left"),
        (sum(it is Result.ONLY_HERE for it in right.values()), "only at the right"),
        (sum(it is Result.NEWER for it in left.values()), "newer at the left"),
        (sum(it is Result.NEWER for it in right.values()), "newer at the right"),
        (sum(it is Result.OTHER_SIZE for it in left.values()), "of another size"),
        (sum(it is Result.SAME_SIZE for it in left.values()), "of the same size"),
    ]
    told = ", ".join(f"{count:,} {words}" for count, words in counts if count)
    return f"Compared by name, size and time: {told or 'nothing to compare'}."
