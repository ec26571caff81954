"""What whoever moves the files of a job has to know of it, in this process or in another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from explorer.base.records import dataclass
from explorer.storage.api import BlobStore
from explorer.storage.model import BlobRef
from explorer.transfer.buffers import Buffers
from explorer.transfer.model import JobOptions
from explorer.transfer.pacing import Meter
from explorer.transfer.rows import TransferRow
from explorer.transfer.spot import part_mark


@dataclass(frozen=True, slots=True)
class Terms:
    """Of one job. Any thread."""

    store: BlobStore
    container: str
    options: JobOptions
    meter: Meter
    """What the bytes pass on their way."""
    buffers: Buffers
    marks: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Snapshot and version id of blobs that are not meant as they are now, by name."""
    root: bytes = b""
    """The folder a download goes to."""
    added_s: float = 0.0
    """When the job was added, seconds since 1970."""

    def ref(self, name: str) -> BlobRef:
        """The blob of that name, in the state that is meant."""
        return BlobRef(self.container, name, *self.marks.get(name, ()))

    def mark(self, transfer_id: int) -> str:
        """See `spot.part_mark`."""
        return part_mark(self.added_s, transfer_id)

    def mtime_of(self, row: TransferRow) -> int | None:
        """The time of modification that a download gets, in nanoseconds."""
        return row.mtime_ns if self.options.preserve_mtime and row.mtime_ns > 0 else None
