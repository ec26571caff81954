"""The table: medians, our ratio to each of the others, and what is asked of us.

Ratios within one run are all that is judged: seconds depend on the machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from tests.bench.measure import Measured
from tests.bench.works import (
    AIM,
    AIM_PEAK_BYTES,
    MUST,
    MUST_PEAK_BYTES,
    Limit,
    Op,
    Sizes,
)

OURS = "quayside"


@dataclass(frozen=True, slots=True)
class Run:
    """One measured run. `is_right`: it ended well, and the bytes were the right ones."""

    server: str
    op: Op
    client: str
    kind: str
    measured: Measured
    is_right: bool


@dataclass(frozen=True, slots=True)
class Middle:
    """Medians of one client's right runs of one work."""

    client: str
    kind: str
    wall_s: float
    cpu_s: float
    peak_bytes: float
    runs: int

    @classmethod
    def of(cls, runs: list[Run]) -> Middle:
        return cls(
            runs[0].client,
            runs[0].kind,
            median(run.measured.wall_s for run in runs),
            median(run.measured.cpu_s for run in runs),
            max(run.measured.peak_bytes for run in runs),
            len(runs),
        )


def middles(runs: Iterable[Run], server: str, op: Op) -> dict[str, Middle]:
    """By client; one that was ever wrong is left out, whatever its time."""
    by_client: dict[str, list[Run]] = {}
    for run in runs:
        if run.server == server and run.op is op:
            by_client.setdefault(run.client, []).append(run)
    return {
        client: Middle.of(theirs)
        for client, theirs in by_client.items()
        if all(run.is_right for run in theirs)
    }


def verdict(limit: Limit, ours: Middle, others: Iterable[Middle]) -> str:
    """`0.43 of 0.6 ok (rclone)`, or what is missing. Pure."""
    rivals = [other for other in others if other.kind in limit.kinds]
    if not rivals:
        return "nobody to compare with"
    best = min(rivals, key=lambda other: other.wall_s)
    ratio = ours.wall_s / best.wall_s
    good = ratio <= limit.factor
    more = ""
    if limit.cpu_too:
        cpu = ours.cpu_s / min(other.cpu_s for other in rivals)
        good = good and cpu < 1
        more = f", CPU {cpu:.2f} of 1"
    said = "ok" if good else "MISSED"
    return f"{ratio:.2f} of {limit.factor:.2f}{more} {said} ({best.client})"


def table(runs: list[Run], sizes: Sizes) -> str:
    """Everything that was measured, server by server."""
    lines: list[str] = []
    for server in dict.fromkeys(run.server for run in runs):
        for op in dict.fromkeys(run.op for run in runs if run.server == server):
            lines += _work(runs, server, op, sizes)
        lines += ["", *_judged(runs, server, sizes)]
    return "\n".join(lines)


def _work(runs: list[Run], server: str, op: Op, sizes: Sizes) -> list[str]:
    found = middles(runs, server, op)
    ours = found.get(OURS)
    load = median(run.measured.load for run in runs if (run.server, run.op) == (server, op))
    lines = ["", f"{server}: {sizes.title(op)}   (load {load:.1f})"]
    lines.append(f"  {'':14}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}   ours to it: wall, CPU")
    for one in sorted(found.values(), key=lambda middle: middle.wall_s):
        ratio = ""
        if ours is not None and one is not ours:
            ratio = f"{ours.wall_s / one.wall_s:8.2f}{ours.cpu_s / one.cpu_s:8.2f}"
        lines.append(
            f"  {one.client:14}{one.wall_s:9.2f}{one.cpu_s:9.2f}"
            f"{one.peak_bytes / 1e6:9.0f}   {ratio}".rstrip()
        )
    wrong = {run.client for run in runs if (run.server, run.op) == (server, op)} - set(found)
    lines += [f"  {client:14} gave a WRONG result" for client in sorted(wrong)]
    return lines


def _judged(runs: list[Run], server: str, sizes: Sizes) -> list[str]:
    lines = [f"{server}: ours to the best of the others, of what is allowed"]
    for op in dict.fromkeys(run.op for run in runs if run.server == server):
        found = middles(runs, server, op)
        ours = found.pop(OURS, None)
        if ours is None:
            continue
        lines.append(f"  {sizes.title(op)}")
        lines.append(f"    must  {verdict(MUST[op], ours, found.values())}")
        lines.append(f"    aim   {verdict(AIM[op], ours, found.values())}")
        peak = ours.peak_bytes
        said = "aim" if peak <= AIM_PEAK_BYTES else "ok" if peak <= MUST_PEAK_BYTES else "MISSED"
        lines.append(f"    peak  {peak / 1e6:.0f} MB of {MUST_PEAK_BYTES / 1e6:.0f} {said}")
    return lines
