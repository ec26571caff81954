"""Many threads share a few arenas of the C library."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

PROGRAM = """
import re, sys, threading
from explorer.base import arenas
if sys.argv[1] == "few":
    arenas.keep_few()
all_there = threading.Barrier(41)
def work():
    kept = [bytearray(5_000) for _ in range(100)]
    all_there.wait()
    all_there.wait()
for _ in range(40):
    threading.Thread(target=work).start()
all_there.wait()
starts = [int(line.split("-")[0], 16) for line in open("/proc/self/maps") if len(line.split()) == 5]
print(sum(start % (64 << 20) == 0 for start in starts))
all_there.wait()
"""


def arenas(*words: str) -> int:
    """How many arenas there are beside the main one."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        env={key: text for key, text in os.environ.items() if key != "MALLOC_ARENA_MAX"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no arenas")
def test_threads_share_a_few_arenas() -> None:
    assert arenas("few") <= 2
    assert arenas("many") > 4
