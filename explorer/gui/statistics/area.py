"""Offers statistics of what is selected, and leads from them to the place. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.gui.browse import rules
from explorer.gui.browse.words import path_text
from explorer.gui.statistics.sheet import StatisticsWindow
from explorer.gui.window.offers import Offer
from explorer.gui.window.subject import Subject
from explorer.gui.window.surroundings import Surroundings
from explorer.service.model import Ability, Location


class StatisticsArea:
    """One per window."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def offers(self, subject: Subject) -> Sequence[Offer]:
        refusal = rules.refusal(subject.as_place(), Ability.LIST)
        return (Offer("Stat&istics…", lambda: self.open(subject), "list", refusal=refusal),)

    def open(self, subject: Subject) -> StatisticsWindow:
        """A window that counts it."""
        around, place = self._around, subject.place
        where = place if place is not None else subject.location
        names = ("",) if place is not None else subject.names
        title = path_text(where).strip("/") or subject.connection.name
        if place is None:
            title = f"{len(subject.rows):,} items of {title}"
        window = StatisticsWindow(
            title,
            lambda: around.bridge.stream(lambda service: service.statistics.count(where, names)),
            around.scope,
            around.window,
        )
        window.place_requested.connect(lambda path: self._go(where, path))
        window.show()
        return window

    def _go(self, where: Location, path: str) -> None:
        """A folder is told relative to what was counted, a blob with its container."""
        if where.container and (not path or path.endswith("/")):
            self._around.tabs.open_tab(
                Location(where.connection_id, where.container, where.path + path)
            )
            return
        container, _, path = path.partition("/")
        head, slash, name = path.rpartition("/")
        pane = self._around.tabs.open_tab()
        pane.go(Location(where.connection_id, container, head + slash), select=name)
