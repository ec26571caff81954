"""A large blob to one file: ranges in parallel into a preallocated part.

Each range has the ETag as its condition, so bytes of two versions never mix. A range
that breaks off goes on inside. The journal hears of a range only after fdatasync.
See Get Blob in the Blob service's REST reference.
"""

from __future__ import annotations

import asyncio
from typing import Final

from explorer.base.cancel import shielded
from explorer.base.errors import LocalError
from explorer.storage.model import BlobRef
from explorer.transfer import progress_table
from explorer.transfer.files import Fingerprint, Part
from explorer.transfer.folders import Folder
from explorer.transfer.hashing import RunningMd5
from explorer.transfer.local_target import LocalTarget
from explorer.transfer.plan import Chunks, Cut
from explorer.transfer.rows import Progress
from explorer.transfer.state import TransferState
from explorer.transfer.verify import check_md5, check_read, check_size
from explorer.transfer.work import Live, Outcome, Work, first_of, share

SYNC_BYTES: Final = 64 * 1024 * 1024
SYNC_S: Final = 1.0
"""What was fetched is synced after so many bytes, or so long."""


class RangeDownload:
    """One attempt at a blob, or its continuation."""

    def __init__(self, work: Work, live: Live, target: LocalTarget, ref: BlobRef, cut: Cut) -> None:
        self._work = work
        self._live = live
        self._target = target
        self._ref = ref
        self._cut = cut
        self._row = live.row
        self._expected: Fingerprint | None = None
        self._synced = Chunks(len(cut))
        self._written = Chunks(len(cut))
        self._unsynced: list[int] = []
        self._syncing = asyncio.Lock()
        self._last_sync_s = 0.0
        self._grown = asyncio.Event()
        self._md5 = RunningMd5()
        self._expected_md5 = self._row.md5 if work.options.with_md5 else None
        live.size_bytes = cut.size_bytes

    async def run(self, kept: Progress | None) -> Outcome:
        folder = await self._work.run(self._target.folder)
        try:
            part = await self._open(folder, kept)
            try:
                if self._cut.size_bytes and next(self._written.remaining(), None) is None:
                    await self._work.call(self._live, self._check_version)
                await self._fetch_all(part)
                self._live.move(TransferState.COMMITTING)
                await self._work.run(self._finish, part)
            finally:
                await self._work.run_anyway(part.close)
            try:
                await self._work.run(self._publish, folder)
            except FileExistsError:
                await self._work.run(folder.remove, self._target.spot.part)
                self._target.rival()
            await self._work.plant.folder_syncs.sync(self._target.folder_path)
        finally:
            await self._work.run_anyway(folder.close)
        return Outcome(TransferState.DONE, self._row.size_bytes, note=self._live.note)

    # -- beginning and continuing ---------------------------------------------

    async def _open(self, folder: Folder, kept: Progress | None) -> Part:
        part = await self._take_up(folder, kept) if kept is not None else None
        if part is None:
            part = await self._begin(folder)
        self._live.stands_at(self._cut.bytes_in(self._synced))
        return part

    async def _take_up(self, folder: Folder, kept: Progress) -> Part | None:
        """The part that an earlier attempt left, if it and the blob are still the same."""
        if kept.etag != self._row.etag or kept.chunk_bytes != self._cut.chunk_bytes:
            return None
        try:
            done = Chunks.from_bytes(kept.done, len(self._cut))
            expected = Fingerprint.from_text(kept.fingerprint) if kept.fingerprint else None
            part = await self._work.run(_open_old, folder, self._target.spot.part)
        except (ValueError, LocalError):
            return None
        if part.size_bytes != self._cut.size_bytes:
            await self._work.run(part.close)
            return None
        self._synced = done
        self._written = Chunks.from_bytes(kept.done, len(self._cut))
        self._expected = expected
        return part

    def _check_version(self) -> None:
        """Nothing is left to ask for, which would tell: ask for one byte. Raises like any range
        where the blob is not what it was."""
        self._work.store.read_range(
            self._ref, 0, 1, lambda offset, data: None, if_match=self._row.etag
        )

    async def _begin(self, folder: Folder) -> Part:
        self._expected = await self._target.look()

        def create() -> Part:
            folder.remove(self._target.spot.part)
            part = folder.open_part(self._target.spot.part, is_new=True)
            try:
                part.allocate(self._cut.size_bytes)
            except BaseException:
                part.close()
                folder.remove(self._target.spot.part)
                raise
            return part

        kept = Progress(
            self._cut.chunk_bytes,
            done=self._synced.to_bytes(),
            etag=self._row.etag,
            fingerprint=self._expected.to_text() if self._expected else "",
        )
        part = await self._work.run(create)
        try:
            await self._work.journal.do(progress_table.start, self._row.id, kept)
        except BaseException:
            await self._work.run_anyway(part.close)
            raise
        return part

    # -- fetching -------------------------------------------------------------

    async def _fetch_all(self, part: Part) -> None:
        self._live.move(TransferState.RUNNING)
        self._last_sync_s = asyncio.get_running_loop().time()
        missing = list(self._written.remaining())

        async def fetch(index: int) -> None:
            await self._fetch(part, index)

        try:
            async with asyncio.TaskGroup() as group:
                if self._expected_md5 is not None:
                    group.create_task(self._hash(part))
                await share(missing, min(len(missing), self._work.plant.slots.size), fetch)
        except BaseExceptionGroup as errors:
            raise first_of(errors) from None
        finally:
            await self._sync(part)

    async def _fetch(self, part: Part, index: int) -> None:
        piece = self._cut[index]
        got = 0

        def take(offset: int, data: memoryview) -> None:
            nonlocal got
            part.write(offset, data)
            got += len(data)

        sink = self._work.meter.sink(take)

        def read() -> None:
            if got == piece.length:
                return
            told = self._work.store.read_range(
                self._ref, piece.offset + got, piece.length - got, sink, if_match=self._row.etag
            )
            check_read(told, self._cut.size_bytes, self._row.remote)

        await self._work.call(self._live, read, progress=lambda: got)
        self._written.add(index)
        self._unsynced.append(index)
        self._grown.set()
        waited = asyncio.get_running_loop().time() - self._last_sync_s
        if len(self._unsynced) * self._cut.chunk_bytes >= SYNC_BYTES or waited >= SYNC_S:
            await self._sync(part)

    async def _sync(self, part: Part) -> None:
        """Make what was fetched durable, then tell the journal."""
        async with self._syncing:
            batch, self._unsynced = self._unsynced, []
            if not batch:
                return
            is_synced = False

            def sync() -> None:
                nonlocal is_synced
                part.sync_data()
                is_synced = True

            size_bytes = sum(self._cut[index].length for index in batch)
            try:
                await self._work.run_anyway(sync)
                await self._keep(batch)
            except asyncio.CancelledError:
                # Synced all the same; the journal hears of it before it hears of the pause.
                if is_synced:
                    self._keep(batch)
                    self._live.moved(size_bytes)
                raise
            self._last_sync_s = asyncio.get_running_loop().time()
            self._live.moved(size_bytes)

    def _keep(self, batch: list[int]) -> asyncio.Future[None]:
        for index in batch:
            self._synced.add(index)
        done = self._synced.to_bytes()
        return self._work.journal.post(progress_table.set_done, self._row.id, done)

    async def _hash(self, part: Part) -> None:
        """Hash the beginning that is complete, in order, while the rest comes in."""
        while True:
            self._grown.clear()
            first_gap = next(iter(self._written.gaps()), None)
            end = self._cut.size_bytes
            if first_gap is not None:
                end = first_gap[0] * self._cut.chunk_bytes
            if end > self._md5.position:
                await self._work.run(self._md5.advance, part, end)
            elif first_gap is None:
                return
            else:
                await self._grown.wait()

    def _finish(self, part: Part) -> None:
        part.seal(self._target.mtime_of(self._row))
        check_size(part.size_bytes, self._cut.size_bytes, self._row.remote)
        if self._expected_md5 is not None:
            check_md5(self._md5.digest(), self._expected_md5, self._row.remote)

    def _publish(self, folder: Folder) -> None:
        with shielded():  # what has its name is done, whoever cancels
            folder.publish(self._target.spot.part, self._target.name, self._expected)


def _open_old(folder: Folder, name: bytes) -> Part:
    return folder.open_part(name, is_new=False)
