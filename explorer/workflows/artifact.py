"""An artifact of AzureML, uploaded once: found by its content, confirmed when it is whole.

Layout and confirmation are those of azure-ai-ml 1.35, so that what is uploaded here is found
there and the other way round:

    LocalUpload/<hash>/<folder>/<path>      or LocalUpload/<hash>/<file>

On a flat account the first file carries the confirmation in its metadata (`upload_status`,
`name`, `version`), on Data Lake Gen2 the folder `LocalUpload/<hash>` itself.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Final

from explorer.base.cancel import CancelToken
from explorer.base.errors import ConflictError, InputError, NotFoundError
from explorer.base.records import dataclass
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.storage.model import BlobRef
from explorer.transfer.model import (
    ConflictPolicy,
    JobOptions,
    JobSnapshot,
    UploadRequest,
    UploadSource,
)
from explorer.transfer.state import JobState
from explorer.workflows.artifact_files import ArtifactSource, find_files
from explorer.workflows.artifact_hash import changed, content_hash, is_unchanged
from explorer.workflows.artifact_place import LEGACY, ORIGIN

STATUS_KEY: Final = "upload_status"
COMPLETED: Final = "completed"


@dataclass(frozen=True, slots=True)
class Prepared:
    """An artifact that was read and hashed, and not uploaded yet."""

    source: ArtifactSource
    content_hash: str
    container: Location

    @property
    def folder(self) -> str:
        """`LocalUpload/<hash>`."""
        return f"{ORIGIN}/{self.content_hash}"

    @property
    def path(self) -> str:
        """Where it is, below the container."""
        return f"{self.folder}/{self.source.name}"

    @property
    def indicator(self) -> str:
        """The file that carries the confirmation on a flat account."""
        return f"{self.folder}/{self.source.indicator}"


@dataclass(frozen=True, slots=True)
class Registered:
    """An artifact that is there, whole."""

    path: str
    name: str
    version: str
    content_hash: str
    was_there: bool
    """Nothing had to be sent."""


async def prepare(
    path: Path, container: Location, told: Callable[[int], None] = lambda count: None
) -> Prepared:
    """Find and hash the files of `path`, in a thread; `told` hears there of bytes. A cancel ends
    the reading soon after.

    Raises what `find_files` and `content_hash` raise.
    """
    if not container.container or container.path:
        raise InputError("An artifact lives in a container.", cure="Name the container alone.")

    token = CancelToken()

    def hear(count: int) -> None:
        token.raise_if_cancelled()
        told(count)

    def read() -> tuple[ArtifactSource, str]:
        source = find_files(path)
        return source, content_hash(source.files, hear)

    try:
        source, digest = await asyncio.to_thread(read)
    except asyncio.CancelledError:
        token.cancel()
        raise
    return Prepared(source, digest, container)


async def find(service: Service, prepared: Prepared) -> Registered | None:
    """The artifact as it was uploaded before, by whomever; None where it is not, or only in
    part. The older place of azure-ai-ml is looked up, too."""
    if await service.has_directories(prepared.container.connection_id):
        return await _confirmed(service, prepared, prepared.folder, prepared.path)
    for origin in (LEGACY, ORIGIN):
        indicator = prepared.indicator.replace(ORIGIN, origin, 1)
        path = prepared.path.replace(ORIGIN, origin, 1)
        if found := await _confirmed(service, prepared, indicator, path):
            return found
    return None


async def _confirmed(
    service: Service, prepared: Prepared, marked: str, path: str
) -> Registered | None:
    try:
        found = await service.properties(prepared.container, marked)
    except NotFoundError:
        return None
    metadata = {key.lower(): value for key, value in found.headers.metadata.items()}
    if metadata.get(STATUS_KEY) != COMPLETED:
        return None
    return Registered(
        path,
        metadata.get("name", ""),
        metadata.get("version", ""),
        prepared.content_hash,
        was_there=True,
    )


def request_for(service: Service, prepared: Prepared, options: JobOptions) -> UploadRequest:
    """What uploads it: every file under its own name. What an upload that broke off left
    there is compared by size and MD5, and replaced where it differs."""
    place = Location(
        prepared.container.connection_id, prepared.container.container, f"{prepared.folder}/"
    )
    source = prepared.source
    return UploadRequest(
        tuple(UploadSource(file.local, source.remote_name(file)) for file in source.files),
        service.place(place),
        JobOptions(
            conflicts=ConflictPolicy.DIFFERENT,
            with_md5=True,
            preserve_mtime=False,
            limit_bytes_per_s=options.limit_bytes_per_s,
            block_size_bytes=options.block_size_bytes,
        ),
        make_container=True,
    )


async def confirm(
    service: Service, prepared: Prepared, job: JobSnapshot, name: str, version: str = ""
) -> Registered:
    """Once `job` has uploaded every file: say in storage that the artifact is whole.

    Without `version` it gets a fresh one. Raises ConflictError where the job is not at its
    good end, SourceChangedError where a file is not what was hashed.
    """
    if job.state is not JobState.DONE or job.files_failed or job.files_cancelled:
        raise ConflictError(
            "The artifact was not uploaded whole, so it is not confirmed.",
            cure="Upload it once more: what is there already is not sent again.",
        )
    for file in prepared.source.files:
        if not await asyncio.to_thread(is_unchanged, file):
            raise changed(file)
    connection_id = prepared.container.connection_id
    is_lake = await service.has_directories(connection_id)
    marked = prepared.folder if is_lake else prepared.indicator
    found = await service.properties(prepared.container, marked)
    version = version or str(uuid.uuid4())
    await service.upkeep.set_metadata(
        connection_id,
        BlobRef(prepared.container.container, marked),
        {STATUS_KEY: COMPLETED, "name": name, "version": version},
        etag=found.etag,
    )
    return Registered(prepared.path, name, version, prepared.content_hash, was_there=False)


def check_label(what: str, text: str) -> str:
    """A name or version that metadata can hold. Raises InputError."""
    if not text or not text.isascii() or not text.isprintable() or text != text.strip():
        raise InputError(
            f"'{text}' cannot be the {what} of an artifact.",
            cure="Use letters, digits and signs of ASCII, without blanks at the ends.",
        )
    return text
