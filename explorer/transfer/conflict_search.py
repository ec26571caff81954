"""Which targets of a request exist already: asked before anything starts, touches nothing.

The source is walked as for the transfer itself, and each folder of the target is
listed once, only where it exists. Of what was found nothing is kept.
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
"""Of so many listed folders it is known which folders are in them, as long as these are not
more than `MOST` together."""
_WRITTEN: Final = (Kind.FILE, Kind.ARCHIVE)


async def find_conflicts(work: Work, request: Request) -> AsyncIterator[Conflict]:
    """Conflicts as they are found."""
    search = Search(work, request)
    async for batch in entries(work, request):
        for conflict in await search.among(batch):
            yield conflict
        if search.is_over:
            return


class Search:
    """Looks at the target of one request, a batch of its entries at a time."""

    def __init__(self, work: Work, request: Request) -> None:
        self._work = work
        self._request = request
        self._remote = _Remote(work)
        self.is_over = False
        """Nothing more can be found: the container is not there yet, or may not be looked at."""

    async def among(self, batch: list[NewTransfer]) -> list[Conflict]:
        """Those entries of a batch whose target exists."""
        request = self._request
        files = [e for e in batch if e.kind in _WRITTEN and e.state is TransferState.QUEUED]
        if self.is_over:
            return []
        if isinstance(request, DownloadRequest):
            root = os.fsencode(request.destination)
            return await self._work.run(_local_conflicts, root, files)
        found: list[Conflict] = []
        try:
            async for conflict in self._remote.among(files):
                found.append(conflict)
            return found
        except NotFoundError as error:
            # A container that will be made holds nothing yet.
            if not request.make_container or error.code != "ContainerNotFound":
                raise
        except NotAuthorizedError as error:
            # What may not be looked at is not overwritten: that upload or copy will fail.
            if not lacks_permission(error):
                raise
        self.is_over = True
        return found


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
        self._below_count = 0
        """How many those are together."""

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
        self._remember(folder, frozenset(below))
        return sides

    def _remember(self, folder: str, below: frozenset[str]) -> None:
        before = self._below.pop(folder, frozenset())
        self._below[folder] = below
        self._below_count += len(below) - len(before)
        while len(self._below) > REMEMBERED or (self._below_count > MOST and len(self._below) > 1):
            _, oldest = self._below.popitem(last=False)
            self._below_count -= len(oldest)


def _folder_of(name: str) -> str:
    head, slash, _ = name.rpartition("/")
    return head + slash
