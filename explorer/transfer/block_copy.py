"""A large blob to another place: blocks that the service fetches itself, or that come through
here, then one commit.

The block ids are ours (`plan`), with a digest of the source's ETag and the range: which
bytes a block holds is known without having seen them, so a block staged by whatever way
and process is used again. See Put Block From URL in the Blob service's REST reference.
"""

from __future__ import annotations

import os
from typing import Final

from explorer.base.errors import QuaysideError, StorageError
from explorer.storage.model import Condition, Md5, Written
from explorer.transfer import progress_table
from explorer.transfer.block_commit import commit_blocks, find_ours, receipt
from explorer.transfer.copy_plan import (
    Stumbles,
    digest_of_range,
    goes_through_here,
    lacks_tier,
)
from explorer.transfer.copy_target import CopyTarget
from explorer.transfer.copy_through import Through
from explorer.transfer.foreign import clear_foreign_blocks
from explorer.transfer.plan import (
    UPLOAD_ID_BYTES,
    Chunks,
    Cut,
    commit_ids,
    compare_staged,
    make_block_id,
)
from explorer.transfer.rows import Progress
from explorer.transfer.state import TransferState
from explorer.transfer.work import Live, Work, share

VERSION: Final = "etag "
"""Begins the fingerprint: the source's ETag follows."""


class BlockCopy:
    """One attempt at a blob, or its continuation."""

    def __init__(
        self, work: Work, live: Live, target: CopyTarget, cut: Cut, *, is_direct: bool
    ) -> None:
        self._work = work
        self._origin = work.comes_from
        self._live = live
        self._target = target
        self._cut = cut
        self.is_direct = is_direct
        """Whether the service fetches the blocks; known at the end."""
        self.refusal: QuaysideError | None = None
        """Why it did not, if it was asked."""
        self._etag = target.source.etag
        self._upload_id = os.urandom(UPLOAD_ID_BYTES)
        self._condition = Condition.absent()
        self._digests = {
            index: digest_of_range(self._etag, piece) for index, piece in enumerate(cut)
        }
        live.size_bytes = cut.size_bytes

    async def run(self, kept: Progress | None) -> Written:
        staged = Chunks(len(self._cut))
        if kept is not None and self._continues(kept):
            if kept.is_committing and (found := await find_ours(self._target, self._ids())):
                return receipt(found)
            staged = await self._find_staged()
        else:
            await self._begin()
        self._live.stands_at(self._cut.bytes_in(staged))
        self._live.move(TransferState.RUNNING)
        try:
            await self._stage(staged)
        except StorageError as error:
            if error.code != "InvalidBlobOrBlock":
                raise
            self._condition = await clear_foreign_blocks(
                self._work, self._live, self._target.ref, self._condition
            )
            await self._stage(staged)
        self._live.move(TransferState.COMMITTING)
        if len(self._cut) > 1:  # one range was read of one version in any case
            await self._target.check_source()
        await self._work.journal.do(progress_table.set_committing, self._live.row.id)
        return await self._commit()

    # -- beginning and continuing ---------------------------------------------

    def _continues(self, kept: Progress) -> bool:
        """Take up what an earlier attempt left, if the source is still the same."""
        if (
            len(kept.upload_id) != UPLOAD_ID_BYTES
            or kept.fingerprint != VERSION + self._etag
            or kept.chunk_bytes != self._cut.chunk_bytes
        ):
            return False
        self._upload_id = kept.upload_id
        self._condition = Condition.unchanged(kept.etag) if kept.etag else Condition.absent()
        return True

    async def _begin(self) -> None:
        row = self._live.row
        self._condition = await self._target.look(row.size_bytes, row.mtime_ns)
        kept = Progress(
            self._cut.chunk_bytes,
            upload_id=self._upload_id,
            etag=self._condition.if_match,
            fingerprint=VERSION + self._etag,
        )
        await self._work.journal.do(progress_table.start, row.id, kept)

    async def _find_staged(self) -> Chunks:
        """Which blocks the service has already."""
        blocks = await self._target.block_list()
        if blocks is None:
            return Chunks(len(self._cut))
        return compare_staged(
            self._cut, self._upload_id, blocks.uncommitted, self._digests
        ).reusable

    # -- staging --------------------------------------------------------------

    async def _stage(self, staged: Chunks) -> None:
        if self.is_direct:
            try:
                await self._fetch_missing(staged)
                return
            except QuaysideError as error:
                if not goes_through_here(error):
                    raise
                self.is_direct = False
                self.refusal = error
        through = Through(self._work, self._live, self._target, self._cut, self._put_block)
        await through.run(staged)

    async def _fetch_missing(self, staged: Chunks) -> None:
        async def fetch(index: int) -> None:
            heard = Stumbles().heard
            await self._work.call(self._live, self._from_url, index, on_error=heard)
            self._is_staged(staged, index)

        missing = list(staged.remaining())
        await share(missing, min(len(missing), self._work.plant.slots.size), fetch)

    def _from_url(self, index: int) -> None:
        piece = self._cut[index]
        self._work.store.put_block_from_url(
            self._target.ref,
            self._id(index),
            self._target.source_url(),
            piece.offset,
            piece.length,
            source_if_match=self._etag,
            source_authorization=self._target.source_authorization(),
        )

    async def _put_block(self, staged: Chunks, index: int, data: memoryview, md5: bytes) -> None:
        """A block that came through here."""

        def put() -> None:
            self._work.store.put_block(self._target.ref, self._id(index), data, digest=Md5(md5))

        await self._work.call(self._live, put)
        self._is_staged(staged, index)

    def _is_staged(self, staged: Chunks, index: int) -> None:
        staged.add(index)
        self._work.journal.post(
            progress_table.add_block, self._live.row.id, index, self._digests[index]
        )
        self._live.moved(self._cut[index].length)

    def _id(self, index: int) -> bytes:
        return make_block_id(self._upload_id, index, self._digests[index])

    # -- the commit -----------------------------------------------------------

    def _ids(self) -> list[bytes]:
        return commit_ids(self._cut, self._upload_id, self._digests)

    async def _commit(self) -> Written:
        try:
            return await commit_blocks(
                self._work,
                self._live,
                self._target,
                self._ids(),
                self._target.stored,
                self._condition,
                receipt,
            )
        except StorageError as error:
            if not (lacks_tier(error) and self._target.stored.tier):
                raise
        self._target.do_without_tier()
        return await self._commit()
