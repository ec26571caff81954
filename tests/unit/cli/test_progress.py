"""Progress never promises what is not durable, and fits its line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explorer.base.errors import NotAuthorizedError, NotFoundError
from explorer.cli.exits import Exit
from explorer.cli.follow import exit_of
from explorer.cli.output import width_of
from explorer.cli.progress import bar_line, figures, share_of, summary
from explorer.transfer.model import Direction, Failure, JobSnapshot, RemotePlace
from explorer.transfer.state import JobState

MIB = 1 << 20
JOB = JobSnapshot(
    id=1, direction=Direction.UPLOAD, state=JobState.RUNNING, title="out", source="/out",
    destination="c/", place=RemotePlace("c1", "https://a", "c"), priority=1, is_expanding=False,
    files_total=10, files_done=2, files_failed=0, files_skipped=0, bytes_total=100 * MIB,
    bytes_done=25 * MIB, rate_bytes_per_s=5.0 * MIB, eta_s=15.0, added_s=0.0, finished_s=None,
    is_ours=True,
)  # fmt: skip


def test_the_share_is_full_only_at_the_end() -> None:
    assert share_of(JOB) == 0.25
    committing = replace(JOB, bytes_done=JOB.bytes_total)
    assert bar_line(committing, 200).partition("%")[0].endswith(" 99 ")
    assert share_of(replace(committing, state=JobState.DONE)) == 1.0


def test_the_share_is_unknown_while_the_source_is_walked() -> None:
    job = replace(JOB, is_expanding=True)
    assert share_of(job) is None
    assert "?" in bar_line(job, 200)
    assert "so far" in figures(job)
    assert "left" not in figures(job)


def test_without_bytes_files_are_counted() -> None:
    assert share_of(replace(JOB, bytes_total=0, bytes_done=0, files_skipped=3)) == 0.5
    assert share_of(replace(JOB, bytes_total=0, bytes_done=0, files_total=0)) is None


def test_the_figures_say_how_much_how_fast_and_how_long() -> None:
    assert figures(JOB) == "25 MiB of 100 MiB, 2 of 10 files, 5 MiB/s, 15 s left"


@pytest.mark.parametrize(
    ("state", "word"),
    [(JobState.RETRY_WAIT, "no connection"), (JobState.NEEDS_CREDENTIALS, "credentials")],
)
def test_a_job_that_waits_says_for_what_and_shows_no_rate(state: JobState, word: str) -> None:
    told = figures(replace(JOB, state=state))
    assert word in told
    assert "MiB/s" not in told


@pytest.mark.parametrize("width", [10, 40, 79, 200])
def test_a_bar_fits_its_line(width: int) -> None:
    assert width_of(bar_line(JOB, width)) <= width


def test_on_a_usual_terminal_the_figures_are_whole() -> None:
    long = replace(JOB, bytes_total=92_345 * MIB, bytes_done=12_345 * MIB, files_total=1234)
    assert bar_line(long, 79).endswith(figures(long))


def test_the_last_word_counts_everything() -> None:
    done = replace(
        JOB,
        state=JobState.FAILED,
        files_done=7,
        files_skipped=2,
        files_failed=1,
        bytes_done=10 * MIB,
    )
    assert summary(done, 2.0) == "Uploaded 7 files, 10 MiB in 2 s (5 MiB/s), 2 skipped, 1 failed."
    one = replace(JOB, direction=Direction.DOWNLOAD, files_done=1, bytes_done=0)
    assert summary(one, 0.5) == "Downloaded 1 file, 0 B in 0.5 s, 0 failed."


def test_folders_are_told_beside_the_files() -> None:
    job = replace(JOB, files_total=10, files_done=3, folders_total=2, folders_done=1)
    assert "2 of 8 files, 1 of 2 empty folders, " in figures(job)
    done = replace(job, state=JobState.DONE, files_done=10, folders_done=2, bytes_done=0)
    assert summary(done, 0.0) == "Uploaded 8 files and 2 empty folders, 0 B, 0 failed."


def failure(title: str) -> Failure:
    return Failure(title, "message")


def test_the_exit_code_says_what_kind_of_failure_it_was() -> None:
    refused, missing = failure(NotAuthorizedError.title), failure(NotFoundError.title)
    failed = replace(JOB, state=JobState.FAILED, files_failed=2, files_done=0)
    assert exit_of(replace(JOB, state=JobState.DONE), []) == Exit.OK
    assert exit_of(failed, [refused, refused]) == Exit.NOT_AUTHORISED
    assert exit_of(failed, [missing]) == Exit.NOT_FOUND
    assert exit_of(failed, [missing, refused]) == Exit.SOME_FAILED
    assert exit_of(replace(failed, files_done=5), [refused]) == Exit.SOME_FAILED
    waiting = replace(JOB, state=JobState.NEEDS_CREDENTIALS)
    assert exit_of(waiting, []) == Exit.NOT_AUTHORISED
    assert exit_of(replace(JOB, state=JobState.PAUSED), []) == Exit.SOME_FAILED
