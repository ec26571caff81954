"""The filter: names, sizes, times, types and tiers, and the reason where it cannot be."""

from __future__ import annotations

import unicodedata

import pytest

from explorer.base.errors import InputError
from explorer.gui.browse.matching import row_match
from explorer.gui.browse.rows import Rows
from explorer.storage.model import Blob, BlobType, Prefix

NOW_S = 1_800_000_000.0
DAY_S = 86_400


def rows() -> Rows:
    made = Rows("runs/")
    made.add_prefixes([Prefix("runs/logs/")])
    made.add_blobs(
        [
            blob("runs/a/Train.log", 10, 1, "text/plain", "Hot"),
            blob("runs/b/picture one.PNG", 20_000_000, 40, "image/png", "Cool"),
            blob(f"runs/{unicodedata.normalize('NFD', 'übung')}.txt", 1024, 400, "text/plain", ""),
        ]
    )
    return made


def blob(name: str, size_bytes: int, days: int, kind: str, tier: str) -> Blob:
    at_s = int(NOW_S) - days * DAY_S
    return Blob(name, size_bytes, at_s, '"e"', kind, None, BlobType.BLOCK, tier, "", 0, None, False)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [0, 1, 2, 3]),
        ("train", [1]),
        ("LOG", [0, 1]),
        ("*.png", [2]),
        ("picture one", [2]),
        ("übung", [3]),
        ("re:^[ab]/", [1, 2]),
        ("size>1k", [2]),
        ("size>=1k", [2, 3]),
        ("size<1M", [1, 3]),
        ("size:10", [1]),
        ("newer:7d", [1]),
        ("older:30d", [2, 3]),
        ("type:image", [2]),
        ("tier:cool", [2]),
        ("is:folder", [0]),
        ("is:file log", [1]),
        ("TYPE:text size<100 train", [1]),
        ("is:file re:o", [1, 2]),
        ("older:2000-01-01", []),
    ],
)
def test_what_is_typed_finds(text: str, found: list[int]) -> None:
    have = rows()
    match = row_match(text, NOW_S)
    everything = range(len(have))
    among = list(match.among(have, everything)) if match is not None else list(everything)
    assert among == found
    if match is not None:
        assert [n for n in everything if match.holds(have, n)] == found


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("size>much", "much"),
        ("newer:yesterday", "yesterday"),
        ("newer>7d", "newer>"),
        ("is:link", "is:file"),
        ("re:(", "regular expression"),
        ("hello re:x", "hello"),
    ],
)
def test_what_cannot_be_says_why(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason.replace("(", r"\(")) as told:
        row_match(text, NOW_S)
    assert told.value.cure


def test_a_name_that_looks_like_a_condition_is_found_by_a_pattern() -> None:
    have = Rows()
    have.add_blobs([blob("size>10M", 1, 1, "", "")])
    match = row_match("size?10M", NOW_S)
    assert match is not None
    assert list(match.among(have, [0])) == [0]
