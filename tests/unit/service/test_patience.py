"""Passing faults are tried again a few times; everything else is told at once."""

from __future__ import annotations

import asyncio

import pytest

from explorer.base.errors import (
    IntegrityError,
    NetworkError,
    NotAuthorizedError,
    NotFoundError,
    PreconditionFailedError,
    QuaysideError,
    ThrottledError,
)
from explorer.service import patience
from explorer.service.patience import BUSY_PAUSES_S, MAX_PAUSE_S, PAUSES_S, Calls, pause_after


@pytest.mark.parametrize("error", [NetworkError("x"), IntegrityError("x")])
def test_a_passing_fault_is_tried_four_times_in_all(error: QuaysideError) -> None:
    pauses = [pause_after(error, failures) for failures in range(1, 5)]
    assert pauses == [*PAUSES_S, None]


@pytest.mark.parametrize(
    "error", [NotFoundError("x"), NotAuthorizedError("x"), PreconditionFailedError("x")]
)
def test_a_refusal_is_told_at_once(error: QuaysideError) -> None:
    assert pause_after(error, 1) is None


def test_a_busy_service_decides_how_long_to_wait_within_reason() -> None:
    assert pause_after(ThrottledError("x", retry_after_s=7.0), 1) == 7.0
    assert pause_after(ThrottledError("x", retry_after_s=9000.0), 1) == MAX_PAUSE_S
    assert pause_after(ThrottledError("x"), 2) == BUSY_PAUSES_S[1]
    assert pause_after(ThrottledError("x"), len(BUSY_PAUSES_S) + 1) is None


def test_a_call_that_recovers_gives_its_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSES_S", (0.0, 0.0, 0.0))
    failures = [NetworkError("1"), NetworkError("2")]

    def work(text: str) -> str:
        if failures:
            raise failures.pop()
        return text

    calls = Calls(1)
    try:
        assert asyncio.run(calls.run(work, "there")) == "there"
        failures.append(NetworkError("3"))
        with pytest.raises(NetworkError):
            asyncio.run(calls.once(work, "there"))
    finally:
        calls.close()
