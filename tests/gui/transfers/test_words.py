"""Jobs and files in words: every state has some, and nothing is full before it is done."""

from __future__ import annotations

import pytest

from explorer.base.errors import SignInNeededError
from explorer.gui.parts.progress import ProgressState, percent_text
from explorer.gui.transfers import words
from explorer.transfer.encoding import failure_of
from explorer.transfer.model import Failure
from explorer.transfer.state import JobState, TransferState
from tests.support.jobs import DISK_FULL, EXPIRED, MIB, NOON, job, transfer

each_job_state = pytest.mark.parametrize("state", JobState)
each_file_state = pytest.mark.parametrize("state", TransferState)


@each_job_state
def test_every_state_of_a_job_has_words_and_a_bar(state: JobState) -> None:
    assert words.job_status(job(state=state))
    assert words.job_progress(job(state=state)).words


@each_file_state
def test_every_state_of_a_file_has_words_and_a_bar(state: TransferState) -> None:
    assert words.file_status(transfer(state=state))
    assert words.file_progress(transfer(state=state)).words


def test_no_two_states_have_the_same_words() -> None:
    assert len({words.job_status(job(state=state)) for state in JobState}) == len(JobState)
    files = {words.file_status(transfer(state=state)) for state in TransferState}
    assert len(files) == len(TransferState)


@each_job_state
@pytest.mark.parametrize(("total", "files"), [(10 * MIB, 3), (0, 3), (0, 0)])
def test_a_job_is_at_100_percent_only_when_it_is_done(
    state: JobState, total: int, files: int
) -> None:
    full = job(
        state=state, bytes_total=total, bytes_done=total, files_total=files, files_done=files
    )
    is_full = percent_text(words.job_fraction(full)) == "100 %"
    assert is_full == (state is JobState.DONE)


@each_file_state
@pytest.mark.parametrize("size", [MIB, 0])
def test_a_file_is_at_100_percent_only_when_it_is_done(state: TransferState, size: int) -> None:
    full = transfer(state=state, size_bytes=size, bytes_done=size)
    is_full = percent_text(words.file_progress(full).fraction) == "100 %"
    assert is_full == (state is TransferState.DONE)


def test_a_job_that_still_grows_says_so_and_has_no_per_cent() -> None:
    growing = job(is_expanding=True, files_total=12_400, files_done=7)
    assert words.job_fraction(growing) is None
    assert words.job_size(growing) == "10 MiB+"
    assert words.job_files(growing) == "7 of 12,400+"


def test_skipped_files_count_as_through() -> None:
    assert words.job_files(job(files_total=9, files_done=6, files_skipped=3)) == "9"
    assert words.job_files(job(files_total=9, files_done=6, files_skipped=2)) == "8 of 9"


def test_folders_are_counted_apart_from_files() -> None:
    done = job(files_total=9, files_done=9, folders_total=1, folders_done=1)
    assert words.job_files(done) == "8, 1 folder"
    some = job(files_total=9, files_done=5, folders_total=4, folders_done=2)
    assert words.job_files(some) == "3 of 5, 4 folders"
    skipped = job(files_total=3, files_done=1, files_skipped=1, folders_total=2)
    assert words.job_files(skipped) == "1 of 1, 2 folders"


def test_a_failed_job_says_how_many_and_why_on_one_line() -> None:
    failure = Failure("Full", "The disk\nis full.")
    failed = job(state=JobState.FAILED, files_failed=2, failure=failure)
    assert words.job_status(failed) == "2 failed: The disk is full."


def test_a_waiting_job_says_for_what() -> None:
    waiting = job(state=JobState.NEEDS_CREDENTIALS, failure=EXPIRED)
    assert words.job_status(waiting).startswith("Waiting for a new SAS or key: The SAS of")


def test_a_job_whose_sign_in_ended_says_to_sign_in_again() -> None:
    failure = failure_of(SignInNeededError("The service did not accept the sign-in."))
    waiting = job(state=JobState.NEEDS_CREDENTIALS, failure=failure)
    assert words.job_status(waiting).startswith("Waiting until you sign in again: The service")
    assert "SAS" not in words.job_status(waiting)


def test_a_queued_job_says_how_many_come_first() -> None:
    assert words.job_status(job(state=JobState.QUEUED)) == "Queued, next"
    assert words.job_status(job(state=JobState.QUEUED), ahead=1200) == "Queued, 1,200 before it"


def test_a_job_of_another_process_says_so() -> None:
    assert words.job_status(job(is_ours=False)) == "Running, in another Quayside"
    assert words.job_status(job(state=JobState.DONE, is_ours=False)) == "Done"


def test_what_was_skipped_or_failed_beside_success_is_told() -> None:
    assert words.job_status(job(state=JobState.DONE, files_skipped=3)) == "Done, 3 skipped"
    assert words.job_status(job(files_failed=1)) == "Running, 1 failed"


def test_speed_and_time_left_only_while_it_runs() -> None:
    running = job(rate_bytes_per_s=2 * MIB, eta_s=90)
    assert (words.job_speed(running), words.job_eta(running)) == ("2 MiB/s", "1 min 30 s")
    for state in set(JobState) - {JobState.RUNNING}:
        resting = job(state=state, rate_bytes_per_s=2 * MIB, eta_s=90)
        assert (words.job_speed(resting), words.job_eta(resting)) == ("", "")


def test_a_skipped_file_says_why_and_shows_no_per_cent() -> None:
    skipped = transfer(state=TransferState.SKIPPED, note="It exists there already.")
    assert words.file_status(skipped) == "Skipped: It exists there already."
    assert words.file_progress(skipped).fraction is None
    assert words.file_progress(skipped).state is ProgressState.DONE


def test_a_failure_names_reason_cure_and_codes() -> None:
    text = words.failure_text(EXPIRED)
    assert text.splitlines() == [
        f"{EXPIRED.title}: {EXPIRED.message}",
        EXPIRED.cure,
        f"{EXPIRED.code} · request {EXPIRED.request_id}",
    ]
    assert words.failure_text(DISK_FULL).splitlines()[-1] == DISK_FULL.cure


def test_files_are_named_below_the_folder_of_the_job() -> None:
    assert words.file_name(transfer(), "runs/") == "train-042/logs/part-0001.log"
    assert words.file_name(transfer(remote_name="runs/"), "runs/") == "runs/"


def test_times_are_local_to_the_minute_and_exact_in_the_tool_tip() -> None:
    assert words.clock_time(None) == words.exact_time(None) == ""
    assert len(words.clock_time(NOON)) == len("2025-10-09 08:53")
    assert words.exact_time(NOON).endswith("2025-10-09 08:53:20 UTC")
