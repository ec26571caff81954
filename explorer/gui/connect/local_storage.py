"""A storage emulator that runs as long as the window does. Blocking; for a worker thread."""

from __future__ import annotations

from explorer.base.paths import cache_dir
from explorer.service.emulator import Emulator


class LocalStorage:
    """At most one emulator, started when asked for."""

    def __init__(self) -> None:
        self._emulator: Emulator | None = None

    def start(self) -> str:
        """Start it, unless it runs; returns its connection string. Raises EmulatorError."""
        if self._emulator is None or not self._emulator.is_running:
            folder = cache_dir() / "local-storage"
            emulator = Emulator(log=folder / "emulator.log", folder=folder / "data")
            emulator.start()
            self._emulator = emulator
        return self._emulator.connection_string

    def stop(self) -> None:
        """End it, if it was started here."""
        if self._emulator is not None:
            self._emulator.stop()
            self._emulator = None
