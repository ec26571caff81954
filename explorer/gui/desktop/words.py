"""What a notification says of transfers that came to an end. Pure.

Names stand in the title only: desktops read the body as markup.
"""

from __future__ import annotations

from collections.abc import Sequence

from explorer.base.records import dataclass
from explorer.base.units import format_bytes
from explorer.gui.transfers.words import job_direction, needs_sign_in
from explorer.transfer.model import JobSnapshot
from explorer.transfer.state import JobState

_ONE = {
    JobState.FAILED: "failed",
    JobState.NEEDS_CREDENTIALS: "waits for a new SAS or key",
}


@dataclass(frozen=True, slots=True)
class Words:
    """`is_bad`: something is left for a person to do."""

    title: str
    body: str
    is_bad: bool


def of_jobs(jobs: Sequence[JobSnapshot]) -> Words:
    """One or more jobs that are done, failed, or wait for a credential."""
    failed = sum(job.state is JobState.FAILED for job in jobs)
    waiting = sum(job.state is JobState.NEEDS_CREDENTIALS for job in jobs)
    if len(jobs) == 1:
        said = _ONE.get(jobs[0].state, "has ended")
        if jobs[0].state is JobState.NEEDS_CREDENTIALS and needs_sign_in(jobs[0].failure):
            said = "waits until you sign in again"
        title = f"{job_direction(jobs[0])} of ‘{jobs[0].title}’ {said}"
    elif failed:
        title = f"{failed:,} of {len(jobs):,} transfers failed"
    elif waiting:
        title = f"{waiting:,} of {len(jobs):,} transfers wait for a new SAS or key"
    else:
        title = f"{len(jobs):,} transfers have ended"
    return Words(title, _body(jobs), bool(failed or waiting))


def _body(jobs: Sequence[JobSnapshot]) -> str:
    folders = sum(job.folders_done for job in jobs)
    done = sum(job.files_done for job in jobs) - folders
    size = sum(job.bytes_done for job in jobs)
    kept = f" and {folders:,} {'folder' if folders == 1 else 'folders'}" if folders else ""
    parts = [f"{done:,} {'file' if done == 1 else 'files'}{kept}, {format_bytes(size)}"]
    for count, what in (
        (sum(job.files_failed for job in jobs), "failed"),
        (sum(job.files_skipped for job in jobs), "skipped"),
    ):
        if count:
            parts.append(f"{count:,} {what}")
    reasons = [job.failure.title for job in jobs if job.failure is not None]
    return ", ".join(parts) + "." + (f" {reasons[0]}." if reasons else "")
