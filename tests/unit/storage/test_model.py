"""Blobs kept as columns are a sequence like the tuple of them."""

from __future__ import annotations

import pickle

import pytest

from explorer.storage.model import Blob, Blobs, BlobType, Page, columns_of


def blob(name: str, size: int = 1) -> Blob:
    return Blob(
        name, size, 60, '"0x1"', "text/csv", bytes(16), BlobType.PAGE, "Hot", "leased", 1,
        {"a": "b"}, False, "rehydrate-pending-to-hot",
    )  # fmt: skip


ROWS = tuple(blob(f"n{number}", number) for number in range(7))
BLOBS = Blobs(columns_of(ROWS))


def test_they_are_the_rows_they_were_made_of() -> None:
    assert len(BLOBS) == 7
    assert tuple(BLOBS) == ROWS
    assert BLOBS == ROWS
    assert ROWS == BLOBS
    assert Blobs(columns_of(ROWS)) == BLOBS
    assert ROWS[:-1] != BLOBS
    assert list(ROWS) != BLOBS
    assert repr(BLOBS) == repr(ROWS)
    assert {type(row) for row in BLOBS} == {Blob}


@pytest.mark.parametrize("at", [0, 6, -1, slice(2, 5), slice(None, None, -2), slice(9, 12)])
def test_parts_of_them_are_those_of_the_tuple(at: int | slice) -> None:
    assert BLOBS[at] == ROWS[at]
    assert isinstance(BLOBS[at], type(ROWS[at]))


def test_there_is_none_behind_the_last() -> None:
    with pytest.raises(IndexError):
        BLOBS[7]


def test_none_are_as_good_as_an_empty_tuple() -> None:
    none = Blobs(columns_of(()))
    assert not none
    assert none == ()
    assert list(none) == []
    assert columns_of(()) == columns_of(none)


def test_a_page_is_the_same_however_its_blobs_are_kept_and_comes_back_from_a_pickle() -> None:
    page = Page((), BLOBS, "more")
    assert page == Page((), ROWS, "more")
    assert page != Page((), ROWS[1:], "more")
    assert pickle.loads(pickle.dumps(page)) == page


def test_a_page_that_can_be_hashed_is_found_by_one_of_the_other_kind() -> None:
    plain = tuple(row._replace(metadata=None) for row in ROWS)
    assert {Page((), plain, "")} == {Page((), Blobs(columns_of(plain)), "")}


def test_columns_are_not_made_anew() -> None:
    assert columns_of(BLOBS) is BLOBS.columns
