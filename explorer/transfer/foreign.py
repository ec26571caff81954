"""Getting past somebody else's unfinished upload to the same name.

The service takes block ids of one length only for each blob. Left-over blocks with
ids of another length block a name for a week, unless something is committed there
(Put Block, 'InvalidBlobOrBlock'). What is readable there is never changed by this.
"""

from __future__ import annotations

import asyncio
import os
from typing import Final

from explorer.base.cancel import shielded
from explorer.base.errors import (
    AlreadyExistsError,
    ConflictError,
    NotAuthorizedError,
    NotFoundError,
    PreconditionFailedError,
    QuaysideError,
    Retry,
)
from explorer.storage.model import BlobHeaders, BlobRef, BlockList, Condition
from explorer.transfer.work import Live, Work, is_being_cancelled

CLEARING: Final = "quayside_clears"
"""Metadata of an empty blob that is there for a moment. Where a kill came in between it stays,
and whoever uploads there next takes its place."""


async def clear_foreign_blocks(
    work: Work, live: Live, ref: BlobRef, condition: Condition
) -> Condition:
    """Drop the uncommitted blocks of others and return the condition that now holds.

    Raises ConflictError, saying what to do, where that would change what is there.
    """
    blocks = await work.call(live, work.store.block_list, ref)
    if not condition.if_match:
        return await _clear_absent(work, live, ref, condition)
    return await _clear_under_blob(work, live, ref, condition, blocks)


async def _clear_absent(work: Work, live: Live, ref: BlobRef, condition: Condition) -> Condition:
    """Nothing is there: committing no blocks drops them, and the empty blob goes at once. It has
    a mark of its own, by which it is known where the answer to one of the two gets lost."""
    mark = {CLEARING: os.urandom(16).hex()}

    def delete(etag: str) -> Condition:
        try:
            work.store.delete_blob(ref, condition=Condition.unchanged(etag))
        except NotAuthorizedError:
            # We may write but not delete: the commit replaces the empty blob.
            return Condition.unchanged(etag)
        except NotFoundError:
            pass
        return condition

    def put_and_delete() -> Condition:
        with shielded():  # a cancel in between would leave the empty blob
            headers = BlobHeaders(metadata=mark)
            try:
                etag = work.store.put_block_list(ref, [], headers=headers, condition=condition).etag
            except (AlreadyExistsError, PreconditionFailedError):
                found = work.store.properties(ref)
                if found.size_bytes or found.headers.metadata != mark:
                    raise  # a rival's
                etag = found.etag
            return delete(etag)

    cleared = await work.call(live, put_and_delete)
    if is_being_cancelled():
        raise asyncio.CancelledError
    return cleared


async def _clear_under_blob(
    work: Work, live: Live, ref: BlobRef, condition: Condition, blocks: BlockList
) -> Condition:
    """Something is there: committing its own blocks once more drops the others."""
    found = await work.call(live, work.store.properties, ref)
    is_whole = sum(block.size_bytes for block in blocks.committed) == found.size_bytes
    if found.etag != condition.if_match or not is_whole or found.tag_count:
        raise ConflictError(
            f"Somebody else's unfinished upload to {ref.name} is in the way, and what is there "
            "cannot be kept while it is cleared.",
            code="InvalidBlobOrBlock",
            cure="Upload under another name, delete the blob first, or wait for a week.",
        )
    ids = [block.block_id for block in blocks.committed]
    may_be_done = False

    def commit_again() -> Condition:
        try:
            written = work.store.put_block_list(
                ref, ids, headers=found.headers, condition=condition
            )
        except PreconditionFailedError:
            if not may_be_done or (now := same_again()) is None:
                raise
            return now
        return Condition.unchanged(written.etag)

    def same_again() -> Condition | None:
        """After a lost answer: the same blocks under the same headers, whoever wrote them."""
        now, is_now = work.store.block_list(ref), work.store.properties(ref)
        is_same = is_now.headers == found.headers and now.etag == is_now.etag
        if not is_same or [block.block_id for block in now.committed] != ids:
            return None
        return Condition.unchanged(is_now.etag)

    def note(error: QuaysideError) -> None:
        nonlocal may_be_done
        may_be_done |= error.retry is Retry.SOON

    return await work.call(live, commit_again, on_error=note)
