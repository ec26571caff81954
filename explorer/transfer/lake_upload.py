"""A large file to an account whose directories are real: sent to a temporary file beside its
target, verified there, and renamed over the target in one step.

What was appended shows nowhere until it is flushed, and nobody can ask for it, so it is
flushed in strides: the length of the temporary file is the truth about what need not be
sent again. A rename keeps the ETag, by which our own is recognised after a lost answer.
"""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from functools import partial
from typing import Final

from explorer.base.errors import (
    AlreadyExistsError,
    ConflictError,
    NetworkError,
    NotAuthorizedError,
    NotFoundError,
    PreconditionFailedError,
    QuaysideError,
    Retry,
)
from explorer.storage.directories import DirectoryStore
from explorer.storage.model import BlobHeaders, BlobProperties, Condition, Written
from explorer.transfer import progress_table
from explorer.transfer.commit import Commit, patience
from explorer.transfer.copy_plan import notes
from explorer.transfer.files import Source
from explorer.transfer.hashing import md5_of
from explorer.transfer.lake_access import keep_access
from explorer.transfer.lake_file import LakeFile
from explorer.transfer.lake_path import LakeState, bitmap, mark_of
from explorer.transfer.plan import UPLOAD_ID_BYTES, Cut
from explorer.transfer.remote_target import RemoteTarget, lacks_permission
from explorer.transfer.rows import Progress
from explorer.transfer.state import TransferState
from explorer.transfer.work import EndsHere, Live, Outcome, Work, first_of, share

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
        self._file = self._new_file(os.urandom(UPLOAD_ID_BYTES))
        self._condition = Condition.absent()
        self._sealed = Written("", 0)
        """The temporary file's ETag, once it is complete."""
        self._may_have_arrived = False
        """The rename was sent and its answer never came."""
        live.size_bytes = cut.size_bytes

    def _new_file(self, upload_id: bytes, *, is_made: bool = False) -> LakeFile:
        return LakeFile(
            self._work,
            self._live,
            self._directories,
            self._target.name,
            upload_id,
            is_made=is_made,
        )

    async def run(self, kept: Progress | None) -> Outcome:
        """Raises NotThisWayError before anything was sent."""
        try:
            return await self._run(kept)
        except Exception as error:
            retry = error.retry if isinstance(error, QuaysideError) else Retry.NEVER
            if retry in (Retry.NEVER, Retry.RESTART):
                await self._file.remove()
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
            self._sealed = await self._file.seal(self._cut.size_bytes, headers)
            await self._keep_access()
        self._live.move(TransferState.COMMITTING)
        await self._work.run(self._source.check)
        self._work.journal.post(progress_table.start, self._live.row.id, self._kept())
        await self._work.journal.do(progress_table.set_committing, self._live.row.id)
        return await self._rename()

    # -- beginning and continuing ---------------------------------------------

    def _kept(self) -> Progress:
        state = LakeState(self._source.fingerprint.to_text(), self._sealed.etag)
        whole = len(self._cut) if self._sealed.etag else 0
        return Progress(
            self._cut.chunk_bytes,
            upload_id=self._file.upload_id,
            done=bitmap(whole, len(self._cut)),
            etag=self._condition.if_match,
            fingerprint=state.to_text(),
        )

    def _continues(self, kept: Progress) -> bool:
        """Take up what an earlier attempt left, if the source is still the same."""
        state = LakeState.from_text(kept.fingerprint)
        if state is None or len(kept.upload_id) != UPLOAD_ID_BYTES:
            return False
        self._file = self._new_file(kept.upload_id, is_made=True)
        self._condition = Condition.unchanged(kept.etag) if kept.etag else Condition.absent()
        if state.sealed:
            self._sealed = Written(state.sealed, 0)
        return (
            state.source == self._source.fingerprint.to_text()
            and kept.chunk_bytes == self._cut.chunk_bytes
        )

    async def _find_position(self) -> int | None:
        """How much of it is there for certain; None where it is of no use."""
        found = await self._file.look()
        if found is None:
            if self._sealed.etag:
                await self._check_target()
            return None
        if self._sealed.etag:
            return self._cut.size_bytes if found.etag == self._sealed.etag else None
        if mark_of(found.headers.metadata) not in (self._file.upload_id.hex(), ""):
            self._file.is_made = False  # nothing of ours, and none of our business
            return None
        size = found.size_bytes
        if size > self._cut.size_bytes or (
            size % self._cut.chunk_bytes and size != self._cut.size_bytes
        ):
            return None
        if size < self._cut.size_bytes:
            await self._file.flush(size)  # drops whatever else an earlier attempt appended
        return size

    async def _check_target(self) -> None:
        """The rename had been done, and somebody has written over it; or it had not, and only
        what was to be renamed is gone."""
        found = await self._target.properties()
        if found is not None and found.etag != self._condition.if_match:
            self._target.rival()

    async def _begin(self) -> None:
        await self._file.remove()
        self._sealed = Written("", 0)
        print_ = self._source.fingerprint
        self._condition = await self._target.look(print_.size_bytes, print_.mtime_ns)
        if self._target.is_unseen:
            raise NotThisWayError
        self._file = self._new_file(os.urandom(UPLOAD_ID_BYTES))
        await self._work.journal.do(progress_table.start, self._live.row.id, self._kept())
        renames = self._work.renames
        try:
            await self._file.make()
        except (NotAuthorizedError, NetworkError) as error:
            is_refused = isinstance(error, NotAuthorizedError) and lacks_permission(error)
            if renames.has_worked or not (is_refused or isinstance(error, NetworkError)):
                raise
            renames.may = False
            raise NotThisWayError from None
        renames.may = renames.has_worked = True

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
            await self._file.flush(self._cut[first].offset)
            self._work.journal.post(
                progress_table.set_done, self._live.row.id, bitmap(first, len(self._cut))
            )
            if time.monotonic() - began < STRIDE_S / 2:
                many = min(most, 2 * many)

    async def _append(self, index: int) -> None:
        piece = self._cut[index]
        await self._file.append(self._source, piece)
        self._live.moved(piece.length)

    # -- the rename -----------------------------------------------------------

    async def _keep_access(self) -> None:
        """The file that goes keeps nothing but its name; who may read it stays."""
        if not self._condition.if_match:
            return
        written, said = await keep_access(
            partial(self._work.call, self._live),
            self._directories,
            self._work.place.container,
            self._target.name,
            self._file.path,
        )
        if written is not None and written.etag:
            self._sealed = written
        self._live.note = notes(self._live.note, said)

    async def _rename(self) -> Outcome:
        commit = Commit(self._work, self._live)

        def rename() -> None:
            is_as = Condition.unchanged(self._sealed.etag)
            with commit.shielded():  # a cancel waits for the answer
                self._file.rename(self._file.path, self._target.name, is_as, self._condition)

        async def find() -> None:
            if found := await self._find_ours():
                self._file.is_made = False
                raise EndsHere(self._target.found_done(found))

        def note_ambiguity(error: QuaysideError) -> None:
            if error.retry is Retry.SOON:
                self._may_have_arrived = True

        try:
            await commit.run(rename, find, on_error=note_ambiguity)
        except (
            AlreadyExistsError,
            ConflictError,
            NotFoundError,
            PreconditionFailedError,
        ) as error:
            return await self._told_apart(error)
        self._file.is_made = False
        with suppress(TimeoutError):
            async with patience():
                if found := await self._find_ours():
                    return self._target.found_done(found)
        # Somebody wrote there since: none of our business.
        headers = self._target.headers(self._source.fingerprint.mtime_ns, None)
        return self._target.done(self._sealed, headers, self._cut.size_bytes)

    async def _told_apart(self, error: QuaysideError) -> Outcome:
        """The rename was refused: because it had been done, for a rival, or for want of the
        file that was to be renamed."""
        if found := await self._find_ours():
            self._file.is_made = False
            return self._target.found_done(found)
        left = await self._file.look()
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
