"""One run of one command: its time from start to end, its CPU and its peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_LAUNCH = Path(__file__).with_name("launch.py")


@dataclass(frozen=True, slots=True)
class Measured:
    """CPU is user and system, of all threads and waited-for children."""

    code: int
    wall_s: float
    cpu_s: float
    peak_bytes: int
    load: float
    """The machine's load average when it started."""


def measure(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    folder: Path,
    output: Path,
    timeout_s: float = 600.0,
) -> Measured:
    """Run it in `folder`; what it prints goes to `output`. Linux and macOS."""
    report = folder / "measured.json"
    report.unlink(missing_ok=True)
    load = os.getloadavg()[0]
    with output.open("wb") as printed:
        subprocess.run(
            [sys.executable, "-I", "-S", _LAUNCH, report, str(timeout_s), *command],
            env=env,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            check=True,
        )
    return Measured(load=load, **json.loads(report.read_text()))
