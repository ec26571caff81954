"""One blob to one file: the small way, in one request, and which way a blob goes.

The bytes go to a part beside the target. They are synced, verified, renamed, and the
folder is synced, in that order; only then the transfer is done.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from explorer.base.errors import LocalError
from explorer.storage.model import BlobRef
from explorer.transfer import progress_table, stamps, transfer_table
from explorer.transfer.files import Fingerprint
from explorer.transfer.folders import Folder
from explorer.transfer.in_a_row import SMALL_BYTES
from explorer.transfer.local_target import LocalTarget
from explorer.transfer.plan import DEFAULT_RANGE_BYTES, plan_download
from explorer.transfer.range_download import RangeDownload
from explorer.transfer.rows import Kind, Progress, TransferRow
from explorer.transfer.small_download import InTheWayError, SmallDownload
from explorer.transfer.state import TransferState
from explorer.transfer.terms import Terms
from explorer.transfer.work import EndsHere, Live, Outcome, Work


class Download:
    """Runs one transfer. `run` returns its outcome, or raises what stopped it."""

    def __init__(self, work: Work, live: Live, terms: Terms) -> None:
        self._work = work
        self._live = live
        self._terms = terms
        self._target = LocalTarget(work, live, terms)
        self.small = SmallDownload(terms, live.row, self._target.spot)

    @property
    def _ref(self) -> BlobRef:
        return self._work.ref(self._live.row.remote)

    async def run(self, met: Exception | None = None) -> Outcome:
        kept: Progress | None = None
        if self._live.row.attempt:
            kept = await self._work.journal.read(progress_table.get, self._live.row.id)
        try:
            if self._live.row.kind is Kind.FOLDER:
                return await self._folder()
            if not self._live.row.etag or self._live.is_restart or not self._live.row.size_bytes:
                await self._refresh()
            wanted = range_bytes_for(self._work)
            if kept is None and self._live.row.size_bytes <= wanted:
                return await self._whole(met)
            cut = plan_download(self._live.row.size_bytes, range_bytes=wanted)
            ranges = RangeDownload(self._work, self._live, self._target, self._ref, cut)
            return await ranges.run(kept)
        except EndsHere as end:
            if self._live.row.attempt or self._live.is_restart:
                await self._work.run_anyway(self._remove_left_over)
            return end.outcome

    def _remove_left_over(self) -> None:
        """An earlier attempt may have left its part; nobody goes on with it."""
        with suppress(LocalError):
            self._target.remove_part()

    async def _refresh(self) -> None:
        """Ask what the blob is now, where the walk did not say or it has changed since."""
        found = await self._work.call(self._live, self._work.store.properties, self._ref)
        row = replace(
            self._live.row,
            size_bytes=found.size_bytes,
            mtime_ns=stamps.of_blob(found.headers.metadata, found.last_modified_s),
            etag=found.etag,
            md5=found.headers.content_md5,
        )
        self._live.replace_row(row)
        self.small = SmallDownload(self._terms, row, self._target.spot)
        await self._work.journal.do(transfer_table.set_found, row)

    async def _folder(self) -> Outcome:
        self._live.move(TransferState.RUNNING)
        parts = tuple(self._live.row.local.split(b"/")) if self._live.row.local else ()

        def make() -> None:
            with Folder.open(self._terms.root, parts, create=True) as folder:
                folder.sync()

        await self._work.run(make)
        return Outcome(TransferState.DONE)

    # -- small blobs ----------------------------------------------------------

    def ended(self, got: None = None) -> Outcome:
        self._live.moved(self._live.row.size_bytes)
        return Outcome(TransferState.DONE, self._live.row.size_bytes, note=self._live.note)

    async def arrived(self) -> Outcome | None:
        return None  # what is published is known

    async def _whole(self, met: Exception | None) -> Outcome:
        self._live.move(TransferState.RUNNING)
        expected: Fingerprint | None = None
        has_looked = False
        try:
            if isinstance(met, InTheWayError):
                expected = await self._target.weigh(met.found)
                has_looked, met = True, None
            while True:
                try:
                    self.small.spot = self._target.spot  # it may have got another name
                    found = await self._work.call(
                        self._live,
                        self.small.get,
                        expected,
                        has_looked,
                        progress=lambda: self.small.position,
                        met=met,
                    )
                except FileExistsError:
                    self._target.rival()
                if found is None:
                    break
                if self.small.position:  # it came in between: what was begun may get another name
                    await self._work.run_anyway(self._target.remove_part)
                    self.small.position = 0
                expected = await self._target.weigh(found)
                has_looked, met = True, None
        except BaseException:
            await self._work.run_anyway(self._target.remove_part)
            raise
        self._live.move(TransferState.COMMITTING)
        await self._work.plant.folder_syncs.sync(self._target.folder_path)
        return self.ended()


def range_bytes_for(work: Work) -> int:
    return work.options.block_size_bytes or DEFAULT_RANGE_BYTES


def goes_at_once(work: Work, row: TransferRow) -> bool:
    """Whether a blob is so small, so well known and so new to us that one request is likely
    all."""
    is_small = row.kind is Kind.FILE and 0 < row.size_bytes <= min(
        SMALL_BYTES, range_bytes_for(work)
    )
    return is_small and bool(row.etag) and not row.attempt
