"""Where a download goes below its destination, and the part beside it while it is written."""

from __future__ import annotations

import logging
import os
from functools import lru_cache
from typing import NamedTuple

from explorer.base.errors import LocalError
from explorer.transfer.folders import Folder, part_name

log = logging.getLogger(__name__)


class Spot(NamedTuple):
    """A name in a folder below the destination, in the system's bytes."""

    folders: tuple[bytes, ...]
    name: bytes
    part: bytes
    """The name of what is not whole yet."""

    @classmethod
    def of(cls, relative: bytes, mark: str) -> Spot:
        """That of a path relative to the destination, for the transfer with that `part_mark`."""
        above, slash, name = relative.rpartition(b"/")
        return cls(_parts(above) if slash else (), name, part_name(name, mark))

    def folder_in(self, root: bytes) -> bytes:
        """The path of its folder."""
        return os.path.join(root, *self.folders)


@lru_cache(16)
def _parts(folder: bytes) -> tuple[bytes, ...]:
    """The parts of a folder's path; those that follow one another are much the same ones."""
    return tuple(folder.split(b"/"))


def part_mark(job_added_s: float, transfer_id: int) -> str:
    """What tells the part of one transfer from those of all others."""
    return f"{int(job_added_s * 1e6) & 0xFFFFFFFFFF:010x}{transfer_id:x}"


def remove_part(root: bytes, spot: Spot) -> None:
    """Remove what an unfinished download left, if anything. Blocking; never raises for the
    file system: the trouble that led here is what counts."""
    try:
        with Folder.open(root, spot.folders) as folder:
            folder.remove(spot.part)
    except LocalError as error:
        log.info("a partial file stays: %s", error.title)
