"""One file to one blob: the small way, in one request, and which way a file goes.

Put Blob is atomic, also where directories are real; larger files go as blocks there only
where they cannot go by a rename.

Every write has a condition, so what was there is replaced only while it is still
what was looked at. See Put Blob in the Blob service's REST reference.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from explorer.base.errors import (
    AlreadyExistsError,
    ConflictError,
    PreconditionFailedError,
    QuaysideError,
    Retry,
)
from explorer.storage.model import BlobHeaders, Condition, Written
from explorer.transfer import progress_table
from explorer.transfer.commit import Commit
from explorer.transfer.conflicts import exists_failure
from explorer.transfer.files import Source
from explorer.transfer.foreign import clear_foreign_blocks
from explorer.transfer.in_a_row import SMALL_BYTES
from explorer.transfer.lake_path import LakeState
from explorer.transfer.remote_target import RemoteTarget
from explorer.transfer.rows import Kind, Progress, TransferRow
from explorer.transfer.small_upload import Sent, SmallUpload, TooLargeError, plan_for
from explorer.transfer.state import TransferState
from explorer.transfer.terms import Terms
from explorer.transfer.work import EndsHere, Live, Outcome, Work

if TYPE_CHECKING:
    from explorer.storage.directories import DirectoryStore

LOOK_FIRST_BYTES: Final = SMALL_BYTES
"""Smaller files are sent as if nothing was there: one request, and a second one only
where the service refuses. Larger ones are not sent in vain."""
FOLDER_MARK: Final = {"hdi_isfolder": "true"}


class Upload:
    """Runs one transfer. `run` returns its outcome, or raises what stopped it."""

    def __init__(self, work: Work, live: Live, terms: Terms) -> None:
        self._work = work
        self._live = live
        self._row = live.row
        self._target = RemoteTarget(work, live)
        self._commit = Commit(work, live)
        self.small = SmallUpload(terms, live.row, self._target.ref, self._commit)
        self._may_have_arrived = live.row.attempt > 0
        """A write was sent whose answer never came: a refusal may mean our own success."""

    async def run(self, met: Exception | None = None) -> Outcome:
        kept: Progress | None = None
        if self._row.attempt:
            kept = await self._work.journal.read(progress_table.get, self._row.id)
        try:
            if self._row.kind is Kind.FOLDER:
                return await self._folder()
            if self._row.kind is Kind.ARCHIVE:
                return await self._archive(kept)
            if kept is None and plan_for(self._work.options, self._row.size_bytes).is_single_put:
                try:
                    return await self._whole(met)
                except TooLargeError:
                    pass
            return await self._in_parts(kept)
        except EndsHere as end:
            return end.outcome

    async def _archive(self, kept: Progress | None) -> Outcome:
        from explorer.transfer.archive_upload import ArchiveUpload  # few jobs need tarfile

        making = await self._work.run(ArchiveUpload, self._work, self._live, self._target)
        return await making.run(kept)

    async def _in_parts(self, kept: Progress | None) -> Outcome:
        source = await self._work.run(Source, self._row.local)
        try:
            cut = plan_for(self._work.options, source.fingerprint.size_bytes).cut
            if directories := self._directories_for(kept):
                from explorer.transfer.lake_upload import LakeUpload, NotThisWayError

                lake = LakeUpload(self._work, self._live, directories, self._target, source, cut)
                try:
                    return await lake.run(kept)
                except NotThisWayError:
                    kept = None
            from explorer.transfer.block_upload import BlockUpload  # late: most files are small

            blocks = BlockUpload(self._work, self._live, self._target, source, cut)
            return await blocks.run(kept)
        finally:
            await self._work.run_anyway(source.close)

    def _directories_for(self, kept: Progress | None) -> DirectoryStore | None:
        """Where a large file goes by a rename; None where it goes as blocks, or has begun to."""
        directories, renames = self._work.store.directories, self._work.renames
        if kept is not None:
            return directories if LakeState.from_text(kept.fingerprint) is not None else None
        if directories is not None and renames.may is None:
            renames.may = directories.may_rename
        return None if renames.may is False else directories

    def ended(self, got: Sent) -> Outcome:
        self._live.moved(got.size_bytes)
        return self._target.done(got.written, got.headers, got.size_bytes)

    async def _whole(self, met: Exception | None) -> Outcome:
        """Put Blob: read, hash and send in one go."""
        self._live.move(TransferState.RUNNING)
        size, mtime_ns = self._row.size_bytes, self._row.mtime_ns
        has_looked, has_cleared = size > LOOK_FIRST_BYTES, False
        condition = await self._look_or_find_ours() if has_looked else Condition.absent()
        while True:
            try:
                self.small.ref = self._target.ref  # it may have got another name
                sent = await self._commit.run(
                    partial(self.small.put, condition),
                    self._find_ours,
                    on_error=self._note_ambiguity,
                    met=met,
                )
            except (AlreadyExistsError, PreconditionFailedError, ConflictError) as error:
                met = None
                found = await self._target.properties()
                is_folder = found is not None and found.is_directory
                if isinstance(error, ConflictError) and not is_folder:
                    raise
                if self._may_have_arrived and found and await self._target.holds(found):
                    return self._target.found_done(found)
                if self._target.is_unseen:
                    self._target.rival()
                if found is None and condition.if_none_match and not has_cleared:
                    # The emulator takes left-over blocks without a blob for a blob.
                    condition = await clear_foreign_blocks(
                        self._work, self._live, self._target.ref, condition
                    )
                    has_cleared = True
                    continue
                if has_looked or found is None:
                    self._target.rival()
                condition = await self._target.look(size, mtime_ns, found)
                # A new name is looked up and may be taken the next moment: look again then.
                has_looked = bool(condition.if_match)
            else:
                return self.ended(sent)

    async def _find_ours(self) -> None:
        """After a cancel. Raises EndsHere where the blob is there as it was sent."""
        found = await self._target.properties()
        if found and await self._target.holds(found):
            raise EndsHere(self._target.found_done(found))

    async def arrived(self) -> Outcome | None:
        try:
            await self._commit.look(self._find_ours)
        except EndsHere as end:
            return end.outcome
        return None

    async def _look_or_find_ours(self) -> Condition:
        found = await self._target.properties()
        if found is None:
            return Condition.absent()
        if self._may_have_arrived and await self._target.holds(found):
            raise EndsHere(self._target.found_done(found))
        return await self._target.look(self._row.size_bytes, self._row.mtime_ns, found)

    def _note_ambiguity(self, error: QuaysideError) -> None:
        if error.retry is Retry.SOON:
            self._may_have_arrived = True

    async def _folder(self) -> Outcome:
        """An empty folder is a directory, or a zero-byte blob that says so."""
        self._live.move(TransferState.RUNNING)
        headers = BlobHeaders(metadata=FOLDER_MARK)
        directories, ref = self._work.store.directories, self._target.ref

        def put() -> Written:
            if directories is not None:
                absent = Condition.absent()
                return directories.create_directory(ref.container, ref.name, condition=absent)
            return self._work.store.put_blob(
                ref, b"", headers=headers, condition=Condition.absent()
            )

        try:
            written = await self._work.call(self._live, put)
        except (AlreadyExistsError, PreconditionFailedError, ConflictError):
            found = await self._target.properties()
            if found is not None and found.is_directory:
                return self._target.found_done(found)
            return Outcome(TransferState.FAILED, failure=exists_failure(self._target.name))
        return self._target.done(written, headers, 0)


def goes_at_once(work: Work, row: TransferRow) -> bool:
    """Whether a file is so small, and so new to us, that one request is likely all."""
    is_small = row.kind is Kind.FILE and row.size_bytes <= LOOK_FIRST_BYTES and not row.attempt
    if not work.options.block_size_bytes:
        return is_small
    return is_small and plan_for(work.options, row.size_bytes).is_single_put
