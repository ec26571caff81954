"""Who runs a job: a lock file for each engine, held as long as its process lives.

The operating system frees the lock however the process ends, so a dead owner is
told from a slow one without a clock.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from explorer.transfer.files import translating

ENDING: Final = ".lock"

if sys.platform == "win32":  # not tried on Windows yet
    import msvcrt

    def _try_lock(fd: int) -> bool:
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(fd: int) -> bool:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class EngineLock:
    """This engine's claim to be alive; `id` is what the journal calls the owner. Raises
    LocalError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with translating(os.fsencode(folder)):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._take()

    def _take(self) -> None:
        while True:
            self.id = os.urandom(16).hex()
            self._path = self.folder / (self.id + ENDING)
            self._fd = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
            # Somebody who cleans up may have held it, or removed it, for a moment.
            if _try_lock(self._fd) and self._path.exists():
                return
            os.close(self._fd)

    @property
    def descriptor(self) -> int:
        """Of the locked file: whoever gets a copy holds the lock too."""
        return self._fd

    def is_alive(self, owner: str) -> bool:
        """Does the process of that engine still run? Cleans up after a dead one."""
        if owner == self.id:
            return True
        if not owner.isalnum():
            return False
        path = self.folder / (owner + ENDING)
        try:
            fd = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        try:
            if not _try_lock(fd):
                return True
            with suppress(OSError):
                path.unlink()
            return False
        finally:
            os.close(fd)

    def others(self) -> list[str]:
        """The other engines that are alive."""
        owners = [p.name.removesuffix(ENDING) for p in self.folder.glob("*" + ENDING)]
        return [owner for owner in owners if owner != self.id and self.is_alive(owner)]

    def close(self) -> None:
        """Be dead, in good order."""
        with suppress(OSError):
            self._path.unlink()
        os.close(self._fd)
