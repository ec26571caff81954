"""The settings of this process: read at the start and when another process wrote them, changed
and written as one."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from explorer.base.paths import Stamp, stamp_of
from explorer.base.settings import (
    FILE_NAME,
    LoadedSettings,
    Settings,
    change_settings,
    load_settings,
)
from explorer.base.workers import Workers


class Preferences:
    """Of the service loop's thread; the disk is touched in a thread of its own."""

    def __init__(
        self, folder: Path, loaded: LoadedSettings, stamp: Stamp, workers: Workers
    ) -> None:
        self._folder = folder
        self._stamp = stamp
        self._workers = workers
        self._lock = asyncio.Lock()
        self.settings = loaded.settings
        self.problems = loaded.problems

    @classmethod
    async def load(cls, folder: Path) -> Preferences:
        """Read the file. Raises LocalError where it is there and cannot be read."""
        workers = Workers("settings", 1)
        try:
            loaded, stamp = await workers.run(_load, folder)
            return cls(folder, loaded, stamp, workers)
        except BaseException:
            workers.close()
            raise

    async def update(self, **changes: object) -> Settings:
        """Written first, then in force, with what another process has written meanwhile.
        Raises InputError, LocalError."""
        async with self._lock:
            loaded = await self._workers.run(partial(change_settings, self._folder, **changes))
            self.settings = loaded.settings
            return self.settings

    async def catch_up(self) -> Settings:
        """The settings as another process may have written them. A file that is damaged, newer
        or gone changes nothing. Raises LocalError."""
        async with self._lock:
            found = await self._workers.run(self._written_since)
            if found is not None:
                self.settings = found
            return self.settings

    def _written_since(self) -> Settings | None:
        """Blocking."""
        if stamp_of(self._folder / FILE_NAME) == self._stamp:
            return None
        loaded, self._stamp = _load(self._folder)
        is_known = self._stamp is not None and not (loaded.is_damaged or loaded.is_newer)
        return loaded.settings if is_known else None

    def close(self) -> None:
        self._workers.close()


def _load(folder: Path) -> tuple[LoadedSettings, Stamp]:
    """The stamp is taken first: what is written in between is read once more."""
    stamp = stamp_of(folder / FILE_NAME)
    return load_settings(folder), stamp
