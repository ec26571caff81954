"""Both ends of one copy: the version of the source that is copied, and what is where it goes.

Belongs to the loop's thread.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

from explorer.base.errors import IntegrityError, PreconditionFailedError, QuaysideError, Retry
from explorer.storage.model import BlobHeaders, BlobProperties, BlobRef, Written
from explorer.transfer import stamps, transfer_table
from explorer.transfer.conflicts import is_different
from explorer.transfer.copy_plan import WITHOUT_TAGS, WITHOUT_TIER, notes
from explorer.transfer.hashing import md5_of_blob
from explorer.transfer.model import ConflictPolicy, Side
from explorer.transfer.remote_target import RemoteTarget, side_of
from explorer.transfer.work import Live, Outcome, Work

URL_S: Final = 3600.0
"""How long an address of the source is good for; each request gets a fresh one."""


class CopyTarget(RemoteTarget):
    """One copy's target, and its source as it was found."""

    def __init__(self, work: Work, live: Live) -> None:
        super().__init__(work, live)
        self._origin = work.comes_from
        self._has_tier = True
        name = live.row.local.decode("utf-8", "surrogatepass")
        self.source_ref = BlobRef(self._origin.place.container, name)
        self.source: BlobProperties
        """What is copied; there once `find_source` has returned."""

    # -- the source -----------------------------------------------------------

    async def find_source(self) -> BlobProperties:
        """Look at the source; where it is not what the walk saw, start from what it is now."""
        found = self.source = await self.ask_source()
        row = self._live.row
        if found.etag != row.etag:
            row = replace(
                row,
                size_bytes=0 if found.is_directory else found.size_bytes,
                mtime_ns=stamps.of_blob(found.headers.metadata, found.last_modified_s),
                etag=found.etag,
                md5=found.headers.content_md5,
            )
            self._live.replace_row(row)
            await self._work.journal.do(transfer_table.set_found, row)
        self._live.size_bytes = row.size_bytes
        return found

    async def ask_source(self) -> BlobProperties:
        """What the source is now. Raises NotFoundError."""
        origin = self._origin
        return await origin.call(self._live, origin.store.properties, self.source_ref)

    async def check_source(self) -> None:
        """Raises PreconditionFailedError where it is not what was copied any more."""
        now = await self.ask_source()
        if now.etag != self.source.etag:
            raise PreconditionFailedError(
                f"{self.source_ref.name} was changed while it was copied.",
                cure="It is copied again.",
                status=412,
            )

    def source_url(self) -> str:
        """Blocking. Where the service reads the source; a secret, made for one request."""
        return self._origin.store.readable_url(self.source_ref, time.time() + URL_S)

    def source_authorization(self) -> str:
        """Blocking. What is shown beside that address; a secret, mostly empty."""
        return self._origin.store.source_authorization()

    # -- what is there --------------------------------------------------------

    async def _weighed(self, source: Side, found: BlobProperties) -> tuple[Side, Side]:
        """A copy is younger than its source: where only the time differs, the bytes decide."""
        target = side_of(found)
        if (
            self.policy is not ConflictPolicy.DIFFERENT
            or source.size_bytes != target.size_bytes
            or (source.md5 is not None and target.md5 is not None)
            or not is_different(source, target)
        ):
            return source, target
        if source.md5 is None:
            source = replace(source, md5=await self._read_source())
        if target.md5 is None:
            md5 = await self._work.call(self._live, md5_of_blob, self._work.store, found)
            target = replace(target, md5=md5)
        return source, target

    async def holds(self, found: BlobProperties) -> bool:
        """Is what is there the source, byte for byte and with its metadata?"""
        if found.size_bytes != self.source.size_bytes or found.is_directory:
            return False
        if found.headers.metadata != self.source.headers.metadata:
            return False
        theirs = found.headers.content_md5
        if theirs is None:
            theirs = await self._work.call(self._live, md5_of_blob, self._work.store, found)
        return theirs == (self.source.headers.content_md5 or await self._read_source())

    async def _read_source(self) -> bytes:
        origin = self._origin
        return await origin.call(self._live, md5_of_blob, origin.store, self.source)

    # -- what is stored -------------------------------------------------------

    @property
    def stored(self) -> BlobHeaders:
        """What is stored beside the bytes: what the source has."""
        headers = self.source.headers
        return headers if self._has_tier else replace(headers, tier="")

    def do_without_tier(self) -> None:
        self._has_tier = False

    async def verify(self, written: Written) -> bool:
        """Look at what is there now. False where it is no longer ours, or may not be looked at;
        raises IntegrityError where it is ours, and wrong."""
        found = await self.properties()
        if found is None or found.etag != written.etag:
            return False
        is_right = found.size_bytes == self.source.size_bytes
        wanted = self.source.headers.content_md5
        if wanted is not None and found.headers.content_md5 != wanted:
            is_right = False
        if not is_right:
            raise _wrong(self.name)
        return True

    def copied(self, written: Written, *more: str) -> Outcome:
        """The outcome for what was written, with what a person should know of it."""
        self._live.note = notes(
            self._live.note,
            *more,
            "" if self._has_tier else WITHOUT_TIER,
            WITHOUT_TAGS if self.source.tag_count else "",
        )
        return self.done(written, self.stored, self.source.size_bytes)


def _wrong(name: str) -> QuaysideError:
    error = IntegrityError(
        f"{name} is not in the container as it was copied.", cure="Copy it again."
    )
    error.retry = Retry.RESTART
    return error
