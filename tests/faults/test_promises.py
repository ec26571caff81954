"""Each promise at a small count; `./run soak` tries as often as the promise says."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.service.emulator import Emulator
from tests.faults.promises import TASKS, Task
from tests.faults.trial import perform

IN_EVERY_RUN = [task for task in TASKS if task.few]


@pytest.mark.parametrize("task", IN_EVERY_RUN, ids=lambda task: f"{task.promises}-{task.name}")
def test_is_kept_whatever_happens(azurite: Emulator, tmp_path: Path, task: Task) -> None:
    for number in range(task.few):
        trial = perform(task.run, azurite, tmp_path, f"{task.name} {number}", many=task.many_few)
        assert trial.violations == [], f"trial {number}"
