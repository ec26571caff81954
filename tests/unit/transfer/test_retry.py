"""Decisions after an error."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.errors import Retry
from explorer.transfer.retry import Action, Decision, RetryPolicy, asked_pause

POLICY = RetryPolicy()
WAITING = (Retry.SOON, Retry.SLOW_DOWN, Retry.RESTART)
jitters = st.floats(0, 1)


@given(st.sampled_from(Retry), st.integers(1, 10_000), jitters, st.none() | st.floats())
def test_every_error_has_an_answer_and_no_pause_is_endless(
    retry: Retry, attempt: int, jitter: float, asked: float | None
) -> None:
    decision = POLICY.decide(retry, attempt, jitter=jitter, retry_after_s=asked)
    assert 0 <= decision.wait_s <= 3600 * 1.1
    assert decision.wait_s == 0 or decision.action in (Action.WAIT, Action.RESTART)


@given(st.sampled_from(WAITING), st.integers(1, 5), jitters, st.floats(0, 3600))
def test_nobody_comes_back_before_retry_after(
    retry: Retry, attempt: int, jitter: float, asked: float
) -> None:
    assert POLICY.decide(retry, attempt, jitter=jitter, retry_after_s=asked).wait_s >= asked


@given(st.sampled_from(WAITING), jitters)
def test_no_error_is_retried_for_ever(retry: Retry, jitter: float) -> None:
    assert POLICY.decide(retry, 61, jitter=jitter).action is Action.GIVE_UP


def test_pauses_double_up_to_a_minute_and_jitter_is_full() -> None:
    longest = [POLICY.decide(Retry.SOON, n, jitter=1.0).wait_s for n in range(1, 10)]
    assert longest == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]
    assert POLICY.decide(Retry.SOON, 9, jitter=0.0).wait_s == 0
    assert POLICY.decide(Retry.SOON, 9, jitter=0.25).wait_s == 15


@pytest.mark.parametrize(
    ("retry", "last"), [(Retry.SOON, 12), (Retry.SLOW_DOWN, 60), (Retry.RESTART, 5)]
)
def test_attempts_are_limited_by_kind(retry: Retry, last: int) -> None:
    assert POLICY.decide(retry, last, jitter=0.5).action is not Action.GIVE_UP
    assert POLICY.decide(retry, last + 1, jitter=0.5).action is Action.GIVE_UP


@pytest.mark.parametrize(
    ("retry", "action"),
    [
        (Retry.NEVER, Action.GIVE_UP),
        (Retry.LATER, Action.GIVE_UP),
        (Retry.NEEDS_CREDENTIALS, Action.NEEDS_CREDENTIALS),
        (Retry.NEEDS_ROOM, Action.NEEDS_ROOM),
    ],
)
def test_what_waiting_does_not_cure_is_not_waited_for(retry: Retry, action: Action) -> None:
    assert POLICY.decide(retry, 1, jitter=1.0, retry_after_s=5) == Decision(action)


def test_a_changed_file_starts_again() -> None:
    assert POLICY.decide(Retry.RESTART, 1, jitter=0.0).action is Action.RESTART


def test_a_service_that_asks_for_hours_is_not_waited_for() -> None:
    decision = POLICY.decide(Retry.SLOW_DOWN, 1, jitter=0.0, retry_after_s=3601)
    assert decision.action is Action.GIVE_UP
    decision = POLICY.decide(Retry.SLOW_DOWN, 1, jitter=0.0, retry_after_s=3600)
    assert decision == Decision(Action.WAIT, 3600)


@pytest.mark.parametrize("nonsense", [None, math.nan, -1.0, 0.0])
def test_nonsense_in_retry_after_is_ignored(nonsense: float | None) -> None:
    assert asked_pause(nonsense) == 0


def test_the_crowd_after_a_retry_after_is_spread() -> None:
    waits = [
        POLICY.decide(Retry.SLOW_DOWN, 1, jitter=j, retry_after_s=30).wait_s for j in (0, 0.5, 1)
    ]
    assert waits == [30, 31.5, 33]


@pytest.mark.parametrize("asked", [0.05, 0.5, 1.0, 5.0, 120.0])
def test_short_answers_of_a_busy_service_are_put_up_with_for_minutes(asked: float) -> None:
    waits = [
        POLICY.decide(Retry.SLOW_DOWN, n, jitter=0.5, retry_after_s=asked).wait_s
        for n in range(1, POLICY.slow_down_attempts + 1)
    ]
    assert sum(waits) > 300
    assert max(waits) <= asked + 60


@pytest.mark.parametrize(("attempt", "jitter"), [(0, 0.5), (1, -0.1), (1, 1.1)])
def test_wrong_arguments_are_refused(attempt: int, jitter: float) -> None:
    with pytest.raises(ValueError, match="attempt"):
        POLICY.decide(Retry.SOON, attempt, jitter=jitter)
