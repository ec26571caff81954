"""What the engine reports, as events of the service."""

from __future__ import annotations

from collections.abc import Callable

from explorer.service.events import (
    BlobArrived,
    CredentialsNeeded,
    Event,
    FolderChanged,
    JobAdded,
    JobChanged,
    JobFinished,
    JobRemoved,
    TransferChanged,
)
from explorer.service.feed import Feed
from explorer.service.model import Location
from explorer.service.wakefulness import Wakefulness
from explorer.storage.model import Blob
from explorer.transfer.model import JobSnapshot, RemotePlace, TransferSnapshot


class Relay:
    """The engine's listener; called on the loop's thread, and quick."""

    def __init__(self, feed: Feed, wakefulness: Wakefulness) -> None:
        self._feed = feed
        self._wakefulness = wakefulness
        self._put: Callable[[Event], None] = feed.put

    @property
    def hears_files(self) -> bool:
        return self._feed.hears_files

    def job_added(self, job: JobSnapshot) -> None:
        self._wakefulness.job_told(job)
        self._put(JobAdded(job))

    def job_changed(self, job: JobSnapshot) -> None:
        self._wakefulness.job_told(job)
        self._put(JobChanged(job))

    def job_finished(self, job: JobSnapshot) -> None:
        """After a move, whoever shows where it came from has to look again."""
        self._wakefulness.job_told(job)
        self._put(JobFinished(job))
        place = job.source_place
        if job.is_move and place is not None:
            left = Location(place.connection_id, place.container, place.prefix)
            self._put(FolderChanged(left))

    def job_removed(self, job_id: int) -> None:
        self._wakefulness.job_gone(job_id)
        self._put(JobRemoved(job_id))

    def transfer_changed(self, transfer: TransferSnapshot) -> None:
        self._put(TransferChanged(transfer))

    def blob_arrived(self, place: RemotePlace, blob: Blob) -> None:
        """The folder told is the one the blob lies in, which may be far below `place`."""
        head, slash, _ = blob.name.rstrip("/").rpartition("/")
        folder = Location(place.connection_id, place.container, head + slash)
        self._put(BlobArrived(folder, blob))

    def credentials_needed(self, connection_id: str, reason: str) -> None:
        self._put(CredentialsNeeded(connection_id, reason))
