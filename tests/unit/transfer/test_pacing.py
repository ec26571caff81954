"""Limits and pauses: kept on average, felt when changed, and never before Retry-After."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.cancel import Cancelled, CancelToken, running_under
from explorer.storage.api import ahead_of
from explorer.transfer.pacing import BURST_S, PIECE_S, Bucket, Limiter, Meter, Pacer
from explorer.transfer.retry import RetryPolicy

HOUR = 3600


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@given(
    st.integers(1, 10**9),
    st.lists(st.tuples(st.integers(1, 10**8), st.floats(0, 5)), min_size=1, max_size=40),
)
def test_the_rate_is_kept_from_the_first_byte_on(rate: int, steps: list[tuple[int, float]]) -> None:
    now = 0.0
    bucket = Bucket(rate, now)
    moved = 0
    for size, pause in steps:
        now += pause
        piece, wait = bucket.take(size, now)
        while not piece:
            now += wait
            piece, wait = bucket.take(size, now)
        assert 0 < piece <= size
        moved += piece
        assert moved <= rate * (now + BURST_S + PIECE_S) * (1 + 1e-9) + 2


def test_no_limit_never_waits() -> None:
    bucket = Bucket(0, 0.0)
    assert [bucket.take(10**12, 0.0) for _ in range(3)] == [(10**12, 0.0)] * 3


def test_unused_rate_is_not_saved_up() -> None:
    bucket = Bucket(1600, 0.0)
    taken = 0
    while piece := bucket.take(10**6, HOUR)[0]:
        taken += piece
    assert taken == 1600 * (BURST_S + PIECE_S)


def in_debt(bucket: Bucket, seconds: float) -> Bucket:
    """After what was given back with a minus, as if so much had been moved at once."""
    bucket.give_back(-int(seconds * bucket.bytes_per_s))
    return bucket


def test_a_change_of_the_rate_changes_the_wait() -> None:
    bucket = in_debt(Bucket(100, 0.0), 10)
    assert bucket.take(1, 0.0) == (0, 10)
    bucket.set_rate(1, 5.0)
    assert bucket.take(1, 5.0) == (0, 5)
    bucket.set_rate(0, 5.0)
    assert bucket.take(10**9, 5.0) == (10**9, 0)
    bucket.set_rate(10, 5.0)
    assert bucket.take(1, 5.0) == (1, 0)


def test_a_clock_that_steps_back_does_no_harm() -> None:
    bucket = in_debt(Bucket(100, 10.0), 1)
    assert bucket.take(1, 9.0)[1] == pytest.approx(1.0)
    assert bucket.take(1, 11.0) == (1, 0)


def in_thread(limiter: Limiter, token: CancelToken, ended: list[str]) -> threading.Thread:
    def work() -> None:
        with running_under(token):
            try:
                limiter.ahead(1)
                ended.append("moved")
            except Cancelled:
                ended.append("cancelled")

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def in_debt_for_hours() -> Limiter:
    limiter = Limiter(1)
    limiter.give_back(-10 * HOUR)
    return limiter


def test_a_waiting_worker_stops_when_it_is_cancelled() -> None:
    token, ended = CancelToken(), list[str]()
    thread = in_thread(in_debt_for_hours(), token, ended)
    token.cancel()
    thread.join(10)
    assert ended == ["cancelled"]


def test_a_waiting_worker_feels_that_the_limit_was_lifted() -> None:
    limiter, ended = in_debt_for_hours(), list[str]()
    thread = in_thread(limiter, CancelToken(), ended)
    limiter.set_rate(0)
    thread.join(10)
    assert ended == ["moved"]
    assert limiter.bytes_per_s == 0


def move(meter: Meter, size_bytes: int) -> None:
    """As a connection does."""
    left = size_bytes
    while left:
        moved = meter.ahead(left) or left
        meter(moved)
        left -= moved


def test_workers_together_keep_the_limit_from_the_start() -> None:
    limiter = Limiter(1_000_000)
    meter = Meter(Limiter(), limiter)
    started = time.monotonic()
    threads = [threading.Thread(target=move, args=(meter, 150_000)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert time.monotonic() - started >= 0.6 - PIECE_S - 0.01
    assert limiter.moved_bytes == 600_000


@pytest.mark.parametrize(("own", "shared"), [(500_000, 0), (0, 500_000), (500_000, 10**9)])
def test_the_lower_of_two_limits_holds_and_is_paid_once(own: int, shared: int) -> None:
    meter = Meter(Limiter(own), Limiter(shared))
    started = time.monotonic()
    move(meter, 250_000)
    assert 0.5 - PIECE_S - 0.01 <= time.monotonic() - started < 5


def test_what_only_one_of_two_limits_allows_is_given_back() -> None:
    clock = Clock()
    own, shared = Limiter(1600, clock=clock), Limiter(160, clock=clock)
    assert Meter(own, shared).ahead(1000) == 10
    clock.now += 10 / 1600
    assert own.ahead(1) == 1, "only what moved was paid"


def test_without_limits_as_much_moves_as_one_likes() -> None:
    meter = Meter(Limiter(), Limiter())
    assert meter.ahead(10**12) == 0
    taken: list[tuple[int, bytes]] = []
    sink = meter.sink(lambda offset, data: taken.append((offset, bytes(data))))
    sink(7, memoryview(b"data"))
    assert taken == [(7, b"data")]
    assert ahead_of(sink) == meter.ahead


def pacer_at(clock: Clock) -> Pacer:
    return Pacer(RetryPolicy(), clock=clock, sleep=clock.sleep)


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(0, 1)), min_size=1, max_size=10))
def test_no_request_passes_before_any_retry_after(told: list[tuple[float, float]]) -> None:
    clock = Clock()
    pacer = pacer_at(clock)
    start = clock.now
    for asked, jitter in told:
        pacer.throttled(asked, jitter=jitter)
    asyncio.run(pacer.passed())
    assert clock.now >= start + max(asked for asked, _ in told)


def test_a_retry_after_is_spread_over_a_tenth_more() -> None:
    pacer = pacer_at(Clock())
    pacer.throttled(30.0, jitter=0.5)
    assert pacer.wait_s == 31.5


def test_pauses_without_retry_after_double_from_round_to_round() -> None:
    clock = Clock()
    pacer = pacer_at(clock)
    pauses = []
    for _ in range(9):
        pacer.throttled(None, jitter=1.0)
        pacer.throttled(None, jitter=1.0)
        pauses.append(pacer.wait_s)
        asyncio.run(pacer.passed())
    assert pauses == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]


def test_success_makes_the_next_pause_short_again() -> None:
    clock = Clock()
    pacer = pacer_at(clock)
    for _ in range(4):
        pacer.throttled(None, jitter=1.0)
        asyncio.run(pacer.passed())
    pacer.succeeded()
    pacer.throttled(None, jitter=0.0)
    assert pacer.wait_s == 0.25


def test_a_late_success_does_not_end_a_round() -> None:
    clock = Clock()
    pacer = pacer_at(clock)
    for _ in range(2):
        pacer.throttled(None, jitter=1.0)
        pacer.succeeded()
        asyncio.run(pacer.passed())
    pacer.throttled(None, jitter=1.0)
    assert pacer.wait_s == 2


def test_an_open_gate_holds_nobody() -> None:
    clock = Clock()
    before = clock.now
    asyncio.run(pacer_at(clock).passed())
    assert clock.now == before


def test_a_gate_that_is_shut_for_longer_meanwhile_holds_for_longer() -> None:
    clock = Clock()
    pacer: Pacer

    async def sleep(seconds: float) -> None:
        if clock.now == 1000.0:
            pacer.throttled(100.0, jitter=0.0)
        await clock.sleep(seconds)

    pacer = Pacer(RetryPolicy(), clock=clock, sleep=sleep)
    pacer.throttled(10.0, jitter=0.0)
    asyncio.run(pacer.passed())
    assert clock.now == 1100.0
