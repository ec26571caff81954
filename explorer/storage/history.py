"""What the service keeps of the past: versions, snapshots, what is soft-deleted; and its seam.

Everything is immutable. Times are seconds since 1970 in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Protocol

from explorer.base.errors import InputError
from explorer.base.records import dataclass
from explorer.storage.api import BlobStore
from explorer.storage.model import Blob, BlobRef, Condition, Container, Prefix, Written


class Past(Enum):
    """What a listing may have besides the blobs as they are; the values are those of
    `include` in List Blobs."""

    VERSIONS = "versions"
    SNAPSHOTS = "snapshots"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class BlobState:
    """One state of a blob: as it is now, a version, a snapshot, or soft-deleted.

    `snapshot` and `version_id` are the service's own texts. In an account without versions
    every `version_id` is empty.
    """

    blob: Blob
    version_id: str = ""
    is_current: bool = False
    """It is what the blob's name alone stands for."""
    snapshot: str = ""
    is_deleted: bool = False
    deleted_s: int = 0
    remaining_days: int = 0
    """Whole days until a soft-deleted one is gone for good."""

    @property
    def name(self) -> str:
        return self.blob.name

    @property
    def made_s(self) -> float:
        """Since when this content was the blob's, as far as the service says."""
        return moment_of(self.version_id) or float(self.blob.last_modified_s)

    @property
    def mark(self) -> str:
        """The version id or snapshot time, whichever it has."""
        return self.version_id or self.snapshot

    def ref(self, container: str) -> BlobRef:
        """What reads it. The blob as it is goes by its name alone."""
        if self.snapshot:
            return BlobRef(container, self.name, snapshot=self.snapshot)
        return BlobRef(container, self.name, version_id="" if self.is_current else self.version_id)


@dataclass(frozen=True, slots=True)
class StatePage:
    """One page: states by name, the oldest of a name first. `next_marker` is empty on the
    last; states of one name may go on over the end of a page."""

    prefixes: tuple[Prefix, ...]
    states: tuple[BlobState, ...]
    next_marker: str


@dataclass(frozen=True, slots=True)
class DeletedContainer:
    """A soft-deleted container; `version` tells it from others of the same name."""

    container: Container
    version: str
    deleted_s: int
    remaining_days: int

    @property
    def name(self) -> str:
        return self.container.name


@dataclass(frozen=True, slots=True)
class DeletedContainerPage:
    """One page; it may be empty and still have a next one."""

    containers: tuple[DeletedContainer, ...]
    next_marker: str


@dataclass(frozen=True, slots=True)
class Retention:
    """What the account's own settings say. Versioning is a setting of Azure's management
    and is not among them: it shows by the version ids that writes bring."""

    blob_days: int = 0
    """0 where deleted blobs are not kept."""


class HistoryStore(Protocol):
    """The past of one account. Every method blocks, like those of BlobStore."""

    def list_states(
        self,
        container: str,
        past: frozenset[Past],
        *,
        prefix: str = "",
        delimiter: str = "",
        marker: str = "",
        page_size: int = 5000,
    ) -> StatePage:
        """List Blobs with `past`, one page, metadata included."""
        ...

    def copy_over(self, source: BlobRef, ref: BlobRef, *, condition: Condition) -> Written:
        """Copy Blob within the account: `ref` becomes what `source` (a version, a snapshot)
        is, with its headers and metadata. Returns when the copy is complete.

        Raises PreconditionFailedError where `condition` does not hold, ConflictError where
        the source is archived or the copy was stopped.
        """
        ...

    def copied_over(self, source: BlobRef, ref: BlobRef) -> Written | None:
        """What `copy_over` answers, where `ref` is what `source` is already, by a copy whose
        answer got lost; None where it is something else, or gone. Waits for the copy's end
        and raises like it."""
        ...

    def undelete_blob(self, ref: BlobRef) -> None:
        """Undelete Blob: the blob, its snapshots and its versions that are soft-deleted.
        What was a version before is one again, and not the current one."""
        ...

    def snapshot_blob(self, ref: BlobRef, *, condition: Condition) -> str:
        """Snapshot Blob; returns the snapshot's time, which names it."""
        ...

    def list_deleted_containers(
        self, *, prefix: str = "", marker: str = ""
    ) -> DeletedContainerPage:
        """List Containers, the soft-deleted ones of one page."""
        ...

    def restore_container(self, name: str, version: str) -> None:
        """Restore Container under the name it had. Raises AlreadyExistsError where that is
        in use."""
        ...

    def retention(self) -> Retention:
        """Get Blob Service Properties. Raises NotAuthorizedError for most SAS."""
        ...


def history_of(store: BlobStore) -> HistoryStore:
    """The past of what `store` opens, over the same connections."""
    from explorer.storage.azure.history import AzureHistory
    from explorer.storage.azure.store import AzureBlobStore

    if not isinstance(store, AzureBlobStore):
        raise InputError("This storage keeps no versions and no deleted blobs.")
    return AzureHistory(store)


def moment_of(mark: str) -> float:
    """Seconds since 1970 of a version id or snapshot time, such as
    `2026-01-02T03:04:05.1234567Z`; 0 where it is none. Pure."""
    head, _, fraction = mark.removesuffix("Z").partition(".")
    try:
        moment = datetime.strptime(head, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
        return moment.timestamp() + (float(f"0.{fraction}") if fraction else 0.0)
    except ValueError:
        return 0.0
