"""Files are shared out to workers in batches that are bounded, whole and in order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from explorer.cluster.batches import MOST_BYTES, MOST_FILES, share_of

SIZES = st.lists(st.integers(0, 3 * MOST_BYTES), max_size=600)


@given(SIZES, st.integers(0, 40))
def test_taking_shares_takes_every_file_once_and_in_order(sizes: list[int], workers: int) -> None:
    rest, taken = list(sizes), []
    while rest:
        count = share_of(rest, workers)
        assert count >= 1
        taken += rest[:count]
        del rest[:count]
    assert taken == sizes


@given(SIZES, st.integers(0, 40))
def test_a_batch_is_bounded_unless_it_is_one_file(sizes: list[int], workers: int) -> None:
    count = share_of(sizes, workers)
    assert count <= MOST_FILES
    assert count <= 1 or sum(sizes[:count]) <= MOST_BYTES


@given(st.integers(1, 40), st.integers(1, 40))
def test_every_worker_gets_some_where_there_are_enough(files: int, workers: int) -> None:
    rest, batches = [1] * files, 0
    while rest:
        del rest[: share_of(rest, workers)]
        batches += 1
    assert batches >= min(files, workers)


def test_of_nothing_there_is_no_share() -> None:
    assert share_of([], 3) == 0
