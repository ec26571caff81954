"""One blob to another place: the small way, in one request, which way it goes, and for a move
the end of its source.

The service fetches the source itself where it can; else the bytes come through here.
Every write has a condition on the target, every read one on the source's ETag. See Put
Blob From URL and Delete Blob in the Blob service's REST reference.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Final

from explorer.base.errors import (
    AlreadyExistsError,
    ConflictError,
    IntegrityError,
    NotFoundError,
    PreconditionFailedError,
    QuaysideError,
    Retry,
    StorageError,
)
from explorer.base.records import dataclass
from explorer.storage.model import BlobProperties, BlobType, Condition, Written
from explorer.transfer import progress_table
from explorer.transfer.block_copy import BlockCopy
from explorer.transfer.commit import Commit, patience
from explorer.transfer.conflicts import exists_failure, one_blob_failure
from explorer.transfer.copy_plan import (
    BECAME_BLOCKS,
    THROUGH_HERE,
    Stumbles,
    goes_through_here,
    has_no_reason,
    is_not_known,
    lacks_tier,
)
from explorer.transfer.copy_target import CopyTarget
from explorer.transfer.encoding import failure_of
from explorer.transfer.foreign import clear_foreign_blocks
from explorer.transfer.model import Failure
from explorer.transfer.rows import Kind, Progress
from explorer.transfer.small_upload import plan_for
from explorer.transfer.state import TransferState
from explorer.transfer.upload import FOLDER_MARK
from explorer.transfer.verify import check_md5, check_read, damaged
from explorer.transfer.work import EndsHere, Live, Outcome, Work

COPIED: Final = "copied "
"""Begins the fingerprint of a move whose copy is verified; the source's ETag follows."""


@dataclass(slots=True)
class Route:
    """What one blob of a job has found out, for the others."""

    is_direct: bool = True
    """The service can read the source."""
    knows_whole: bool = True
    """It copies a blob in one request."""

    def learn(self, refusal: QuaysideError | None) -> None:
        """One blob had to come through here, and came: so will the others, unless the service
        was only in trouble."""
        if isinstance(refusal, StorageError) and (
            refusal.status < 500 or refusal.status == 501 or has_no_reason(refusal)
        ):
            self.is_direct = False


class _InBlocksError(Exception):
    """The service does not copy in one request, but may do so block by block."""


