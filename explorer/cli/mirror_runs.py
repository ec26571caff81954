"""What `mirror --runs` and `mirror --diff` print."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from explorer.base.paths import data_dir
from explorer.base.units import format_bytes
from explorer.cli.options import absolute
from explorer.cli.output import Output
from explorer.workflows.manifest import Change, Manifest, differences
from explorer.workflows.mirror_runs import find_run, runs

MARKS = {Change.ADDED: "+", Change.CHANGED: "~", Change.REMOVED: "-"}


def folder_of(args: argparse.Namespace) -> Path:
    """The data folder of a command that needs no service."""
    return absolute(args.data_dir) if args.data_dir else data_dir()


def show_runs(args: argparse.Namespace, out: Output) -> int:
    """A line for each, the newest first; the exit code."""
    is_empty = True
    for kept in runs(folder_of(args)):
        is_empty = False
        run = kept.run
        if out.is_json:
            out.data(
                {
                    "run": kept.id,
                    "from": run.source,
                    "to": run.target,
                    "started": run.started,
                    "finished": run.finished,
                    "manifest": str(kept.path),
                    **run.counts,
                }
            )
            continue
        count = run.counts.get
        failed = f", {count('failed')} failed" if count("failed") else ""
        out.result(
            f"{kept.id}  {count('files', 0):>9,} files  "
            f"{format_bytes(count('bytes', 0)):>10}  +{count('added', 0)} ~{count('updated', 0)} "
            f"-{count('deleted', 0)}{failed}  {run.source} -> {run.target}"
        )
    if is_empty:
        out.note("No run has left a manifest yet.")
    return 0


def show_difference(args: argparse.Namespace, out: Output) -> int:
    """A line for each file, then the sums; the exit code."""
    folder = folder_of(args)
    before, after = (find_run(folder, name) for name in args.diff)
    counts: Counter[Change] = Counter()
    with Manifest(before) as older, Manifest(after) as newer:
        for difference in differences(older.records(), newer.records()):
            counts[difference.change] += 1
            if out.is_json:
                out.data(
                    {
                        "change": difference.change,
                        "name": difference.name,
                        "before": difference.before,
                        "after": difference.after,
                    }
                )
            else:
                out.result(f"{MARKS[difference.change]} {difference.name}")
    out.note(", ".join(f"{counts[change]} {change.value}" for change in Change) + ".")
    return 0
