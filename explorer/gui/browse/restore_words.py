"""What a restore would do, does and did, in words. Pure."""

from __future__ import annotations

from explorer.base.units import format_bytes
from explorer.service.restore_plan import RestorePlan
from explorer.service.restoring import RestoreCount

FAILURES_SHOWN = 3


def blobs(count: int) -> str:
    return f"{count:,} {'blob' if count == 1 else 'blobs'}"


def plan_lines(plan: RestorePlan) -> tuple[str, ...]:
    """One sentence for each thing a person decides by."""
    lines = []
    if plan.restored:
        lines.append(f"{blobs(plan.restored)} would be restored ({format_bytes(plan.size_bytes)}).")
    elif plan.is_complete:
        lines.append("Nothing has to be restored.")
    if plan.unsure:
        verb = "was" if plan.unsure == 1 else "were"
        lines.append(
            f"{plan.unsure:,} of them {verb} deleted at a time that the service does not tell, "
            "perhaps before."
        )
    if plan.unchanged:
        lines.append(f"{blobs(plan.unchanged)} {_is(plan.unchanged)} as then.")
    if plan.lost_count:
        names = ", ".join(plan.lost[:FAILURES_SHOWN])
        more = ", …" if plan.lost_count > FAILURES_SHOWN else ""
        lines.append(
            f"{blobs(plan.lost_count)} changed since, and nothing is kept of what was there: "
            f"{names}{more}. They stay as they are."
        )
    return tuple(lines)


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def ended_text(count: RestoreCount) -> str:
    """`Restored 3 blobs.` and how many failed."""
    failed = f" {count.failed:,} failed." if count.failed else ""
    return f"Restored {blobs(count.done)}.{failed}"


def failures_text(count: RestoreCount) -> str:
    """The first failures with their reasons; empty where there are none."""
    return " ".join(
        f"{name}: {error.message.strip().rstrip('.')}."
        for name, error in count.failures[:FAILURES_SHOWN]
    )
