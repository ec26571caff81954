"""Progress that is true (P20), rates and times left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.transfer.accounting import ALMOST_DONE, JobAccount, RateWindow
from explorer.transfer.state import LEGAL, JobState, TransferState

S = TransferState
LEFT_OUT = (S.SKIPPED, S.CANCELLED)


class File:
    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.durable_bytes = 0
        self.state = S.QUEUED


@given(st.lists(st.integers(0, 1000), max_size=5), st.data())
def test_progress_is_durable_bytes_and_whole_only_when_done(
    sizes: list[int], data: st.DataObject
) -> None:
    account = JobAccount()
    account.is_expanding = True
    files = [File(size) for size in sizes]
    for file in files:
        account.added(S.QUEUED, file.size_bytes)
    now, fell = 0.0, False
    for _ in range(data.draw(st.integers(0, 40)) if files else 0):
        before = account.progress
        file = data.draw(st.sampled_from(files))
        now += data.draw(st.floats(0, 3))
        kind = data.draw(st.sampled_from(["durable", "lost", "move", "grow"]))
        fell = False
        if kind == "durable" and file.state is S.RUNNING and file.durable_bytes < file.size_bytes:
            more = data.draw(st.integers(1, file.size_bytes - file.durable_bytes))
            file.durable_bytes += more
            account.durable(more, now)
        elif kind == "lost":
            if file.state in LEFT_OUT:
                continue
            account.lost(file.durable_bytes)
            fell = file.durable_bytes > 0
            file.durable_bytes = 0
        elif kind == "grow" and file.state is S.PREPARING:
            account.resized(file.size_bytes, file.size_bytes + 10)
            file.size_bytes += 10
            fell = True
        elif kind == "move" and LEGAL[file.state]:
            new = data.draw(st.sampled_from(sorted(LEGAL[file.state], key=lambda s: s.value)))
            if new is S.DONE and file.durable_bytes < file.size_bytes:
                continue
            fell = new in LEFT_OUT or file.state in LEFT_OUT
            account.moved(file.state, new, file.size_bytes, file.durable_bytes)
            file.state = new
        counted = [file for file in files if file.state not in LEFT_OUT]
        assert account.bytes_done == sum(file.durable_bytes for file in counted)
        assert account.bytes_total == sum(file.size_bytes for file in counted)
        assert 0 <= account.progress < 1
        assert fell or account.progress >= before
        assert account.rate(now) >= 0
    account.is_expanding = False
    ends = {file.state for file in files}
    is_done = ends <= {S.DONE, S.SKIPPED, S.CANCELLED} and ends != {S.CANCELLED}
    assert (account.progress == 1) is is_done
    assert (account.state is JobState.DONE) is is_done


def test_all_bytes_durable_is_not_yet_done() -> None:
    account = JobAccount()
    account.added(S.COMMITTING, 10, durable_bytes=10)
    assert account.progress == ALMOST_DONE
    account.moved(S.COMMITTING, S.DONE, 10, 10)
    assert account.progress == 1


def test_a_failed_file_keeps_the_job_below_whole() -> None:
    account = JobAccount()
    account.added(S.DONE, 10, durable_bytes=10)
    account.added(S.FAILED, 0)
    assert account.progress == ALMOST_DONE


def test_empty_files_progress_by_number() -> None:
    account = JobAccount()
    account.added(S.QUEUED, 0, files=3)
    account.added(S.DONE, 0)
    assert account.progress == 0.25
    assert account.files_total == 4


def test_what_a_crash_left_counts_as_done_but_not_as_speed() -> None:
    account = JobAccount()
    account.added(S.RUNNING, 100, durable_bytes=60)
    assert account.progress == 0.6
    assert account.rate(5.0) == 0
    assert account.eta_s(5.0) is None


def test_the_time_left_follows_the_rate() -> None:
    account = JobAccount()
    account.added(S.RUNNING, 1000)
    for second in range(1, 5):
        account.durable(100, float(second))
    assert account.rate(5.0) == 100
    assert account.eta_s(5.0) == 6
    account.is_expanding = True
    assert account.eta_s(5.0) is None


def test_the_window_slides() -> None:
    window = RateWindow(10.0)
    for second in range(20):
        window.add(50, float(second))
    assert window.rate(20.0) == pytest.approx(50, rel=0.12)
    for second in range(20, 40):
        window.add(10, float(second))
    assert window.rate(40.0) == pytest.approx(10, rel=0.12)
    assert window.rate(49.5) == 0


def test_one_quick_block_is_no_rate_and_a_rest_does_not_dilute() -> None:
    window = RateWindow(8.0)
    window.add(800, 100.0)
    assert window.rate(100.0) == 800
    window.add(800, 200.0)
    assert window.rate(200.5) == 800


@given(st.lists(st.tuples(st.floats(0, 2), st.integers(1, 10**9)), max_size=80))
def test_a_rate_is_never_more_than_came(steps: list[tuple[float, int]]) -> None:
    window, now, total = RateWindow(), 0.0, 0
    for pause, size in steps:
        now += pause
        total += size
        window.add(size, now)
        assert 0 < window.rate(now) <= total


def test_many_ticks_take_little_memory() -> None:
    window = RateWindow(8.0)
    for tick in range(100_000):
        window.add(1, tick / 1000)
    assert len(window._sums) <= 33
    assert window.rate(100.0) == pytest.approx(1000, rel=0.05)
