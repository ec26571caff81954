"""The settings of this process: read at the start, changed and written as one."""

from __future__ import annotations

import asyncio
from pathlib import Path

from explorer.base.settings import LoadedSettings, Settings, load_settings, save_settings
from explorer.base.workers import Workers


class Preferences:
    """Of the service loop's thread; the disk is touched in a thread of its own."""

    def __init__(self, folder: Path, loaded: LoadedSettings, workers: Workers) -> None:
        self._folder = folder
        self._loaded = loaded
        self._workers = workers
        self._lock = asyncio.Lock()
        self.settings = loaded.settings
        self.problems = loaded.problems

    @classmethod
    async def load(cls, folder: Path) -> Preferences:
        """Read the file. Raises LocalError where it is there and cannot be read."""
        workers = Workers("settings", 1)
        try:
            return cls(folder, await workers.run(load_settings, folder), workers)
        except BaseException:
            workers.close()
            raise

    async def update(self, **changes: object) -> Settings:
        """Written first, then in force. Raises InputError, LocalError."""
        async with self._lock:
            settings = self.settings.changed(**changes)
            await self._workers.run(save_settings, self._folder, settings, self._loaded)
            self.settings = settings
            return settings

    def close(self) -> None:
        self._workers.close()
