"""The gates and the tests in order, each step a process: `python -m tests.steps check|test`.

Every step runs, whatever an earlier one said, so that one start tells everything. Tests that
failed get one more run by themselves, for a machine that was busy; the summary names their step
unsteady then, since a test that needs quiet is a fault to be mended, though not of the change.
A SIGTERM or a Ctrl-C ends the step that runs and then this.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

HERE = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
TESTS_FAILED = 1
"""pytest's exit code where tests failed, and nothing else was wrong."""


@dataclass(frozen=True, slots=True)
class Step:
    """One process; `name` is what the summary calls it. `again` runs what failed once more."""

    name: str
    command: tuple[str, ...]
    again: tuple[str, ...] = ()


CHECKS = (
    Step("lint", (PYTHON, "-m", "ruff", "check", ".")),
    Step("format", (PYTHON, "-m", "ruff", "format", "--check", ".")),
    Step("types", (PYTHON, "-m", "mypy")),
    Step(
        "layers",
        (PYTHON, "-c", "from importlinter.cli import lint_imports_command as m; m()", "--no-cache"),
    ),
)


SHORT = ("-m", "not long")
"""Others of the same kind are run each time; these by `./run test -m long`."""
# Each folder of tests and how many processes share it; integration tests mostly wait. 0: real
# windows, clocks and crashes want the machine for themselves.
WORKERS = {"unit": 2, "conformance": 2, "integration": 4, "gui": 2, "faults": 0, "e2e": 0}


def test_steps() -> list[Step]:
    """One process for each folder that holds tests, the quick ones first."""
    return [
        pytest_step(folder, f"tests/{folder}", *SHORT, workers=workers)
        for folder, workers in WORKERS.items()
        if any((HERE / "tests" / folder).rglob("test_*.py"))
    ]


def pytest_step(name: str, *what: str, workers: int) -> Step:
    """Tests in so many processes (0: in one); those that fail once more, in one process."""
    command = (PYTHON, "-m", "pytest", *what)
    alone = ("--last-failed", "--last-failed-no-failures=none")
    return Step(name, (*command, f"--numprocesses={workers}"), (*command, *alone))


class Terminated(BaseException):
    """We were told to end."""


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


def run(step: Step, folder: Path = HERE) -> str:
    """Run one step to its end and return how it ended: ok, unsteady or FAILED."""
    code = call(step.command, folder)
    if code == 0:
        return "ok"
    if code == TESTS_FAILED and step.again:
        print(f"== {step.name}: what failed, once more and alone", flush=True)
        if call(step.again, folder) == 0:
            return "unsteady"
    return "FAILED"


def call(command: Sequence[str], folder: Path) -> int:
    """The exit code of a process, which never outlives this call."""
    with subprocess.Popen(command, cwd=folder) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()  # the terminal has told the step, too
            raise
        except Terminated:
            process.terminate()
            process.wait()
            raise


def main() -> int:
    signal.signal(signal.SIGTERM, _terminate)
    steps = list(CHECKS)
    if sys.argv[1:] == ["test"]:
        steps += test_steps()
    outcomes: list[str] = []
    failed = False
    for step in steps:
        print(f"== {step.name}", flush=True)
        begin = time.monotonic()
        outcome = run(step)
        failed = failed or outcome == "FAILED"
        took = time.monotonic() - begin
        outcomes.append(f"{outcome:<9}{step.name:<12} {took:6.1f} s")
    print("\n".join(["== summary", *outcomes]))
    return int(failed)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (KeyboardInterrupt, Terminated):
        sys.exit(130)
