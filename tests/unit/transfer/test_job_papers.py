"""A job's files as a table, and the command that does the same."""

from __future__ import annotations

import csv
import io
import shlex

import pytest

from explorer.base.errors import InputError
from explorer.base.shown import shown
from explorer.transfer.job_papers import COLUMNS, command_of, log_head, log_lines
from explorer.transfer.model import (
    ConflictPolicy,
    CopyRequest,
    CopySource,
    Direction,
    DownloadRequest,
    DownloadSource,
    Failure,
    JobOptions,
    Links,
    RemotePlace,
    TransferSnapshot,
    UploadRequest,
    UploadSource,
)
from explorer.transfer.state import TransferState

PLACE = RemotePlace("c1", "https://a.example", "box", "runs/7/")


def words(*args: object, is_folder: bool = False) -> list[list[str]]:
    text = command_of(*args, is_folder=lambda _: is_folder)  # type: ignore[arg-type]
    return [shlex.split(line) for line in text.splitlines()]


def test_an_upload_becomes_a_command_for_each_source_with_its_options() -> None:
    options = JobOptions(
        ConflictPolicy.NEWER,
        include=("*.csv",),
        exclude=("a b",),
        links=Links.SKIP,
        limit_bytes_per_s=5,
        block_size_bytes=1 << 20,
        with_md5=False,
        use_ignore_files=True,
    )
    sources = (UploadSource("/d/it's $HOME", "it's $HOME"), UploadSource("/d/x", "x"))
    first, second = words(UploadRequest(sources, PLACE, options), "my own")
    assert first[:5] == ["quayside", "upload", "/d/it's $HOME", "--to", "box/runs/7/"]
    assert second[2] == "/d/x"
    assert first[5:] == [
        "--connection", "my own", "--on-conflict", "newer", "--include=*.csv", "--exclude=a b",
        "--ignore-files", "--limit", "5", "--block-size", "1048576", "--no-md5",
        "--preserve-mtime", "--skip-symlinks",
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "to"), [("", "box/runs/7/"), ("out", "box/runs/7/out")])
def test_a_folder_goes_where_it_went(name: str, to: str) -> None:
    request = UploadRequest((UploadSource("/d/out", name),), PLACE)
    assert words(request, "c", is_folder=True)[0][4] == to


def test_a_download_and_a_copy_name_both_ends() -> None:
    down = DownloadRequest((DownloadSource("a/b", False, "b", version_id="v"),), PLACE, "/dest")
    assert words(down, "c")[0][:6] == [
        "quayside", "download", "box/a/b", "/dest/b", "--version-id", "v",
    ]  # fmt: skip
    over = CopyRequest((CopySource("a/", True, "z"),), PLACE, PLACE, is_move=True)
    assert words(over, "c")[0][:4] == ["quayside", "move", "box/a/", "box/runs/7/z"]


def test_a_name_in_a_command_does_nothing_to_a_terminal() -> None:
    request = DownloadRequest(
        (DownloadSource("a\x1b[2J\nrm -rf x\n", False, "a"),), PLACE, "/tmp/out"
    )
    (line,) = command_of(request, "work").split("\n")
    assert "$'" in line
    assert shown(line) == line


def test_what_no_command_does_is_refused() -> None:
    with pytest.raises(InputError, match="another name"):
        words(UploadRequest((UploadSource("/d/a", "b"),), PLACE), "c")
    other = RemotePlace("c2", "https://b.example", "box", "")
    with pytest.raises(InputError, match="SAS"):
        words(CopyRequest((CopySource("a", False, "a"),), PLACE, other), "c")


def test_the_table_can_be_read_back_whatever_the_names() -> None:
    why = Failure("No", 'it said "no",\nloudly', "Ask.", "Code", "r1")
    file = TransferSnapshot(
        1, 2, Direction.UPLOAD, TransferState.FAILED, "/d/ä,b", 'x"\ny', 10, 3, 2, why, "n"
    )
    job = type("J", (), {"id": 2, "added_s": 0.0, "finished_s": None})()
    text = log_head() + log_lines(job, [file])
    head, row = list(csv.reader(io.StringIO(text, newline="")))
    told = dict(zip(head, row, strict=True))
    assert tuple(head) == COLUMNS
    assert (told["state"], told["blob"], told["local path"]) == ("failed", 'x"\ny', "/d/ä,b")
    assert told["reason"] == 'No: it said "no",\nloudly Ask.'
    assert (told["added"], told["finished"]) == ("1970-01-01T00:00:00+00:00", "")


def test_no_spreadsheet_takes_a_name_in_the_table_for_a_formula() -> None:
    file = TransferSnapshot(
        1, 2, Direction.DOWNLOAD, TransferState.DONE, "@a", '=HYPERLINK("x")', 1, 1, 1, None, "+1"
    )
    job = type("J", (), {"id": 2, "added_s": 0.0, "finished_s": None})()
    (row,) = csv.DictReader(io.StringIO(log_head() + log_lines(job, [file])))
    assert (row["local path"], row["blob"]) == ("'@a", '\'=HYPERLINK("x")')
    assert row["note"] == "'+1"
