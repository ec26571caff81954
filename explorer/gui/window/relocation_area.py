"""What the window offers to rename and to move, and what follows it: tabs inside a folder
that has another name now. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from explorer.gui.browse import rules
from explorer.gui.browse.pane import Pane
from explorer.gui.browse.relocating import Relocating
from explorer.gui.colours import Tone
from explorer.gui.window.offers import Offer
from explorer.gui.window.subject import Subject
from explorer.gui.window.surroundings import Surroundings
from explorer.service.model import Location

MANY = 10
"""Of so many steps one is told how far they are."""


class RelocationArea:
    """See `Area`: its offers are about a folder itself, in the tree or from inside of it. What
    is selected in a listing has actions with keys, which `rename` and `move_to` do."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._relocating = Relocating(
            around.bridge, around.scope, around.starter, around.tree.model, around.window
        )
        self._relocating.moved = self._moved
        self._relocating.progressed = self._progressed
        self._is_stopped = False
        self._began_in: Pane | None = None

    def offers(self, subject: Subject) -> Sequence[Offer]:
        place = subject.location
        if subject.rows or not place.path:
            return ()
        refusal = rules.relocate_folder(subject.as_place())
        return (
            Offer("Rena&me folder…", lambda: self.rename_place(place), "rename", refusal),
            Offer("Mo&ve folder to…", lambda: self._move_place(place), "folder-open", refusal),
        )

    # -- what is selected ---------------------------------------------------------

    def rename(self) -> None:
        """Another name for the one thing that is selected in the listing in front."""
        pane = self._around.tabs.pane
        rows, place = pane.selection(), pane.location
        if place is None or len(rows) != 1:
            return
        head, _, last = rows[0].name.rpartition("/")  # a listing of all below has paths
        folder = replace(place, path=f"{place.path}{head}/") if head else place
        name = f"{last}/" if rows[0].is_folder else last
        self._around.do(self._relocating.rename(folder, name), "rename")

    def move_to(self) -> None:
        """Another folder for all that is selected in the listing in front."""
        pane = self._around.tabs.pane
        if pane.location is None or pane.connection is None:
            return
        subject = Subject(pane.connection, pane.location, tuple(pane.selection()))
        if subject.rows:
            self._around.do(self._relocating.move_to(pane.location, subject.names), "move")

    # -- a folder itself ----------------------------------------------------------

    def rename_place(self, place: Location) -> None:
        """Another name for this folder."""
        if place.path:
            self._around.do(self._relocating.rename(place.parent, f"{place.name}/"), "rename")

    def _move_place(self, place: Location) -> None:
        self._around.do(self._relocating.move_to(place.parent, (f"{place.name}/",)), "move")

    # -- several ------------------------------------------------------------------

    def _progressed(self, done: int, total: int) -> bool:
        """Tell of a move that takes a while, with a way to stop it; whether to go on."""
        tabs = self._around.tabs
        if not done:
            self._is_stopped = False
            self._began_in = tabs.pane
        began_in = self._began_in
        notice = (began_in if began_in in tabs.panes() and began_in else tabs.pane).notice
        if done == total and total >= MANY:
            notice.dismiss()
        elif total >= MANY and not self._is_stopped:
            notice.say(
                f"Moving… {done:,} of {total:,}",
                Tone.INFO,
                action="Stop",
                act=self._stop,
                closable=False,
            )
        return not self._is_stopped

    def _stop(self) -> None:
        """What is moved stays where it is now."""
        self._is_stopped = True

    # -- what follows ---------------------------------------------------------------

    def _moved(self, source: Location, name: str, target: Location, new_name: str) -> None:
        """Select it where it is now, and take along the tabs that show what is in it."""
        old = f"{source.path}{name}"
        for pane in self._around.tabs.panes():
            place = pane.location
            if place is None:
                continue
            if place == target and source == target:
                pane.wanted.expect(new_name)
            is_inside = name.endswith("/") and place.path.startswith(old)
            if is_inside and (place.connection_id, place.container) == (
                source.connection_id,
                source.container,
            ):
                below = place.path[len(old) :]
                pane.go(replace(target, path=f"{target.path}{new_name}/{below}"))
