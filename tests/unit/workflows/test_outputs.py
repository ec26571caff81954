"""What a listing tells of the runs in a folder."""

from __future__ import annotations

import pytest

from explorer.storage.model import Blob, BlobType
from explorer.workflows.outputs import RUNNING_S, Run, RunState, RunTally, mark_of

NOW = 1_800_000_000


def blob(
    name: str, size_bytes: int = 1, age_s: int = 10_000, *, is_directory: bool = False
) -> Blob:
    at_s = NOW - age_s
    return Blob(
        f"jobs/{name}", size_bytes, at_s, "e", "", None, BlobType.BLOCK, "", "", at_s, None,
        is_directory,
    )  # fmt: skip


def runs_of(*blobs: Blob) -> dict[str, Run]:
    tally = RunTally("jobs/")
    for one in blobs:
        tally.add([one])
    return {run.name: run for run in tally.runs(NOW)}


def test_runs_come_newest_first_with_their_sums() -> None:
    found = runs_of(
        blob("a/x", 5, 300), blob("b/deep/y", 7, 100), blob("a/z", 6, 200), blob("note.txt")
    )
    assert list(found) == ["b/", "a/"]
    assert (found["a/"].blobs, found["a/"].size_bytes, found["a/"].modified_s) == (2, 11, NOW - 200)


@pytest.mark.parametrize(
    ("names", "age_s", "state"),
    [
        (("x",), RUNNING_S - 1, RunState.RUNNING),
        (("x",), RUNNING_S, RunState.ENDED),
        (("x", "_SUCCESS"), 1, RunState.DONE),
        (("x", "_FAILED.txt"), 1, RunState.FAILED),
        (("x", "deep/_FAILED"), RUNNING_S, RunState.ENDED),
    ],
)
def test_the_state_follows_the_rule(names: tuple[str, ...], age_s: int, state: RunState) -> None:
    found = runs_of(*(blob(f"a/{name}", age_s=age_s) for name in names))
    assert found["a/"].state is state


def test_an_archive_is_a_run_that_is_done_and_other_files_are_none() -> None:
    found = runs_of(blob("7.tgz", 9, 1), blob("readme.md"))
    assert (found["7.tgz"].state, found["7.tgz"].is_folder) == (RunState.DONE, False)
    assert list(found) == ["7.tgz"]


def test_a_folder_with_nothing_in_it_is_a_run() -> None:
    assert runs_of(blob("a", 0, is_directory=True))["a/"].blobs == 0


def test_the_log_is_the_one_that_was_written_last() -> None:
    found = runs_of(
        blob("a/train.log", age_s=50), blob("a/logs/stderr", age_s=20), blob("a/model.bin", age_s=1)
    )
    assert found["a/"].log == "a/logs/stderr"
    assert runs_of(blob("a/catalog.csv"))["a/"].log == ""


@pytest.mark.parametrize("name", ["_SUCCESS", "done", ".done", "finished.json"])
def test_marks_are_told_by_their_names(name: str) -> None:
    assert mark_of(name) is RunState.DONE
    assert mark_of(f"deep/{name}") is None
    assert mark_of(f"un{name}") is None
