"""On a terminal: questions are asked, progress is drawn, names cannot draw."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.integration.cli.conftest import Quayside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from azure.storage.blob import ContainerClient

from contextlib import contextmanager


class Terminal:
    """The far side of a pseudo-terminal with the command on it."""

    def __init__(self, process: subprocess.Popen[bytes], end: int) -> None:
        self.process = process
        self._end = end
        self.seen = ""

    def read_until(self, pattern: str) -> str:
        """Everything seen, as soon as `pattern` is in it."""
        deadline = time.monotonic() + 60
        while not re.search(pattern, self.seen):
            assert time.monotonic() < deadline, self.seen
            if not select.select([self._end], [], [], 0.1)[0]:
                continue
            try:
                data = os.read(self._end, 65536)
            except OSError:  # the other side is closed
                data = b""
            assert data, self.seen
            self.seen += data.decode("utf-8", "replace")
        return self.seen

    def answer(self, text: str) -> None:
        self.seen = ""
        os.write(self._end, f"{text}\n".encode())

    def end(self) -> int:
        """Read the rest and give the exit code."""
        deadline = time.monotonic() + 60
        while True:
            assert time.monotonic() < deadline, self.seen
            if not select.select([self._end], [], [], 0.1)[0]:
                continue
            try:
                data = os.read(self._end, 65536)
            except OSError:  # the other side is closed
                break
            if not data:
                break
            self.seen += data.decode("utf-8", "replace")
        return self.process.wait(60)


@contextmanager
def terminal(quayside: Quayside, *words: str) -> Iterator[Terminal]:
    end, other = pty.openpty()
    process = subprocess.Popen(
        quayside.command(*words),
        preexec_fn=lambda: os.login_tty(other),  # its own session, or Ctrl-C is only a letter
        env={**quayside.variables(), "COLUMNS": "100"},
    )
    os.close(other)
    try:
        yield Terminal(process, end)
    finally:
        process.kill()
        process.wait()
        os.close(end)


def two_files(tmp_path: Path, container: ContainerClient) -> Path:
    root = tmp_path / "out"
    root.mkdir()
    for name in ("a.txt", "b.txt", "c.txt"):
        (root / name).write_text(f"new {name}")
        container.upload_blob(name, b"old")
    return root


def contents(container: ContainerClient) -> dict[str, bytes]:
    return {
        blob.name: container.download_blob(blob.name).readall() for blob in container.list_blobs()
    }


def test_each_conflict_is_asked_until_an_answer_is_for_all(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    root = two_files(tmp_path, container)
    with terminal(quayside, "upload", str(root), str(container.container_name)) as screen:
        asked = screen.read_until(r"exists.*\r\n.*\[q\]uit: ")
        first = asked.partition(" exists")[0]
        screen.answer("x")
        screen.read_until(r"\[q\]uit: ")
        screen.answer("o")
        screen.read_until(r"exists.*Z\r\n.*\[q\]uit: ")
        screen.answer("S")
        assert screen.end() == 0, screen.seen
        assert "2 skipped" in screen.seen
    assert contents(container) == {
        name: f"new {name}".encode() if name == first else b"old"
        for name in ("a.txt", "b.txt", "c.txt")
    }


def test_quitting_at_the_question_changes_nothing(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    root = two_files(tmp_path, container)
    for answer in ("q", "\x03", "\x04"):
        with terminal(quayside, "upload", str(root), str(container.container_name)) as screen:
            screen.read_until(r"\[q\]uit: ")
            screen.answer(answer)
            assert screen.end() == 130, screen.seen
    assert set(contents(container).values()) == {b"old"}
    assert quayside.ok("jobs") == ""


def test_a_deletion_is_confirmed_with_its_count(
    quayside: Quayside, container: ContainerClient
) -> None:
    container.upload_blob("d/1", b"1")
    container.upload_blob("d/2", b"22")
    name = f"{container.container_name}/d"
    for answer, left in (("", 2), ("n", 2), ("y", 0)):
        with terminal(quayside, "rm", name, "-r") as screen:
            assert "2 blobs (3 B)" in screen.read_until(r"\[y/N\] ")
            screen.answer(answer)
            assert screen.end() == 0
        assert len(contents(container)) == left


def test_progress_is_a_bar_that_ends_clean(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    path = tmp_path / "f.bin"
    path.write_bytes(os.urandom(8 << 20))
    words = ("--limit", "4M", "--block-size", "1M")
    with terminal(quayside, "upload", str(path), str(container.container_name), *words) as screen:
        screen.read_until("█.* %.*MiB of 8 MiB")
        assert screen.end() == 0
        assert screen.seen.endswith(" 0 failed.\r\n")
        assert "\r\x1b[KUploaded 1 file, 8 MiB" in screen.seen


def test_a_name_cannot_draw_on_the_terminal(quayside: Quayside, container: ContainerClient) -> None:
    container.upload_blob("txt.\u202eexe", b"")
    with terminal(quayside, "ls", str(container.container_name)) as screen:
        assert screen.end() == 0
        assert "txt.\\u202eexe" in screen.seen
        assert "\u202e" not in screen.seen


def test_no_command_sends_what_is_in_a_name(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    """Only the progress line is wiped: by an escape sequence of our own."""
    name = "a\x1b[2J\x1b]0;title\x07\u202etxt\nquayside: all is well"
    box = str(container.container_name)
    local = tmp_path / "in"
    local.mkdir()
    (local / name).write_bytes(b"x")
    (local / "b\u202e").write_bytes(b"y")
    (tmp_path / "list\x1b[2J").mkdir()
    commands: list[tuple[Any, ...]] = [
        (1, "upload", str(local), f"{box}/d"),
        (0, "jobs"),
        (0, "jobs", "1"),
        (0, "jobs", "1", "--json"),
        (0, "url", f"{box}/d/{name}"),
        (0, "url", f"{box}/d/{name}", "--as", "az"),
        (0, "url", f"{box}/d/{name}", "--as", "path"),
        (0, "ls", f"{box}/d/"),
        (0, "ls", f"{box}/d/", "--json"),
        (0, "ls", f"{box}/d/", "--csv"),
        (0, "du", f"{box}/d/"),
        (0, "stat", f"{box}/d/b\u202e"),
        (0, "download", f"{box}/d/b\u202e", str(tmp_path / "list\x1b[2J")),
        (None, "jobs", "2"),
        (None, "stat", f"{box}/none/{name}"),
        (None, "download", f"{box}/none/{name}", str(tmp_path)),
        (None, "rm", f"{box}/none/{name}", "--yes"),
        (None, "upload", str(local / f"none{name}"), box),
        (None, "cat", f"{box}/none/{name}"),
        (None, "jobs", name),
        (None, "connect", "remove", name),
        (None, "ls", "--connection", name),
    ]
    for exits, *words in commands:
        with terminal(quayside, *words) as screen:
            code = screen.end()
            assert exits in (None, code), (words, screen.seen)
            said = re.sub("\r[^\r\x1b]*\x1b\\[K", "", screen.seen)
            assert said, words
            assert not re.search("[\x1b\x07\u202e]", said), (words, said)
            assert "\r\nquayside: all is well" not in said, (words, said)


def test_a_snippet_of_several_lines_is_printed_as_such(
    quayside: Quayside, container: ContainerClient
) -> None:
    target = f"{container.container_name}/hello.txt"
    with terminal(quayside, "url", target, "--as", "python") as screen:
        assert screen.end() == 0
        assert "import BlobClient\r\n" in screen.seen
        assert "\\x0a" not in screen.seen
