"""What a job has moved is told as files and folders."""

from __future__ import annotations

import pytest

from explorer.transfer.model import Direction
from explorer.transfer.rows import Tally
from explorer.transfer.state import TransferState
from explorer.transfer.told import moved
from tests.support.jobs import job


@pytest.mark.parametrize(
    ("direction", "done", "folders", "told"),
    [
        (Direction.UPLOAD, 3, 1, "2 files and 1 empty folder"),
        (Direction.UPLOAD, 1, 0, "1 file"),
        (Direction.UPLOAD, 2, 2, "2 empty folders"),
        (Direction.UPLOAD, 0, 0, "0 files"),
        (Direction.DOWNLOAD, 1002, 2, "1,000 files and 2 folders"),
        (Direction.COPY, 1, 1, "1 folder"),
    ],
)
def test_files_and_folders_are_told_apart(
    direction: Direction, done: int, folders: int, told: str
) -> None:
    found = job(direction=direction, files_total=done, files_done=done, folders_done=folders)
    assert moved(found) == told


def test_what_was_counted_is_read_back_from_its_text() -> None:
    tally = Tally()
    tally.add(TransferState.DONE, 10, 3, folders=1)
    tally.add(TransferState.FAILED, 5)
    assert Tally.from_text(tally.to_text()) == tally
