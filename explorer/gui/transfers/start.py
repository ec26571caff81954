"""From a drop or a menu to a job: look for conflicts, ask once, queue."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from explorer.gui.bridge import Bridge
from explorer.gui.transfers import conflicts
from explorer.transfer.model import Conflict, ConflictPolicy, Request, UploadRequest

LISTED_CONFLICTS = 10_000
"""Beyond so many the dialog lists no more; a choice for all covers the rest."""


class TransferStarter:
    """Starts uploads and downloads for the window that owns `parent`; GUI thread only."""

    def __init__(self, bridge: Bridge, parent: QWidget) -> None:
        self._bridge = bridge
        self._parent = parent

    async def start(self, request: Request) -> int | None:
        """Queue `request`, after asking where something of that name exists already.

        Returns the job's id, or None where the person cancelled. Nothing is written before
        the answer; what turns up after it fails instead of being overwritten.
        """
        found: list[Conflict] = []
        total = 0
        async with aclosing(self._bridge.stream(lambda s: s.find_conflicts(request))) as stream:
            async for conflict in stream:
                total += 1
                if len(found) < LISTED_CONFLICTS:
                    found.append(conflict)
        options = replace(request.options, conflicts=ConflictPolicy.FAIL)
        if total:
            decision = await conflicts.ask(found, total, _place(request), self._parent)
            if decision is None:
                return None
            options = replace(options, conflicts=decision.for_the_rest, decisions=decision.for_each)
        decided = replace(request, options=options)
        return await self._bridge.call(lambda s: s.submit(decided))


def _place(request: Request) -> str:
    if isinstance(request, UploadRequest):
        return f"{request.target.container}/{request.target.prefix}"
    return request.destination
