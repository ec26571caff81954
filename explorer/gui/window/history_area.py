"""What the window offers to do with the past of a folder, container or account."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from explorer.base.tasks import TaskScope
from explorer.gui import ask
from explorer.gui.bridge import Bridge
from explorer.gui.browse import rules
from explorer.gui.browse.deleted_sheet import DeletedSheet
from explorer.gui.browse.pane import Pane
from explorer.gui.browse.restore_sheet import RestoreSheet
from explorer.gui.window.offers import Offer
from explorer.gui.window.restoring import Restoring
from explorer.gui.window.subject import Subject
from explorer.gui.window.surroundings import Surroundings
from explorer.service.history import NO_LAKE
from explorer.service.model import Ability, Location


class HistoryArea:
    """See `Area`: what is deleted, and a folder as it was."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def offers(self, subject: Subject) -> Sequence[Offer]:
        connection = subject.connection
        place = subject.place
        ability = Ability.LIST if subject.location.container else Ability.LIST_CONTAINERS
        refusal = rules.refusal(subject.as_place(), ability)
        found = []
        if place is not None:
            found.append(
                Offer(
                    "Restore de&leted…",
                    lambda: self._around.do(
                        show_deleted(
                            self._around.bridge,
                            self._around.scope,
                            place,
                            is_hierarchical=bool(connection.is_hierarchical),
                            parent=self._around.window,
                        ),
                        "show what is deleted",
                    ),
                    "delete",
                    refusal,
                )
            )
        if subject.location.container or subject.container is not None:
            where = subject.location if subject.location.container else subject.container
            names = subject.names if subject.location.container else ("",)
            if where is not None:
                in_way = NO_LAKE if connection.is_hierarchical else refusal
                found.append(
                    Offer(
                        "Restore to a ti&me…",
                        lambda: self._around.do(
                            restore_to(
                                self._around.bridge,
                                self._around.scope,
                                where,
                                names,
                                self._around.window,
                            ),
                            "restore to a time",
                        ),
                        "history",
                        in_way,
                    )
                )
        return tuple(found)

    def offers_deleted(self, subject: Subject) -> Sequence[Offer]:
        """Of rows that are deleted: bring them back."""
        around, place, rows = self._around, subject.location, subject.deleted
        what = "" if len(rows) == 1 else f" {len(rows):,} deleted"
        return (
            Offer(
                f"&Restore{what}",
                lambda: around.do(
                    Restoring(around.bridge, around.tabs, place, rows).run(), "restore"
                ),
                "undo",
                rules.restore(subject.as_place()),
            ),
        )


async def show_deleted(
    bridge: Bridge,
    scope: TaskScope,
    place: Location,
    *,
    is_hierarchical: bool,
    parent: QWidget,
) -> None:
    """List what is deleted there, until the sheet is closed."""
    sheet = DeletedSheet(bridge, scope, place, is_hierarchical=is_hierarchical, parent=parent)
    sheet.look()
    await ask.answer(sheet)


async def show_deleted_in(bridge: Bridge, scope: TaskScope, pane: Pane, parent: QWidget) -> None:
    """The same for the place that the pane shows."""
    place, connection = pane.location, pane.connection
    if place is not None and connection is not None:
        is_lake = bool(connection.is_hierarchical)
        await show_deleted(bridge, scope, place, is_hierarchical=is_lake, parent=parent)


async def restore_to(
    bridge: Bridge, scope: TaskScope, place: Location, names: tuple[str, ...], parent: QWidget
) -> None:
    """Ask for a time and restore, until the sheet is closed."""
    sheet = RestoreSheet(bridge, scope, place, names, parent)
    sheet.look()
    await ask.answer(sheet)
