"""A large file to an account whose directories are real: sent to a temporary path beside its
target, verified there, and renamed over the target in one step.

What was appended shows nowhere until it is flushed, and nobody can ask for it, so it is
flushed in strides: the length of the temporary file is the truth about what need not be
sent again. A rename keeps the ETag, by which our own is recognised after a lost answer.
See Path Create, Path Update and Path Lease in the Data Lake Storage Gen2 REST reference.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import time
from collections.abc import Callable
from typing import Final, TypeVar

from explorer.base.cancel import shielded
from explorer.base.errors import (
    AlreadyExistsError,
    ConflictError,
    IntegrityError,
    NetworkError,
    NotAuthorizedError,
    NotFoundError,
    PreconditionFailedError,
    QuaysideError,
    Retry,
)
from explorer.storage.directories import DirectoryStore, PathProperties
from explorer.storage.model import BlobHeaders, BlobProperties, Condition, Written
from explorer.transfer import progress_table
from explorer.transfer.block_upload import is_sealed
from explorer.transfer.files import Source
from explorer.transfer.hashing import md5_of
from explorer.transfer.lake_path import KEY, LakeState, bitmap, first_path, mark_of, temporary_path
from explorer.transfer.plan import UPLOAD_ID_BYTES, Cut
from explorer.transfer.remote_target import RemoteTarget, lacks_permission
from explorer.transfer.rows import Progress
from explorer.transfer.state import TransferState
from explorer.transfer.work import Live, Outcome, Work, first_of, share

log = logging.getLogger(__name__)

R = TypeVar("R")

STRIDE_S: Final = 4.0
"""Strides grow until one takes about so long: that much a kill costs."""
STRIDE_BYTES: Final = 1024 * 1024 * 1024
"""And no further than this."""


class NotThisWayError(Exception):
    """The credential may not rename, or the endpoint for it cannot be reached: the file goes
    as blocks, for which neither is needed."""


class LakeUpload:
    """One attempt at a file, or its continuation."""

    def __init__(
        self,
        work: Work,
        live: Live,
        directories: DirectoryStore,
        target: RemoteTarget,
        source: Source,
        cut: Cut,
    ) -> None:
        self._work = work
        self._live = live
        self._directories = directories
        self._target = target
        self._source = source
        self._cut = cut
        self._upload_id = os.urandom(UPLOAD_ID_BYTES)
        self._condition = Condition.absent()
        self._sealed = Written("", 0)
        """The temporary file's ETag, once it is complete."""
        self._is_made = False
        self._may_have_arrived = False
        """The rename was sent and its answer never came."""
        self._checks_transit = work.options.with_md5 and not is_sealed(directories.endpoint)
        live.size_bytes = cut.size_bytes

    @property
    def _container(self) -> str:
        return self._work.place.container

    @property
    def _path(self) -> str:
        return temporary_path(self._target.name, self._upload_id)

    async def run(self, kept: Progress | None) -> Outcome:
        """Raises NotThisWayError before anything was sent."""
        try:
            return await self._run(kept)
        except Exception as error:
            retry = error.retry if isinstance(error, QuaysideError) else Retry.NEVER
            if retry in (Retry.NEVER, Retry.RESTART):
                await self._remove()
            raise

    async def _run(self, kept: Progress | None) -> Outcome:
        position: int | None = None
        if kept is not None and self._continues(kept):
            if self._sealed.etag and (found := await self._find_ours()):
                return self._target.found_done(found)
            position = await self._find_position()
        if position is None:
            await self._begin()
            position = 0
        self._live.stands_at(position)
        self._live.move(TransferState.RUNNING)
        if not self._sealed.etag:
            headers = await self._send_and_hash(position)
            self._live.move(TransferState.COMMITTING)
            await self._seal(headers)
        self._live.move(TransferState.COMMITTING)
        await self._work.run(self._source.check)
        self._work.journal.post(progress_table.start, self._live.row.id, self._kept())
        await self._work.journal.do(progress_table.set_committing, self._live.row.id)
        return await self._rename()

    async def _call(
        self,
        work: Callable[[], R],
        on_error: Callable[[QuaysideError], None] = lambda error: None,
    ) -> R:
        return await self._work.call(self._live, work, on_error=on_error)

    # -- beginning and continuing ---------------------------------------------

    def _kept(self) -> Progress:
        state = LakeState(self._source.fingerprint.to_text(), self._sealed.etag)
        whole = len(self._cut) if self._sealed.etag else 0
        return Progress(
            self._cut.chunk_bytes,
            upload_id=self._upload_id,
            done=bitmap(whole, len(self._cut)),
            etag=self._condition.if_match,
            fingerprint=state.to_text(),
        )

    def _continues(self, kept: Progress) -> bool:
        """Take up what an earlier attempt left, if the source is still the same."""
        state = LakeState.from_text(kept.fingerprint)
        if state is None or len(kept.upload_id) != UPLOAD_ID_BYTES:
            return False
        self._upload_id, self._is_made = kept.upload_id, True
        self._condition = Condition.unchanged(kept.etag) if kept.etag else Condition.absent()
        if state.sealed:
            self._sealed = Written(state.sealed, 0)
        return (
            state.source == self._source.fingerprint.to_text()
            and kept.chunk_bytes == self._cut.chunk_bytes
        )

    async def _find_position(self) -> int | None:
        """How much of it is there for certain; None where it is of no use."""
        found = await self._look()
        if found is None:
            if self._sealed.etag:
                await self._check_target()
            return None
        if self._sealed.etag:
            return self._cut.size_bytes if found.etag == self._sealed.etag else None
        if mark_of(found.headers.metadata) not in (self._upload_id.hex(), ""):
            self._is_made = False  # nothing of ours, and none of our business
            return None
        size = found.size_bytes
        if size > self._cut.size_bytes or (
            size % self._cut.chunk_bytes and size != self._cut.size_bytes
        ):
            return None
        if size < self._cut.size_bytes:
            # Whatever else an earlier attempt appended is dropped.
            await self._flush(size, BlobHeaders(), close=False)
        return size

    async def _check_target(self) -> None:
        """The rename had been done, and somebody has written over it; or it had not, and only
        what was to be renamed is gone."""
        found = await self._target.properties()
        if found is not None and found.etag != self._condition.if_match:
            self._target.rival()

    async def _begin(self) -> None:
        if self._is_made:
            await self._remove()
        self._upload_id, self._sealed = os.urandom(UPLOAD_ID_BYTES), Written("", 0)
        print_ = self._source.fingerprint
        self._condition = await self._target.look(print_.size_bytes, print_.mtime_ns)
        if self._target.is_unseen:
            raise NotThisWayError
        await self._work.journal.do(progress_table.start, self._live.row.id, self._kept())
        self._is_made = True
        renames = self._work.renames
        try:
            await self._call(self._make)
        except (NotAuthorizedError, NetworkError) as error:
            is_refused = isinstance(error, NotAuthorizedError) and lacks_permission(error)
            if renames.has_worked or not (is_refused or isinstance(error, NetworkError)):
                raise
            renames.may = False
            raise NotThisWayError from None
        renames.may = renames.has_worked = True

    def _make(self) -> None:
        """An empty file that says whose it is. Where nobody knows whether a rename is allowed,
        it gets its name by one: that is better known before than after the sending."""
        with shielded():  # what comes to be is known to whoever cancels
            self._make_shielded()

    def _make_shielded(self) -> None:
        headers = BlobHeaders(metadata={KEY: self._upload_id.hex()})
        first = self._path if self._work.renames.may else first_path(self._path)
        always = Condition.always()
        self._directories.create_file(self._container, first, headers=headers, condition=always)
        if first == self._path:
            return
        try:
            self._directories.rename(
                self._container,
                first,
                self._path,
                source_condition=always,
                destination_condition=always,
            )
        except NotAuthorizedError:
            self._delete(first)
            raise

    # -- sending --------------------------------------------------------------

    async def _send_and_hash(self, position: int) -> BlobHeaders:
        """All bytes are appended; returns what is stored beside them."""
        hashing: asyncio.Task[bytes] | None = None
        try:
            async with asyncio.TaskGroup() as group:
                if self._work.options.with_md5:
                    hashing = group.create_task(self._work.run(md5_of, self._source))
                await self._send(position)
        except BaseExceptionGroup as errors:
            error = first_of(errors)
            if isinstance(error, NotFoundError) and error.code in ("PathNotFound", "BlobNotFound"):
                error.retry = Retry.RESTART  # somebody has deleted what we were filling
            raise error from None
        md5 = None if hashing is None else hashing.result()
        return self._target.headers(self._source.fingerprint.mtime_ns, md5)

    async def _send(self, position: int) -> None:
        """Stride by stride: appended in parallel, then flushed."""
        slots = self._work.plant.slots
        most = max(slots.open, STRIDE_BYTES // self._cut.chunk_bytes)
        many = min(most, 2 * slots.open)
        first = -(-position // self._cut.chunk_bytes)
        while first < len(self._cut):
            began = time.monotonic()
            after = min(first + many, len(self._cut))
            await share(range(first, after), min(slots.size, after - first), self._append)
            first = after
            if first == len(self._cut):
                return
            await self._flush(self._cut[first].offset, BlobHeaders(), close=False)
            self._work.journal.post(
                progress_table.set_done, self._live.row.id, bitmap(first, len(self._cut))
            )
            if time.monotonic() - began < STRIDE_S / 2:
                many = min(most, 2 * many)

    async def _append(self, index: int) -> None:
        piece = self._cut[index]

        def append() -> None:
            with self._work.plant.buffers.borrow(piece.length) as data:
                self._source.read_into(data, piece.offset)
                md5 = None
                if self._checks_transit:
                    md5 = hashlib.md5(data, usedforsecurity=False).digest()
                self._directories.append(
                    self._container,
                    self._path,
                    piece.offset,
                    data,
                    content_md5=md5,
                    progress=self._work.pay,
                )

        await self._call(append)
        self._live.moved(piece.length)

    async def _flush(self, position: int, headers: BlobHeaders, *, close: bool) -> None:
        def flush() -> Written:
            return self._directories.flush(
                self._container,
                self._path,
                position,
                headers=headers,
                condition=Condition.always(),
                close=close,
            )

        try:
            await self._call(flush)
        except PreconditionFailedError as error:
            found = await self._look()
            if (
                found is not None
                and found.size_bytes == position
                and (not close or found.headers.content_md5 == headers.content_md5)
            ):
                return  # ours, whose answer was lost
            error.retry = Retry.RESTART
            raise

    # -- the end --------------------------------------------------------------

    async def _seal(self, headers: BlobHeaders) -> None:
        """The file is complete, looked at, and has nothing left that says it is temporary."""
        await self._flush(self._cut.size_bytes, headers, close=True)
        found = await self._look()
        if (
            found is None
            or found.size_bytes != self._cut.size_bytes
            or found.headers.content_md5 != headers.content_md5
        ):
            raise _wrong(self._target.name)
        metadata, etag = headers.metadata, found.etag

        def set_metadata() -> Written:
            return self._directories.set_metadata(
                self._container, self._path, metadata, condition=Condition.unchanged(etag)
            )

        try:
            self._sealed = await self._call(set_metadata)
        except PreconditionFailedError:
            found = await self._look()  # our own, whose answer was lost, or a meddler
            if (
                found is None
                or mark_of(found.headers.metadata)
                or found.size_bytes != self._cut.size_bytes
                or found.headers.content_md5 != headers.content_md5
            ):
                raise _wrong(self._target.name) from None
            self._sealed = Written(found.etag, found.last_modified_s)

    async def _rename(self) -> Outcome:
        def rename() -> None:
            with shielded():  # a cancel waits for the answer
                self._directories.rename(
                    self._container,
                    self._path,
                    self._target.name,
                    source_condition=Condition.unchanged(self._sealed.etag),
                    destination_condition=self._condition,
                )

        def note_ambiguity(error: QuaysideError) -> None:
            if error.retry is Retry.SOON:
                self._may_have_arrived = True

        try:
            await self._call(rename, note_ambiguity)
        except (
            AlreadyExistsError, ConflictError, NotFoundError, PreconditionFailedError,
        ) as error:  # fmt: skip
            return await self._told_apart(error)
        self._is_made = False
        if found := await self._find_ours():
            return self._target.found_done(found)
        # Somebody wrote there since: none of our business.
        headers = self._target.headers(self._source.fingerprint.mtime_ns, None)
        return self._target.done(self._sealed, headers, self._cut.size_bytes)

    async def _told_apart(self, error: QuaysideError) -> Outcome:
        """The rename was refused: because it had been done, for a rival, or for want of the
        file that was to be renamed."""
        if found := await self._find_ours():
            self._is_made = False
            return self._target.found_done(found)
        left = await self._look()
        if left is not None and left.etag == self._sealed.etag:
            if isinstance(error, AlreadyExistsError | PreconditionFailedError):
                self._target.rival()
            raise error
        if self._may_have_arrived and await self._target.properties() is not None:
            self._target.rival()  # over ours, perhaps
        error.retry = Retry.RESTART
        raise error

    async def _find_ours(self) -> BlobProperties | None:
        """What bears the name, if it is what we have sent."""
        found = await self._target.properties()
        return found if found is not None and found.etag == self._sealed.etag else None

    # -- the temporary file ---------------------------------------------------

    async def _look(self) -> PathProperties | None:
        path = self._path

        def look() -> PathProperties:
            return self._directories.properties(self._container, path)

        try:
            return await self._call(look)
        except NotFoundError as error:
            if error.code == "ContainerNotFound":
                raise
            return None

    async def _remove(self) -> None:
        """Nobody goes on with it. What led here counts more than what befalls this."""
        if not self._is_made:
            return
        path = self._path
        try:
            await self._call(lambda: self._delete(path))
        except NotFoundError:
            pass
        except QuaysideError as error:
            log.info("a temporary file stays: %s", error.title)
            return
        self._is_made = False

    def _delete(self, path: str) -> None:
        self._directories.delete_path(
            self._container, path, recursive=False, condition=Condition.always()
        )


def _wrong(name: str) -> QuaysideError:
    error = IntegrityError(
        f"{name} did not arrive as it was sent; nothing was replaced.", cure="Upload it again."
    )
    error.retry = Retry.RESTART
    return error
