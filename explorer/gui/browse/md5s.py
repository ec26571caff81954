"""MD5s of the files of one folder: those a storage has beside its blobs, and those of local files.

Coroutines of the GUI thread; nothing is read or hashed on it.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import aclosing
from pathlib import Path

from explorer.base.errors import LocalError
from explorer.base.workers import Workers
from explorer.gui.bridge import Bridge
from explorer.service.model import Location
from explorer.transfer.files import Source
from explorer.transfer.hashing import RunningMd5


async def stored(
    bridge: Bridge,
    place: Location,
    names: Collection[str],
    *,
    is_flat: bool = False,
    may_list: bool = True,
) -> dict[str, bytes]:
    """The MD5 that is stored for each of these blobs (names relative to `place`); those that
    have none are not in it. One listing, or a question for each where listing is not allowed.
    Raises StorageError, NetworkError."""
    found: dict[str, bytes] = {}
    wanted = frozenset(names)

    async def take(only: str) -> None:
        pages = bridge.stream(
            lambda service: (
                service.list_blob(place, only)
                if only
                else service.list_folder(place, recursive=is_flat)
            )
        )
        async with aclosing(pages):
            async for page in pages:
                for blob in page.blobs:
                    name = blob.name[len(place.path) :]
                    if blob.content_md5 is not None and name in wanted:
                        found[name] = blob.content_md5

    for only in ("",) if may_list else sorted(wanted):
        await take(only)
    return found


class LocalMd5s:
    """Hashes files one after the other in a worker thread; `read_bytes` grows meanwhile."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self.read_bytes = 0
        """Of all files so far. Written by a worker thread."""

    async def of(self, path: Path) -> bytes | None:
        """The MD5 of one file; None where it cannot be read, or changes meanwhile."""
        try:
            return await self._workers.run(self._hash, path)
        except LocalError:
            return None

    def _hash(self, path: Path) -> bytes:
        running, before = RunningMd5(), self.read_bytes

        def told() -> None:
            self.read_bytes = before + running.position

        with Source(os.fsencode(path)) as source:
            running.advance(source, source.fingerprint.size_bytes, told)
            source.check()
        return running.digest()
