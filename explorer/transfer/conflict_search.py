"""Which targets of a request exist already: asked before anything starts, touches nothing.

The source is walked as for the transfer itself, and each folder of the target is
listed once, only where it exists.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from itertools import groupby
from typing import Final

from explorer.base.errors import NotAuthorizedError, NotFoundError
from explorer.storage.model import BlobRef, Page
from explorer.transfer import stamps
from explorer.transfer.expand import entries
from explorer.transfer.model import Conflict, DownloadRequest, Request, Side
from explorer.transfer.remote_target import lacks_permission, side_of
from explorer.transfer.rows import Kind, NewTransfer
from explorer.transfer.state import TransferState
from explorer.transfer.work import Work, share

FEW: Final = 4
"""So many names in a folder are looked up one by one, more by listing it."""
MOST: Final = 50_000
"""A folder with more is not listed to its end, which takes long and much memory: there the
names are looked up one by one."""
REMEMBERED: Final = 1000
_WRITTEN: Final = (Kind.FILE, Kind.ARCHIVE)


async def find_conflicts(work: Work, request: Request) -> AsyncIterator[Conflict]:
    """Conflicts as they are found."""
    remote = _Remote(work)
    try:
        async for batch in entries(work, request):
            files = [e for e in batch if e.kind in _WRITTEN and e.state is TransferState.QUEUED]
            if not isinstance(request, DownloadRequest):
                async for conflict in remote.among(files):
                    yield conflict
            else:
                root = os.fsencode(request.destination)
                for conflict in await work.run(_local_conflicts, root, files):
                    yield conflict
    except NotFoundError as error:
        # A container that will be made holds nothing yet.
        is_made = not isinstance(request, DownloadRequest) and request.make_container
        if not is_made or error.code != "ContainerNotFound":
            raise
    except NotAuthorizedError as error:
        # What may not be looked at is not overwritten: that file's upload or copy will fail.
        if isinstance(request, DownloadRequest) or not lacks_permission(error):
            raise


def _local_conflicts(root: bytes, files: Iterable[NewTransfer]) -> list[Conflict]:
    found = []
    for entry in files:
        try:
            there = os.lstat(os.path.join(root, entry.local))
        except OSError:
            continue
        found.append(
            Conflict(
                os.fsdecode(entry.local),
                Side(entry.size_bytes, entry.mtime_ns / 1e9, entry.md5),
                Side(there.st_size, there.st_mtime),
            )
        )
    return found


class _Remote:
    """What is in the folders of the target; remembers the last one, and which exist."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._folder = ""
        self._sides: dict[str, Side] | None = None
        self._vast: set[str] = set()
        """Folders with more than `MOST`."""
        self._below: OrderedDict[str, frozenset[str]] = OrderedDict()
        """For folders that were listed, the folders in them."""

    async def among(self, files: list[NewTransfer]) -> AsyncIterator[Conflict]:
        for folder, group in groupby(files, key=lambda entry: _folder_of(entry.remote)):
            some = list(group)
            sides = await self._sides_in(folder, some)
            for entry in some:
                target = sides.get(entry.remote)
                if target is not None:
                    name = entry.remote.removeprefix(self._work.place.prefix)
                    source = Side(entry.size_bytes, entry.mtime_ns / 1e9, entry.md5)
                    yield Conflict(name, source, target)

    async def _sides_in(self, folder: str, files: list[NewTransfer]) -> dict[str, Side]:
        if self._sides is not None and folder == self._folder:
            return self._sides
        if self._is_missing(folder):
            return {}
        if len(files) > FEW and folder not in self._vast:
            sides = await self._list(folder)
            if sides is not None:
                self._folder, self._sides = folder, sides
                return sides
            self._vast.add(folder)
        return await self._one_by_one(files)

    def _is_missing(self, folder: str) -> bool:
        """Does the listing of a folder above tell that this one does not exist?"""
        above = folder
        while above:
            child, above = above, _folder_of(above.removesuffix("/"))
            known = self._below.get(above)
            if known is not None:
                return child not in known
        return False

    async def _one_by_one(self, files: list[NewTransfer]) -> dict[str, Side]:
        sides = {}

        async def look(entry: NewTransfer) -> None:
            ref = BlobRef(self._work.place.container, entry.remote)
            try:
                found = await self._work.call(None, self._work.store.properties, ref)
            except NotFoundError as error:
                if error.code == "ContainerNotFound":
                    raise
            else:
                sides[entry.remote] = side_of(found)

        await share(files, min(len(files), self._work.plant.slots.size), look)
        return sides

    async def _list(self, folder: str) -> dict[str, Side] | None:
        """What is in a folder; None where that is too much."""
        sides: dict[str, Side] = {}
        below: set[str] = set()

        def page_at(marker: str) -> Page:
            return self._work.store.list_blobs(
                self._work.place.container, prefix=folder, marker=marker, with_metadata=True
            )

        marker = ""
        while True:
            page = await self._work.call(None, page_at, marker)
            below.update(prefix.name for prefix in page.prefixes)
            for blob in page.blobs:
                mtime_ns = stamps.in_metadata(blob.metadata)
                modified_s = blob.last_modified_s if mtime_ns is None else mtime_ns / 1e9
                sides[blob.name] = Side(blob.size_bytes, modified_s, blob.content_md5)
            marker = page.next_marker
            if not marker:
                break
            if len(sides) + len(below) > MOST:
                return None
        self._below[folder] = frozenset(below)
        if len(self._below) > REMEMBERED:
            self._below.popitem(last=False)
        return sides


def _folder_of(name: str) -> str:
    head, slash, _ = name.rpartition("/")
    return head + slash