class RemoteCopy:
    """Runs one transfer. `run` returns its outcome, or raises what stopped it."""

    def __init__(self, work: Work, live: Live, route: Route, *, is_move: bool) -> None:
        self._work = work
        self._live = live
        self._route = route
        self._is_move = is_move
        self._target = CopyTarget(work, live)
        self._commit = Commit(work, live)
        self._is_direct = route.is_direct
        self._may_have_arrived = live.row.attempt > 0
        """A write was sent whose answer never came: a refusal may mean our own success."""

    async def run(self, met: Exception | None = None) -> Outcome:
        kept: Progress | None = None
        if self._live.row.attempt:
            kept = await self._work.journal.read(progress_table.get, self._live.row.id)
        try:
            if kept is not None and kept.fingerprint.startswith(COPIED):
                if outcome := await self._go_on_after_copy(kept):
                    return outcome
                kept = None
            await self._target.find_source()
            if self._live.row.kind is Kind.FOLDER:
                return await self._folder()
            written = await self._copy(kept)
            is_verified = await self._verify(written)
        except EndsHere as end:
            return end.outcome
        outcome = self._target.copied(
            written,
            "" if self._is_direct else THROUGH_HERE,
            BECAME_BLOCKS if self._target.source.blob_type is BlobType.APPEND else "",
        )
        if not self._is_move:
            return outcome
        if not is_verified:
            return self._left(outcome, "what is there now could not be verified.")
        return await self._remove_source(self._target.source.etag, outcome)

    async def _verify(self, written: Written) -> bool:
        with suppress(TimeoutError):
            async with patience():
                return await self._target.verify(written)
        return False

    async def _copy(self, kept: Progress | None) -> Written:
        size = self._target.source.size_bytes
        plan = plan_for(self._work.options, size)
        is_one = plan.is_single_put and kept is None
        if is_one and (not size or not self._is_direct or self._route.knows_whole):
            try:
                return await self._whole()
            except _InBlocksError:
                self._route.knows_whole = False
        blocks = BlockCopy(
            self._work, self._live, self._target, plan.cut, is_direct=self._is_direct
        )
        written = await blocks.run(kept)
        self._is_direct = blocks.is_direct
        self._route.learn(blocks.refusal)
        return written

    # -- one request ----------------------------------------------------------

    async def _whole(self) -> Written:
        self._live.move(TransferState.RUNNING)
        condition = Condition.absent()
        has_looked = has_cleared = False
        if self._may_have_arrived and (found := await self._target.properties()):
            if await self._target.holds(found):
                return Written(found.etag, found.last_modified_s, found.version_id)
            row = self._live.row
            condition = await self._target.look(row.size_bytes, row.mtime_ns, found)
            has_looked = True
        while True:
            try:
                written = await self._send(condition)
                break
            except (AlreadyExistsError, PreconditionFailedError) as error:
                await self._tell_source_apart(error)
                found = await self._target.properties()
                if self._may_have_arrived and found and await self._target.holds(found):
                    written = Written(found.etag, found.last_modified_s, found.version_id)
                    break
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
                row = self._live.row
                condition = await self._target.look(row.size_bytes, row.mtime_ns, found)
                has_looked = bool(condition.if_match)
        self._live.moved(self._target.source.size_bytes)
        return written

    async def _tell_source_apart(self, error: QuaysideError) -> None:
        """A condition failed: raises the error where it was the source's."""
        if isinstance(error, PreconditionFailedError):
            await self._target.check_source()

    async def _send(self, condition: Condition) -> Written:
        """By the service alone, or through here. Raises _InBlocksError."""
        refusal: QuaysideError | None = None
        while self._is_direct and self._target.source.size_bytes:
            try:
                return await self._call(self._from_url, condition, Stumbles().heard)
            except QuaysideError as error:
                if lacks_tier(error) and self._target.stored.tier:
                    self._target.do_without_tier()
                elif has_no_reason(error):
                    if ours := await self._find_ours():
                        return ours
                    raise _InBlocksError from None
                elif is_not_known(error):
                    raise _InBlocksError from None
                elif goes_through_here(error):
                    self._is_direct = False
                    refusal = error
                else:
                    raise
        while True:
            try:
                written = await self._call(self._through_here, condition)
                self._route.learn(refusal)
                return written
            except QuaysideError as error:
                if not (lacks_tier(error) and self._target.stored.tier):
                    raise
                self._target.do_without_tier()

    async def _call(
        self,
        work: Callable[[Condition], Written],
        condition: Condition,
        on_error: Callable[[QuaysideError], None] = lambda error: None,
    ) -> Written:
        def note_ambiguity(error: QuaysideError) -> None:
            if error.retry is Retry.SOON:
                self._may_have_arrived = True
            on_error(error)

        send = partial(work, condition)
        return await self._commit.run(send, self._find_ours, on_error=note_ambiguity)

    async def _find_ours(self) -> Written | None:
        """What is there, if it is what is copied."""
        found = await self._target.properties()
        if found is None or not await self._target.holds(found):
            return None
        return Written(found.etag, found.last_modified_s, found.version_id)

    def _from_url(self, condition: Condition) -> Written:
        source = self._target.source
        url, shown = self._target.source_url(), self._target.source_authorization()
        try:
            with self._commit.shielded():
                return self._work.store.put_blob_from_url(
                    self._target.ref,
                    url,
                    headers=self._target.stored,
                    condition=condition,
                    source_if_match=source.etag,
                    source_md5=source.headers.content_md5 if self._work.options.with_md5 else None,
                    source_authorization=shown,
                )
        except IntegrityError as error:
            raise damaged(error.message) from None

    def _through_here(self, condition: Condition) -> Written:
        """Read it whole and write it: no more than one block of it is ever in memory."""
        source, origin = self._target.source, self._work.comes_from
        with self._work.plant.buffers.borrow(source.size_bytes) as data:

            def take(offset: int, piece: memoryview) -> None:
                data[offset : offset + len(piece)] = piece

            if source.size_bytes:
                read = origin.store.read_range(
                    source.ref,
                    0,
                    source.size_bytes,
                    self._work.meter.sink(take),
                    if_match=source.etag,
                )
                check_read(read, source.size_bytes, source.ref.name)
            md5 = hashlib.md5(data, usedforsecurity=False).digest()
            headers = self._target.stored
            if self._work.options.with_md5:
                if headers.content_md5 is not None:
                    check_md5(md5, headers.content_md5, source.ref.name)
                else:
                    headers = replace(headers, content_md5=md5)
            return self._commit.put(self._work.store, self._target.ref, data, headers, condition)

    # -- folders --------------------------------------------------------------

    async def _folder(self) -> Outcome:
        """A marker or directory is an empty blob that says so; one that is there will do."""
        self._live.move(TransferState.RUNNING)
        headers = self._target.source.headers
        if not self._target.name.endswith("/"):
            headers = replace(headers, metadata={**headers.metadata, **FOLDER_MARK})
        headers = replace(headers, content_md5=None, tier="")
        put = partial(self._work.store.put_blob, headers=headers, condition=Condition.absent())
        try:
            written = await self._work.call(self._live, put, self._target.ref, b"")
        except (AlreadyExistsError, PreconditionFailedError, ConflictError):
            found = await self._target.properties()
            if found is not None and found.is_directory:
                return self._target.found_done(found)
            return Outcome(TransferState.FAILED, failure=exists_failure(self._target.name))
        return self._target.done(written, headers, 0)

    # -- the source of a move -------------------------------------------------

    async def _remove_source(self, etag: str, outcome: Outcome) -> Outcome:
        """The copy is verified: note that durably, then delete what was copied."""
        arrived = outcome.arrived
        self._live.move(TransferState.COMMITTING)
        size = max(1, outcome.size_bytes)
        kept = Progress(
            size,
            done=b"\x01",
            etag=arrived.etag if arrived is not None else "",
            fingerprint=COPIED + etag,
        )
        await self._work.journal.do(progress_table.start, self._live.row.id, kept)
        return await self._delete(etag, outcome)

    async def _delete(self, etag: str, outcome: Outcome) -> Outcome:
        if self._is_one_blob(etag, outcome):
            failure = one_blob_failure(self._target.name)
            return replace(outcome, state=TransferState.FAILED, failure=failure)
        origin = self._work.comes_from
        delete = partial(
            origin.store.delete_blob, condition=Condition.unchanged(etag), with_snapshots=False
        )
        try:
            async with patience():
                await origin.call(self._live, delete, self._target.source_ref)
        except TimeoutError:
            return self._left(outcome, "it was cancelled, and there was no answer.")
        except NotFoundError:
            return outcome  # an earlier try of ours, or somebody else, has deleted it
        except PreconditionFailedError:
            try:
                await self._target.ask_source()
            except NotFoundError:
                return outcome
            return self._left(outcome, "it was changed after it had been copied.")
        except QuaysideError as error:
            if error.retry is not Retry.NEVER:
                raise
            return self._left(outcome, error.message, error)
        return outcome

    def _is_one_blob(self, etag: str, outcome: Outcome) -> bool:
        """Whether what is there is the source itself, reached by another address of its account:
        a copy of the same name has an ETag of its own."""
        source, target = self._target.source_ref, self._target.ref
        has_name = (source.container, source.name) == (target.container, target.name)
        return has_name and outcome.arrived is not None and outcome.arrived.etag == etag

    def _left(self, outcome: Outcome, why: str, error: QuaysideError | None = None) -> Outcome:
        """Copied, and the source is still there."""
        name = self._target.source_ref.name
        failure = Failure(
            "Copied, but not moved",
            f"{name} was copied to {self._target.name}, and the source was left: {why}",
            error.cure if error is not None else "Look at both, and delete the one to go.",
        )
        if error is not None:
            told = failure_of(error)
            failure = replace(failure, code=told.code, request_id=told.request_id)
        return replace(
            outcome, state=TransferState.FAILED, failure=failure, keeps_progress=error is not None
        )

    async def _go_on_after_copy(self, kept: Progress) -> Outcome | None:
        """An earlier attempt had verified the copy: is it still there, only the source has to
        go; else None, and it is copied anew."""
        found: BlobProperties | None = await self._target.properties()
        if found is None or not kept.etag or found.etag != kept.etag:
            await self._work.journal.do(progress_table.clear, self._live.row.id)
            self._live.stands_at(0)
            return None
        self._live.size_bytes = self._live.row.size_bytes
        etag = kept.fingerprint.removeprefix(COPIED)
        return await self._delete(etag, self._target.found_done(found))
