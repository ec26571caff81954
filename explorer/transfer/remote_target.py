"""The blob that an upload makes: what is there already, whether it may be replaced, and
whether what is there is our own. Belongs to the loop's thread."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

from explorer.base.errors import NotAuthorizedError, NotFoundError
from explorer.storage.model import (
    Blob,
    BlobHeaders,
    BlobProperties,
    BlobRef,
    BlobType,
    BlockList,
    Condition,
    Written,
)
from explorer.transfer import stamps, transfer_table
from explorer.transfer.conflicts import (
    Verdict,
    exists_failure,
    judge,
    needs_md5,
    numbered,
    rival_failure,
    unseen_failure,
)
from explorer.transfer.foreign import CLEARING
from explorer.transfer.hashing import md5_at, md5_of_blob
from explorer.transfer.model import ConflictPolicy, Side
from explorer.transfer.rows import Kind
from explorer.transfer.small_upload import headers_for
from explorer.transfer.state import TransferState
from explorer.transfer.work import EndsHere, Live, Outcome, Work


class RemoteTarget:
    """One upload's target. Its name changes when both are kept."""

    def __init__(self, work: Work, live: Live) -> None:
        self._work = work
        self._live = live
        self.name = live.row.remote
        self._original = live.row.remote_original
        if live.row.original:
            live.note = live.note or live.row.note
        self._number = 1
        self.is_unseen = False
        """The credential writes and does not read: what is there cannot be looked at."""

    @property
    def ref(self) -> BlobRef:
        return BlobRef(self._work.place.container, self.name)

    @property
    def policy(self) -> ConflictPolicy:
        """The rule for conflicts that holds for it."""
        return self._work.policy_for(self._original.removeprefix(self._work.place.prefix))

    async def properties(self) -> BlobProperties | None:
        """What is there; None where nothing is, or where it may not be looked at."""
        try:
            return await self._work.call(self._live, self._work.store.properties, self.ref)
        except NotFoundError as error:
            if error.code == "ContainerNotFound":
                raise
            return None
        except NotAuthorizedError as error:
            self._cannot_be_seen(error)
            return None

    async def block_list(self) -> BlockList | None:
        """Its blocks; None where they may not be looked at."""
        try:
            return await self._work.call(self._live, self._work.store.block_list, self.ref)
        except NotAuthorizedError as error:
            self._cannot_be_seen(error)
            return None

    def _cannot_be_seen(self, error: NotAuthorizedError) -> None:
        if not lacks_permission(error):
            raise error
        self.is_unseen = True

    async def look(
        self, size_bytes: int, mtime_ns: int, found: BlobProperties | None = None
    ) -> Condition:
        """The condition under which the file may be written; raises EndsHere where the
        rule for conflicts says that it may not. `found` saves a look."""
        source = Side(size_bytes, mtime_ns / 1e9, self._live.row.md5)
        while True:
            if found is None:
                found = await self.properties()
            if found is None:
                return Condition.absent()
            if not found.size_bytes and CLEARING in found.headers.metadata:
                return Condition.unchanged(found.etag)  # it holds nothing of anybody's
            if self._work.options.only_over not in ("", found.etag):
                self.rival()
            source, target = await self._weighed(source, found)
            verdict, why = judge(self.policy, source, target)
            is_real = found.is_directory and self._work.store.directories is not None
            if is_real and verdict is Verdict.OVERWRITE:
                verdict = Verdict.FAIL  # no file takes the place of what holds others
            match verdict:
                case Verdict.OVERWRITE:
                    return Condition.unchanged(found.etag)
                case Verdict.SKIP:
                    raise EndsHere(Outcome(TransferState.SKIPPED, size_bytes, note=why))
                case Verdict.FAIL:
                    raise EndsHere(
                        Outcome(TransferState.FAILED, failure=exists_failure(self._original))
                    )
                case Verdict.RENAME:
                    await self._take_next_name()
                    found = None

    async def _weighed(self, source: Side, found: BlobProperties) -> tuple[Side, Side]:
        """Both sides, with the MD5 read where it decides."""
        target = side_of(found)
        if needs_md5(self.policy, source, target):
            source = replace(source, md5=await self._work.run(md5_at, self._live.row.local))
        return source, target

    async def _take_next_name(self) -> None:
        self._number += 1
        self.name = numbered(self._original, self._number)
        self._live.note = f"Stored as {self.name}, since {self._original} was there."
        original = self._original.encode("utf-8", "surrogatepass")
        self._live.row = replace(self._live.row, remote=self.name, original=original)
        await self._work.journal.do(
            transfer_table.set_target,
            self._live.row.id,
            remote=self.name,
            note=self._live.note,
            original=original,
        )

    def rival(self) -> NoReturn:
        """Somebody wrote there after we had looked, or could not look: theirs stays."""
        if self.policy is ConflictPolicy.SKIP:
            note = "It appeared there meanwhile."
            raise EndsHere(Outcome(TransferState.SKIPPED, note=note))
        if self.is_unseen:
            raise EndsHere(Outcome(TransferState.FAILED, failure=unseen_failure(self.name)))
        raise EndsHere(Outcome(TransferState.FAILED, failure=rival_failure(self.name)))

    async def holds(self, found: BlobProperties) -> bool:
        """Is the blob that is there, byte for byte, the local file?"""
        if found.size_bytes != self._live.row.size_bytes or found.is_directory:
            return False
        theirs = found.headers.content_md5
        if theirs is None:
            theirs = await self._work.call(self._live, md5_of_blob, self._work.store, found)
        return theirs == await self._work.run(md5_at, self._live.row.local)

    def headers(self, mtime_ns: int, md5: bytes | None) -> BlobHeaders:
        """What is stored beside the bytes."""
        return headers_for(self._work.options, self.name, mtime_ns, md5)

    def done(self, written: Written, headers: BlobHeaders, size_bytes: int) -> Outcome:
        """The outcome for what has been written, with its row for a listing."""
        blob = Blob(
            self.name,
            size_bytes,
            written.last_modified_s,
            written.etag,
            headers.content_type,
            headers.content_md5,
            BlobType.BLOCK,
            "",
            "available",
            written.last_modified_s,
            headers.metadata,
            self._live.row.kind is Kind.FOLDER,
        )
        return Outcome(TransferState.DONE, size_bytes, note=self._live.note, arrived=blob)

    def found_done(self, found: BlobProperties) -> Outcome:
        """The outcome for our own blob, found there after its receipt was lost."""
        receipt = Written(found.etag, found.last_modified_s, found.version_id)
        return self.done(receipt, found.headers, found.size_bytes)

    def ended(self, found: BlobProperties) -> NoReturn:
        """An earlier try of ours has written it: there is nothing left to do."""
        raise EndsHere(self.found_done(found))


def lacks_permission(error: NotAuthorizedError) -> bool:
    """Whether the credential is right and this one thing is not among what it allows."""
    return error.code == "AuthorizationPermissionMismatch"


def side_of(found: BlobProperties) -> Side:
    """A blob as one side of a conflict; its own mtime counts more than the service's."""
    mtime_ns = stamps.in_metadata(found.headers.metadata)
    modified_s = found.last_modified_s if mtime_ns is None else mtime_ns / 1e9
    return Side(found.size_bytes, modified_s, found.headers.content_md5)
