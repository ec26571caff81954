"""What a restore does, decided from what the service kept: examples, and laws by hypothesis."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.service.restore_plan import (
    Deed,
    Lost,
    Planner,
    current_of,
    newest_first,
    state_at,
    step_back,
    step_to,
)
from explorer.storage.history import BlobState, moment_of
from explorer.storage.model import Blob, BlobType


def blob(name: str, at_s: int, *, created_s: int = 0, size: int = 1) -> Blob:
    return Blob(
        name, size, at_s, f'"{at_s}"', "text/plain", None, BlobType.BLOCK, "Hot", "",
        created_s or at_s, {}, False,
    )  # fmt: skip


def mark(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def now(at_s: int, name: str = "a", *, created_s: int = 0) -> BlobState:
    return BlobState(blob(name, at_s, created_s=created_s), is_current=True)


def version(
    at_s: int, name: str = "a", *, is_current: bool = False, is_deleted: bool = False
) -> BlobState:
    return BlobState(
        blob(name, at_s), version_id=mark(at_s), is_current=is_current, is_deleted=is_deleted
    )


def snapshot(of_s: int, taken_s: int, *, is_deleted: bool = False) -> BlobState:
    return BlobState(blob("a", of_s), snapshot=mark(taken_s), is_deleted=is_deleted)


def gone(at_s: int, deleted_s: int, name: str = "a") -> BlobState:
    return BlobState(blob(name, at_s), is_deleted=True, deleted_s=deleted_s, remaining_days=3)


def test_a_version_says_when_it_was_made_to_a_fraction_of_a_second() -> None:
    assert moment_of("1970-01-01T00:01:40.2500000Z") == 100.25
    assert moment_of("") == moment_of("no time") == 0.0


def test_a_soft_deleted_blob_is_undeleted() -> None:
    step = step_back([snapshot(10, 15), gone(20, 30)])
    assert step is not None
    assert (step.deed, step.source, step.needs_undelete) == (Deed.UNDELETE, gone(20, 30), False)


def test_of_a_versioned_blob_that_is_gone_the_newest_version_is_promoted() -> None:
    step = step_back([version(10), version(20)])
    assert step is not None
    assert (step.deed, step.source, step.etag_now) == (Deed.PROMOTE, version(20), "")
    deleted = step_back([version(10), version(20, is_deleted=True)])
    assert deleted is not None
    assert deleted.needs_undelete


def test_a_blob_that_is_there_is_not_brought_back() -> None:
    assert step_back([version(10), version(20, is_current=True)]) is None
    assert step_back([]) is None


def test_the_version_of_that_time_is_promoted_under_the_etag_of_now() -> None:
    step = step_to([version(10), version(20), version(30, is_current=True)], 25.0)
    assert step is not None
    assert (step.deed, step.source, step.etag_now) == (Deed.PROMOTE, version(20), '"30"')
    assert not step.is_unsure


def test_what_has_not_changed_since_is_left() -> None:
    assert step_to([version(10), version(20, is_current=True)], 25.0) is None
    assert step_to([snapshot(10, 15), now(10)], 12.0) is None


def test_what_was_made_since_is_deleted_under_its_etag() -> None:
    step = step_to([now(50)], 25.0, keeps_deleted=True)
    assert step is not None
    assert (step.deed, step.etag_now) == (Deed.DELETE, '"50"')


def test_what_was_overwritten_and_not_kept_is_lost_and_never_deleted() -> None:
    with pytest.raises(Lost):
        step_to([now(50, created_s=5)], 25.0, keeps_deleted=True)


def test_where_nothing_is_kept_no_creation_is_believed() -> None:
    with pytest.raises(Lost):
        step_to([now(50)], 25.0)


def test_a_first_version_after_that_time_is_deleted() -> None:
    step = step_to([version(50, is_current=True)], 25.0)
    assert step is not None
    assert step.deed is Deed.DELETE


def test_a_deletion_before_that_time_stays() -> None:
    assert step_to([gone(10, 20)], 25.0) is None
    assert step_to([gone(10, 30)], 25.0) is not None


def test_a_blob_that_was_gone_then_and_made_anew_is_deleted() -> None:
    step = step_to([gone(10, 20), now(40)], 25.0)
    assert step is not None
    assert step.deed is Deed.DELETE


def test_a_blob_deleted_at_an_unknown_time_comes_back_and_says_so() -> None:
    step = step_to([version(10)], 25.0)
    assert step is not None
    assert (step.deed, step.is_unsure) == (Deed.PROMOTE, True)
    later = step_to([version(10), version(30)], 25.0)
    assert later is not None
    assert not later.is_unsure


def test_what_an_overwrite_replaced_is_found_in_the_snapshot_it_left() -> None:
    step = step_to([snapshot(10, 30, is_deleted=True), now(30, created_s=10)], 25.0)
    assert step is not None
    assert step.source is not None
    assert (step.deed, step.source.snapshot, step.needs_undelete) == (
        Deed.PROMOTE,
        mark(30),
        True,
    )


def test_a_list_has_the_blob_itself_first_and_then_the_newest() -> None:
    states = [version(10), snapshot(10, 15), version(20), version(30, is_current=True)]
    assert [state.mark for state in newest_first(states)] == [
        mark(30), mark(20), mark(15), mark(10),
    ]  # fmt: skip


def test_a_plan_counts_what_it_does_and_what_it_cannot() -> None:
    planner = Planner(25.0, keeps_deleted=True)
    planner.add([version(10, "a"), version(30, "a", is_current=True)])
    planner.add([gone(10, 30, "b")])
    planner.add([now(50, "c")])
    planner.add([now(50, "d", created_s=5)])
    planner.add([now(5, "e")])
    assert planner.plan().steps == ()
    plan = planner.plan(is_complete=True)
    assert [step.name for step in plan.steps] == ["a", "b", "c"]
    assert (plan.promoted, plan.undeleted, plan.deleted, plan.unchanged) == (1, 1, 1, 1)
    assert (plan.lost, plan.lost_count, plan.size_bytes) == (("d",), 1, 2)


times = st.lists(st.integers(1, 1000), min_size=1, max_size=6, unique=True).map(sorted)


@given(times, st.booleans(), st.integers(0, 1100))
def test_a_versioned_blob_becomes_the_last_version_not_after_that_time(
    made: list[int], is_there: bool, when_s: int
) -> None:
    states = [version(at_s, is_current=is_there and at_s == made[-1]) for at_s in made]
    found = state_at(states, float(when_s))
    earlier = [at_s for at_s in made if at_s <= when_s]
    assert (found is None) == (not earlier)
    if found is not None:
        assert found.blob.last_modified_s == earlier[-1]
        step = step_to(states, float(when_s))
        assert (step is None) == (found is current_of(states))


@given(times, st.integers(0, 1100), st.booleans(), st.integers(1, 1000), st.booleans())
def test_nothing_is_deleted_that_may_have_been_there(
    made: list[int], when_s: int, is_versioned: bool, created_s: int, keeps_deleted: bool
) -> None:
    if is_versioned:
        states = [version(at_s, is_current=at_s == made[-1]) for at_s in made]
    else:
        states = [now(made[-1], created_s=min(created_s, made[-1]))]
    try:
        step = step_to(states, float(when_s), keeps_deleted=keeps_deleted)
    except Lost:
        return
    if step is not None and step.deed is Deed.DELETE:
        assert all(state.blob.created_s > when_s for state in states)
        assert is_versioned or keeps_deleted


@given(times, st.integers(0, 1100))
def test_restoring_to_a_time_twice_changes_nothing_more(made: list[int], when_s: int) -> None:
    states = [version(at_s, is_current=at_s == made[-1]) for at_s in made]
    found = state_at(states, float(when_s))
    if found is None:
        return
    restored = [*(version(at_s) for at_s in made), version(2000, is_current=True)]
    again = state_at(restored, 2000.0)
    assert again is not None
    assert step_to(restored, 2000.0) is None
