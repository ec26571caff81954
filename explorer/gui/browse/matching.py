"""What a person types into the filter, as a test of rows: names, sizes, times, types, tiers. Pure.

    run *.csv              part of a name, or a glob, or re: and a regular expression
    size>10M size<1G       bytes of a blob
    newer:7d older:2026-01-31
    type:image tier:cool   part of the content type, or of the tier
    is:folder is:file is:deleted

Terms may stand together with one pattern for the name; all must hold. Words with blanks
between them are one text to find; everything after `re:` is the expression.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable
from typing import Final

from explorer.base.errors import InputError
from explorer.base.match import REGEX_PREFIX, folded, is_glob, matcher
from explorer.base.records import dataclass
from explorer.base.units import parse_moment, parse_size
from explorer.gui.browse.rows import RowKind, Rows

Test = Callable[[Rows, int], bool]

_TERM: Final = re.compile(r"(size|newer|older|type|tier|is)([:<>]=?)(\S+)", re.I)
_TERMS_CURE: Final = "Write it like size>10M, newer:7d, older:2026-01-31, type:image or is:file."


@dataclass(frozen=True, slots=True)
class RowMatch:
    """A test of rows. `text` is what was typed; equal texts are the same test."""

    text: str
    name: Callable[[str], bool] | None
    plain: str
    """What a name has to contain, folded; empty where `name` says more than that."""
    tests: tuple[Test, ...] = ()

    def holds(self, rows: Rows, number: int) -> bool:
        """Whether one row is meant."""
        if self.name is not None and not self.name(rows.names[number]):
            return False
        return all(test(rows, number) for test in self.tests)

    def among(self, rows: Rows, numbers: Iterable[int]) -> array[int]:
        """Those that are meant, in their order. Quick, since it may be asked of a million."""
        names, plain, name = rows.names, self.plain, self.name
        if plain:
            found = [n for n in numbers if plain in names[n].lower() or _may_fold(names[n], plain)]
        elif name is not None:
            found = [n for n in numbers if name(names[n])]
        else:
            found = list(numbers)
        for test in self.tests:
            found = [n for n in found if test(rows, n)]
        return array("I", found)


def row_match(text: str, now_s: float) -> RowMatch | None:
    """The test for a text; None where nothing is typed. Raises InputError with the reason."""
    wanted = text.strip()
    if not wanted:
        return None
    head, regex, tail = wanted.partition(REGEX_PREFIX)
    if regex and (not head or head[-1].isspace()):
        terms, pattern = head.split(), REGEX_PREFIX + tail
    else:
        terms, pattern = [], ""
    words = []
    tests = []
    for word in terms or ([] if pattern else wanted.split()):
        if found := _TERM.fullmatch(word):
            tests.append(_test(found[1].lower(), found[2], found[3], now_s))
        else:
            words.append(word)
    if pattern and words:
        raise InputError(
            f"‘{words[0]}’ before re: is no condition.", cure=f"{_TERMS_CURE} Or leave it out."
        )
    pattern = pattern or _name_part(wanted, words, bool(tests))
    name = matcher(pattern) if pattern else None
    is_plain = bool(pattern) and not pattern.startswith(REGEX_PREFIX) and not is_glob(pattern)
    return RowMatch(wanted, name, folded(pattern) if is_plain else "", tuple(tests))


def _name_part(wanted: str, words: list[str], has_terms: bool) -> str:
    """Blanks inside a name are kept as they were typed where nothing else is said."""
    return " ".join(words) if has_terms else wanted


def _test(key: str, sign: str, value: str, now_s: float) -> Test:
    """One condition. Raises InputError."""
    if key == "size":
        return _size(sign, value)
    if sign != ":":
        raise InputError(f"‘{key}{sign}’ is no condition.", cure=_TERMS_CURE)
    if key in ("newer", "older"):
        at_s = parse_moment(value, now_s)
        if key == "newer":
            return lambda rows, n: rows.times[n] >= at_s
        return lambda rows, n: 0 < rows.times[n] < at_s
    if key == "is":
        return _kind(value.lower())
    wanted = value.casefold()
    if key == "type":
        return lambda rows, n: wanted in rows.content_type(n).casefold()
    return lambda rows, n: wanted in rows.tier(n).casefold()


def _size(sign: str, value: str) -> Test:
    size_bytes = parse_size(value)
    if sign in (">", ">="):
        least = size_bytes + (sign == ">")
        return lambda rows, n: rows.sizes[n] >= least
    if sign in ("<", "<="):
        most = size_bytes - (sign == "<")
        return lambda rows, n: 0 <= rows.sizes[n] <= most
    return lambda rows, n: rows.sizes[n] == size_bytes


def _kind(word: str) -> Test:
    if word in ("file", "blob"):
        return lambda rows, n: rows.kinds[n] == RowKind.BLOB
    if word in ("folder", "directory"):
        return lambda rows, n: rows.kinds[n] == RowKind.FOLDER
    if word == "deleted":
        return lambda rows, n: rows.is_deleted(n)
    raise InputError(
        f"‘is:{word}’ is no condition.", cure="Write is:file, is:folder or is:deleted."
    )


def _may_fold(name: str, plain: str) -> bool:
    """Letters beyond ASCII have more than one way to be small."""
    return not name.isascii() and plain in folded(name)
