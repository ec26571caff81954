"""Sorting and filtering a listing beside the GUI thread: what is wanted last wins.

GUI thread only; the work itself is done in a thread on plain data, in steps short
enough that the window keeps painting.
"""

from __future__ import annotations

import asyncio
from array import array
from contextlib import suppress
from time import monotonic

from PySide6.QtCore import QObject, Signal

from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.gui.browse.listing_model import ListingModel
from explorer.gui.browse.matching import RowMatch
from explorer.gui.browse.rows import Rows
from explorer.gui.browse.sorting import Column, sort_rows

SMALL = 1_000
"""Up to so many rows the work is done at once: a thread would take longer."""
PAUSE_S = 0.4
"""Between two sorts while a listing fills, at least; more where sorting takes long."""


class Arranger(QObject):
    """Keeps one model in the order and under the filter a person chose."""

    arranged = Signal()

    def __init__(
        self, model: ListingModel, workers: Workers, scope: TaskScope, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._workers = workers
        self._scope = scope
        self._column = Column.NAME
        self._descending = False
        self._match: RowMatch | None = None
        self._is_filling = False
        self._filled = asyncio.Event()
        self._cost_s = 0.0
        self._task: asyncio.Task[None] | None = None

    @property
    def column(self) -> Column:
        return self._column

    @property
    def descending(self) -> bool:
        return self._descending

    @property
    def is_busy(self) -> bool:
        return self._task is not None

    def sort_by(self, column: Column, *, descending: bool) -> None:
        """Order by `column` from now on; equal ones by name."""
        self._column, self._descending = column, descending
        self._want()

    def filter(self, match: RowMatch | None) -> None:
        """Show only rows that match; None shows all."""
        self._match = match
        self._want()

    def fill(self, is_filling: bool) -> None:
        """While a listing fills, sorting is done now and then; at its end once more."""
        self._is_filling = is_filling
        if is_filling:
            self._filled.clear()
        else:
            self._filled.set()
        self._want()

    def appended(self) -> None:
        """Rows came."""
        if not self._model.is_ordered:
            self._want()

    def adopt(self, rows: Rows, order: array[int]) -> None:
        """Show other rows, `order` being by what is chosen here now."""
        self._model.column, self._model.descending = self._column, self._descending
        self._model.start(rows, order)
        self._want()

    async def order_of(self, rows: Rows) -> array[int]:
        """All of `rows` as they would be ordered; again, if the choice changes meanwhile."""
        while True:
            chosen = (self._column, self._descending)
            order = await self._sorted(rows, None)
            if chosen == (self._column, self._descending):
                return order

    def stop(self) -> None:
        """Leave it as it is; nobody looks any more."""
        if self._task is not None:
            self._task.cancel()

    # -- work -----------------------------------------------------------------

    def _sort_is_due(self) -> bool:
        model = self._model
        return not model.is_ordered or (model.column, model.descending) != (
            self._column,
            self._descending,
        )

    def _filter_is_due(self) -> bool:
        return self._model.filter is not self._match

    def _want(self) -> None:
        if self._scope.is_closed:  # the window is going
            return
        if self._task is None and (self._sort_is_due() or self._filter_is_due()):
            self._task = self._scope.spawn(self._work(), name="arrange a listing")

    async def _work(self) -> None:
        try:
            while self._filter_is_due() or self._sort_is_due():
                if self._filter_is_due():
                    await self._filter_once()
                else:
                    await self._sort_once()
        finally:
            self._task = None
        self.arranged.emit()

    async def _sort_once(self) -> None:
        model, rows = self._model, self._model.rows
        column, descending = self._column, self._descending
        started = monotonic()
        known = model.order if (model.column, model.descending) == (column, descending) else None
        order = await self._sorted(rows, known)
        if rows is not model.rows or (column, descending) != (self._column, self._descending):
            return
        model.arrange(order, column, descending=descending)
        self._cost_s = monotonic() - started
        if self._is_filling:
            with suppress(TimeoutError):
                async with asyncio.timeout(max(PAUSE_S, 3 * self._cost_s)):
                    await self._filled.wait()

    async def _sorted(self, rows: Rows, known: array[int] | None) -> array[int]:
        count = len(rows)
        column, descending = self._column, self._descending
        before = None if known is None else known[:]
        if count <= SMALL:
            return sort_rows(rows, count, column, descending=descending, known=before)
        return await self._workers.run(
            sort_rows, rows, count, column, descending=descending, known=before
        )

    async def _filter_once(self) -> None:
        model, rows, match = self._model, self._model.rows, self._match
        if match is None:
            model.show_only(None, None, 0)
            return
        order = model.order[:]
        if len(order) <= SMALL:
            shown = match.among(rows, order)
        else:
            shown = await self._workers.run(match.among, rows, order)
        if rows is not model.rows or match is not self._match:
            return
        if model.order[: len(order)] != order:
            return  # sorted meanwhile: once more
        model.show_only(match, shown, len(order))
