"""One file to one blob in one request: what a worker does. Blocking.

See Put Blob in the Blob service's REST reference.
"""

from __future__ import annotations

import hashlib

from explorer.base.records import dataclass
from explorer.storage.model import BlobHeaders, BlobRef, Condition, Written
from explorer.transfer import stamps
from explorer.transfer.content_types import content_type_of
from explorer.transfer.files import Source
from explorer.transfer.in_a_row import SMALL_BYTES, Folders, small_buffer
from explorer.transfer.model import JobOptions
from explorer.transfer.plan import DEFAULT_BLOCK_BYTES, UploadPlan, plan_upload
from explorer.transfer.rows import TransferRow
from explorer.transfer.sending import Sending
from explorer.transfer.terms import Terms


@dataclass(frozen=True, slots=True)
class Sent:
    """A blob as it was written."""

    written: Written
    headers: BlobHeaders
    size_bytes: int


class TooLargeError(Exception):
    """The file has grown since the walk, and does not fit into one request any more."""


class SmallUpload:
    """One of them, in as many tries as it takes."""

    def __init__(self, terms: Terms, row: TransferRow, ref: BlobRef, sending: Sending) -> None:
        self._terms = terms
        self._row = row
        self._sending = sending
        self.ref = ref

    @property
    def is_sent(self) -> bool:
        """See `Sending`."""
        return self._sending.is_sent

    @is_sent.setter
    def is_sent(self, is_sent: bool) -> None:
        self._sending.is_sent = is_sent

    def at_once(self, folders: Folders) -> Sent:
        """As if nothing was there: the service refuses where something is."""
        return self.put(Condition.absent())

    def make_durable(self, folders: Folders) -> None:
        """The service's answer said so."""

    def put(self, condition: Condition) -> Sent:
        """Read, hash and send in one go. Raises TooLargeError, and what reading and sending do."""
        source = Source(self._row.local)
        try:
            size = source.fingerprint.size_bytes
            if (
                size > self._row.size_bytes
                and not plan_for(self._terms.options, size).is_single_put
            ):
                raise TooLargeError
            if size <= SMALL_BYTES:
                return self._put(source, small_buffer(size), condition)
            with self._terms.buffers.borrow(size) as data:
                return self._put(source, data, condition)
        finally:
            source.close()

    def _put(self, source: Source, data: memoryview, condition: Condition) -> Sent:
        source.read_into(data, 0)
        source.check()
        options = self._terms.options
        md5 = hashlib.md5(data, usedforsecurity=False).digest() if options.with_md5 else None
        headers = headers_for(options, self.ref.name, source.fingerprint.mtime_ns, md5)
        written = self._sending.put(
            self._terms.store, self.ref, data, headers, condition, self._terms.meter
        )
        return Sent(written, headers, len(data))


def headers_for(options: JobOptions, name: str, mtime_ns: int, md5: bytes | None) -> BlobHeaders:
    """What is stored beside the bytes of an upload. Pure."""
    return BlobHeaders(
        content_type=options.content_type or content_type_of(name),
        content_md5=md5 if options.with_md5 else None,
        metadata={stamps.KEY: stamps.to_text(mtime_ns)} if options.preserve_mtime else {},
    )


def plan_for(options: JobOptions, size_bytes: int) -> UploadPlan:
    """How a file of this size goes up under the job's options. Pure."""
    wanted = options.block_size_bytes
    if wanted:
        return plan_upload(size_bytes, block_bytes=wanted, single_put_bytes=wanted)
    return plan_upload(size_bytes, block_bytes=DEFAULT_BLOCK_BYTES)
