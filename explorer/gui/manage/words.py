"""What the sheets of this room say of plans and of what came of them. Pure."""

from __future__ import annotations

from explorer.gui.parts.lines_model import Line
from explorer.service.change_plan import ARCHIVE, ChangePlan
from explorer.service.management import Applying, Planning

LINES = 500
"""Of the changes only so many are listed; the counts are of all."""
NONE = "–"


def planning_text(step: Planning) -> str:
    """While it is looked at."""
    return f"Looked at {step.looked_at:,} so far: {step.changing:,} change…"


def plan_text(plan: ChangePlan) -> str:
    """What would change, in sentences."""
    lines = [f"{plan.summary[:1].upper()}{plan.summary[1:]}."]
    if plan.by_name:
        lines.append(", ".join(f"{name}: {count:,}" for name, count in plan.by_name[:6]) + ".")
    back = sum(
        bool(change.tier)
        and any(one.name == "tier" and one.before == ARCHIVE for one in change.differences)
        for change in plan.changes
    )
    if back:
        lines.append(
            f"{_blobs(back)} out of the archive: that takes hours and is paid for by size."
        )
    if plan.wish.tier == ARCHIVE and plan.changes:
        lines.append(f"{_blobs(len(plan.changes))} cannot be read any more until brought back.")
    return "\n".join(lines)


def _blobs(count: int) -> str:
    return f"{count:,} blob{'' if count == 1 else 's'}"


def plan_lines(plan: ChangePlan, path: str) -> list[Line]:
    """The first changes, then what is left out; names relative to `path`."""
    lines = [
        Line((change.ref.name.removeprefix(path), one.name, one.before or NONE, one.after or NONE))
        for change in plan.changes[:LINES]
        for one in change.differences
    ][:LINES]
    left = [
        Line((one.name.removeprefix(path), "left as it is", one.reason, ""), "info")
        for one in plan.left[:LINES]
    ]
    return lines + left


def failure_lines(step: Applying, path: str) -> list[Line]:
    """What failed, with its reason."""
    return [
        Line((name.removeprefix(path), "failed", str(error), ""), "error")
        for name, error in step.failures
    ]


def applying_text(step: Applying) -> str:
    """While it is done."""
    return f"Changed {step.done:,} of {step.total:,}…"


def ended_text(step: Applying, *, is_stopped: bool = False) -> str:
    """When it is over."""
    text = f"Changed {_blobs(step.done)}"
    if is_stopped:
        text = f"Stopped: changed {step.done:,} of {_blobs(step.total)}"
    if step.waiting:
        text += f", {step.waiting:,} of them on the way out of the archive"
    if step.failed:
        text += f"; {step.failed:,} failed"
    return f"{text}."
