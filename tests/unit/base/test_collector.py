"""The cycle collector of a command does not look at what the command loaded."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.base.collector import pass_over_what_is_loaded

RUN = "sys.argv = ['quayside', *{words}]; from explorer.__main__ import main; main()"


def said(words: list[str], first: str, data_dir: Path) -> list[str]:
    """What a command wrote that began with `first`."""
    done = subprocess.run(
        [sys.executable, "-c", f"import gc, os, sys\n{first}\n{RUN.format(words=words)}"],
        env={**os.environ, "QUAYSIDE_DATA_DIR": str(data_dir)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.stdout.split()


def test_a_command_looks_at_nothing_that_it_loaded(tmp_path: Path) -> None:
    first = (
        "import explorer.cli.main as cli\n"
        "def run(words, real=cli.main):\n"
        "    code = real(words)\n"
        "    print(len(gc.get_objects()) < gc.get_freeze_count() // 10)\n"
        "    return code\n"
        "cli.main = run"
    )
    assert said(["jobs", "--quiet"], first, tmp_path)[-1] == "True"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no crew")
def test_nor_does_a_process_of_the_crew(tmp_path: Path) -> None:
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("a single processor has no crew")
    first = (
        "os.register_at_fork(after_in_child=lambda: os.write(1, b'%d ' % gc.get_freeze_count()))"
    )
    [frozen] = said(["download", "az://nowhere", str(tmp_path)], first, tmp_path)
    assert int(frozen) > 20_000


def test_in_a_process_of_others_nothing_is_changed() -> None:
    before = gc.get_freeze_count()
    pass_over_what_is_loaded()
    assert gc.get_freeze_count() == before
