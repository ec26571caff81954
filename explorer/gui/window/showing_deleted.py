"""The switch 'Show deleted': what is deleted stands in the listings among what is there.

It is of the whole window and not remembered: each listing takes a second look while it is on.
GUI thread only.
"""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from explorer.gui.browse import rules
from explorer.gui.browse.pane import Pane
from explorer.gui.browse.rules import Place
from explorer.gui.browse.sorting import Column
from explorer.gui.colours import Tone
from explorer.gui.errors import describe
from explorer.gui.window.history_area import show_deleted_in
from explorer.gui.window.surroundings import Surroundings

NONE_KEPT = "Nothing that is deleted here can come back."
OFF = (
    "Nothing deleted is kept: soft delete is off for this account, and without versions what is "
    "deleted is gone at once."
)


class ShowingDeleted(QObject):
    """One per window. `switch` is the action that is checked while it is on."""

    def __init__(self, around: Surroundings, switch: QAction) -> None:
        super().__init__(around.window)
        self._around = around
        self._switch = switch
        self._asked: list[Pane] = []
        """Those that say so if nothing is found."""
        around.tabs.pane_changed.connect(self._catch_up)

    def take_in(self, pane: Pane) -> None:
        """One more listing."""
        pane.location_changed.connect(lambda _: self._follow(pane))
        pane.lister.ended.connect(lambda: self._ended(pane))
        pane.lister.deleted_failed.connect(lambda error: pane.notice.say_failure(describe(error)))

    def toggle(self) -> None:
        """The switch was turned: the listings in front follow at once, the others when they come
        to the front."""
        panes = self._around.tabs.tab.sides.panes()
        self._catch_up()
        self._asked = [pane for pane in panes if pane.lister.with_deleted]

    def open_sheet(self) -> None:
        """What is deleted in the place in front, with all below it, to be restored."""
        around = self._around
        work = show_deleted_in(around.bridge, around.scope, around.tabs.pane, around.window)
        around.do(work, "show what is deleted")

    def _catch_up(self) -> None:
        for pane in self._around.tabs.tab.sides.panes():
            if self._follow(pane):
                pane.refresh()

    def _follow(self, pane: Pane) -> bool:
        """Take over the switch; whether that is a change."""
        refusal = rules.show_deleted(Place(pane.connection, pane.location))
        is_on = self._switch.isChecked() and not refusal
        pane.view.header.show_deleted(is_on)
        if not is_on and pane.arranger.column is Column.DELETED:
            pane.sort_by(Column.NAME, False)
        if pane.lister.with_deleted == is_on:
            return False
        pane.lister.with_deleted = is_on
        return pane.location is not None

    def _ended(self, pane: Pane) -> None:
        if pane not in self._asked or not pane.lister.is_listed:
            return
        self._asked.remove(pane)
        if not pane.model.rows.deleted_count:
            self._around.do(self._tell_none(pane), "say that nothing is deleted")

    async def _tell_none(self, pane: Pane) -> None:
        place = pane.location
        if place is None:
            return
        at = place.connection_id
        kept = await self._around.bridge.call(
            lambda it: it.history.keeping(at, is_hierarchical=False)
        )
        is_off = bool(place.container) and kept.blob_days == 0
        if shiboken6.isValid(pane):
            pane.notice.say(OFF if is_off else NONE_KEPT, Tone.INFO)
