"""Transfers under faults and kills, as often as the promises say, and a table of it.

    ./run soak [--seed N] [--minutes M] [--only P1,P10] [--share 0.1] [--size-mib 64]

Ends with 1 where a promise was broken. What is in the table can be had again: the seed of
a trial is `SEED NAME NUMBER`, and `--only NAME --number N` runs one of them alone.
"""

from __future__ import annotations

import argparse
import logging
import math
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from explorer.service.emulator import Emulator
from tests.faults.promises import TASKS, Task
from tests.faults.trial import perform

TURNS = 20


@dataclass
class Row:
    """What came of one kind of trial."""

    task: Task
    wanted: int
    done: int = 0
    violations: int = 0
    seconds: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)

    def text(self) -> str:
        counts = ", ".join(
            f"{count:,} {what}" for what, count in sorted(self.counts.items()) if what != "events"
        )
        return (
            f"| {self.task.promises} | {self.task.name} | {self.done:,} of {self.wanted:,} | "
            f"{counts} | {self.violations} | {self.seconds:.0f} |"
        )


def options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run soak", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after so long")
    parser.add_argument("--only", default="", help="promises or names of trials, with commas")
    parser.add_argument("--number", type=int, help="this trial alone")
    parser.add_argument("--share", type=float, default=1.0, help="of the full counts")
    parser.add_argument("--size-mib", type=int, default=0, help="instead of 1 GiB files")
    return parser.parse_args(words)


def chosen(only: str) -> list[Task]:
    wanted = {word.strip() for word in only.split(",") if word.strip()}
    if not wanted:
        return list(TASKS)
    found = [t for t in TASKS if wanted & {t.name, *t.promises.split()}]
    if not found:
        raise SystemExit(f"no trial of that name: {only}")
    return found


def soak(asked: argparse.Namespace, emulator: Emulator, folder: Path) -> list[Row]:
    """Every kind in turns, a few at a time, so that a soak that is cut short has tried all."""
    until = time.monotonic() + asked.minutes * 60
    rows = [Row(task, max(1, round(task.full * asked.share))) for task in chosen(asked.only)]
    if asked.number is not None:
        for row in rows:
            row.wanted = 1
            attempt(asked, row, asked.number, emulator, folder)
        return rows
    for turn in range(1, TURNS + 1):
        for row in rows:
            goal = math.ceil(row.wanted * turn / TURNS)
            while row.done < goal:
                if time.monotonic() > until:
                    return rows
                attempt(asked, row, row.done, emulator, folder)
        broken = sum(row.violations for row in rows)
        print(f"{turn} of {TURNS} parts, {broken} violations", file=sys.stderr, flush=True)
    return rows


def attempt(
    asked: argparse.Namespace, row: Row, number: int, emulator: Emulator, folder: Path
) -> None:
    task = row.task
    seed = f"{asked.seed} {task.name} {number}"
    size_bytes = task.size_bytes
    if asked.size_mib:
        size_bytes = min(size_bytes, asked.size_mib * 1024**2)
    began = time.monotonic()
    try:
        trial = perform(
            task.run, emulator, folder, seed, size_bytes=size_bytes, many=task.many_full
        )
        found = trial.violations
        longest = max(row.counts["longest ms"], trial.counts.pop("longest ms", 0))
        row.counts += trial.counts
        if longest:
            row.counts["longest ms"] = longest
    except Exception:
        found = [traceback.format_exc()]
    row.seconds += time.monotonic() - began
    row.done += 1
    if found:
        row.violations += 1
        print(f"VIOLATION seed '{seed}':", *found[:3], sep="\n    ", flush=True)


def main() -> int:
    asked = options(sys.argv[1:])
    logging.disable(logging.ERROR)  # the faults are meant
    with (
        tempfile.TemporaryDirectory(prefix="quayside-soak-") as name,
        Emulator(log=Path(name) / "emulator.log", folder=Path(name) / "emulator") as emulator,
    ):
        rows = soak(asked, emulator, Path(name))
    print(f"\nseed {asked.seed}\n")
    print("| promise | trial | trials | counts | violations | s |\n|---|---|---|---|---|---|")
    print(*(row.text() for row in rows), sep="\n")
    events = sum(row.counts["events"] for row in rows)
    print(f"| P20 | every event of every trial | | {events:,} events | as above | |")
    return int(any(row.violations for row in rows))


if __name__ == "__main__":
    sys.exit(main())
