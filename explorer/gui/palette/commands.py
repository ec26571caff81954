"""What the palette lists: actions, what the rooms offer for the selection, and places to go."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtGui import QAction, QKeySequence

from explorer.base.records import dataclass
from explorer.base.shown import shown
from explorer.gui.palette.fuzzy import fit
from explorer.gui.window.offers import Area, flat, offered
from explorer.gui.window.subject import Subject


@dataclass(frozen=True, slots=True)
class Command:
    """One line. `refusal` says why it cannot be done now."""

    name: str
    act: Callable[[], object]
    detail: str = ""
    """Its keys, or where it leads."""
    icon_name: str = ""
    refusal: str = ""


def of_actions(actions: Iterable[tuple[QAction, str, str]]) -> list[Command]:
    """Commands of actions: each with the name of its icon and the reason where it is off."""
    return [
        Command(
            name=action.text().replace("&", "").rstrip("…"),
            act=action.trigger,
            detail=action.shortcut().toString(QKeySequence.SequenceFormat.NativeText),
            icon_name=icon_name,
            refusal=refusal if not action.isEnabled() else "",
        )
        for action, icon_name, refusal in actions
    ]


def of_areas(areas: Iterable[Area], subject: Subject) -> list[Command]:
    """Commands of what the rooms offer for `subject`."""
    about = _about(subject)
    return [
        Command(name, offer.act, about, offer.icon_name, offer.refusal)
        for area in areas
        for name, offer in flat(offered(area, subject))
        if offer.act is not None
    ]


def _about(subject: Subject) -> str:
    if len(subject.rows) == 1:
        return shown(subject.rows[0].name)
    if subject.rows:
        return f"{len(subject.rows):,} items"
    return shown(subject.location.name or subject.connection.name)


def best(commands: list[Command], typed: str, most: int = 200) -> list[Command]:
    """Those that fit, a whole name first, then the best; what cannot be done comes after what
    can. Pure."""
    found = []
    for at, command in enumerate(commands):
        score = fit(typed, command.name)
        if score is None:
            score = fit(typed, f"{command.name} {command.detail}")
            if score is None:
                continue
            score -= 20
        is_other = command.name.casefold() != typed.strip().casefold()
        found.append((bool(command.refusal), is_other, -score, at))
    return [commands[at] for *_, at in sorted(found)[:most]]
