"""Statistics of containers, folders and selections, live while they are counted."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing

from explorer.base.errors import NotFoundError
from explorer.service.browse import Browser, Reach
from explorer.service.model import Location
from explorer.service.tally import Statistics, Tally
from explorer.storage.model import as_listed

TELL_S = 0.25
"""How often a count that goes on is told."""


class StatisticsDesk:
    """Counts by listing; reads nothing else. Of the service loop's thread."""

    def __init__(self, reach: Reach, browser: Browser) -> None:
        self._reach = reach
        self._browser = browser

    async def count(
        self, location: Location, names: tuple[str, ...] = ("",)
    ) -> AsyncGenerator[Statistics, None]:
        """Growing statistics, the last one `is_complete`; closing the generator stops it.

        `names` are relative to `location`: folders end with `/`, an empty name is the whole of
        it; at the account they are containers, and an empty name is all of them. Raises what a
        listing raises; what could not be listed whole is never told as complete.
        """
        tally = Tally(time.time(), location.path)
        told_s = time.monotonic()
        async with aclosing(self._pages(location, names, tally)) as pages:
            async for _ in pages:
                if time.monotonic() - told_s >= TELL_S:
                    yield await self._reach.calls.once(tally.statistics, is_complete=False)
                    told_s = time.monotonic()
        yield await self._reach.calls.once(tally.statistics, is_complete=True)

    async def _pages(
        self, location: Location, names: tuple[str, ...], tally: Tally
    ) -> AsyncGenerator[None, None]:
        """One turn for each page that was counted. A page of thousands is counted in a thread,
        so that nobody waits for it."""
        if not location.container:
            async for container in self._containers(location.connection_id, names):
                where = Location(location.connection_id, container)
                async with aclosing(self._browser.walk(where)) as pages:
                    async for page in pages:
                        await self._reach.calls.once(
                            tally.add, page.blobs, container=container, above=f"{container}/"
                        )
                        yield
            return
        for name in names:
            if name and not name.endswith("/"):
                found = await self._browser.properties(location, name)
                tally.add([as_listed(found)], container=location.container)
                yield
                continue
            is_empty = True
            async with aclosing(self._browser.walk(location, prefix=name)) as pages:
                async for page in pages:
                    is_empty = is_empty and not page.blobs
                    await self._reach.calls.once(
                        tally.add, page.blobs, container=location.container
                    )
                    yield
            if is_empty and (location.path or name):
                await self._check_there(location, name)

    async def _check_there(self, location: Location, name: str) -> None:
        """An empty folder has statistics, one that is not there has none."""
        folder = location.child(name[:-1]) if name else location
        if not await self._browser.is_folder(folder):
            raise NotFoundError(
                f"There is no folder '{folder.path}' in '{folder.container}'.",
                cure="Look one level higher.",
                status=404,
            )

    async def _containers(
        self, connection_id: str, names: Iterable[str]
    ) -> AsyncGenerator[str, None]:
        if chosen := [name.rstrip("/") for name in names if name]:
            for name in chosen:
                yield name
            return
        async with aclosing(self._browser.list_containers(connection_id)) as pages:
            async for page in pages:
                for container in page.containers:
                    yield container.name
