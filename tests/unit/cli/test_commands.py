"""The pure parts of the commands: words, ranges, orders, names."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from explorer.base.errors import (
    CredentialExpiredError,
    InputError,
    LocalError,
    LocalNotFoundError,
    NetworkError,
    NotAuthorizedError,
    NotFoundError,
    QuaysideError,
)
from explorer.cli.ask import describe, read_policy
from explorer.cli.commands.cat import parse_range
from explorer.cli.commands.connect import parse_words
from explorer.cli.commands.download import local_target
from explorer.cli.commands.ls import Row, Wanted, in_order, json_line
from explorer.cli.commands.upload import may_be_many, sources_and_target, upload_sources
from explorer.cli.exits import Exit, exit_code
from explorer.cli.main import main
from explorer.cli.options import absolute
from explorer.storage.model import Blob, BlobType
from explorer.transfer.model import Conflict, ConflictPolicy, Side, UploadSource


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0-99", (0, 99)), ("5-", (5, None)), ("-7", (None, 7)), ("0-0", (0, 0))],
)
def test_ranges_are_read_as_http_writes_them(
    text: str, expected: tuple[int | None, int | None]
) -> None:
    assert parse_range(text) == expected


@pytest.mark.parametrize("text", ["", "-", "a-b", "9-1", "1", "1-2-3"])
def test_a_range_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_range(text)


def test_upload_has_two_forms() -> None:
    assert sources_and_target(["out", "training"], "") == (["out"], "training", "")
    assert sources_and_target(["out", "training", "runs/7"], "") == (["out"], "training", "runs/7")
    assert sources_and_target(["a", "b"], "c/d") == (["a", "b"], "c/d", "")
    with pytest.raises(InputError):
        sources_and_target(["out"], "")
    with pytest.raises(InputError):
        sources_and_target(["a", "b", "c", "d"], "")


def test_one_folder_gives_its_contents_and_several_keep_their_names(tmp_path: Path) -> None:
    folder, file = tmp_path / "out", tmp_path / "f.txt"
    folder.mkdir()
    file.touch()
    assert upload_sources([folder]) == (UploadSource(str(folder), ""),)
    assert upload_sources([file]) == (UploadSource(str(file), "f.txt"),)
    assert [one.name for one in upload_sources([folder, file])] == ["out", "f.txt"]


def test_only_where_many_files_may_move_there_are_further_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, file = tmp_path / "out", tmp_path / "f.txt"
    folder.mkdir()
    file.touch()
    assert may_be_many(upload_sources([folder]), is_archive=False)
    assert may_be_many(upload_sources([folder, file]), is_archive=False)
    assert not may_be_many(upload_sources([file]), is_archive=False)
    assert not may_be_many(upload_sources([folder], is_archive=True), is_archive=True)
    monkeypatch.setattr("explorer.transfer.crew.fork_crew", lambda: pytest.fail("forked"))
    assert main(["jobs", "--data-dir", str(tmp_path / "data")]) == 0


def test_sources_that_are_missing_or_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LocalNotFoundError, match="nothing"):
        upload_sources([tmp_path / "nothing"])
    with pytest.raises(LocalError, match="too long"):
        upload_sources([tmp_path / ("n" * 300)])
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same").touch()
    with pytest.raises(InputError, match="same"):
        upload_sources([tmp_path / "a" / "same", tmp_path / "b" / "same"])


def test_a_tilde_is_home_only_as_the_shell_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")
    assert absolute("~/x") == Path("/home/me/x")
    assert absolute("~") == Path("/home/me")
    assert absolute("~backup") == tmp_path / "~backup"
    assert absolute("a/~") == tmp_path / "a" / "~"


def test_a_folder_of_a_hostile_name_stays_below_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("..", "a\x1bb"):
        folder, _ = local_target("", name, is_blob=False)
        assert folder.parent == tmp_path
        assert folder.name.isprintable()
        assert folder.name != ".."
        assert local_target("", name, is_blob=True) == (tmp_path, name)
    with pytest.raises(LocalError, match="too long"):
        local_target("n" * 300, "7", is_blob=False)


def test_a_blob_goes_to_a_file_or_into_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    assert local_target("", "x.bin", is_blob=True) == (tmp_path, "x.bin")
    assert local_target("new.bin", "x.bin", is_blob=True) == (tmp_path, "new.bin")
    assert local_target("there", "x.bin", is_blob=True) == (tmp_path / "there", "x.bin")
    assert local_target(f"new{os.sep}", "x.bin", is_blob=True) == (tmp_path / "new", "x.bin")


def test_a_folder_goes_to_a_folder_and_never_over_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    assert local_target("", "7", is_blob=False) == (tmp_path / "7", "")
    assert local_target("out", "7", is_blob=False) == (tmp_path / "out", "")
    with pytest.raises(LocalError, match="is a file"):
        local_target("file", "7", is_blob=False)


def test_rows_are_sorted_with_folders_in_front() -> None:
    rows = [
        Row("blob", "b", "b", 5, 30), Row("folder", "z/", "z/"), Row("blob", "a", "a", 9, 10),
        Row("blob", "c", "c", 7, 20),
    ]  # fmt: skip
    assert [row.label for row in in_order(list(rows), "name")] == ["z/", "a", "b", "c"]
    assert [row.label for row in in_order(list(rows), "size")] == ["z/", "a", "c", "b"]
    assert [row.label for row in in_order(list(rows), "modified")] == ["z/", "b", "c", "a"]


def test_filters_leave_out_what_they_should() -> None:
    blob, folder = Row("blob", "d/x.log", "x.log", 100, 1000), Row("folder", "d/e/", "e/")
    assert Wanted(match="*.log").holds(blob)
    assert not Wanted(match="*.txt").holds(blob)
    assert Wanted(match="e").holds(folder)
    assert Wanted(larger_bytes=100).holds(blob)
    assert not Wanted(larger_bytes=101).holds(blob)
    assert not Wanted(newer_s=1001).holds(blob)
    assert not Wanted(newer_s=1).holds(folder)
    assert Wanted().holds(folder)


def test_the_words_of_connect() -> None:
    assert parse_words([]) == ("save", "")
    assert parse_words(["work"]) == ("save", "work")
    assert parse_words(["save", "list"]) == ("save", "list")
    assert parse_words(["list"]) == ("list", "")
    assert parse_words(["remove", "work"]) == ("remove", "work")
    for wrong in (["remove"], ["show"], ["list", "x"], ["a", "b"]):
        with pytest.raises(InputError):
            parse_words(wrong)


def test_a_capital_answer_is_for_all() -> None:
    assert read_policy("s") == (ConflictPolicy.SKIP, False)
    assert read_policy("O") == (ConflictPolicy.OVERWRITE, True)
    assert read_policy("x")[0] is None
    assert read_policy("")[0] is None
    assert read_policy("overwrite")[0] is None


def test_a_conflict_shows_both_sides() -> None:
    text = describe(Conflict("a/b", Side(10, 0), Side(20, 1_777_622_400)))
    assert "a/b exists (20 B, 2026-05-01T08:00:00Z)" in text
    assert "10 B" in text


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("x"), Exit.USAGE), (NotAuthorizedError("x"), Exit.NOT_AUTHORISED),
        (CredentialExpiredError("x"), Exit.NOT_AUTHORISED), (NotFoundError("x"), Exit.NOT_FOUND),
        (NetworkError("x"), Exit.SOME_FAILED), (LocalError("x"), Exit.SOME_FAILED),
    ],
)  # fmt: skip
def test_exit_codes(error: QuaysideError, code: Exit) -> None:
    assert exit_code(error) == code


def test_a_listed_blob_is_said_as_the_encoder_would() -> None:
    name = 'a"b\\c\u2028\n\udc80ä'
    blob = Blob(
        name, 7, 1_777_622_400, '"0x1"', 'text/"x"', b"\1" * 16, BlobType.APPEND, "Hot", "leased",
        0, {"k": 'v"\n'}, False,
    )  # fmt: skip
    line = json_line(Row("blob", name, name, 7, 1_777_622_400, dict, blob))
    assert json.loads(line) == {
        "type": "blob",
        "name": name,
        "size": 7,
        "modified": "2026-05-01T08:00:00Z",
        "content_type": 'text/"x"',
        "etag": '"0x1"',
        "md5": "01" * 16,
        "blob_type": "AppendBlob",
        "tier": "Hot",
        "created": "",
        "metadata": {"k": 'v"\n'},
    }
    assert line == json.JSONEncoder(ensure_ascii=False).encode(json.loads(line))
    bare = blob._replace(last_modified_s=0, content_md5=None, metadata=None)
    told = json.loads(json_line(Row("blob", name, name, 7, 0, dict, bare)))
    assert "modified" not in told
    assert (told["md5"], told["metadata"]) == ("", {})
