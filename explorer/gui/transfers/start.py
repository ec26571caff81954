"""How a transfer starts from the window: look for conflicts, ask once, queue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QWidget

from explorer.base.settings import OnConflict
from explorer.base.tasks import TaskScope
from explorer.gui.bridge import Bridge
from explorer.gui.parts.busy import BusyIndicator
from explorer.gui.parts.texts import plain_label
from explorer.gui.sheet import Sheet
from explorer.gui.transfers import conflicts
from explorer.transfer.conflicts import MOST_DECISIONS
from explorer.transfer.model import Conflict, ConflictPolicy, DownloadRequest, JobOptions, Request

LISTED_CONFLICTS = MOST_DECISIONS
"""Beyond so many the dialog lists no more; a choice for all covers the rest."""
PATIENCE_S = 0.6
"""How long one waits without being told what for."""


class LookingSheet(Sheet):
    """Says that files are compared, and lets one call it off."""

    def __init__(self, place: str, parent: QWidget | None) -> None:
        super().__init__("Looking for files that exist already…", parent)
        self._busy = BusyIndicator("Looking for files that exist already")
        self._found = plain_label("None so far", muted=True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._busy)
        row.addWidget(self._found, 1)
        self.body.addWidget(plain_label(f"in {place}", muted=True, wrap=True))
        self.body.addLayout(row)
        cancel = self.add_button("Cancel")
        cancel.clicked.connect(self.reject)
        self._busy.start()

    def count(self, found: int) -> None:
        self._found.setText(f"{found:,} so far")


class _Search:
    """Walks the conflicts of one request."""

    def __init__(self, bridge: Bridge, request: Request, sheet: LookingSheet) -> None:
        self._bridge = bridge
        self._request = request
        self._sheet = sheet
        self.found: list[Conflict] = []
        self.total = 0

    async def run(self) -> None:
        request = self._request
        stream = self._bridge.stream(lambda service: service.find_conflicts(request))
        async with aclosing(stream):
            async for conflict in stream:
                self.total += 1
                if len(self.found) < LISTED_CONFLICTS:
                    self.found.append(conflict)
                self._sheet.count(self.total)


class TransferStarter:
    """Starts uploads, downloads and copies for the window that owns `parent`; GUI thread only.

    `started` hears the id of each job that was queued.
    """

    def __init__(self, bridge: Bridge, parent: QWidget, started: Callable[[int], None]) -> None:
        self._bridge = bridge
        self._parent = parent
        self._started = started

    async def start(self, request: Request) -> int | None:
        """Queue `request`, after asking where something of that name exists already.

        Returns the job's id, or None where the person cancelled. Nothing is written before
        the answer; what turns up after it fails instead of being overwritten. Where the
        settings have a rule for conflicts, that rule holds and nobody is asked.
        """
        settings = await self._bridge.get(lambda service: service.settings)
        if settings.on_conflict is not OnConflict.ASK:
            rule = ConflictPolicy(settings.on_conflict.value)
            return await self._submit(replace(request.options, conflicts=rule), request)
        search = await self._look(request)
        if search is None:
            return None
        options = replace(request.options, conflicts=ConflictPolicy.FAIL)
        if search.total:
            decision = await conflicts.ask(
                search.found, search.total, place_of(request), self._parent
            )
            if decision is None:
                return None
            options = replace(options, conflicts=decision.for_the_rest, decisions=decision.for_each)
        return await self._submit(options, request)

    def tell_started(self, job_id: int) -> None:
        """A job that the service began by itself is one of this window, too."""
        self._started(job_id)

    async def _submit(self, options: JobOptions, request: Request) -> int:
        decided = replace(request, options=options)
        job_id = await self._bridge.call(lambda service: service.submit(decided))
        self._started(job_id)
        return job_id

    async def _look(self, request: Request) -> _Search | None:
        """All conflicts there are; None where the person did not want to wait for them."""
        loop = asyncio.get_running_loop()
        called_off: asyncio.Future[None] = loop.create_future()
        sheet = LookingSheet(place_of(request), self._parent)

        def call_off() -> None:
            if not called_off.done():
                called_off.set_result(None)

        sheet.rejected.connect(call_off)
        search = _Search(self._bridge, request, sheet)
        scope = TaskScope(on_error=lambda name, error: None)  # raised below
        appearing = loop.call_later(PATIENCE_S, sheet.open)
        try:
            walk = scope.spawn(search.run(), name="look for conflicts")
            await asyncio.wait({walk, called_off}, return_when=asyncio.FIRST_COMPLETED)
            if called_off.done():
                return None
            walk.result()
            return search
        finally:
            appearing.cancel()
            await scope.aclose()
            called_off.cancel()
            sheet.hide()
            sheet.deleteLater()


def place_of(request: Request) -> str:
    """Where a request writes to, in words."""
    if isinstance(request, DownloadRequest):
        return request.destination
    return f"{request.target.container}/{request.target.prefix}"
