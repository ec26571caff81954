"""What happens in the service, as facts and as snapshots.

They arrive in the order in which they were told. No fact is lost; snapshots (`JobChanged`,
`TransferChanged`) are the latest state of one thing: older ones of the same key may be dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.base.records import dataclass
from explorer.base.settings import Settings
from explorer.service.model import Connection, Location
from explorer.storage.model import Blob

if TYPE_CHECKING:  # a command that only looks does not load what transfers are made of
    from explorer.transfer.model import JobSnapshot, TransferSnapshot


@dataclass(frozen=True, slots=True)
class ConnectionAdded:
    connection: Connection


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """Name, credential, claims or expiry changed; open tabs stay."""

    connection: Connection


@dataclass(frozen=True, slots=True)
class ConnectionRemoved:
    connection_id: str


@dataclass(frozen=True, slots=True)
class JobAdded:
    job: JobSnapshot


@dataclass(frozen=True, slots=True)
class JobFinished:
    """A job came to its end: done, failed or cancelled."""

    job: JobSnapshot


@dataclass(frozen=True, slots=True)
class JobRemoved:
    job_id: int


@dataclass(frozen=True, slots=True)
class BlobArrived:
    """A blob was written into this folder: its row can be put in without a new listing."""

    folder: Location
    blob: Blob


@dataclass(frozen=True, slots=True)
class FolderChanged:
    """Something in this folder came or went: whoever shows it lists it again."""

    folder: Location


@dataclass(frozen=True, slots=True)
class CredentialsNeeded:
    """Work waits for a new SAS or key of this connection."""

    connection_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """Some were changed; these are all of them."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should read, once."""

    title: str
    message: str
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class JobChanged:
    """Snapshot, keyed by the job's id."""

    job: JobSnapshot


@dataclass(frozen=True, slots=True)
class TransferChanged:
    """Snapshot, keyed by the transfer's id."""

    transfer: TransferSnapshot


Fact = (
    ConnectionAdded
    | ConnectionChanged
    | ConnectionRemoved
    | JobAdded
    | JobFinished
    | JobRemoved
    | BlobArrived
    | FolderChanged
    | CredentialsNeeded
    | Notice
    | SettingsChanged
)
Progress = JobChanged | TransferChanged
Event = Fact | Progress
