"""A large file to one blob: blocks staged in parallel under our own ids, then one commit.

What the service holds uncommitted is the truth, the journal says which of it is
ours. Nothing is visible before the commit, and the commit happens only while both
sides are as they were. See Put Block, Put Block List and Get Block List in the
Blob service's REST reference.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from explorer.base.errors import (
    AlreadyExistsError,
    IntegrityError,
    PreconditionFailedError,
    QuaysideError,
    Retry,
    StorageError,
)
from explorer.storage.crc64 import crc64_of
from explorer.storage.model import (
    BlobHeaders,
    BlobProperties,
    Block,
    Condition,
    Crc64,
    Written,
)
from explorer.transfer import progress_table
from explorer.transfer.block_commit import commit_blocks, find_ours
from explorer.transfer.commit import Commit, patience
from explorer.transfer.files import Source
from explorer.transfer.foreign import clear_foreign_blocks
from explorer.transfer.hashing import RunningMd5
from explorer.transfer.pace import Pace
from explorer.transfer.plan import (
    UPLOAD_ID_BYTES,
    Chunks,
    Cut,
    commit_ids,
    compare_staged,
    digest_of_crc64,
    make_block_id,
    parse_block_id,
)
from explorer.transfer.remote_target import RemoteTarget
from explorer.transfer.rows import Progress
from explorer.transfer.state import TransferState
from explorer.transfer.work import EndsHere, Live, Outcome, Work, first_of, share

AHEAD_BYTES: Final = 32 * 1024 * 1024
"""Blocks are sent no further ahead of the MD5 of the whole file, which they have to wait for in
the end: so it has a processor to itself, and the file is read from the disk once."""
TOLD_BYTES: Final = 4 * 1024 * 1024
ONE_PUT_BYTES: Final = 64 * 1024 * 1024
"""The most that is read into memory at once, where blocks are not possible."""


class BlockUpload:
    """One attempt at a file, or its continuation."""

    def __init__(
        self, work: Work, live: Live, target: RemoteTarget, source: Source, cut: Cut
    ) -> None:
        self._work = work
        self._live = live
        self._target = target
        self._source = source
        self._cut = cut
        self._upload_id = os.urandom(UPLOAD_ID_BYTES)
        self._condition = Condition.absent()
        self._digests: dict[int, bytes] = {}
        self._insists = work.options.with_md5 and not is_sealed(work.place.endpoint)
        live.size_bytes = cut.size_bytes

    async def run(self, kept: Progress | None) -> Outcome:
        staged = Chunks(len(self._cut))
        if kept is not None and self._continues(kept):
            if kept.is_committing and (found := await self._find_ours()):
                return self._target.found_done(found)
            staged = await self._find_staged()
        else:
            await self._begin()
        self._live.stands_at(self._cut.bytes_in(staged))
        self._live.move(TransferState.RUNNING)
        try:
            md5 = await self._stage_and_hash(staged)
        except StorageError as error:
            if error.code != "InvalidBlobOrBlock":
                raise
            if self._cut.size_bytes <= ONE_PUT_BYTES:
                return await self._in_one_put()
            self._condition = await clear_foreign_blocks(
                self._work, self._live, self._target.ref, self._condition
            )
            md5 = await self._stage_and_hash(staged)
        self._live.move(TransferState.COMMITTING)
        await self._work.run(self._source.check)
        await self._work.journal.do(progress_table.set_committing, self._live.row.id)
        headers = self._target.headers(self._source.fingerprint.mtime_ns, md5)
        return await self._commit(headers)

    # -- beginning and continuing ---------------------------------------------

    def _continues(self, kept: Progress) -> bool:
        """Take up what an earlier attempt left, if the source is still the same."""
        if (
            len(kept.upload_id) != UPLOAD_ID_BYTES
            or kept.fingerprint != self._source.fingerprint.to_text()
            or kept.chunk_bytes != self._cut.chunk_bytes
        ):
            return False
        self._upload_id = kept.upload_id
        self._condition = Condition.unchanged(kept.etag) if kept.etag else Condition.absent()
        self._digests = dict(kept.digests)
        return True

    async def _begin(self) -> None:
        print_ = self._source.fingerprint
        self._condition = await self._target.look(print_.size_bytes, print_.mtime_ns)
        kept = Progress(
            self._cut.chunk_bytes,
            upload_id=self._upload_id,
            etag=self._condition.if_match,
            fingerprint=print_.to_text(),
        )
        await self._work.journal.do(progress_table.start, self._live.row.id, kept)

    async def _find_staged(self) -> Chunks:
        """Which blocks need not be sent again."""
        blocks = await self._target.block_list()
        if blocks is None:
            return Chunks(len(self._cut))
        await self._work.run(self._recognise, blocks.uncommitted)
        staged = compare_staged(
            self._cut,
            self._upload_id,
            blocks.uncommitted,
            self._digests,
        )
        return staged.reusable

    def _recognise(self, uncommitted: Iterable[Block]) -> None:
        """The journal may lag behind the service by a moment: a block with our id that it
        does not know is ours if the file still has that content there."""
        for block in uncommitted:
            ours = parse_block_id(block.block_id)
            if (
                ours is None
                or ours.upload_id != self._upload_id
                or ours.index in self._digests
                or ours.index >= len(self._cut)
            ):
                continue
            piece = self._cut[ours.index]
            with self._work.plant.buffers.borrow(piece.length) as data:
                self._source.read_into(data, piece.offset)
                if digest_of_crc64(crc64_of(data)) == ours.digest:
                    self._digests[ours.index] = ours.digest

    # -- staging --------------------------------------------------------------

    async def _stage_and_hash(self, staged: Chunks) -> bytes | None:
        if not self._work.options.with_md5:
            await self._stage_missing(staged, None)
            return None
        pace = Pace(AHEAD_BYTES)
        try:
            async with asyncio.TaskGroup() as group:
                hashing = group.create_task(self._hash(pace))
                await self._stage_missing(staged, pace)
        except BaseExceptionGroup as errors:
            raise first_of(errors) from None
        return hashing.result()

    async def _hash(self, pace: Pace) -> bytes:
        """The MD5 of the whole file, a chain that nobody can help along."""
        running = RunningMd5()
        loop = asyncio.get_running_loop()

        def told() -> None:
            if not running.position % TOLD_BYTES:
                loop.call_soon_threadsafe(pace.leader_at, running.position)

        size_bytes = self._cut.size_bytes
        await self._work.run(running.advance, self._source, size_bytes, told)
        pace.leader_at(size_bytes)
        return running.digest()

    async def _stage_missing(self, staged: Chunks, pace: Pace | None) -> None:
        async def stage(index: int) -> None:
            length = self._cut[index].length
            if pace is not None:
                await pace.follow(length)
            digest = await self._work.call(self._live, self._send, index)
            self._digests[index] = digest
            staged.add(index)
            self._work.journal.post(progress_table.add_block, self._live.row.id, index, digest)
            self._live.moved(length)

        missing = list(staged.remaining())
        await share(missing, min(len(missing), self._work.plant.slots.size), stage)

    def _send(self, index: int) -> bytes:
        piece = self._cut[index]
        with self._work.plant.buffers.borrow(piece.length) as data:
            self._source.read_into(data, piece.offset)
            crc64 = crc64_of(data)
            digest = digest_of_crc64(crc64)
            self._work.store.put_block(
                self._target.ref,
                make_block_id(self._upload_id, index, digest),
                data,
                digest=Crc64(crc64, or_md5=self._insists),
                progress=self._work.meter,
            )
        return digest

    async def _in_one_put(self) -> Outcome:
        """Somebody's unfinished blocks are in the way: Put Blob drops them in the moment in
        which it replaces what is there."""
        self._live.stands_at(0)
        size, mtime_ns = self._cut.size_bytes, self._source.fingerprint.mtime_ns

        commit = Commit(self._work, self._live)

        async def find() -> None:
            found = await self._target.properties()
            if found is not None and await self._target.holds(found):
                raise EndsHere(self._target.found_done(found))

        def put() -> tuple[Written, BlobHeaders]:
            with self._work.plant.buffers.borrow(size) as data:
                self._source.read_into(data, 0)
                self._source.check()
                md5 = None
                if self._work.options.with_md5:
                    md5 = hashlib.md5(data, usedforsecurity=False).digest()
                headers = self._target.headers(mtime_ns, md5)
                written = commit.put(
                    self._work.store,
                    self._target.ref,
                    data,
                    headers,
                    self._condition,
                    self._work.meter,
                )
            return written, headers

        try:
            written, headers = await commit.run(put, find)
        except (AlreadyExistsError, PreconditionFailedError):
            found = await self._target.properties()
            if found is not None and await self._target.holds(found):
                return self._target.found_done(found)
            if found is not None or self._condition.if_match or self._target.is_unseen:
                self._target.rival()
            # The emulator takes blocks without a blob for a blob.
            self._condition = await clear_foreign_blocks(
                self._work, self._live, self._target.ref, self._condition
            )
            written, headers = await commit.run(put, find)
        self._live.moved(size)
        return self._target.done(written, headers, size)

    # -- the commit -----------------------------------------------------------

    def _ids(self) -> list[bytes]:
        return commit_ids(self._cut, self._upload_id, self._digests)

    async def _commit(self, headers: BlobHeaders) -> Outcome:
        written = await commit_blocks(
            self._work,
            self._live,
            self._target,
            self._ids(),
            headers,
            self._condition,
            self._target.ended,
        )
        with suppress(TimeoutError):
            async with patience():
                await self._verify(written, headers)
        return self._target.done(written, headers, self._cut.size_bytes)

    async def _find_ours(self) -> BlobProperties | None:
        """The blob, if it is made of exactly our blocks."""
        if len(self._digests) != len(self._cut):
            return None
        return await find_ours(self._target, self._ids())

    async def _verify(self, written: Written, headers: BlobHeaders) -> None:
        """Look at what is there now; a later write by somebody else is none of our business."""
        found = await self._target.properties()
        if found is None or found.etag != written.etag:
            return
        if (
            found.size_bytes != self._cut.size_bytes
            or found.headers.content_md5 != headers.content_md5
        ):
            raise _wrong(self._target.name)


def is_sealed(endpoint: str) -> bool:
    """Whether what is sent there cannot change on its way: TLS seals each record (RFC 8446,
    section 5.2), and a second MD5 of everything, beside the whole file's, adds nothing but
    time. Over plain http each block is sent with its own."""
    return endpoint.startswith("https:")


def _wrong(name: str) -> QuaysideError:
    error = IntegrityError(
        f"{name} is not in the container as it was sent.", cure="Upload it again."
    )
    error.retry = Retry.RESTART
    return error
