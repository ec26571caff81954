"""Counts of a job: files by state, durable bytes, rate, time left. Pure; times are given.

Bytes count once they are durable (staged at the service, or synced to the disk), so
progress never runs ahead of what a crash would leave. It falls only when a file has to
start over, and it is complete only when the job is.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import Final

from explorer.transfer.state import FINAL, JobState, TransferState, job_state

ALMOST_DONE: Final = 0.999
"""The most that is shown before everything is verified and in its place."""


class RateWindow:
    """Bytes a second over the last `window_s`, from times of one monotonic clock.

    Keeps a few dozen sums, however often it is told. A rate right after the start, or
    after a rest, is over at least a second: one quick block is no rate.
    """

    def __init__(self, window_s: float = 8.0) -> None:
        self._window_s = window_s
        self._step_s = window_s / 32
        self._sums: deque[tuple[float, int]] = deque()
        """(start of the step, bytes in it), oldest first."""
        self._total = 0
        self._since = 0.0

    def add(self, size_bytes: int, now: float) -> None:
        """So many bytes, more than none, became durable at `now`."""
        self._forget(now)
        if not self._sums:
            self._since = now
        if self._sums and now - self._sums[-1][0] < self._step_s:
            start, sum_bytes = self._sums.pop()
            self._sums.append((start, sum_bytes + size_bytes))
        else:
            self._sums.append((now, size_bytes))
        self._total += size_bytes

    def rate(self, now: float) -> float:
        """0 when nothing came for a whole window."""
        self._forget(now)
        elapsed = min(max(now - self._since, 1.0), self._window_s)
        return self._total / elapsed

    def _forget(self, now: float) -> None:
        while self._sums and self._sums[0][0] <= now - self._window_s:
            self._total -= self._sums.popleft()[1]


class JobAccount:
    """What a job's snapshot tells. Owned by one thread; told of every change once."""

    def __init__(self, window_s: float = 8.0) -> None:
        self.counts: Counter[TransferState] = Counter()
        self.bytes_total = 0
        """Of the files that are to be moved; skipped and cancelled ones are left out."""
        self.bytes_done = 0
        self.is_expanding = False
        self._rate = RateWindow(window_s)

    def added(
        self, state: TransferState, size_bytes: int, *, durable_bytes: int = 0, files: int = 1
    ) -> None:
        """Files of one state, of so many bytes together, were found, or read from the
        journal; what was durable before does not count as speed."""
        self.counts[state] += files
        if not _is_left_out(state):
            self.bytes_total += size_bytes
            self.bytes_done += durable_bytes

    def moved(
        self, old: TransferState, new: TransferState, size_bytes: int, durable_bytes: int
    ) -> None:
        """A file of `size_bytes`, `durable_bytes` of them counted so far, changed its state."""
        self.counts[old] -= 1
        self.counts[new] += 1
        sign = _is_left_out(old) - _is_left_out(new)
        self.bytes_total += sign * size_bytes
        self.bytes_done += sign * durable_bytes

    def resized(self, old_bytes: int, new_bytes: int) -> None:
        """A file turned out to be of another size than it was listed with."""
        self.bytes_total += new_bytes - old_bytes

    def durable(self, size_bytes: int, now: float) -> None:
        """So many more bytes became durable."""
        self.bytes_done += size_bytes
        self._rate.add(size_bytes, now)

    def lost(self, durable_bytes: int) -> None:
        """A file starts over: so many bytes no longer count."""
        self.bytes_done -= durable_bytes

    @property
    def state(self) -> JobState:
        return job_state(self.counts, is_expanding=self.is_expanding)

    @property
    def unfinished(self) -> int:
        """Files that are not at their end."""
        return sum(count for state, count in self.counts.items() if state not in FINAL)

    @property
    def files_total(self) -> int:
        return self.counts.total()

    @property
    def progress(self) -> float:
        """From 0 to 1; 1 only when the job is done. By bytes, or by files where all are empty."""
        if self.state is JobState.DONE:
            return 1.0
        if self.bytes_total:
            return min(self.bytes_done / self.bytes_total, ALMOST_DONE)
        files = self.files_total
        return min(self.counts[TransferState.DONE] / files, ALMOST_DONE) if files else 0.0

    def rate(self, now: float) -> float:
        """Bytes a second."""
        return self._rate.rate(now)

    def eta_s(self, now: float) -> float | None:
        """Seconds until the bytes are moved; None while that cannot be told: nothing moves,
        or the source is still being listed."""
        rate = self.rate(now)
        if self.is_expanding or rate <= 0 or self.state is not JobState.RUNNING:
            return None
        return max(0, self.bytes_total - self.bytes_done) / rate


def _is_left_out(state: TransferState) -> bool:
    return state in (TransferState.SKIPPED, TransferState.CANCELLED)
