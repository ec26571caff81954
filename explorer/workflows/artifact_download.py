"""An artifact in storage: recognised by its place, looked at, and what downloads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from explorer.base.errors import NotFoundError
from explorer.base.records import dataclass
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.transfer.model import DownloadRequest, DownloadSource, JobOptions
from explorer.workflows.artifact import COMPLETED, LEGACY, ORIGIN, STATUS_KEY

_PLACE: Final = re.compile(rf"(({ORIGIN}|{LEGACY})/(?:[0-9a-f]{{64}}|[0-9a-f]{{32}})/)([^/]+/)?")


@dataclass(frozen=True, slots=True)
class Kept:
    """An artifact as it is in storage. Without a confirmation name and version are empty."""

    files: int
    size_bytes: int
    is_confirmed: bool
    name: str = ""
    version: str = ""


def is_artifact(path: str) -> bool:
    """Whether the folder `path` of a container is one: `LocalUpload/<hash>/`, or the folder in
    it. Pure."""
    return _PLACE.fullmatch(path) is not None


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
    hit = _PLACE.fullmatch(place.path)
    if not found and hit is not None and await service.has_directories(place.connection_id):
        container = Location(place.connection_id, place.container)
        try:
            marked = await service.properties(container, hit[1].rstrip("/"))
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
    hit = _PLACE.fullmatch(place.path)
    target = place.name if hit is None or hit[3] else ""
    return DownloadRequest(
        (DownloadSource(place.path, is_prefix=True, target=target),),
        service.place(Location(place.connection_id, place.container)),
        destination,
        options,
    )
