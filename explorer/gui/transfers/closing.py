"""The question when the program is closed while transfers run."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from explorer.gui import ask
from explorer.gui.parts.buttons import Rank
from explorer.transfer.model import JobSnapshot

_NAMED = 3


class Closing(Enum):
    """What a person chose."""

    STAY = "stay"
    """The program is not closed."""
    TRAY = "tray"
    """The window goes, the transfers go on."""
    PAUSE = "pause"
    """Close; the transfers go on next time."""
    CANCEL = "cancel"
    """Give the transfers up, then close."""


async def ask_closing(
    parent: QWidget, jobs: Sequence[JobSnapshot], *, has_tray: bool | None = None
) -> Closing:
    """Ask about these `jobs`, which closing would stop; without any there is nothing to ask
    and the answer is PAUSE. The tray is offered where the system has one (`has_tray`)."""
    if not jobs:
        return Closing.PAUSE
    if has_tray is None:
        has_tray = QSystemTrayIcon.isSystemTrayAvailable()
    choices = [(Closing.CANCEL.value, "&Cancel them and close", Rank.DANGER)]
    if has_tray:
        choices.append((Closing.TRAY.value, "Go on in the &tray", Rank.SECONDARY))
    choices.append((Closing.PAUSE.value, "&Pause and close", Rank.PRIMARY))
    headline = (
        "A transfer is under way" if len(jobs) == 1 else f"{len(jobs):,} transfers are under way"
    )
    chosen = await ask.choose(parent, headline, closing_text(jobs), tuple(choices))
    return Closing(chosen) if chosen else Closing.STAY


def closing_text(jobs: Sequence[JobSnapshot]) -> str:
    """Which transfers, and what the answers mean."""
    named = [f"‘{job.title}’" for job in jobs[:_NAMED]]
    if len(jobs) > _NAMED:
        named.append(f"{len(jobs) - _NAMED:,} more")
    which = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    goes_on = "it goes on where it" if len(jobs) == 1 else "they go on where they"
    return (
        f"Still to finish: {which}.\n\n"
        f"Paused, {goes_on} stopped when Quayside is opened again. "
        "Cancelled, files that are done stay and half ones are taken away."
    )
