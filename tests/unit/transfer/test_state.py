"""Legal moves of a transfer, and what its transfers say about a job."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.transfer.state import (
    LEGAL,
    IllegalMoveError,
    JobState,
    TransferState,
    adopted,
    can_move,
    job_state,
    move,
)

S = TransferState
states = st.sampled_from(TransferState)
counts = st.dictionaries(states, st.integers(0, 3))


def test_the_way_from_queued_to_done() -> None:
    state = S.QUEUED
    for step in (S.PREPARING, S.RUNNING, S.COMMITTING, S.DONE):
        state = move(state, step)
    assert state is S.DONE


@pytest.mark.parametrize("state", S)
def test_every_state_is_in_the_table_and_of_one_kind(state: TransferState) -> None:
    assert state in LEGAL
    assert [state.is_active, state.is_final, state.is_waiting].count(True) == 1


@given(st.lists(states, max_size=30))
def test_done_is_reached_only_from_a_commit_and_never_left(wishes: list[TransferState]) -> None:
    current = S.QUEUED
    for wish in wishes:
        if can_move(current, wish):
            assert wish is not S.DONE or current is S.COMMITTING
            assert current not in (S.DONE, S.SKIPPED)
            current = move(current, wish)
        else:
            with pytest.raises(IllegalMoveError, match=f"{current.name} to {wish.name}"):
                move(current, wish)


@given(states)
def test_staying_is_no_move(state: TransferState) -> None:
    assert not can_move(state, state)


@pytest.mark.parametrize("state", [s for s in S if not s.is_final])
def test_whatever_has_not_ended_can_be_cancelled(state: TransferState) -> None:
    assert can_move(state, S.CANCELLED)


@pytest.mark.parametrize("state", [s for s in S if not s.is_final and s is not S.PAUSED])
def test_whatever_has_not_ended_can_be_paused(state: TransferState) -> None:
    assert can_move(state, S.PAUSED)


@pytest.mark.parametrize("state", [s for s in S if s.is_waiting and s is not S.QUEUED])
def test_whatever_waits_can_go_on(state: TransferState) -> None:
    assert can_move(state, S.QUEUED)


@pytest.mark.parametrize("state", [S.FAILED, S.CANCELLED])
def test_a_file_that_failed_or_was_cancelled_can_be_tried_again(state: TransferState) -> None:
    assert can_move(state, S.QUEUED)


@pytest.mark.parametrize("state", [S.PREPARING, S.RUNNING, S.COMMITTING])
def test_a_changed_file_starts_over(state: TransferState) -> None:
    assert state is S.PREPARING or can_move(state, S.PREPARING)


@given(states)
def test_after_a_crash_nothing_claims_to_be_under_way(found: TransferState) -> None:
    state = adopted(found)
    assert not state.is_active
    assert state is found or state is S.INTERRUPTED
    assert found.is_active is False or state is S.INTERRUPTED


@given(counts)
def test_a_job_has_ended_only_when_all_its_files_have(tally: dict[TransferState, int]) -> None:
    present = {state for state, number in tally.items() if number}
    assert job_state(tally).is_final is all(state.is_final for state in present)
    assert not job_state(tally, is_expanding=True).is_final


@pytest.mark.parametrize(
    ("tally", "told"),
    [
        ({}, JobState.DONE),
        ({S.DONE: 3, S.SKIPPED: 1}, JobState.DONE),
        ({S.DONE: 3, S.FAILED: 1, S.CANCELLED: 1}, JobState.FAILED),
        ({S.DONE: 3, S.CANCELLED: 1}, JobState.DONE),
        ({S.CANCELLED: 2}, JobState.CANCELLED),
        ({S.PAUSED: 1, S.FAILED: 1}, JobState.PAUSED),
        ({S.DONE: 3, S.RUNNING: 1, S.FAILED: 1}, JobState.RUNNING),
        ({S.QUEUED: 5, S.COMMITTING: 1}, JobState.RUNNING),
        ({S.QUEUED: 5, S.PAUSED: 1}, JobState.QUEUED),
        ({S.QUEUED: 5, S.RETRY_WAIT: 1}, JobState.RETRY_WAIT),
        ({S.PAUSED: 5, S.NEEDS_CREDENTIALS: 1}, JobState.NEEDS_CREDENTIALS),
        ({S.PAUSED: 5, S.INTERRUPTED: 1}, JobState.INTERRUPTED),
        ({S.PAUSED: 5, S.FAILED: 0}, JobState.PAUSED),
    ],
)
def test_a_job_tells_what_matters_most(tally: dict[TransferState, int], told: JobState) -> None:
    assert job_state(tally) is told
