"""What is selected, current and scrolled to in a listing, kept over a change of its rows."""

from __future__ import annotations

from explorer.base.records import dataclass
from explorer.gui.browse.listing_model import ListingModel
from explorer.gui.browse.listing_view import ListingView

MAX_SELECTED = 1_000
"""More than that is not looked for again."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows by name, since their numbers will be others."""

    selected: frozenset[tuple[str, bool]]
    current: str
    scrolled: int

    @classmethod
    def of(cls, view: ListingView, model: ListingModel) -> Kept:
        """As it is now."""
        spans = view.spans()
        count = sum(last - first + 1 for first, last in spans)
        rows = model.taken(spans) if count <= MAX_SELECTED else ()
        current = view.current_row()
        return cls(
            frozenset((row.name, row.is_folder) for row in rows),
            "" if current is None else model.at(current).name,
            view.verticalScrollBar().value(),
        )

    def restore(self, view: ListingView, model: ListingModel) -> None:
        """As far as the rows are still there."""
        if self.current and (row := model.position(self.current)) is not None:
            view.setCurrentIndex(model.index(row, 0))
        view.clearSelection()
        if self.selected:
            view.select_names(set(self.selected))
        view.verticalScrollBar().setValue(self.scrolled)
