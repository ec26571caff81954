"""One side of a mirror, read to its end: a folder of this computer, or of storage.

What cannot be read whole is never taken for less than it is: a listing that fails raises, and
a local folder that cannot be read is reported, so that nothing is deleted for want of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from explorer.base.cancel import current_token
from explorer.base.errors import (
    InputError,
    LocalNotFoundError,
    NotFoundError,
    QuaysideError,
    UnsafeNameError,
)
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.storage.model import Blob, Page
from explorer.transfer import stamps
from explorer.transfer.encoding import failure_of
from explorer.transfer.expand import RULES
from explorer.transfer.files import translating
from explorer.transfer.filters import IGNORE_FILES, Filter, IgnoreFile
from explorer.transfer.folders import PART_ENDING
from explorer.transfer.model import Failure, JobOptions, Links
from explorer.transfer.names import Mapper, encode, to_blob
from explorer.transfer.walk import Found, walk
from explorer.workflows.mirror_model import SECOND_NS, Entry
from explorer.workflows.mirror_sort import Sorter

End = Path | Location
"""A folder of this computer (absolute), or a container or folder of storage."""
Told = Callable[[int], None]
"""Hears how many more entries were read; called on the service loop's thread."""
_LOOK: Final = 1_000


def local_mark(size_bytes: int, mtime_ns: int) -> str:
    """What tells a state of a local file from another."""
    return f"{size_bytes}:{mtime_ns}"


# ---------------------------------------------------------------------- local


def filter_of(end: End, options: JobOptions) -> Filter:
    """What of both sides is looked at. Ignore files are those of a local source. Raises
    InputError, LocalError. Blocking."""
    ignore = None
    if options.use_ignore_files and isinstance(end, Path):
        for name in IGNORE_FILES:
            path = end / name
            if path.is_file():
                with translating(os.fsencode(path)):
                    ignore = IgnoreFile.read(name, path.read_bytes())
                break
    return Filter.make(options.include, options.exclude, ignore)


def check_source(root: Path) -> None:
    """Raises LocalNotFoundError, InputError where there is no folder to mirror. Blocking."""
    if not root.exists():
        raise LocalNotFoundError(
            f"There is no folder '{root}'.",
            path=str(root),
            cure="Is it mounted, and its name right? Nothing was changed.",
        )
    check_folder(root)


def check_folder(root: Path) -> None:
    """Raises InputError where something else is in its place. Blocking."""
    if root.exists() and not root.is_dir():
        raise InputError(
            f"'{root}' is a file, and folders are mirrored.",
            cure="Use `quayside upload` or `quayside download` for one file.",
        )


def read_local(
    root: Path, links: Links, chosen: Filter, sorter: Sorter, prefix: str = ""
) -> list[Failure]:
    """All files and empty folders below, into the sorter; what could not be read. Blocking.

    `prefix` is that of the blobs that they are, or become.
    """
    problems = []
    token = current_token()
    for number, found in enumerate(walk(os.fsencode(root), links, chosen)):
        if token is not None and number % _LOOK == 0:
            token.raise_if_cancelled()
        if found.error is not None:
            problems.append(failure_of(found.error))
        elif found.relative and not found.relative.endswith(PART_ENDING):
            sorter.add(_local_entry(found, prefix))
    return problems


def _local_entry(found: Found, prefix: str) -> Entry:
    refusal, is_error = found.skipped, not found.skipped
    try:
        name = to_blob(found.relative, RULES, prefix=prefix).name[len(prefix) :]
    except UnsafeNameError as error:
        name = found.relative.encode("utf-8", "replace").decode("utf-8")
        refusal, is_error = error.message, True
    entry = Entry(name, 0, 0, "", real=found.relative, refusal=refusal, is_error=is_error)
    if found.is_folder:
        return entry._replace(name=f"{name}/")
    return entry._replace(
        size_bytes=found.size_bytes,
        mtime_ns=found.mtime_ns,
        mark=local_mark(found.size_bytes, found.mtime_ns),
    )


# --------------------------------------------------------------------- remote


async def read_remote(
    service: Service, location: Location, chosen: Filter, take: Callable[[Entry], None], told: Told
) -> None:
    """Give `take` (called from a worker thread) all blobs below a folder, and folders that stand
    for themselves. Raises what a listing raises: then nothing is known."""

    def add(page: Page) -> None:
        for blob in page.blobs:
            entry = remote_entry(blob, location.path, chosen)
            if entry is not None:
                take(entry)

    async for page in service.syncing.pages(location):
        await service.syncing.run(add, page)
        told(len(page.blobs))


async def read_remote_source(
    service: Service, location: Location, chosen: Filter, sorter: Sorter, told: Told
) -> None:
    """The same for a source; a folder that is not there is no empty one. Raises NotFoundError."""
    await read_remote(service, location, chosen, sorter.add, told)
    if not sorter.count and location.path and not await service.is_folder(location):
        raise NotFoundError(
            f"There is no folder '{location.path}' in '{location.container}'.",
            status=404,
            cure="Look at what is there, and mind upper and lower case. Nothing was changed.",
        )


async def read_remote_target(
    service: Service, location: Location, chosen: Filter, sorter: Sorter, told: Told
) -> None:
    """The same for a target; a container that is missing is made later."""
    try:
        await read_remote(service, location, chosen, sorter.add, told)
    except NotFoundError as error:
        if error.code != "ContainerNotFound":
            raise


def remote_entry(blob: Blob, path: str, chosen: Filter) -> Entry | None:
    """A blob as an entry; None for the folder itself and for what is left out. Pure."""
    relative = blob.name[len(path) :].removesuffix("/" if blob.is_directory else "")
    if not relative or relative.endswith(PART_ENDING):
        return None
    if not (chosen.keeps_empty if blob.is_directory else chosen.allows)(relative):
        return None
    if blob.is_directory:
        return Entry(f"{relative}/", 0, 0, blob.etag, real=blob.name)
    kept_ns = stamps.in_metadata(blob.metadata)
    refusal = "its name ends with a slash" if relative.endswith("/") else ""
    return Entry(
        relative.rstrip("/") or relative,
        blob.size_bytes,
        blob.last_modified_s * SECOND_NS if kept_ns is None else kept_ns,
        blob.etag,
        blob.content_md5,
        blob.name,
        kept_ns is not None,
        refusal,
    )


def with_local_names(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Blobs that are to become files, in order: those that cannot have the name that a file of
    theirs is looked for by are refused."""
    mapper = Mapper(RULES)
    for entry in entries:
        try:
            plain = "/".join(encode(part, RULES) for part in entry.name.rstrip("/").split("/"))
            mapped = mapper.folder(entry.name) if entry.is_folder else mapper.file(entry.name)
        except QuaysideError as error:
            yield entry._replace(refusal=entry.refusal or error.message)
            continue
        if mapped.name != plain:
            entry = entry._replace(refusal=entry.refusal or mapped.note)
        yield entry
