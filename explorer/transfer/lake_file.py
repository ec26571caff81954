"""The temporary file of one upload to an account whose directories are real: made, filled,
completed, looked at and removed. Nobody else knows its name.

See Path Create and Path Update in the Data Lake Storage Gen2 REST reference.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from typing import TypeVar

from explorer.base.cancel import shielded
from explorer.base.errors import (
    IntegrityError,
    NotAuthorizedError,
    NotFoundError,
    PreconditionFailedError,
    QuaysideError,
    Retry,
)
from explorer.storage.directories import DirectoryStore, PathProperties
from explorer.storage.model import BlobHeaders, Condition, Written
from explorer.transfer.block_upload import is_sealed
from explorer.transfer.files import Source
from explorer.transfer.lake_path import KEY, first_path, mark_of, temporary_path
from explorer.transfer.plan import Range
from explorer.transfer.work import Live, Work, is_being_cancelled

log = logging.getLogger(__name__)

R = TypeVar("R")


class LakeFile:
    """Beside its target, with the upload's id in its name and, until it is complete, in its
    metadata. `is_made` once it may be there: then it has to go if nobody goes on with it."""

    def __init__(
        self,
        work: Work,
        live: Live,
        directories: DirectoryStore,
        target: str,
        upload_id: bytes,
        *,
        is_made: bool = False,
    ) -> None:
        self._work = work
        self._live = live
        self._directories = directories
        self._target = target
        self._container = work.place.container
        self._checks_transit = work.options.with_md5 and not is_sealed(directories.endpoint)
        self.upload_id = upload_id
        self.path = temporary_path(target, upload_id)
        self.is_made = is_made

    async def _call(self, work: Callable[[], R]) -> R:
        return await self._work.call(self._live, work)

    async def make(self) -> None:
        """An empty file that says whose it is. Where nobody knows whether a rename is allowed,
        it gets its name by one: that is better known before than after the sending."""
        self.is_made = True
        await self._call(self._make)
        if is_being_cancelled():
            raise asyncio.CancelledError  # it waited for the answer, and nothing more

    def _make(self) -> None:
        headers = BlobHeaders(metadata={KEY: self.upload_id.hex()})
        first = self.path if self._work.renames.may else first_path(self.path)
        always = Condition.always()
        with shielded():  # what comes to be is known to whoever cancels
            self._directories.create_file(self._container, first, headers=headers, condition=always)
            if first == self.path:
                return
            try:
                self.rename(first, self.path, always, always)
            except NotAuthorizedError:
                self._delete(first)
                raise

    def rename(self, source: str, name: str, is_as: Condition, target_is_as: Condition) -> None:
        """Blocking."""
        self._directories.rename(
            self._container,
            source,
            name,
            source_condition=is_as,
            destination_condition=target_is_as,
        )

    async def append(self, source: Source, piece: Range) -> None:
        """Send a piece of the local file; it counts once it is flushed."""

        def append() -> None:
            with self._work.plant.buffers.borrow(piece.length) as data:
                source.read_into(data, piece.offset)
                md5 = None
                if self._checks_transit:
                    md5 = hashlib.md5(data, usedforsecurity=False).digest()
                self._directories.append(
                    self._container,
                    self.path,
                    piece.offset,
                    data,
                    content_md5=md5,
                    progress=self._work.meter,
                )

        await self._call(append)

    async def flush(self, position: int, headers: BlobHeaders | None = None) -> None:
        """It is now its first `position` bytes; with `headers` it is complete. Raises an error
        that starts the file over where they are not there."""

        def flush() -> Written:
            return self._directories.flush(
                self._container,
                self.path,
                position,
                headers=headers or BlobHeaders(),
                condition=Condition.always(),
                close=headers is not None,
            )

        try:
            await self._call(flush)
        except PreconditionFailedError as error:
            found = await self.look()
            if (
                found is not None
                and found.size_bytes == position
                and (headers is None or found.headers.content_md5 == headers.content_md5)
            ):
                return  # ours, whose answer was lost
            error.retry = Retry.RESTART
            raise

    async def seal(self, size_bytes: int, headers: BlobHeaders) -> Written:
        """Complete it, look at it, and take away what says that it is temporary. The receipt
        has the ETag with which it goes through the rename."""
        await self.flush(size_bytes, headers)
        found = await self.look()
        if found is None or not _is_whole(found, size_bytes, headers):
            raise self._wrong()
        condition = Condition.unchanged(found.etag)

        def set_metadata() -> Written:
            return self._directories.set_metadata(
                self._container, self.path, headers.metadata, condition=condition
            )

        try:
            return await self._call(set_metadata)
        except PreconditionFailedError:
            found = await self.look()  # our own, whose answer was lost, or a meddler
            if (
                found is None
                or mark_of(found.headers.metadata)
                or not _is_whole(found, size_bytes, headers)
            ):
                raise self._wrong() from None
            return Written(found.etag, found.last_modified_s)

    async def look(self) -> PathProperties | None:
        """What is there of it; None where it is gone."""

        def look() -> PathProperties:
            return self._directories.properties(self._container, self.path)

        try:
            return await self._call(look)
        except NotFoundError as error:
            if error.code == "ContainerNotFound":
                raise
            return None

    async def remove(self) -> None:
        """Nobody goes on with it. What led here counts more than what befalls this."""
        if not self.is_made:
            return
        try:
            await self._call(lambda: self._delete(self.path))
        except NotFoundError:
            pass
        except QuaysideError as error:
            log.info("a temporary file stays: %s", error.title)
            return
        self.is_made = False

    def _delete(self, path: str) -> None:
        self._directories.delete_path(
            self._container, path, recursive=False, condition=Condition.always()
        )

    def _wrong(self) -> QuaysideError:
        error = IntegrityError(
            f"{self._target} did not arrive as it was sent; nothing was replaced.",
            cure="Upload it again.",
        )
        error.retry = Retry.RESTART
        return error


def _is_whole(found: PathProperties, size_bytes: int, headers: BlobHeaders) -> bool:
    is_as_long = found.size_bytes == size_bytes
    return is_as_long and found.headers.content_md5 == headers.content_md5
