"""Two folders side by side: what only one has, what is newer, what is another. Pure.

By name, size and time, and where MD5s are at hand also by what is in the files. Of two files
of one size the times alone say nothing, since each transfer gives its target a time of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from explorer.base.units import format_bytes
from explorer.gui.browse.rows import NO_TIME, RowKind, Rows
from explorer.gui.colours import Tone

Key = tuple[str, bool]
"""A row by its name and whether it is a folder."""
Facts = tuple[int, int, int, int]
"""Sizes and times of a pair of files, which an MD5 holds for: left, right, left, right."""


class Result(Enum):
    """What the other folder says of a row; the value is the word shown beside it."""

    ONLY_HERE = "only here"
    NEWER = "newer"
    OLDER = "older"
    OTHER_SIZE = "other size"
    OTHER_MD5 = "other MD5"
    SAME_SIZE = "same size"
    SAME_MD5 = "same MD5"
    NO_MD5 = "no MD5 stored"
    NOT_READ = "not readable"


class Content(Enum):
    """What two files of one name and one size hold."""

    SAME = "same"
    OTHER = "other"
    NO_MD5 = "no MD5"
    """A blob of the two has none stored."""
    NOT_READ = "not read"


class Group(Enum):
    """Rows that are selected together, to be copied."""

    LACKING = "what the other pane lacks"
    ONLY_HERE = "what is only here"
    NEWER = "what is newer here"
    DIFFERENT = "what is different"


TONES = {
    Result.ONLY_HERE: Tone.INFO,
    Result.NEWER: Tone.OK,
    Result.OLDER: Tone.WARN,
    Result.OTHER_SIZE: Tone.WARN,
    Result.OTHER_MD5: Tone.WARN,
    Result.SAME_SIZE: Tone.NEUTRAL,
    Result.SAME_MD5: Tone.NEUTRAL,
    Result.NO_MD5: Tone.WARN,
    Result.NOT_READ: Tone.BAD,
}
_DIFFERENT = frozenset({Result.NEWER, Result.OLDER, Result.OTHER_SIZE, Result.OTHER_MD5})
RESULTS: Mapping[Group, frozenset[Result]] = {
    Group.LACKING: (_DIFFERENT - {Result.OLDER}) | {Result.ONLY_HERE},
    Group.ONLY_HERE: frozenset({Result.ONLY_HERE}),
    Group.NEWER: frozenset({Result.NEWER}),
    Group.DIFFERENT: _DIFFERENT,
}

Contents = Mapping[str, tuple[Facts, Content]]
"""What was found out about pairs of files, by their name, and as they were then."""


def compare(here: Rows, there: Rows, contents: Contents | None = None) -> dict[Key, Result]:
    """What each row of `here` is to the one of the same name `there`. Folders that both have
    are not looked into, and not in the result. A pair that changed since its content was looked
    at counts by its size."""
    others = {_key(there, row): row for row in _living(there)}
    found = {}
    for row in _living(here):
        key = _key(here, row)
        other = others.get(key)
        if other is None:
            found[key] = Result.ONLY_HERE
        elif not key[1]:
            found[key] = _files(here, row, there, other, contents or {})
    return found


def _living(rows: Rows) -> Iterable[int]:
    """Rows that are there: what is deleted, and shown as such, counts as not there."""
    every = range(len(rows))
    if not rows.deleted_count:
        return every
    return (row for row in every if not rows.is_deleted(row))


def _key(rows: Rows, row: int) -> Key:
    return rows.names[row], rows.kinds[row] != RowKind.BLOB


def _files(here: Rows, row: int, there: Rows, other: int, contents: Contents) -> Result:
    own, others = here.times[row], there.times[other]
    differ = Result.OTHER_SIZE
    if here.sizes[row] == there.sizes[other]:
        facts, content = contents.get(here.names[row], (None, None))
        if facts not in (_facts(here, row, there, other), _facts(there, other, here, row)):
            return Result.SAME_SIZE
        if content is not Content.OTHER:
            return _UNCHANGED[content]
        differ = Result.OTHER_MD5
    if own == others or NO_TIME in (own, others):
        return differ
    return Result.NEWER if own > others else Result.OLDER


_UNCHANGED: Mapping[Content | None, Result] = {
    Content.SAME: Result.SAME_MD5,
    Content.NO_MD5: Result.NO_MD5,
    Content.NOT_READ: Result.NOT_READ,
}


def _facts(left: Rows, row: int, right: Rows, other: int) -> Facts:
    return left.sizes[row], right.sizes[other], left.times[row], right.times[other]


def same_sized(left: Rows, right: Rows) -> Iterator[tuple[str, Facts]]:
    """Files that both have, of one size: only their content tells whether they are the same."""
    others = right.find(left.names, is_folder=False)
    for row, name in enumerate(left.names):
        other = others.get(name)
        if other is None or left.kinds[row] != RowKind.BLOB:
            continue
        if left.is_deleted(row) or right.is_deleted(other):
            continue
        if left.sizes[row] == right.sizes[other]:
            yield name, _facts(left, row, right, other)


def content(left: bytes | None, right: bytes | None) -> Content:
    """By the MD5s of both; None is none stored."""
    if left is None or right is None:
        return Content.NO_MD5
    return Content.SAME if left == right else Content.OTHER


def marks(found: Mapping[Key, Result]) -> dict[Key, tuple[str, Tone]]:
    """As the cells of a listing show them."""
    return {key: (result.value, TONES[result]) for key, result in found.items()}


def keys_of(found: Mapping[Key, Result], group: Group) -> set[Key]:
    """The rows of a group."""
    wanted = RESULTS[group]
    return {key for key, result in found.items() if result in wanted}


def summary(
    left: Mapping[Key, Result], right: Mapping[Key, Result], *, has_md5: bool = False
) -> str:
    """Both sides in a sentence."""

    def count(side: Mapping[Key, Result], result: Result) -> int:
        return sum(it is result for it in side.values())

    counts = (
        (count(left, Result.ONLY_HERE), "only at the left"),
        (count(right, Result.ONLY_HERE), "only at the right"),
        (count(left, Result.NEWER), "newer at the left"),
        (count(right, Result.NEWER), "newer at the right"),
        (count(left, Result.OTHER_SIZE), "of another size"),
        (count(left, Result.OTHER_MD5), "of another MD5"),
        (count(left, Result.SAME_SIZE), "of the same size"),
        (count(left, Result.SAME_MD5), "of the same MD5"),
        (count(left, Result.NO_MD5), "with no MD5 stored"),
        (count(left, Result.NOT_READ), "not readable"),
    )
    told = ", ".join(f"{number:,} {words}" for number, words in counts if number)
    how = "size and MD5" if has_md5 else "size and time"
    return f"Compared by name, {how}: {told or 'nothing to compare'}."


def progress(done: int, files: int, read_bytes: int, total_bytes: int) -> str:
    """How far reading MD5s is; bytes are those of local files."""
    text = f"Comparing by MD5… {done:,} of {files:,} file{'' if files == 1 else 's'}"
    if total_bytes:
        text += f", {format_bytes(read_bytes)} of {format_bytes(total_bytes)}"
    return text
