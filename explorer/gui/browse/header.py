"""The captions of a listing, as `Columns` says, and its sorting. GUI thread only."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableView

from explorer.gui.browse.columns import PLAN, Columns
from explorer.gui.browse.sorting import Column
from explorer.gui.parts.fitted_header import FittedHeader


def sort_order(descending: bool) -> Qt.SortOrder:
    """Qt's word for it."""
    return Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder


class ListingHeader(FittedHeader):
    """Shows what `Columns` says; what is about deleted rows only where they are listed."""

    def __init__(self, columns: Columns, parent: QTableView) -> None:
        super().__init__(PLAN, columns, parent)
        self._columns = columns
        self._shows_deleted = False

    def set_up(self) -> None:
        self.show_sorting(self._columns.sorted_by, descending=self._columns.descending)
        super().set_up()

    def show_deleted(self, is_shown: bool) -> None:
        """The column that is about deleted rows: only where they are listed."""
        if is_shown != self._shows_deleted:
            self._shows_deleted = is_shown
            self._show()

    def show_sorting(self, column: Column, *, descending: bool) -> None:
        """Put the arrow where the sorting is."""
        self.setSortIndicator(column, sort_order(descending))

    def _is_in_place(self, column: Any) -> bool:
        return column is not Column.DELETED or self._shows_deleted
