"""A log that was left by a kill is taken whole; one that the disk has damaged is noticed."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from explorer.transfer import job_table
from explorer.transfer.job_table import every
from explorer.transfer.journal_file import fold, open_checked
from explorer.transfer.model import JobOptions, RemotePlace, UploadRequest, UploadSource
from explorer.transfer.wal import look_at_wal

PLACE = RemotePlace("c1", "https://example.net", "box", "")
REQUEST = UploadRequest((UploadSource("/f", "f"),), PLACE, JobOptions())
PAGE = 4096 + 24
HEADER = 32


def alone() -> bool:
    return True


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """The files as a kill leaves them: three jobs, all of them in the log."""
    path = tmp_path / "live" / "journal.sqlite3"
    db, _ = open_checked(path, alone)
    for number in range(3):
        db.execute("BEGIN IMMEDIATE")
        job_table.add(db, REQUEST, f"job {number}", "me")
        db.execute("COMMIT")
    copy = tmp_path / "left"
    copy.mkdir()
    for ending in ("", "-wal"):
        shutil.copy(f"{path}{ending}", copy / f"journal.sqlite3{ending}")
    db.close()
    return copy / "journal.sqlite3"


def opened(path: Path) -> tuple[int, str]:
    db, notice = open_checked(path, alone)
    try:
        return len(every(db)), notice
    finally:
        db.close()


def log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def end_of(data: bytearray) -> int:
    """Where the newest frame ends; behind it are frames that were folded long ago."""
    end = HEADER
    while data[end + 8 : end + 16] == data[16:24]:
        end += PAGE
    return end


def test_a_log_that_is_whole_is_taken_without_a_word(left: Path) -> None:
    look = look_at_wal(log_of(left))
    assert look is not None
    assert look.is_readable
    assert look.committed_frames >= 3
    assert opened(left) == (3, "")
    assert opened(left) == (3, "")


def test_frames_of_a_transaction_without_its_end_are_no_damage(left: Path) -> None:
    data = bytearray(log_of(left).read_bytes())
    last = end_of(data) - PAGE
    data[last + 4 : last + 8] = bytes(4)  # "how large the database is after the commit": none
    log_of(left).write_bytes(data)
    jobs, notice = opened(left)
    assert (jobs, notice) == (2, "")


def flipped_header(data: bytearray) -> None:
    data[9] ^= 1


def flipped_first_frame(data: bytearray) -> None:
    data[HEADER + 100] ^= 1


def flipped_last_frame(data: bytearray) -> None:
    data[end_of(data) - 1] ^= 1


def cut_in_the_last_frame(data: bytearray) -> None:
    del data[end_of(data) - 100 :]


@pytest.mark.parametrize(
    "damage", [flipped_header, flipped_first_frame, flipped_last_frame, cut_in_the_last_frame]
)
def test_a_log_that_is_damaged_is_said_to_be(
    left: Path, damage: Callable[[bytearray], None]
) -> None:
    data = bytearray(log_of(left).read_bytes())
    damage(data)
    log_of(left).write_bytes(data)
    jobs, notice = opened(left)
    assert jobs < 3
    assert "damaged" in notice
    assert opened(left) == (jobs, "")


def test_what_was_folded_survives_without_the_log(left: Path) -> None:
    db, _ = open_checked(left, alone)
    fold(db)
    alone_file = left.with_name("alone")
    shutil.copy(left, alone_file)
    db.close()
    copy = sqlite3.connect(alone_file)
    assert copy.execute("SELECT count(*) FROM jobs").fetchone() == (3,)
    copy.close()


def test_a_log_that_is_not_there_or_empty_is_none(tmp_path: Path) -> None:
    assert look_at_wal(tmp_path / "none") is None
    (tmp_path / "empty").touch()
    assert look_at_wal(tmp_path / "empty") is None


@pytest.mark.parametrize("column", ["request", "state"])
def test_a_job_with_flipped_bits_is_not_dropped_silently(left: Path, column: str) -> None:
    db, _ = open_checked(left, alone)
    garbled = sqlite3.Binary(b"{\xce\xa0\xff")
    db.execute(f"UPDATE jobs SET {column} = CAST(? AS TEXT) WHERE id = 2", (garbled,))
    db.close()
    jobs, notice = opened(left)
    assert jobs == 2
    assert "2 jobs could be read" in notice


def test_a_schema_with_another_name_in_it_is_damage(left: Path) -> None:
    db, _ = open_checked(left, alone)
    db.close()
    data = left.read_bytes()
    assert b"is_expanding" in data
    left.write_bytes(data.replace(b"is_expanding", b"is_expandiog", 1))
    _, notice = opened(left)
    assert "damaged" in notice


def test_a_schema_that_is_no_text_is_damage(left: Path) -> None:
    db, _ = open_checked(left, alone)
    db.close()
    data = left.read_bytes()
    left.write_bytes(data.replace(b"CREATE TABLE jobs", b"CR\xce\xffTE TABLE jobs"))
    _, notice = opened(left)
    assert "damaged" in notice
