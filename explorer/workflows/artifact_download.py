"""An artifact in storage: recognised by its place, looked at, and what downloads it."""

from __future__ import annotations

from collections.abc import Mapping

from explorer.base.errors import NotFoundError
from explorer.base.records import dataclass
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.transfer.model import DownloadRequest, DownloadSource, JobOptions
from explorer.workflows.artifact import COMPLETED, STATUS_KEY
from explorer.workflows.artifact_place import hash_folder


@dataclass(frozen=True, slots=True)
class Kept:
    """An artifact as it is in storage. Without a confirmation name and version are empty."""

    files: int
    size_bytes: int
    is_confirmed: bool
    name: str = ""
    version: str = ""


async def look_at(service: Service, place: Location) -> Kept:
    """Count what is there, and find the confirmation: on a flat account in the metadata of a
    file, on Data Lake Gen2 in that of the hash's folder. Raises what a listing raises."""
    files = size_bytes = 0
    found: dict[str, str] = {}
    async for page in service.list_folder(place, recursive=True):
        for blob in page.blobs:
            files += 1
            size_bytes += blob.size_bytes
            found = found or _confirmation(blob.metadata or {})
    marked_path = hash_folder(place.path)
    if not found and marked_path and await service.has_directories(place.connection_id):
        container = Location(place.connection_id, place.container)
        try:
            marked = await service.properties(container, marked_path)
        except NotFoundError:
            pass
        else:
            found = _confirmation(marked.headers.metadata)
    return Kept(files, size_bytes, bool(found), found.get("name", ""), found.get("version", ""))


def _confirmation(metadata: Mapping[str, str]) -> dict[str, str]:
    """The metadata with small letters, where it confirms; else nothing. Pure."""
    lower = {key.lower(): value for key, value in metadata.items()}
    return lower if lower.get(STATUS_KEY) == COMPLETED else {}


def request_for(
    service: Service, place: Location, destination: str, options: JobOptions
) -> DownloadRequest:
    """The artifact under its own name into `destination` (absolute), whichever of its two
    folders is given."""
    is_hash = place.path.rstrip("/") == hash_folder(place.path)
    target = "" if is_hash else place.name
    return DownloadRequest(
        (DownloadSource(place.path, is_prefix=True, target=target),),
        service.place(Location(place.connection_id, place.container)),
        destination,
        options,
    )
