"""The promises, the trials that could break each, and how many of them are enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.faults import (
    copy_trials,
    crew_trials,
    histories,
    kill_trials,
    lake_trials,
    place_trials,
    target_trials,
    wire_trials,
)
from tests.faults.trial import Trial

GIB: Final = 1024**3


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of trial. `few` are in every test run, `full` in a soak."""

    promises: str
    run: Callable[[Trial], None]
    few: int
    full: int
    many_few: int = 10
    """How many processes or names one trial has in a test run."""
    many_full: int = 10
    size_bytes: int = 0
    """How large a file is in a soak; 0: as in a test run."""

    @property
    def name(self) -> str:
        return self.run.__name__


TASKS: Final = (
    Task("P10", wire_trials.corruption, 30, 1_250),
    Task("P9", wire_trials.lost_reply_to_a_commit, 8, 100),
    Task("P11", wire_trials.reset_inside_ranges, 2, 60, size_bytes=24 * 1024**2),
    Task("P12", wire_trials.stall, 5, 100),
    Task("P13", wire_trials.throttling, 3, 60),
    Task("P13", wire_trials.throttled_for_a_minute, 0, 2),
    Task("P12", wire_trials.dead_end, 1, 10),
    Task("P3", target_trials.rewritten_remote, 6, 100),
    Task("P3", target_trials.rewritten_while_down, 3, 100),
    Task("P3", target_trials.rewritten_before_the_rename, 6, 20),
    Task("P4", target_trials.changed_source, 10, 200),
    Task("P5", target_trials.rival_blob, 10, 100),
    Task("P5", target_trials.rival_file, 5, 100),
    Task("P6", target_trials.failed_overwrite, 4, 100),
    Task("P7 P8", target_trials.foreign_blocks, 6, 100),
    Task("P1 P7 P15", kill_trials.killed_transfer, 2, 67, size_bytes=GIB),
    Task("P1 P5", crew_trials.killed_crew, 2, 100, many_few=150, many_full=600),
    Task("P15", kill_trials.damaged_journal, 25, 1_000),
    Task("P16", kill_trials.many_starts, 1, 2, many_few=6, many_full=100),
    Task("P21", kill_trials.many_small_files, 1, 1, many_few=1_500, many_full=100_000),
    Task("P2 P14", place_trials.broken_disk, 14, 300),
    Task("P14", place_trials.full_journal, 2, 50),
    Task("P17", place_trials.hostile_names, 1, 1, many_few=1_000, many_full=10_000),
    Task("P17", place_trials.hostile_download, 1, 5, many_few=60, many_full=1_000),
    Task("P18", place_trials.failed_page, 6, 100),
    Task("P22", place_trials.expired_sas, 2, 50),
    Task("P22", place_trials.wrong_clock, 2, 50),
    Task("P9 P10", copy_trials.harmed_move, 8, 200),
    Task("P5", copy_trials.meddled_move, 16, 400),
    Task("P5", lake_trials.rival_in_the_lake, 8, 200),
    Task("P6", lake_trials.failed_overwrite_in_the_lake, 2, 50),
    Task("P9", lake_trials.lost_reply_to_a_rename, 4, 100),
    Task("P1 P7", lake_trials.killed_upload_to_the_lake, 1, 40, size_bytes=GIB // 4),
    Task("all", histories.any_history, 1, 1, many_few=12, many_full=200),
)
