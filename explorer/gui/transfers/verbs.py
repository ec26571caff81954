"""What can be done to jobs: one declaration for the tool bar and the row menu."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from explorer.base.errors import InputError
from explorer.base.records import dataclass
from explorer.base.units import format_bytes, parse_rate
from explorer.gui import ask
from explorer.gui.transfers import controller as can
from explorer.gui.transfers.controller import TransfersController
from explorer.gui.transfers.papers import copy_command, export_log
from explorer.transfer.model import JobSnapshot

Act = Callable[[TransfersController, list[JobSnapshot], QWidget], None]


@dataclass(frozen=True, slots=True)
class Verb:
    """One entry of the row menu and, with `is_button`, of the tool bar.

    `fits` says to which jobs it can be done; `act` gets the chosen ones, and the widget
    above which it may ask.
    """

    icon_name: str
    name: str
    hint: str
    fits: Callable[[JobSnapshot], bool]
    act: Act
    is_button: bool = False
    ends_group: bool = False


def _plain(act: Callable[[TransfersController, list[JobSnapshot]], None]) -> Act:
    return lambda controller, jobs, _: act(controller, jobs)


def _cancel(controller: TransfersController, jobs: list[JobSnapshot], parent: QWidget) -> None:
    chosen = [job for job in jobs if can.can_cancel(job)]

    async def ask_first() -> None:
        what = f"‘{chosen[0].title}’" if len(chosen) == 1 else f"{len(chosen):,} transfers"
        if await ask.confirm(
            parent,
            f"Cancel {what}?",
            "Files that are done stay where they are; half ones are taken away.",
            go="Cancel the transfer" if len(chosen) == 1 else "Cancel the transfers",
            is_danger=True,
        ):
            controller.cancel(chosen)

    controller.tasks.spawn(ask_first(), name="ask before cancelling")


def _limit(controller: TransfersController, jobs: list[JobSnapshot], parent: QWidget) -> None:
    chosen = [job for job in jobs if can.can_cancel(job)]
    limit = chosen[0].limit_bytes_per_s

    async def ask_for_it() -> None:
        answer = await ask.text(
            parent,
            "Limit the speed",
            "&At most, each second (like 20M or 1.5 MiB/s; 0 for no limit)",
            go="Limit",
            value=format_bytes(limit).replace(" ", "") if limit else "",
            check=_check_rate,
        )
        if answer is not None:
            controller.set_limit(chosen, parse_rate(answer))

    controller.tasks.spawn(ask_for_it(), name="ask for a limit")


def _any(job: JobSnapshot) -> bool:
    return True


def _check_rate(text: str) -> None:
    """Raises InputError for what is no rate."""
    if parse_rate(text) < 0:
        raise InputError("A limit is not below 0.")


_C = TransfersController
VERBS = (
    Verb(
        "play",
        "Resume",
        "Go on with what is paused",
        can.can_resume,
        _plain(_C.resume),
        is_button=True,
    ),
    Verb(
        "pause",
        "Pause",
        "Stop at a safe point; what is there stays",
        can.can_pause,
        _plain(_C.pause),
        is_button=True,
    ),
    Verb("cancel", "Cancel…", "Give up; finished files stay", can.can_cancel, _cancel, True),
    Verb(
        "retry",
        "Retry failed",
        "Try the failed files again",
        can.can_retry,
        _plain(_C.retry),
        is_button=True,
        ends_group=True,
    ),
    Verb("top", "First in the queue", "", can.can_cancel, _plain(_C.move_first)),
    Verb("up", "Earlier in the queue", "", can.can_cancel, _plain(_C.move_up)),
    Verb("down", "Later in the queue", "", can.can_cancel, _plain(_C.move_down)),
    Verb("bottom", "Last in the queue", "", can.can_cancel, _plain(_C.move_last)),
    Verb("speed", "Limit speed…", "", can.can_cancel, _limit, ends_group=True),
    Verb("copy", "Copy command", "What does the same in a terminal", _any, copy_command),
    Verb(
        "file-log",
        "Export log…",
        "Its files with states and reasons",
        _any,
        export_log,
        ends_group=True,
    ),
    Verb("refresh", "Run again", "Queue the same once more", can.can_remove, _plain(_C.run_again)),
    Verb(
        "delete",
        "Remove",
        "Take it out of the list; the files stay",
        can.can_remove,
        _plain(_C.remove),
        is_button=True,
        ends_group=True,
    ),
)

ALL_VERBS = (
    Verb("play", "Resume all", "", can.can_resume, _plain(_C.resume)),
    Verb("pause", "Pause all", "", can.can_pause, _plain(_C.pause)),
    Verb("cancel", "Cancel all…", "", can.can_cancel, _cancel),
    Verb("retry", "Retry all that failed", "", can.can_retry, _plain(_C.retry)),
    Verb("speed", "Limit all…", "", can.can_cancel, _limit),
)
"""The same, for every job that fits."""
