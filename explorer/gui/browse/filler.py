"""Pages of a listing into the table, a little at a time, so that no frame is late.

GUI thread only.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import AsyncGenerator
from contextlib import aclosing
from time import perf_counter

from PySide6.QtCore import QObject, Signal

from explorer.gui.browse.arranger import Arranger
from explorer.gui.browse.gone import GonePage
from explorer.gui.browse.listing_model import ListingModel
from explorer.gui.browse.rows import Rows
from explorer.storage.model import ContainerPage, Page

STEP = 500
"""Rows told to Qt at once; 5,000 would take 50 ms."""
BUDGET_S = 0.008
"""How long one turn of the loop may be used."""

AnyPage = Page | ContainerPage | GonePage
Pages = (
    AsyncGenerator[Page, None]
    | AsyncGenerator[ContainerPage, None]
    | AsyncGenerator[Page | GonePage, None]
    | AsyncGenerator[ContainerPage | GonePage, None]
)


class Filler(QObject):
    """Reads one listing after the other into one model."""

    progressed = Signal(int)
    """How many rows have come so far."""

    def __init__(
        self, model: ListingModel, arranger: Arranger, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._arranger = arranger
        self._turn_began = 0.0

    async def fill(self, path: str, pages: Pages) -> None:
        """Show rows as they come: the first ones with the first page."""
        rows = Rows(path)
        self._model.start(rows)
        self._arranger.fill(True)
        try:
            async with aclosing(pages):
                async for page in pages:
                    await self._add(rows, page, is_shown=True)
                    self.progressed.emit(len(rows))
        finally:
            self._arranger.fill(False)

    async def collect(self, path: str, pages: Pages) -> tuple[Rows, array[int]]:
        """List again behind what is shown; all rows and their order, for `Arranger.adopt`."""
        rows = Rows(path)
        async with aclosing(pages):
            async for page in pages:
                await self._add(rows, page, is_shown=False)
                self.progressed.emit(len(rows))
        return rows, await self._arranger.order_of(rows)

    async def _add(self, rows: Rows, page: AnyPage, *, is_shown: bool) -> None:
        if isinstance(page, ContainerPage):
            for start in range(0, len(page.containers), STEP):
                await self._have_time()
                rows.add_containers(page.containers[start : start + STEP])
                self._added(is_shown)
            return
        if isinstance(page, GonePage):
            await self._add_gone(rows, page, is_shown=is_shown)
            return
        for start in range(0, len(page.prefixes), STEP):
            await self._have_time()
            rows.add_prefixes(page.prefixes[start : start + STEP])
            self._added(is_shown)
        for start in range(0, len(page.blobs), STEP):
            await self._have_time()
            rows.add_blobs(page.blobs[start : start + STEP])
            self._added(is_shown)

    async def _add_gone(self, rows: Rows, page: GonePage, *, is_shown: bool) -> None:
        for start in range(0, len(page.containers), STEP):
            await self._have_time()
            rows.add_deleted_containers(page.containers[start : start + STEP])
            self._added(is_shown)
        for start in range(0, len(page.prefixes), STEP):
            await self._have_time()
            rows.add_deleted_prefixes(page.prefixes[start : start + STEP])
            self._added(is_shown)
        for start in range(0, len(page.states), STEP):
            await self._have_time()
            rows.add_deleted(page.states[start : start + STEP])
            self._added(is_shown)

    async def _have_time(self) -> None:
        """Before each step: any may be the one that a slow machine needs a whole turn for. Not
        after the last one, for whoever is told of the page acts on it in the turn that shows it.
        """
        if perf_counter() - self._turn_began > BUDGET_S / 2:
            await asyncio.sleep(0)
            self._turn_began = perf_counter()

    def _added(self, is_shown: bool) -> None:
        if is_shown:
            self._model.show_new()
            self._arranger.appended()
