"""Cut, copy, paste, duplicate, and drags within the window. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QMimeData, QObject, Qt
from PySide6.QtGui import QGuiApplication

from explorer.base.shown import shown
from explorer.gui import ask
from explorer.gui.browse.pane import Pane
from explorer.gui.browse.tree_view import TreeView
from explorer.gui.browse.words import path_text
from explorer.gui.carry import plan
from explorer.gui.carry.carrying import Carrying
from explorer.gui.carry.outward import Outward
from explorer.gui.carry.parcel import Parcel, parcel_in, put_into
from explorer.gui.colours import Tone
from explorer.gui.window.offers import Offer
from explorer.gui.window.subject import Subject
from explorer.gui.window.surroundings import Surroundings
from explorer.service.model import Location

EMPTIED = "What was in it was moved; the emptied container stays until it is deleted."


class CarryRoom(QObject):
    """One per window. It is an area of the menus, too."""

    def __init__(self, around: Surroundings, paste_files: Callable[[], None]) -> None:
        super().__init__(around.window)
        self._around = around
        self._paste_files = paste_files
        self.carrying = Carrying(
            around.bridge, around.starter, around.tree.connection, around.window
        )
        self.outward: Outward | None = None
        """What is dragged out of the window; None where nothing can be."""
        self._cut: Parcel | None = None
        self._judged: tuple[Parcel, Location, bool, Qt.DropAction] | None = None
        self._clipboard = QGuiApplication.clipboard()
        self._clipboard.dataChanged.connect(self._clipboard_changed)

    # -- clipboard --------------------------------------------------------------

    def cut(self) -> None:
        self._take(is_cut=True)

    def copy(self) -> None:
        self._take(is_cut=False)

    def _take(self, *, is_cut: bool) -> None:
        pane = self._around.tabs.pane
        rows = pane.selection()
        if pane.location is not None and rows:
            self._put_on_clipboard(Parcel.of(pane.location, rows, is_cut=is_cut))

    def _put_on_clipboard(self, parcel: Parcel) -> None:
        mime = QMimeData()
        put_into(mime, parcel)
        self._clipboard.setMimeData(mime)
        self._show_cut(parcel if parcel.is_cut else None)

    def paste(self) -> None:
        """What was cut or copied goes into the place shown; files of the file manager, too."""
        place = self._around.tabs.pane.location
        parcel = parcel_in(self._clipboard.mimeData())
        if parcel is None:
            self._paste_files()
        elif place is not None:
            self._paste(parcel, place)

    def _paste(self, parcel: Parcel, target: Location) -> None:
        self._around.do(self._paste_into(parcel, target), "paste")

    async def _paste_into(self, parcel: Parcel, target: Location) -> None:
        is_done = await self.carrying.put(parcel, target, is_move=parcel.is_cut)
        if not (is_done and parcel.is_cut):
            return
        if parcel_in(self._clipboard.mimeData()) == parcel:
            self._clipboard.clear()
            self._show_cut(None)
        if parcel.holds_containers:
            self._around.tabs.pane.notice.say(EMPTIED, Tone.INFO)

    def duplicate(self) -> None:
        """A copy of each selected row beside it."""
        pane = self._around.tabs.pane
        rows = pane.selection()
        if pane.location is not None and rows:
            self._duplicate(Parcel.of(pane.location, rows))

    def _duplicate(self, parcel: Parcel) -> None:
        self._around.do(self.carrying.put(parcel, parcel.place, is_move=False), "duplicate")

    def _clipboard_changed(self) -> None:
        # Another program's clipboard is not asked for what it holds: that may take long.
        if self._cut is not None and not self._clipboard.ownsClipboard():
            self._show_cut(None)

    def _show_cut(self, cut: Parcel | None) -> None:
        self._cut = cut
        for pane in self._around.tabs.panes():
            self._dim(pane)

    def _dim(self, pane: Pane) -> None:
        """What was cut is painted as if it were gone already."""
        cut, rows = self._cut, frozenset[tuple[str, bool]]()
        if cut is not None and cut.place == pane.location:
            is_inside = not cut.holds_containers
            rows = frozenset(
                (name.rstrip("/"), name.endswith("/") or not is_inside) for name in cut.names
            )
        if rows != pane.view.cells.dimmed:
            pane.view.cells.dimmed = rows
            pane.view.viewport().update()

    # -- drags ----------------------------------------------------------------

    def take_in(self, pane: Pane) -> None:
        """Drags from this pane and onto it, and what was cut in it."""

        def target(name: str) -> Location | None:
            place = pane.location
            return place.child(name) if place is not None and name else place

        def judge(parcel: Parcel, name: str, wants_move: bool) -> Qt.DropAction:
            return self.judge(parcel, target(name), wants_move)

        view, stage = pane.view, pane.stage
        view.carried, view.drag_ended = lambda: self._carried(pane), self._drag_ended
        view.drops.hovering.judge = stage.hovering.judge = judge
        view.parcel_dropped.connect(
            lambda parcel, name, is_move: self._dropped(parcel, target(name), is_move)
        )
        stage.parcel_dropped.connect(
            lambda parcel, is_move: self._dropped(parcel, target(""), is_move)
        )
        pane.location_changed.connect(lambda _: self._dim(pane))

    def take_in_tree(self, tree: TreeView) -> None:
        """Drops onto the tree."""
        tree.judge = self.judge
        tree.parcel_dropped.connect(self._dropped)

    def _carried(self, pane: Pane) -> QMimeData | None:
        rows = pane.selection()
        if pane.location is None or not rows or plan.copy(pane.place()):
            return None
        parcel = Parcel.of(pane.location, rows)
        if self.outward is not None:
            return self.outward.mime(parcel, pane.notice)
        mime = QMimeData()
        put_into(mime, parcel)
        return mime

    def _drag_ended(self, action: Qt.DropAction) -> None:
        if self.outward is not None:
            self.outward.ended(action)

    def judge(self, parcel: Parcel, target: Location | None, wants_move: bool) -> Qt.DropAction:
        """What dropping it there does: a copy; with Shift, within its container, a move."""
        if target is None or plan.is_home(parcel, target):
            return Qt.DropAction.IgnoreAction
        last = self._judged
        if last is not None and last[0] is parcel and last[1:3] == (target, wants_move):
            return last[3]
        is_move = wants_move and plan.is_within_container(parcel, target)
        if self.carrying.refusal(parcel, target, is_move=is_move):
            action = Qt.DropAction.IgnoreAction
        else:
            action = Qt.DropAction.MoveAction if is_move else Qt.DropAction.CopyAction
        self._judged = (parcel, target, wants_move, action)
        return action

    def _dropped(self, parcel: Parcel, target: Location | None, is_move: bool) -> None:
        if target is not None:
            self._around.do(self.put(parcel, target, is_move=is_move), "drop")

    async def put(self, parcel: Parcel, target: Location, *, is_move: bool) -> None:
        """What was dropped; moving more than one file is asked about, once."""
        is_much = len(parcel.names) > 1 or parcel.names[0].endswith("/")
        if is_move and is_much and not await self._is_meant(parcel, target):
            return
        await self.carrying.put(parcel, target, is_move=is_move)

    async def _is_meant(self, parcel: Parcel, target: Location) -> bool:
        count = len(parcel.names)
        what = f"‘{shown(parcel.names[0].rstrip('/'))}’" if count == 1 else f"{count:,} items"
        return await ask.confirm(
            self._around.window,
            f"Move {what}?",
            f"From {shown(path_text(parcel.place))}\nto {shown(path_text(target))}",
            go="&Move",
        )

    # -- menus ----------------------------------------------------------------

    def offers(self, subject: Subject) -> Sequence[Offer]:
        """Of a place itself: copy it, paste into it. Rows have these as actions with keys."""
        if subject.rows or subject.is_account:
            return ()
        place, there = subject.location, subject.as_place()
        what = "folder" if place.path else "container"
        parcel = parcel_in(self._clipboard.mimeData())
        refusal = (
            "Copy something first."
            if parcel is None
            else self.carrying.refusal(parcel, place, is_move=parcel.is_cut)
        )
        return (
            Offer(
                f"Copy t&his {what}",
                lambda: self._put_on_clipboard(Parcel.of_place(place)),
                "copy",
                plan.copy(there),
            ),
            Offer(
                f"Paste into this {what}",
                lambda: self._paste(parcel, place) if parcel is not None else None,
                "paste",
                refusal,
            ),
        )
