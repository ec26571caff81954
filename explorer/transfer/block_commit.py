"""Put Block List at the end of an upload: its lost answers and its rivals told apart."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from explorer.base.errors import (
    AlreadyExistsError,
    PreconditionFailedError,
    Retry,
    StorageError,
)
from explorer.storage.model import BlobHeaders, BlobProperties, Condition, Written
from explorer.transfer.commit import Commit
from explorer.transfer.remote_target import RemoteTarget
from explorer.transfer.work import EndsHere, Live, Work


async def commit_blocks(
    work: Work,
    live: Live,
    target: RemoteTarget,
    ids: Sequence[bytes],
    headers: BlobHeaders,
    condition: Condition,
    find_ours: Callable[[], Awaitable[BlobProperties | None]],
) -> Written:
    """Make the blob of these blocks. Raises EndsHere where `find_ours` finds that an earlier
    try of ours did it, or where a rival was first; else what the service says."""
    commit = Commit(work, live)

    def send() -> Written:
        with commit.shielded():
            return work.store.put_block_list(target.ref, ids, headers=headers, condition=condition)

    async def find() -> None:
        if found := await find_ours():
            raise EndsHere(target.found_done(found))

    try:
        return await commit.run(send, find)
    except (AlreadyExistsError, PreconditionFailedError):
        # Either a rival, or our own commit whose answer was lost.
        await find()
        target.rival()
    except StorageError as error:
        if error.code not in ("InvalidBlockList", "InvalidBlockId"):
            raise
        await find()
        error.retry = Retry.RESTART  # somebody's write dropped our blocks
        raise
