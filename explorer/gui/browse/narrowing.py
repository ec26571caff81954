"""What is typed above a listing narrows it. GUI thread only."""

from __future__ import annotations

from time import time

from PySide6.QtCore import QObject

from explorer.base.errors import InputError
from explorer.gui.browse.arranger import Arranger
from explorer.gui.browse.kept import Kept
from explorer.gui.browse.listing_model import ListingModel
from explorer.gui.browse.listing_view import ListingView
from explorer.gui.browse.matching import row_match
from explorer.gui.browse.navigation import NavigationBar


class Narrowing(QObject):
    """One per pane. What was selected and is still shown stays selected."""

    def __init__(
        self,
        bar: NavigationBar,
        view: ListingView,
        model: ListingModel,
        arranger: Arranger,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bar = bar
        self._view = view
        self._model = model
        self._arranger = arranger
        self._before: Kept | None = None
        bar.filter_changed.connect(self._narrow)
        arranger.arranged.connect(self._restore)

    def end(self) -> None:
        """Other rows come: show all of them, and look for none that was selected."""
        self._bar.clear_filter()
        self._before = None

    def _narrow(self, text: str) -> None:
        """What `matching.row_match` understands."""
        try:
            match = row_match(text, time())
        except InputError as error:
            self._bar.refuse_filter(str(error))
            return
        self._bar.refuse_filter("")
        self._before = self._before or Kept.of(self._view, self._model)
        self._arranger.filter(match)

    def _restore(self) -> None:
        if self._before is not None:
            self._before.restore(self._view, self._model)
            self._before = None
