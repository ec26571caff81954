"""What is printed is safe on a terminal, on one line, and says what to do."""

from __future__ import annotations

import io
import json

import pytest

from explorer.base.errors import InputError, NotFoundError
from explorer.base.shown import shown
from explorer.base.units import iso_time
from explorer.cli.output import (
    Output,
    cut,
    error_line,
    failure_line,
    plain,
    width_of,
)
from explorer.transfer.model import ConflictPolicy, Failure, Side


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("plain ünïcode 名前.txt", "plain ünïcode 名前.txt"),
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("line\nbreak\ttab", "line\\x0abreak\\x09tab"),
        ("txt.\u202eexe", "txt.\\u202eexe"),
        ("\u200fx\u2066y\u2069", "\\u200fx\\u2066y\\u2069"),
        ("c1\x9b31m", "c1\\x9b31m"),
        ("half \udcff", "half \\udcff"),
    ],
)
def test_nothing_in_a_name_reaches_the_terminal_as_a_command(name: str, safe: str) -> None:
    assert shown(name) == safe
    terminal = Terminal()
    Output(terminal, io.StringIO()).result(name)
    assert terminal.getvalue() == f"{safe}\n"


def test_a_pipe_gets_names_as_they_are() -> None:
    pipe = io.StringIO()
    Output(pipe, io.StringIO()).result("a\x1bb")
    assert pipe.getvalue() == "a\x1bb\n"


def test_an_error_says_what_happened_what_to_do_and_how_to_refer_to_it() -> None:
    error = NotFoundError(
        "There is no x.", cure="Look again.", code="BlobNotFound", request_id="5-e"
    )
    assert error_line("ls", error) == ("ls: There is no x. Look again. (BlobNotFound, request 5-e)")
    assert error_line("ls", InputError("no dot", cure="Do.")) == "ls: no dot. Do."


def test_what_the_message_says_already_is_not_said_twice() -> None:
    error = NotFoundError(
        "Gone (404 BlobNotFound, request 5-e).", code="BlobNotFound", request_id="r"
    )
    assert error_line("ls", error) == "ls: Gone (404 BlobNotFound, request 5-e)."


def test_a_failed_file_reads_the_same() -> None:
    failure = Failure("Not found", "There is no x.", "Look again.", "BlobNotFound", "")
    assert failure_line("downloading x", failure) == (
        "downloading x: There is no x. Look again. (BlobNotFound)"
    )


def test_a_missing_container_is_mended_by_a_command() -> None:
    error = NotFoundError("No such.", code="ContainerNotFound", cure="Look.")
    failure = Failure("Not found", "No such.", "Look.", "FilesystemNotFound", "")
    cure = "`quayside ls` shows which there are; `quayside mkdir CONTAINER` makes one."
    assert error_line("ls", error) == f"ls: No such. {cure} (ContainerNotFound)"
    assert failure_line("downloading", failure) == (
        f"downloading: No such. {cure} (FilesystemNotFound)"
    )


def test_an_error_shows_no_secret() -> None:
    err = io.StringIO()
    Output(io.StringIO(), err).error("ls: https://a/?sv=1&sig=abcdefghijklmnop said no")
    assert "abcdefghijklmnop" not in err.getvalue()
    assert err.getvalue().startswith("quayside: ls: ")


def test_wide_letters_take_two_columns() -> None:
    assert width_of("名前") == 4
    assert width_of("u\u0308") == 1
    assert cut("名前.txt", 6) == "名前.…"
    assert cut("short", 5) == "short"


def test_json_is_one_line_whatever_is_in_it() -> None:
    out = io.StringIO()
    Output(out, io.StringIO()).data({"name": "a\nb", "side": Side(1, 2.0, b"\xff")})
    assert out.getvalue().count("\n") == 1
    assert json.loads(out.getvalue()) == {
        "name": "a\nb",
        "side": {"size_bytes": 1, "modified_s": 2.0, "md5": "ff"},
    }
    assert plain(ConflictPolicy.SKIP) == "skip"


def test_an_unknown_time_is_empty() -> None:
    assert iso_time(0) == ""
    assert iso_time(1_777_622_400) == "2026-05-01T08:00:00Z"


def test_whole_lines_keep_their_ends_and_command_no_terminal() -> None:
    plain, terminal = io.StringIO(), Terminal()
    for target in (plain, terminal):
        Output(target, io.StringIO()).whole_lines("a\x1b[2J\u2028\nb\n")
    assert plain.getvalue() == "a\x1b[2J\u2028\nb\n"
    assert terminal.getvalue() == "a\\x1b[2J\\u2028\nb\n"


def test_many_lines_are_what_each_alone_would_be() -> None:
    texts = ["plain", "äß\u202e", ""]
    one, all_ = io.StringIO(), io.StringIO()
    for text in texts:
        Output(one).result(text)
    Output(all_).lines(texts)
    Output(all_).lines([])
    assert all_.getvalue() == one.getvalue()
