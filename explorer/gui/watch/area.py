"""Offers to watch a folder of this computer for a container or folder, and shows what is
watched. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.gui import ask
from explorer.gui.browse import rules
from explorer.gui.colours import Tone
from explorer.gui.watch.desk import WatchDesk, Watched
from explorer.gui.window.offers import Offer
from explorer.gui.window.subject import Subject
from explorer.gui.window.surroundings import Surroundings
from explorer.service.model import Ability, Location
from explorer.transfer.model import JobSnapshot
from explorer.workflows.watched_folders import WatchWish

if TYPE_CHECKING:  # loaded when somebody looks
    from explorer.gui.watch.sheet import WatchedSheet

WATCHED = "It is watched for this place already: see Watched folders."


class WatchArea:
    """One per window."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._sheet: WatchedSheet | None = None
        self.desk = WatchDesk(around.bridge, around.scope, around.workers, around.window)
        self.desk.ended_badly.connect(self._tell_end)
        around.scope.spawn(self.desk.load(), name="read the watched folders")

    def offers(self, subject: Subject) -> Sequence[Offer]:
        place = subject.place
        if place is None:
            return ()
        offers = []
        if place.container:
            offers.append(
                Offer(
                    "&Watch a folder…",
                    lambda: self._around.do(self.ask(place), "watch a folder"),
                    "follow",
                    refusal=rules.refusal(subject.as_place(), Ability.WRITE),
                )
            )
        if self.desk.all:
            offers.append(Offer("Watched fol&ders…", self.show, "list"))
        return offers

    async def ask(self, target: Location) -> None:
        """Ask which folder, and watch it."""
        from explorer.gui.watch.start_sheet import WatchStartSheet

        around = self._around
        settings = await around.bridge.get(lambda service: service.settings)
        sheet = WatchStartSheet(
            target,
            self._refusal,
            around.scope,
            around.window,
            use_ignore_files=settings.use_ignore_files,
        )
        wish = await ask.finished(sheet, lambda it: it.wish)
        if wish is not None:
            self.show(self.desk.begin(wish))

    async def _refusal(self, wish: WatchWish) -> str:
        watched = self.desk.find(wish)
        if watched is not None and watched.is_running:
            return WATCHED
        is_there = await self._around.workers.run(Path(wish.folder).is_dir)
        return "" if is_there else f"There is no folder '{wish.folder}'. Check the name."

    def show(self, watched: Watched | None = None) -> None:
        """The watched folders, that one selected."""
        from explorer.gui.watch.sheet import WatchedSheet

        sheet = self._sheet
        if sheet is None:
            sheet = WatchedSheet(self.desk, self._connection_name, self._around.window)
            sheet.show_requested.connect(self._open)
            sheet.finished.connect(lambda _: self._closed())
            self._sheet = sheet
        if watched is not None:
            sheet.choose(watched)
        sheet.show()
        sheet.activateWindow()

    def _closed(self) -> None:
        self._sheet = None

    def _connection_name(self, connection_id: str) -> str:
        connection = self._around.tree.connection(connection_id)
        return connection.name if connection is not None else "a connection that is gone"

    def _open(self, target: Location) -> None:
        if self._around.tree.connection(target.connection_id) is not None:
            self._around.tabs.open_tab().go(target)

    def _tell_end(self, watched: Watched) -> None:
        """In the sheet, where it is open; else in the tab in front."""
        if self._sheet is not None:
            return
        self._around.tabs.pane.notice.say(
            f"{watched.wish.folder} is not watched. {watched.reason}",
            Tone.WARN,
            action="Show it",
            act=lambda: self.show(watched),
        )


def quiet_of(areas: Iterable[object]) -> Callable[[JobSnapshot], bool]:
    """Says of a job whether its end is no news to whom these areas are."""
    desks = [area.desk for area in areas if isinstance(area, WatchArea)]
    return lambda job: any(desk.is_quiet(job) for desk in desks)
