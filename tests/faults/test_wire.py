"""What goes wrong on the wire is noticed, ridden out, and never ends as wrong bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.service.emulator import Emulator
from tests.faults import wire_trials
from tests.faults.trial import perform


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("lost_reply_to_a_commit", 8),
        ("corruption", 24),
        ("reset_inside_ranges", 2),
        ("stall", 6),
        ("throttling", 3),
    ],
)
def test_what_happens_on_the_wire(azurite: Emulator, tmp_path: Path, name: str, count: int) -> None:
    for number in range(count):
        trial = perform(getattr(wire_trials, name), azurite, tmp_path, f"{name} {number}")
        assert trial.violations == [], number
