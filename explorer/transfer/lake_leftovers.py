"""Temporary files of uploads that nobody goes on with, where directories are real.

What cannot be removed now stays in the journal, and is tried again when its job is taken
out of the list. Belongs to the loop's thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Final

from explorer.base.errors import NotFoundError, QuaysideError
from explorer.storage.model import Condition
from explorer.transfer import progress_table
from explorer.transfer.job import Job
from explorer.transfer.journal import Journal
from explorer.transfer.lake_path import LakeState, first_path, temporary_path
from explorer.transfer.model import UploadRequest
from explorer.transfer.work import Work, share

log = logging.getLogger(__name__)

LONGEST_S: Final = 10.0
"""Whoever cancels does not wait longer for a service that does not answer."""


class Leftovers:
    """Removes what the journal knows of."""

    def __init__(self, journal: Journal, work_for: Callable[[Job], Awaitable[Work]]) -> None:
        self._journal = journal
        self._work_for = work_for

    async def remove(self, job: Job, ids: Collection[int] | None = None) -> None:
        """Remove the temporary files of a job at rest, or of these transfers of it, and forget
        them. Never raises for the service: it is logged."""
        if not isinstance(job.row.request, UploadRequest):
            return
        kept = await self._journal.read(progress_table.uploads, job.id)
        left = {
            row: temporary_path(remote, upload_id)
            for row, remote, upload_id, fingerprint in kept
            if LakeState.from_text(fingerprint) is not None and (ids is None or row in ids)
        }
        if not left:
            return
        try:
            async with asyncio.timeout(LONGEST_S):
                await self._remove(await self._work_for(job), left)
        except (QuaysideError, TimeoutError) as error:
            log.info("temporary files of job %d stay: %s", job.id, type(error).__name__)

    async def _remove(self, work: Work, left: dict[int, str]) -> None:
        directories, container = work.store.directories, work.place.container
        if directories is None:
            return

        async def remove(row: int) -> None:
            def delete(path: str) -> None:
                directories.delete_path(
                    container, path, recursive=False, condition=Condition.always()
                )

            try:
                await work.call(None, delete, left[row])
            except NotFoundError:
                with suppress(NotFoundError):  # it has got its name, or never came to be
                    await work.call(None, delete, first_path(left[row]))
            await self._journal.do(progress_table.clear, row)

        await share(left, min(len(left), work.plant.slots.size), remove)
