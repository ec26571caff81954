"""The row that is to be selected as soon as it has come. GUI thread only."""

from __future__ import annotations

from explorer.gui.browse.lister import Lister
from explorer.gui.browse.listing_model import ListingModel
from explorer.gui.browse.listing_view import ListingView


class Wanted:
    """One per pane."""

    def __init__(self, view: ListingView, model: ListingModel, lister: Lister) -> None:
        self._view = view
        self._model = model
        self._lister = lister
        self._name = ""

    def want(self, name: str) -> None:
        """Of what is being listed; empty wants nothing."""
        self._name = name

    def expect(self, name: str) -> None:
        """What was just made, and comes with the next listing unless it is here already."""
        self._name = name
        if self._model.position(name) is not None:
            self.look()

    def look(self) -> None:
        """Select it if it is here. Without a wish the first row gets the keys, unselected."""
        view, model, lister = self._view, self._model, self._lister
        if not self._name:
            if lister.is_listed and view.current_row() is None and model.rowCount():
                view.setCurrentIndex(model.index(0, 0))
                view.clearSelection()
            return
        row = model.position(self._name)
        if row is not None:
            view.go_to(row)
        if row is not None or (lister.is_listed and not lister.is_listing):
            self._name = ""
