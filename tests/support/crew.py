"""Crews for tests: a process with threads cannot fork one, and starts programs instead."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Final

from explorer.transfer.crew import Crew, Process
from explorer.transfer.crew_process import serve

_ROOT: Final = Path(__file__).resolve().parents[2]


def spawned_crew(size: int = 1) -> Crew:
    """Processes that do what forked ones do."""
    return Crew([_spawned() for _ in range(size)])


def _spawned() -> Process:
    ours, theirs = socket.socketpair()
    handle = theirs.fileno()
    command = [sys.executable, "-m", "tests.support.crew", str(handle)]
    with theirs:
        pid = os.posix_spawn(
            sys.executable,
            command,
            {**os.environ, "PYTHONPATH": str(_ROOT)},
            file_actions=[(os.POSIX_SPAWN_DUP2, handle, handle)],
        )
    return Process(ours, pid)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
