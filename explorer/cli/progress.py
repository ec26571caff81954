"""Progress of jobs: a bar twice a second on a terminal, a line every few seconds elsewhere.

The texts are pure functions; `ProgressLine` draws them on standard error.
"""

from __future__ import annotations

import time

from explorer.base.shown import shown
from explorer.base.units import format_bytes, format_duration, format_rate
from explorer.cli.output import Output, cut, width_of
from explorer.transfer.model import Direction, JobSnapshot
from explorer.transfer.state import JobState
from explorer.transfer.told import folders_text, moved

BAR_EVERY_S = 0.5
LINE_EVERY_S = 5.0
BAR_CELLS = 24
LEAST_CELLS = 8
"""A bar gives way to its figures down to this."""
_FULL, _EMPTY = "█", "░"

_WAITING = {
    JobState.QUEUED: "waiting",
    JobState.PREPARING: "listing",
    JobState.RETRY_WAIT: "no connection, trying again",
    JobState.PAUSED: "paused",
    JobState.INTERRUPTED: "interrupted",
    JobState.NEEDS_CREDENTIALS: "needs credentials",
}


def verb_of(job: JobSnapshot) -> str:
    """`uploading`, as a person reads it while it goes on."""
    if job.is_move:
        return "moving"
    return {Direction.UPLOAD: "uploading", Direction.COPY: "copying"}.get(
        job.direction, "downloading"
    )


def share_of(job: JobSnapshot) -> float | None:
    """How much is done, from 0 to 1; None while the total is not known. Full only at the end."""
    if job.state is JobState.DONE:
        return 1.0
    if job.is_expanding:
        return None
    if job.bytes_total:
        return min(job.bytes_done / job.bytes_total, 0.999)
    done = job.files_done + job.files_skipped + job.files_failed + job.files_cancelled
    return min(done / job.files_total, 0.999) if job.files_total else None


def waiting_for(job: JobSnapshot) -> str:
    """Why nothing moves: `paused`, `waiting for the network`."""
    if job.state is JobState.RETRY_WAIT and job.failure is not None:
        return f"waiting: {job.failure.title[:1].lower()}{job.failure.title[1:]}"
    return _WAITING[job.state]


def figures(job: JobSnapshot) -> str:
    """`12.0 MiB of 300 MiB, 3 of 17 files, 80.1 MiB/s, 4 s left`."""
    some = " so far" if job.is_expanding else ""
    parts = [
        f"{format_bytes(job.bytes_done)} of {format_bytes(job.bytes_total)}",
        f"{job.files_done - job.folders_done} of {job.files_total - job.folders_total} files{some}",
    ]
    if job.folders_total:
        parts.append(f"{job.folders_done} of {folders_text(job, job.folders_total)}")
    if job.state in _WAITING:
        parts.append(waiting_for(job))
    elif job.rate_bytes_per_s:
        parts.append(format_rate(job.rate_bytes_per_s))
        if job.eta_s is not None and not job.is_expanding:
            parts.append(f"{format_duration(job.eta_s)} left")
    for count, what in (
        (job.files_skipped, "skipped"),
        (job.files_paused, "paused"),
        (job.files_cancelled, "cancelled"),
        (job.files_failed, "failed"),
    ):
        if count:
            parts.append(f"{count} {what}")
    return ", ".join(parts)


def bar_line(job: JobSnapshot, width: int) -> str:
    """A bar, the share and the figures in at most `width` columns."""
    share = share_of(job)
    percent = "  ? %" if share is None else f"{int(share * 100):>3} %"
    told = f" {percent}  {figures(job)}"
    cells = min(BAR_CELLS, max(LEAST_CELLS, width - width_of(told)))
    full = int((share or 0.0) * cells)
    return cut(f"{_FULL * full}{_EMPTY * (cells - full)}{told}", width)


def summary(job: JobSnapshot, elapsed_s: float, before_bytes: int = 0) -> str:
    """The last word: files, bytes, time, skipped, failed. `before_bytes` were there already
    when the time began."""
    verb = {Direction.UPLOAD: "Uploaded", Direction.COPY: "Copied"}.get(job.direction, "Downloaded")
    verb = "Moved" if job.is_move else verb
    text = f"{verb} {moved(job)}, {format_bytes(job.bytes_done)}"
    if elapsed_s > 0:
        text += f" in {format_duration(elapsed_s)}"
        new_bytes = job.bytes_done - before_bytes
        if new_bytes > 0:
            text += f" ({format_rate(new_bytes / elapsed_s)})"
    if job.files_skipped:
        text += f", {job.files_skipped} skipped"
    if job.files_cancelled:
        text += f", {job.files_cancelled} cancelled"
    return f"{text}, {job.files_failed} failed."


class ProgressLine:
    """Draws the latest snapshot of one job; `draw` may be called as often as one likes."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._is_bar = out.stderr.isatty()
        self._every_s = BAR_EVERY_S if self._is_bar else LINE_EVERY_S
        self._is_drawn = False
        # The first line elsewhere comes after a while: a quick job needs none.
        self._next_at = 0.0 if self._is_bar else time.monotonic() + LINE_EVERY_S

    def draw(self, job: JobSnapshot) -> None:
        now = time.monotonic()
        if self._out.is_quiet or self._out.is_json or now < self._next_at:
            return
        self._next_at = now + self._every_s
        if self._is_bar:
            import shutil  # late: it loads every kind of archive

            width = shutil.get_terminal_size().columns - 1
            self._out.stderr.write(f"\r{shown(bar_line(job, width))}\x1b[K")
        else:
            self._out.stderr.write(f"{verb_of(job)}: {figures(job)}\n")
        self._out.stderr.flush()
        self._is_drawn = True

    def clear(self) -> None:
        """Leave a clean line for what is said next."""
        if self._is_bar and self._is_drawn:
            self._out.stderr.write("\r\x1b[K")
            self._out.stderr.flush()
            self._is_drawn = False
