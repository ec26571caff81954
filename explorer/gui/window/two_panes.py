"""F3: a second pane beside the first, and what goes from one to the other. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.gui.browse import rules
from explorer.gui.browse.pane import Pane
from explorer.gui.carry.parcel import Parcel
from explorer.gui.carry.room import CarryRoom
from explorer.gui.local.pane import LocalPane
from explorer.gui.local.room import LocalRoom
from explorer.gui.window.actions import Act
from explorer.gui.window.comparison import NO_SECOND, Comparison
from explorer.gui.window.deeds import Deeds
from explorer.gui.window.relocation_area import RelocationArea
from explorer.gui.window.surroundings import Surroundings
from explorer.gui.window.tabs import Tab
from explorer.service.model import Location

NO_PLACE = "Open a container first."
NO_ROWS = "Select something first."
NOT_ONE = "Select one thing only."
NOT_MOVED = "Between the storage and this computer things are copied, not moved."

Upload = Callable[[list[str], Location], None]


class TwoPanes(QObject):
    """One per window."""

    changed = Signal()
    """A side came, went or is somewhere else: to be remembered, and what can be done differs."""

    def __init__(
        self,
        around: Surroundings,
        carry: CarryRoom,
        local: LocalRoom,
        make_pane: Callable[[], Pane],
        upload: Upload,
    ) -> None:
        super().__init__(around.window)
        self._around = around
        self._carry = carry
        self._local = local
        self._make_pane = make_pane
        self._upload = upload
        self.comparison = Comparison(around)
        self.comparison.changed.connect(self.changed)

    @property
    def _tab(self) -> Tab:
        return self._around.tabs.tab

    def deeds(self, deeds: Deeds, relocation: RelocationArea) -> dict[Act, Callable[[], object]]:
        """What its actions do; some have a meaning on either side."""
        remote = {
            Act.NEW_FOLDER: deeds.new_folder,
            Act.RENAME: relocation.rename,
            Act.DELETE: deeds.delete,
        }
        return {
            **{act: partial(self._either, act, deed) for act, deed in remote.items()},
            Act.TWO_PANES: self.toggle,
            Act.LOCAL_PANE: self.toggle_local,
            Act.OTHER_PANE: self.turn,
            Act.COPY_ACROSS: self.copy_across,
            Act.MOVE_ACROSS: self.move_across,
            **self.comparison.deeds(),
        }

    def _either(self, act: Act, remote: Callable[[], object]) -> None:
        """The local pane's where that has the keys."""
        front = self._tab.sides.front
        if isinstance(front, LocalPane):
            self._local.deeds[act](front)
        else:
            remote()

    # -- coming and going --------------------------------------------------------

    def toggle(self) -> None:
        """A second pane of the storage at the same place, or one pane again."""
        sides = self._tab.sides
        if isinstance(sides.right, Pane):
            sides.close_right()
            self.changed.emit()
        elif (place := sides.pane.location) is not None:
            self.put_beside(self._tab, place)

    def toggle_local(self) -> None:
        """A folder of this computer beside the storage, or one pane again."""
        sides = self._tab.sides
        if sides.local is not None:
            sides.close_right()
            self.changed.emit()
        elif sides.pane.location is not None:
            self.put_beside(self._tab, Path.home())

    def put_beside(self, tab: Tab, place: Location | Path) -> None:
        """Show a place of the storage, or a local folder, at the right of a tab."""
        if isinstance(place, Path):
            local = self._local.make(self.copy_across)
            tab.sides.put_beside(local)
            local.location_changed.connect(lambda _: self.changed.emit())
            local.state_changed.connect(self.changed)
            local.go(place)
        else:
            pane = self._make_pane()
            tab.sides.put_beside(pane)
            pane.location_changed.connect(lambda _: self.changed.emit())
            if tab is self._tab:
                pane.go(place)
            else:
                pane.wait_at(place)
        self.changed.emit()

    # -- from one to the other ----------------------------------------------------

    def refusals(self) -> Mapping[Act, str]:
        """Why something of two panes cannot be done now; empty where it can."""
        sides = self._tab.sides
        no_place = "" if sides.pane.location is not None else NO_PLACE
        is_local = sides.local is not None
        return {
            Act.TWO_PANES: no_place,
            Act.LOCAL_PANE: no_place,
            Act.COPY_ACROSS: self._refusal(is_move=False),
            Act.MOVE_ACROSS: NOT_MOVED if is_local else self._refusal(is_move=True),
            Act.OTHER_PANE: "" if sides.right is not None else NO_SECOND,
            **self.comparison.refusals(),
            **self._local_refusals(),
        }

    def _local_refusals(self) -> Mapping[Act, str]:
        """Of what the local pane does itself, while it has the keys."""
        local = self._tab.sides.front
        if not isinstance(local, LocalPane):
            return {}
        spans = local.view.spans()
        is_one = len(spans) == 1 and spans[0][0] == spans[0][1]
        return {
            Act.NEW_FOLDER: "",
            Act.RENAME: "" if is_one else NOT_ONE if spans else NO_ROWS,
            Act.DELETE: "" if spans else NO_ROWS,
        }

    def _refusal(self, *, is_move: bool) -> str:
        front, beside = self._tab.sides.front, self._tab.sides.beside
        if beside is None:
            return NO_SECOND
        if not front.view.spans():
            return NO_ROWS
        if isinstance(front, LocalPane):
            return rules.upload(beside.place()) if isinstance(beside, Pane) else NO_PLACE
        if front.location is None:
            return NO_PLACE
        if gone := front.place().gone:
            return gone
        parcel = Parcel(front.location, ("x",))  # whatever is selected: it is not looked at here
        if isinstance(beside, LocalPane):
            return self._local.refusal(parcel)
        if beside.location is None:
            return NO_PLACE
        return self._carry.carrying.refusal(parcel, beside.location, is_move=is_move)

    def copy_across(self) -> None:
        """What is selected on the side with the keys, into the place of the other side."""
        self._across(is_move=False)

    def move_across(self) -> None:
        """The same, and it is gone here."""
        self._across(is_move=True)

    def _across(self, *, is_move: bool) -> None:
        front, beside = self._tab.sides.front, self._tab.sides.beside
        rows = front.selection()
        if beside is None or not rows:
            return
        if isinstance(front, LocalPane):
            if isinstance(beside, Pane) and beside.location is not None:
                self._upload(front.selected_paths(), beside.location)
            return
        if front.location is None:
            return
        parcel = Parcel.of(front.location, rows)
        if isinstance(beside, LocalPane):
            self._local.download(parcel, beside.folder)
        elif (target := beside.location) is not None:
            work = self._carry.put(parcel, target, is_move=is_move)
            self._around.do(work, "copy to the other pane")

    def turn(self) -> None:
        """Give the keys to the other side."""
        self._tab.sides.turn()
