"""Put Block List at the end of an upload or a copy: its lost answers and its rivals told apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from explorer.base.errors import (
    AlreadyExistsError,
    PreconditionFailedError,
    Retry,
    StorageError,
)
from explorer.storage.model import BlobHeaders, BlobProperties, Condition, Written
from explorer.transfer.commit import Commit
from explorer.transfer.remote_target import RemoteTarget
from explorer.transfer.work import Live, Work


async def commit_blocks(
    work: Work,
    live: Live,
    target: RemoteTarget,
    ids: Sequence[bytes],
    headers: BlobHeaders,
    condition: Condition,
    found: Callable[[BlobProperties], Written],
) -> Written:
    """Make the blob of these blocks. Where an earlier try of ours did it, `found` says what
    that means: a `receipt`, or it raises EndsHere. Raises EndsHere where a rival was first;
    else what the service says."""
    commit = Commit(work, live)

    def send() -> Written:
        with commit.shielded():
            return work.store.put_block_list(target.ref, ids, headers=headers, condition=condition)

    async def find() -> Written | None:
        ours = await find_ours(target, ids)
        return found(ours) if ours is not None else None

    try:
        return await commit.run(send, find)
    except (AlreadyExistsError, PreconditionFailedError):
        # Either a rival, or our own commit whose answer was lost.
        if ours := await find():
            return ours
        target.rival()
    except StorageError as error:
        if error.code not in ("InvalidBlockList", "InvalidBlockId"):
            raise
        if ours := await find():
            return ours
        error.retry = Retry.RESTART  # somebody's write dropped our blocks
        raise


async def find_ours(target: RemoteTarget, ids: Sequence[bytes]) -> BlobProperties | None:
    """The blob, if it is made of exactly these blocks."""
    blocks = await target.block_list()
    if blocks is None or [block.block_id for block in blocks.committed] != list(ids):
        return None
    return await target.properties()


def receipt(found: BlobProperties) -> Written:
    """What was found, as if the answer to the commit had come."""
    return Written(found.etag, found.last_modified_s, found.version_id)
