"""How a job or a file of it is put into words and into a bar. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from explorer.base.errors import SignInNeededError
from explorer.base.units import format_bytes, format_duration, format_rate
from explorer.gui.parts.progress import Progress, ProgressState
from explorer.transfer.model import Direction, Failure, JobSnapshot, TransferSnapshot
from explorer.transfer.state import JobState, TransferState

ALMOST = 0.999
"""The most a bar shows before the end: bytes that are there are not yet a file."""

SIGN_IN = "Waiting until you sign in again"
_JOB_WORDS = {
    JobState.QUEUED: "Queued",
    JobState.PREPARING: "Looking at the files…",
    JobState.RUNNING: "Running",
    JobState.RETRY_WAIT: "Waiting to try again",
    JobState.PAUSED: "Paused",
    JobState.INTERRUPTED: "Interrupted",
    JobState.NEEDS_CREDENTIALS: "Waiting for a new SAS or key",
    JobState.DONE: "Done",
    JobState.FAILED: "Failed",
    JobState.CANCELLED: "Cancelled",
}
_JOB_BARS = {
    JobState.QUEUED: ProgressState.WAITING,
    JobState.PREPARING: ProgressState.RUNNING,
    JobState.RUNNING: ProgressState.RUNNING,
    JobState.RETRY_WAIT: ProgressState.NEEDS_ATTENTION,
    JobState.PAUSED: ProgressState.PAUSED,
    JobState.INTERRUPTED: ProgressState.PAUSED,
    JobState.NEEDS_CREDENTIALS: ProgressState.NEEDS_ATTENTION,
    JobState.DONE: ProgressState.DONE,
    JobState.FAILED: ProgressState.FAILED,
    JobState.CANCELLED: ProgressState.CANCELLED,
}
_FILE_WORDS = {
    TransferState.QUEUED: "Queued",
    TransferState.PREPARING: "Preparing",
    TransferState.RUNNING: "Running",
    TransferState.COMMITTING: "Verifying",
    TransferState.DONE: "Done",
    TransferState.PAUSED: "Paused",
    TransferState.INTERRUPTED: "Interrupted",
    TransferState.NEEDS_CREDENTIALS: "Waiting for a new SAS or key",
    TransferState.RETRY_WAIT: "Waiting to try again",
    TransferState.FAILED: "Failed",
    TransferState.CANCELLED: "Cancelled",
    TransferState.SKIPPED: "Skipped",
}
_FILE_BARS = {
    TransferState.QUEUED: ProgressState.WAITING,
    TransferState.PREPARING: ProgressState.RUNNING,
    TransferState.RUNNING: ProgressState.RUNNING,
    TransferState.COMMITTING: ProgressState.RUNNING,
    TransferState.DONE: ProgressState.DONE,
    TransferState.PAUSED: ProgressState.PAUSED,
    TransferState.INTERRUPTED: ProgressState.PAUSED,
    TransferState.NEEDS_CREDENTIALS: ProgressState.NEEDS_ATTENTION,
    TransferState.RETRY_WAIT: ProgressState.NEEDS_ATTENTION,
    TransferState.FAILED: ProgressState.FAILED,
    TransferState.CANCELLED: ProgressState.CANCELLED,
    TransferState.SKIPPED: ProgressState.DONE,
}


def needs_sign_in(failure: Failure | None) -> bool:
    """Whether what waits for a credential waits for a sign-in, not for a SAS or key."""
    return failure is not None and failure.title == SignInNeededError.title


def failure_text(failure: Failure) -> str:
    """All of a failure, for a tool tip or the clipboard: what, why, what next, the codes."""
    codes = " · ".join(
        part
        for part in (failure.code, failure.request_id and f"request {failure.request_id}")
        if part
    )
    lines = (f"{failure.title}: {failure.message}", failure.cure, codes)
    return "\n".join(line for line in lines if line)


def job_status(job: JobSnapshot, ahead: int = 0) -> str:
    """`Running`, `Done, 3 skipped`, `2 failed: the disk is full`; one line.

    `ahead` is the number of jobs that wait before this one.
    """
    words = _JOB_WORDS[job.state]
    if job.state is JobState.NEEDS_CREDENTIALS and needs_sign_in(job.failure):
        words = SIGN_IN
    if not job.is_ours and not job.state.is_final:
        return f"{words}, in another Quayside"
    if job.state is JobState.QUEUED:
        return f"{words}, {ahead:,} before it" if ahead else f"{words}, next"
    if job.state is JobState.FAILED:
        counted = f"{job.files_failed:,} failed" if job.files_failed else words
        return _one_line(counted, job.failure.message if job.failure else "")
    if job.state is JobState.DONE and (job.files_skipped or job.files_cancelled):
        left_out = ((job.files_skipped, "skipped"), (job.files_cancelled, "cancelled"))
        return ", ".join([words, *(f"{count:,} {what}" for count, what in left_out if count)])
    if job.state is JobState.PAUSED and job.files_paused:
        return f"{words}, {job.files_paused:,} files held back"
    if job.failure is not None and not job.state.is_final:
        return _one_line(words, job.failure.message)
    if job.files_failed:
        return f"{words}, {job.files_failed:,} failed"
    return words


def _one_line(words: str, reason: str) -> str:
    line = " ".join(reason.split())
    return f"{words}: {line}" if line else words


def job_fraction(job: JobSnapshot) -> float | None:
    """Share of the bytes that are safe, 0 to 1; None while the whole is not known.

    It reaches 1 only with the state DONE.
    """
    if job.state is JobState.DONE:
        return 1.0
    if job.is_expanding:
        return None
    if job.bytes_total:
        share = job.bytes_done / job.bytes_total
    else:
        share = job.files_done / job.files_total if job.files_total else 0.0
    return min(share, ALMOST)


def job_progress(job: JobSnapshot) -> Progress:
    """The bar of a job."""
    return Progress(_JOB_BARS[job.state], job_fraction(job))


def job_size(job: JobSnapshot) -> str:
    """`1.2 GiB`, with a `+` while more is being found."""
    return format_bytes(job.bytes_total) + ("+" if job.is_expanding else "")


def job_speed(job: JobSnapshot) -> str:
    """The rate while it runs, else nothing."""
    is_moving = job.state is JobState.RUNNING and job.rate_bytes_per_s > 0
    return format_rate(job.rate_bytes_per_s) if is_moving else ""


def job_eta(job: JobSnapshot) -> str:
    """Time left while it runs, else nothing."""
    if job.state is not JobState.RUNNING or job.eta_s is None:
        return ""
    return format_duration(job.eta_s)


def job_files(job: JobSnapshot) -> str:
    """`12 of 340`, or `340` when all are done or left out; `340, 2 folders`."""
    done = job.files_done + job.files_skipped + job.files_cancelled
    is_whole = done == job.files_total and not job.is_expanding
    files = job.files_total - job.folders_total
    told = f"{files:,}"
    if not is_whole:
        told = f"{min(done - job.folders_done, files):,} of {told}{'+' if job.is_expanding else ''}"
    count = job.folders_total
    return f"{told}, {count:,} folder{'' if count == 1 else 's'}" if count else told


_DIRECTIONS = {
    Direction.UPLOAD: "Upload",
    Direction.DOWNLOAD: "Download",
    Direction.COPY: "Copy",
}


def job_direction(job: JobSnapshot) -> str:
    """`Upload`, `Download`, `Copy` or `Move`."""
    if job.is_move:
        return "Move"
    return _DIRECTIONS[job.direction]


def job_icon(job: JobSnapshot) -> str:
    """The icon beside its name."""
    if job.direction is Direction.COPY:
        return "forward" if job.is_move else "copy"
    return "upload" if job.direction is Direction.UPLOAD else "download"


def file_status(transfer: TransferSnapshot) -> str:
    """`Done`, `Skipped: It exists there already.`, `Failed: no permission`; one line."""
    reason = transfer.failure.message if transfer.failure else transfer.note
    words = _FILE_WORDS[transfer.state]
    if transfer.state is TransferState.NEEDS_CREDENTIALS and needs_sign_in(transfer.failure):
        words = SIGN_IN
    return _one_line(words, reason)


def file_progress(transfer: TransferSnapshot) -> Progress:
    """The bar of one file; full only when it is done, and none for a skipped one."""
    bar = _FILE_BARS[transfer.state]
    if transfer.state is TransferState.DONE:
        return Progress(bar, 1.0)
    if transfer.state is TransferState.SKIPPED:
        return Progress(bar, None)
    if not transfer.size_bytes:
        return Progress(bar, 0.0)
    return Progress(bar, min(transfer.bytes_done / transfer.size_bytes, ALMOST))


def file_name(transfer: TransferSnapshot, prefix: str) -> str:
    """The remote name below `prefix`, or all of it where it is not below."""
    return transfer.remote_name.removeprefix(prefix) or transfer.remote_name


def clock_time(seconds: float | None) -> str:
    """Local date and time to the minute; empty for None."""
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")


def exact_time(seconds: float | None) -> str:
    """Local time to the second and the same in UTC, for a tool tip; empty for None."""
    if seconds is None:
        return ""
    local = datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M:%S")
    return f"{local}\n{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
