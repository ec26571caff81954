"""What the Versions page says of each state of a blob, and what may be done with it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from time import localtime, strftime

from explorer.base.records import dataclass
from explorer.base.units import format_bytes
from explorer.gui.parts.lines_model import Line
from explorer.storage.history import BlobState, moment_of

NO_VERSIONS = "This account keeps no versions. Snapshots that are taken are listed here."


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why the credential does not allow it; empty where it may."""

    read: str = ""
    write: str = ""
    create: str = ""
    delete: str = ""
    delete_version: str = ""


def state_line(state: BlobState) -> Line:
    """State, moment and size in one row."""
    if state.is_deleted:
        kind = "Snapshot" if state.snapshot else "Version" if state.version_id else "Blob"
        word, icon_name = f"{kind}, deleted", "delete"
    elif state.is_current:
        word, icon_name = "Current", "check"
    elif state.snapshot:
        word, icon_name = "Snapshot", "file"
    else:
        word, icon_name = "Version", "history"
    moment_s = moment_of(state.snapshot) or state.made_s
    hint = [f"{datetime.fromtimestamp(moment_s, UTC):%Y-%m-%d %H:%M:%S} UTC"]
    hint += [f"{state.blob.size_bytes:,} bytes", state.blob.content_type, state.mark]
    if state.is_deleted:
        hint.append(days_left(state.remaining_days))
    cells = (word, moment_text(moment_s), format_bytes(state.blob.size_bytes))
    return Line(cells, icon_name, "\n".join(part for part in hint if part))


def moment_text(moment_s: float) -> str:
    """By this machine's clock, to the second: versions may be close together."""
    return strftime("%Y-%m-%d %H:%M:%S", localtime(moment_s)) if moment_s else ""


def days_left(days: int) -> str:
    return f"{days} {'day' if days == 1 else 'days'} left until it is gone for good"


def footnote(states: Sequence[BlobState]) -> str:
    """What the account keeps, as far as these states tell."""
    return "" if any(state.version_id for state in states) else NO_VERSIONS


def promote_refusal(state: BlobState | None, reasons: Reasons) -> str:
    if state is None:
        return "Select a version or snapshot first."
    if state.is_current:
        return "That is what the blob is already."
    return reasons.write if state.is_deleted else reasons.read or reasons.write


def save_refusal(state: BlobState | None, reasons: Reasons) -> str:
    if state is None:
        return "Select a version or snapshot first."
    if state.is_deleted:
        return "It is deleted. Undelete it first."
    return reasons.read


def delete_refusal(state: BlobState | None, reasons: Reasons) -> str:
    if state is None:
        return "Select a version or snapshot first."
    if state.is_deleted:
        return "It is deleted already."
    if state.is_current or not state.mark:
        return "This is the blob itself: delete it in the listing."
    return reasons.delete if state.snapshot else reasons.delete_version
