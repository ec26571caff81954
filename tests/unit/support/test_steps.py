"""The gates' runner: a test that fails gets a second run alone, one that fails twice fails."""

from pathlib import Path

import pytest

from tests.steps import PYTHON, Step, call, pytest_step, run

ONCE = """
from pathlib import Path

def test_good():
    pass

def test_that_needs_quiet():
    seen = Path(__file__).with_name("seen")
    was = seen.exists()
    seen.touch()
    assert was
"""


def written(folder: Path, text: str) -> Step:
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_it.py").write_text(text)
    return pytest_step("it", "test_it.py", workers=0)


def test_a_test_that_passes_when_it_runs_alone_is_named_unsteady(tmp_path: Path) -> None:
    assert run(written(tmp_path, ONCE), tmp_path) == "unsteady"


def test_a_test_that_fails_twice_fails_the_step(tmp_path: Path) -> None:
    assert run(written(tmp_path, ONCE + "\ndef test_bad():\n    assert 0\n"), tmp_path) == "FAILED"


@pytest.mark.parametrize("text", ["import nothing_of_this_name\n", "def test_bad(:\n"])
def test_what_cannot_be_collected_is_not_tried_again(tmp_path: Path, text: str) -> None:
    step = written(tmp_path, text)
    assert run(Step(step.name, step.command, (PYTHON, "-c", "")), tmp_path) == "FAILED"


def test_a_gate_has_no_second_run(tmp_path: Path) -> None:
    assert run(Step("gate", (PYTHON, "-c", "raise SystemExit(1)")), tmp_path) == "FAILED"
    assert call((PYTHON, "-c", "raise SystemExit(3)"), tmp_path) == 3
