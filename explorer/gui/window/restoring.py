"""Bringing back what is deleted and selected in a listing; the bar of its tab tells how far it is.

Coroutines of the GUI thread; errors leave them and are told by the window.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

from explorer.gui.bridge import Bridge
from explorer.gui.browse.pane import Pane
from explorer.gui.browse.restore_words import ended_text, failures_text
from explorer.gui.browse.rows import Row
from explorer.gui.colours import Tone
from explorer.gui.window.tabs import Tabs
from explorer.service.model import Location
from explorer.service.restore_plan import RestorePlan
from explorer.service.restoring import RestoreCount

LOOKING = "Looking for what can come back…"


class Restoring:
    """One that runs. Where its tab is closed meanwhile, the tab in front tells of it."""

    def __init__(self, bridge: Bridge, tabs: Tabs, place: Location, rows: Sequence[Row]) -> None:
        self._bridge = bridge
        self._tabs = tabs
        self._began_in = tabs.pane
        self._place = place
        self._rows = rows
        self._done = 0

    async def run(self) -> None:
        """Restore blobs and folders of a folder, or containers of an account, as they last were.
        Raises what planning raises; of blobs that failed the bar tells."""
        try:
            if self._place.container:
                self._tell_end(await self._restore_blobs())
            else:
                await self._restore_containers()
        except asyncio.CancelledError:
            self._pane().notice.say(f"Stopped: {self._done:,} restored.", Tone.INFO)
            raise
        except BaseException:
            self._pane().notice.dismiss()
            raise

    def _pane(self) -> Pane:
        is_there = self._began_in in self._tabs.panes()
        return self._began_in if is_there else self._tabs.pane

    def _tell(self, text: str) -> None:
        own = asyncio.current_task()

        def stop() -> None:
            if own is not None:
                own.cancel()

        self._pane().notice.say(text, Tone.INFO, action="Stop", act=stop, closable=False)

    async def _restore_blobs(self) -> RestoreCount:
        place = self._place
        names = tuple(f"{row.name}/" if row.is_folder else row.name for row in self._rows)
        plan, count = RestorePlan(), RestoreCount()
        self._tell(LOOKING)
        plans = self._bridge.stream(lambda it: it.history.plan_back(place, names))
        async with aclosing(plans):
            async for plan in plans:
                self._tell(f"{LOOKING} {plan.restored:,} so far")
        counts = self._bridge.stream(lambda it: it.history.apply(place, plan))
        async with aclosing(counts):
            async for count in counts:
                self._done = count.done
                self._tell(f"Restored {count.done:,} of {count.total:,}…")
        return count

    def _tell_end(self, count: RestoreCount) -> None:
        text = f"{ended_text(count)} {failures_text(count)}".strip()
        self._pane().notice.say(text, Tone.BAD if count.failed else Tone.OK)

    async def _restore_containers(self) -> None:
        at = self._place.connection_id
        for row in self._rows:
            name = row.name
            gone = await self._bridge.call(
                lambda it, name=name: it.history.latest_deleted(at, name)  # type: ignore[misc]
            )
            await self._bridge.call(
                lambda it, gone=gone: it.history.restore_container(at, gone)  # type: ignore[misc]
            )
            self._done += 1
            self._tell(f"Restored {self._done:,} of {len(self._rows):,}…")
        what = "The container is" if self._done == 1 else f"{self._done:,} containers are"
        self._pane().notice.say(f"{what} back.", Tone.OK)
