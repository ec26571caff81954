"""The order of a listing: natural, folders first, stable, the same however it was reached."""

from __future__ import annotations

from array import array
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.gui.browse import sorting
from explorer.gui.browse.natural import natural_key
from explorer.gui.browse.rows import RowKind, Rows
from explorer.gui.browse.sorting import Column, sort_in_runs, sort_key, sort_rows
from explorer.storage.model import Prefix
from tests.gui.listings import blob

NAMES = st.text(st.sampled_from("aAbB0129._-ä"), max_size=8)


def rows_of(blobs: list[tuple[str, int]], folders: list[str]) -> Rows:
    rows = Rows()
    rows.add_blobs(blob(name, size) for name, size in blobs)
    rows.add_prefixes(Prefix(f"{name}/") for name in folders)
    return rows


def test_numbers_in_names_count_as_numbers() -> None:
    names = ["run10", "run9", "Run1", "run", "run010b", "a2b10", "a2b9"]
    expected = ["a2b9", "a2b10", "run", "Run1", "run9", "run10", "run010b"]
    assert sorted(names, key=natural_key) == expected


def test_a_longer_number_is_larger_whatever_its_length() -> None:
    numbers = ["9" * length for length in range(1, 400)]
    assert sorted(reversed(numbers), key=natural_key) == numbers


@given(st.lists(st.integers(0, 50)), st.booleans())
def test_sorting_in_runs_is_sorting(numbers: list[int], descending: bool) -> None:
    ids = list(range(len(numbers)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sorting, "RUN", 3)
        patch.setattr(sorting, "JOIN", 8)
        ours = sort_in_runs(ids, numbers.__getitem__, descending=descending)
    assert ours == sorted(ids, key=numbers.__getitem__, reverse=descending)


@given(
    st.lists(st.tuples(NAMES, st.integers(0, 3)), max_size=30),
    st.lists(NAMES, max_size=5),
    st.sampled_from(list(Column)),
    st.booleans(),
)
def test_folders_come_first_and_every_row_once(
    blobs: list[tuple[str, int]], folders: list[str], column: Column, descending: bool
) -> None:
    rows = rows_of(blobs, folders)
    order = sort_rows(rows, len(rows), column, descending=descending)
    kinds = [rows.kinds[number] for number in order]
    assert sorted(order) == list(range(len(rows)))
    assert kinds == sorted(kinds)


@given(
    st.lists(st.tuples(NAMES, st.integers(0, 3)), max_size=30),
    st.sampled_from(list(Column)),
    st.booleans(),
)
def test_a_single_row_finds_the_place_that_sorting_gives_it(
    blobs: list[tuple[str, int]], column: Column, descending: bool
) -> None:
    rows = rows_of(blobs, [])
    order = sort_rows(rows, len(rows), column, descending=descending)
    key = sort_key(rows, column, descending=descending)
    keys = [key(number) for number in order]
    assert all(not later < earlier for earlier, later in pairwise(keys))


def test_equal_sizes_stand_in_the_order_of_their_names() -> None:
    rows = rows_of([("b10", 1), ("b9", 1), ("a", 2)], [])
    order = sort_rows(rows, 3, Column.SIZE, descending=True)
    assert [rows.names[number] for number in order] == ["a", "b9", "b10"]


def test_an_earlier_order_is_taken_up() -> None:
    rows = rows_of([("c", 0), ("a", 0), ("b", 0)], ["z"])
    known = sort_rows(rows, 2, Column.NAME, descending=False)
    order = sort_rows(rows, len(rows), Column.NAME, descending=False, known=known)
    assert [rows.names[number] for number in order] == ["z", "a", "b", "c"]


def test_blob_types_sort_like_their_words() -> None:
    rows = Rows()
    rows.add_blobs([blob("x")])
    assert rows.kinds[0] == RowKind.BLOB
    assert isinstance(sort_rows(rows, 1, Column.BLOB_TYPE, descending=False), array)
