"""A command that ends leaves nothing unsaid, however quickly it goes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

BUFFERED = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
MAIN = "import sys; sys.argv[0] = 'quayside'; from explorer.__main__ import main; main()"


def ended(
    *words: str, before: str = "", python: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *python, "-c", f"{before}\n{MAIN}", *words],
        env=BUFFERED, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_its_exit_code_is_that_of_the_command() -> None:
    assert ended("--version").returncode == 0
    assert ended("lss").returncode == 2


def test_all_it_wrote_arrives() -> None:
    assert ended("--help").stdout.rstrip().endswith("upload out training runs/7")


def test_threads_and_last_words_of_others_are_waited_for() -> None:
    before = (
        "import atexit, threading\n"
        "go = threading.Event()\n"
        "def late():\n"
        "    go.wait(60)\n"
        "    print('thread')\n"
        "threading.Thread(target=late).start()\n"
        "import explorer.cli.main as cli\n"
        "def run(words, real=cli.main):\n"
        "    atexit.register(print, 'last')\n"
        "    code = real(words)\n"
        "    threading.Timer(0.05, go.set).start()\n"
        "    return code\n"
        "cli.main = run\n"
    )
    lines = ended("--version", before=before).stdout.splitlines()
    assert lines[1:] == ["thread", "last"]


def test_python_takes_itself_apart_only_where_warnings_are_wanted() -> None:
    # What a module holds is let go only then.
    before = (
        "class Held:\n"
        "    def __del__(self, write=__import__('os').write):\n"
        "        write(1, b'let go')\n"
        "held = Held()\n"
    )
    assert "let go" not in ended("--version", before=before).stdout
    assert "let go" in ended("--version", before=before, python=("-W", "error")).stdout


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe there breaks otherwise")
def test_where_nobody_reads_it_ends_as_python_does() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as nobody:
        done = subprocess.run(
            [sys.executable, "-c", MAIN, "--version"],
            env=BUFFERED, stdout=nobody, stderr=subprocess.PIPE, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 120
    assert b"BrokenPipeError" in done.stderr
