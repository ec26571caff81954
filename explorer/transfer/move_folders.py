"""The last of a move: markers and directories of the source with nothing in them any more.

Whatever could not be moved keeps the folders it is in.
"""

from __future__ import annotations

import logging
from functools import partial

from explorer.base.errors import NotFoundError, QuaysideError, Retry
from explorer.storage.model import BlobRef, Condition, Page
from explorer.transfer import transfer_table
from explorer.transfer.rows import TransferRow
from explorer.transfer.state import TransferState
from explorer.transfer.work import Work

log = logging.getLogger(__name__)


async def remove_emptied(work: Work, job_id: int) -> None:
    """Delete the folders that were moved and are empty now, the deepest first, each only
    while it is still what was copied. Done again, it does no harm."""
    rows = await work.journal.read(transfer_table.folders_done, job_id)
    for row in sorted(rows, key=_depth, reverse=True):
        try:
            await _remove(work.comes_from, row)
        except NotFoundError:
            continue
        except QuaysideError as error:
            if error.retry in (Retry.NEEDS_CREDENTIALS, Retry.SOON, Retry.SLOW_DOWN):
                raise
            log.info("a moved folder was left: %s", error)
            note = f"The empty folder was left at the source: {error.message}"
            await work.journal.do(transfer_table.finish, row.id, TransferState.DONE, note=note)


def _name(row: TransferRow) -> str:
    return row.local.decode("utf-8", "surrogatepass")


def _depth(row: TransferRow) -> tuple[int, int]:
    name = _name(row).rstrip("/")
    return name.count("/"), len(name)


async def _remove(origin: Work, row: TransferRow) -> None:
    name = _name(row)
    if await _has_more(origin, name):
        return
    ref = BlobRef(origin.place.container, name)
    await origin.call(None, origin.store.properties, ref)  # a condition hides that it is gone
    delete = partial(
        origin.store.delete_blob, condition=Condition.unchanged(row.etag), with_snapshots=False
    )
    await origin.call(None, delete, ref)


async def _has_more(origin: Work, name: str) -> bool:
    """Whether anything but the folder itself is at or below it."""
    folder = name.rstrip("/") + "/"

    def page_at(marker: str) -> Page:
        return origin.store.list_blobs(
            origin.place.container, prefix=folder, delimiter="", marker=marker, page_size=2
        )

    marker = ""
    while True:
        page = await origin.call(None, page_at, marker)
        if any(blob.name != name for blob in page.blobs):
            return True
        marker = page.next_marker
        if not marker:
            return False
