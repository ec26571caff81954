"""Counting blobs: every sum is the sum of its parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.service import tally as module
from explorer.service.tally import NO_ENDING, OTHER, Share, Tally, ending_of
from explorer.storage.model import Blob, BlobType

NOW_S = 1_800_000_000


def blob(
    name: str,
    size_bytes: int = 1,
    *,
    changed_s: int = NOW_S - 60,
    content_type: str = "text/plain",
    tier: str = "Hot",
    is_directory: bool = False,
) -> Blob:
    kind = BlobType.BLOCK
    return Blob(
        name, size_bytes, changed_s, '"e"', content_type, None, kind, tier, "", 0, None,
        is_directory,
    )  # fmt: skip


def test_a_folder_counts_all_below_it() -> None:
    tally = Tally(NOW_S)
    tally.add([blob("a/b/c.txt", 3), blob("a/d.txt", 5), blob("e", 7), blob("a/b", 0)])
    counted = tally.statistics(is_complete=True)
    assert dict(counted.by_folder) == {
        "": Share(4, 15),
        "a/": Share(3, 8),
        "a/b/": Share(1, 3),
    }
    assert (counted.blobs, counted.size_bytes, counted.folders) == (4, 15, 2)


def test_paths_are_told_from_the_folder_that_is_counted() -> None:
    tally = Tally(NOW_S, "runs/7/")
    tally.add([blob("runs/7/logs/a.log", 2)])
    assert list(tally.statistics(is_complete=True).by_folder) == ["", "logs/"]


def test_markers_of_folders_are_no_blobs() -> None:
    tally = Tally(NOW_S)
    tally.add([blob("a", 0, is_directory=True), blob("a/b", 1)])
    assert tally.statistics(is_complete=True).blobs == 1


@pytest.mark.parametrize(
    ("ago_s", "word"),
    [(0, "last day"), (86_400, "last week"), (86_400 * 400, "older"), (-3_600, "last day")],
)
def test_ages_go_by_the_last_change(ago_s: int, word: str) -> None:
    tally = Tally(NOW_S)
    tally.add([blob("a", 9, changed_s=NOW_S - ago_s)])
    ages = tally.statistics(is_complete=True).by_age
    assert ages[word] == Share(1, 9)
    assert next(iter(ages)) == "last day"
    assert list(ages)[-1] == "older"


def test_types_lose_their_parameters_and_the_largest_comes_first() -> None:
    tally = Tally(NOW_S)
    tally.add(
        [
            blob("a.txt", 1, content_type="Text/Plain; charset=utf-8"),
            blob("b.txt", 1, content_type="text/plain"),
            blob("c.bin", 9, content_type=""),
        ]
    )
    counted = tally.statistics(is_complete=True)
    assert list(counted.by_type.items()) == [("no type", Share(1, 9)), ("text/plain", Share(2, 2))]


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("a/b.PARQUET", ".parquet"),
        ("a.b/c", NO_ENDING),
        (".profile", NO_ENDING),
        ("x.", NO_ENDING),
        ("x.tar.gz", ".gz"),
        ("x.thatisnoendingatall", NO_ENDING),
    ],
)
def test_endings(name: str, ending: str) -> None:
    assert ending_of(name) == ending


def test_made_up_endings_do_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WORDS", 3)
    tally = Tally(NOW_S)
    tally.add(blob(f"f.e{number}") for number in range(10))
    endings = tally.statistics(is_complete=True).by_ending
    assert len(endings) == 4
    assert endings[OTHER] == Share(7, 7)


def test_folders_beyond_the_bound_count_in_the_one_above(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FOLDERS", 2)
    tally = Tally(NOW_S)
    tally.add([blob("a/1"), blob("b/1"), blob("a/x/y/1"), blob("c/1")])
    folders = tally.statistics(is_complete=True).by_folder
    assert dict(folders) == {"": Share(4, 4), "a/": Share(2, 2), "b/": Share(1, 1)}


def test_the_largest_are_kept_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 2)
    tally = Tally(NOW_S)
    tally.add([blob("s", 1), blob("l", 3), blob("m", 2)], container="c")
    largest = tally.statistics(is_complete=True).largest
    assert [(one.container, one.name) for one in largest] == [("c", "l"), ("c", "m")]


def test_while_it_goes_on_only_the_first_level_is_told() -> None:
    tally = Tally(NOW_S)
    tally.add([blob("a/b/c", 1)])
    assert list(tally.statistics(is_complete=False).by_folder) == ["", "a/"]


names = st.lists(st.sampled_from("abc/."), min_size=1, max_size=9).map("".join)


@given(st.lists(st.tuples(names, st.integers(0, 100), st.integers(0, NOW_S))))
def test_every_sum_is_the_sum_of_its_parts(found: list[tuple[str, int, int]]) -> None:
    tally = Tally(NOW_S)
    tally.add(blob(name, size, changed_s=at_s) for name, size, at_s in found)
    counted = tally.statistics(is_complete=True)
    whole = Share(len(found), sum(size for _, size, _ in found))
    assert Share(counted.blobs, counted.size_bytes) == whole == counted.by_folder[""]
    for shares in (counted.by_tier, counted.by_type, counted.by_ending, counted.by_age):
        sums = Share(sum(s.blobs for s in shares.values()), sum(s[1] for s in shares.values()))
        assert sums == whole
    for path, share in counted.by_folder.items():
        below = [size for name, size, _ in found if name.startswith(path)]
        assert share == Share(len(below), sum(below))
