"""Offers to mirror a container or folder with a folder of this computer. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from explorer.gui import ask
from explorer.gui.browse import rules
from explorer.gui.browse.words import path_text
from explorer.gui.mirror.window import MirrorWindow
from explorer.gui.window.offers import Offer
from explorer.gui.window.subject import Subject
from explorer.gui.window.surroundings import Surroundings
from explorer.service.model import Ability, Location


class MirrorArea:
    """One per window."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def offers(self, subject: Subject) -> Sequence[Offer]:
        place = subject.place
        if place is None or not place.container:
            return ()
        about = subject.as_place()
        lists = rules.refusal(about, Ability.LIST)
        down = lists or rules.refusal(about, Ability.READ)
        up = lists or rules.refusal(about, Ability.WRITE)
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
                ),
            ),
        )

    def _ask(self, place: Location, *, is_up: bool, delete_refusal: str = "") -> None:
        async def run() -> None:
            title = "Mirror from this folder" if is_up else "Mirror into this folder"
            folder = await ask.folder(self._around.window, title)
            if folder is not None:
                self.open(place, folder, is_up=is_up, delete_refusal=delete_refusal)

        self._around.do(run(), "mirror")

    def open(
        self, place: Location, folder: Path, *, is_up: bool, delete_refusal: str = ""
    ) -> MirrorWindow:
        """A window with what would be done."""
        around = self._around
        there = path_text(place).strip("/")
        source, target = (folder, place) if is_up else (place, folder)
        names = (str(folder), there) if is_up else (there, str(folder))
        window = MirrorWindow(
            around.bridge,
            around.scope,
            source,
            target,
            names,
            around.starter.tell_started,
            around.window,
            delete_refusal=delete_refusal,
        )
        window.show()
        return window
