"""One blob to one file in one request: what a worker does. Blocking.

The bytes go to a part beside the target. They are synced, verified, renamed, and the
folder is synced, in that order.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import closing
from typing import Any

from explorer.base.cancel import Cancelled, shielded
from explorer.base.errors import LocalError
from explorer.transfer.files import Fingerprint, Part
from explorer.transfer.folders import Folder
from explorer.transfer.in_a_row import Folders
from explorer.transfer.rows import TransferRow
from explorer.transfer.spot import Spot, remove_part
from explorer.transfer.terms import Terms
from explorer.transfer.verify import check_md5, check_read, check_size


class InTheWayError(Exception):
    """A file of that name is there; nothing was fetched yet."""

    def __init__(self, found: os.stat_result) -> None:
        super().__init__(found)
        self.found = found


class SmallDownload:
    """One of them, in as many tries as it takes: each goes on where the last one ended."""

    def __init__(self, terms: Terms, row: TransferRow, spot: Spot) -> None:
        self._terms = terms
        self._row = row
        self.is_sent = False  # whatever is published is known
        self.spot = spot
        self.position = 0
        """How many bytes have come."""
        self._md5: Any = None
        """Runs along where the blob has one to compare with."""

    def at_once(self, folders: Folders) -> None:
        """Where nothing is there. Raises InTheWayError, and what fetching and writing do."""
        try:
            found = self._get_and_publish(folders, None, has_looked=False)
        except Cancelled:
            remove_part(self._terms.root, self.spot)
            raise
        if found is not None:
            raise InTheWayError(found)

    def make_durable(self, folders: Folders) -> None:
        """The folder's names are on the disk when this returns."""
        folders.sync(self.spot.folders)

    def get(self, expected: Fingerprint | None, has_looked: bool) -> os.stat_result | None:
        """Over what is `expected`. Returns what is in the way, before anything is fetched,
        unless somebody `has_looked`. Raises FileExistsError where somebody came between."""
        with closing(Folders(self._terms.root)) as folders:
            return self._get_and_publish(folders, expected, has_looked=has_looked)

    def _get_and_publish(
        self, folders: Folders, expected: Fingerprint | None, *, has_looked: bool
    ) -> os.stat_result | None:
        terms, row, spot = self._terms, self._row, self.spot
        folder = folders.get(spot.folders)
        if not has_looked and (found := folder.find(spot.name)) is not None:
            return found
        expected_md5 = row.md5 if terms.options.with_md5 else None
        if expected_md5 is not None and not self.position:
            self._md5 = hashlib.md5(usedforsecurity=False)
        part = self._part(folder)

        def take(offset: int, data: memoryview) -> None:
            part.write(offset, data)
            if expected_md5 is not None:
                self._md5.update(data)
            self.position = offset + len(data)

        try:
            if self.position < row.size_bytes:
                read = terms.store.read_range(
                    terms.ref(row.remote),
                    self.position,
                    row.size_bytes - self.position,
                    terms.meter.sink(take),
                    if_match=row.etag,
                )
                check_read(read, row.size_bytes, row.remote)
            part.seal(terms.mtime_of(row))
            check_size(part.size_bytes, row.size_bytes, row.remote)
        finally:
            part.close()
        if expected_md5 is not None:
            check_md5(self._md5.digest(), expected_md5, row.remote)
        with shielded():  # what has its name is done, whoever cancels
            folder.publish(spot.part, spot.name, expected)
        return None

    def _part(self, folder: Folder) -> Part:
        """A new one, in place of what an earlier attempt left; or the one that has begun."""
        name = self.spot.part
        if self.position:
            return folder.open_part(name, is_new=False)
        try:
            return folder.open_part(name, is_new=True)
        except LocalError as error:
            if not isinstance(error.__cause__, FileExistsError):
                raise
        folder.remove(name)
        return folder.open_part(name, is_new=True)
