"""Offers to mirror a container or folder: with this computer, or within the storage. GUI thread
only."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.gui import ask
from explorer.gui.browse import rules
from explorer.gui.browse.place_sheet import PlaceSheet, make_folder
from explorer.gui.browse.rules import Place
from explorer.gui.local.pane import LocalPane
from explorer.gui.mirror import places
from explorer.gui.window.offers import Offer
from explorer.gui.window.subject import Subject
from explorer.gui.window.surroundings import Surroundings
from explorer.service.model import Ability, Location

if TYPE_CHECKING:  # loaded with the first mirror
    from explorer.gui.mirror.window import MirrorWindow
    from explorer.workflows.mirror_sides import End

BEFORE = "You see what would be done, and why, before anything is."


class MirrorArea:
    """One per window."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def offers(self, subject: Subject) -> Sequence[Offer]:
        place = subject.place
        if place is None or not place.container:
            return ()
        about = subject.as_place()
        down, up = places.source_refusal(about), places.target_refusal(about)
        delete = rules.refusal(about, Ability.DELETE)
        return (
            Offer(
                "M&irror",
                icon_name="mirror",
                refusal=down and up,
                children=(
                    Offer(
                        "To a folder of this &computer…",
                        lambda: self._ask(place, is_up=False),
                        "download",
                        refusal=down,
                    ),
                    Offer(
                        "&From a folder of this computer…",
                        lambda: self._ask(place, is_up=True, delete_refusal=delete),
                        "upload",
                        refusal=up,
                    ),
                    Offer(
                        "To another place of the &storage…",
                        lambda: self._around.do(self.choose(place), "mirror"),
                        "folder-open",
                        refusal=down,
                    ),
                    *self._open_places(place, down, up),
                ),
            ),
        )

    # -- with what is open beside it ----------------------------------------------

    def _open_places(self, place: Location, down: str, up: str) -> list[Offer]:
        """The other pane first, then what other tabs show."""
        tabs = self._around.tabs
        sides = tabs.tab.sides
        beside = [
            side.folder if isinstance(side, LocalPane) else side.location
            for side in (sides.left, sides.right)
            if side is not None
        ]
        found = places.others(place, [*beside, *(pane.location for pane in tabs.panes())])
        offers = []
        for one in found:
            name = places.in_menu(self._title(one, place))
            to, back = down or self._refusal(one, is_target=True), up or self._refusal(one)
            offers.append(Offer(f"To {name}…", partial(self.between, place, one), "forward", to))
            offers.append(Offer(f"From {name}…", partial(self.between, one, place), "back", back))
        return offers

    def _refusal(self, end: End, *, is_target: bool = False) -> str:
        if isinstance(end, Path):
            return ""
        about = Place(self._around.tree.connection(end.connection_id), end)
        return places.target_refusal(about) if is_target else places.source_refusal(about)

    def _title(self, end: End, beside: End) -> str:
        if isinstance(end, Path) or isinstance(beside, Path):
            return places.title(end)
        is_far = end.connection_id != beside.connection_id
        return places.title(
            end, self._around.tree.connection(end.connection_id) if is_far else None
        )

    # -- chosen -------------------------------------------------------------------

    def _ask(self, place: Location, *, is_up: bool, delete_refusal: str = "") -> None:
        async def run() -> None:
            title = "Mirror from this folder" if is_up else "Mirror into this folder"
            folder = await ask.folder(self._around.window, title)
            if folder is not None:
                self.open(place, folder, is_up=is_up, delete_refusal=delete_refusal)

        self._around.do(run(), "mirror")

    async def choose(self, place: Location) -> MirrorWindow | None:
        """Ask for another place of the storage, then show what would be done."""
        around = self._around

        def judge(target: Location) -> tuple[str, str]:
            problem = places.trouble(place, target)
            return problem or self._refusal(target, is_target=True), BEFORE

        sheet = PlaceSheet(
            f"Mirror {places.title(place)} to",
            "&Look",
            place,
            around.tree.model,
            judge,
            around.window,
            name="Folder to mirror to",
        )
        sheet.new_folder_requested.connect(
            lambda where: around.do(make_folder(sheet, around.bridge, where), "new folder")
        )
        target = await ask.finished(sheet, lambda it: it.target)
        return self.between(place, target) if target is not None else None

    def between(self, source: End, target: End) -> MirrorWindow:
        """A window with what would be done to make `target` like `source`."""
        delete = ""
        if isinstance(target, Location):
            connection = self._around.tree.connection(target.connection_id)
            delete = rules.refusal(Place(connection, target), Ability.DELETE)
        return self._open(source, target, delete)

    def open(
        self, place: Location, folder: Path, *, is_up: bool, delete_refusal: str = ""
    ) -> MirrorWindow:
        """The same for a folder of this computer."""
        source, target = (folder, place) if is_up else (place, folder)
        return self._open(source, target, delete_refusal)

    def _open(self, source: End, target: End, delete_refusal: str) -> MirrorWindow:
        from explorer.gui.mirror.window import MirrorWindow

        around = self._around
        window = MirrorWindow(
            around.bridge,
            around.scope,
            source,
            target,
            (self._title(source, target), self._title(target, source)),
            around.starter.tell_started,
            around.window,
            delete_refusal=delete_refusal,
        )
        window.show()
        return window
