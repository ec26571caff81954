"""What a request means, file by file, as a stream of batches.

The same stream fills the queue and looks for conflicts. Nothing is kept of what has
been told, except what keeps local names apart (`names.Mapper`).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from itertools import islice, repeat
from typing import Final

from explorer.base.errors import LocalError, NotFoundError, QuaysideError, UnsafeNameError
from explorer.storage.model import Blob, BlobProperties, BlobRef, Page
from explorer.transfer import stamps
from explorer.transfer.apart import Apart
from explorer.transfer.encoding import failure_of
from explorer.transfer.filters import Filter
from explorer.transfer.lake_path import without_temporary
from explorer.transfer.model import (
    CopyRequest,
    DownloadRequest,
    DownloadSource,
    Request,
    UploadRequest,
    UploadSource,
)
from explorer.transfer.names import Mapped, Mapper, decode, rules_for, shown, to_blob
from explorer.transfer.rows import Kind, NewTransfer, key_of
from explorer.transfer.state import TransferState
from explorer.transfer.walk import Found, chosen_below, walk
from explorer.transfer.work import Work, share

FIRST_ROWS: Final = 128
"""The first ones are told of early, to move while the others are looked at."""
BATCH_ROWS: Final = 500
BATCH_S: Final = 0.1
"""A slow walk tells what it has after so long."""

RULES: Final = rules_for(sys.platform)


def entries(work: Work, request: Request) -> AsyncIterator[list[NewTransfer]]:
    """Batches of what the request asks for."""
    if isinstance(request, UploadRequest):
        return _upload_entries(work, request)
    if isinstance(request, CopyRequest):
        from explorer.transfer.copy_walk import copy_entries  # late: most jobs copy nothing

        return copy_entries(work, request)
    return _download_entries(work, request)


# --------------------------------------------------------------------- uploads


async def _upload_entries(work: Work, request: UploadRequest) -> AsyncIterator[list[NewTransfer]]:
    stream = _local_stream(request)
    for most in _sizes():
        if not (batch := await work.run(_some, stream, most)):
            break
        yield batch


def _sizes() -> Iterator[int]:
    """How many rows are in each batch."""
    yield min(FIRST_ROWS, BATCH_ROWS)
    yield min(2 * FIRST_ROWS, BATCH_ROWS)
    yield from repeat(BATCH_ROWS)


def _some(stream: Iterator[NewTransfer], most: int) -> list[NewTransfer]:
    batch: list[NewTransfer] = []
    until = time.monotonic() + BATCH_S
    for entry in stream:
        batch.append(entry)
        if len(batch) >= most or time.monotonic() >= until:
            break
    return batch


def _local_stream(request: UploadRequest) -> Iterator[NewTransfer]:
    options = request.options
    apart = Apart([_target(source) for source in request.sources], options.conflicts)
    for source in request.sources:
        path = os.fsencode(source.path)
        chosen = chosen_below(path, options)
        if request.is_archive and os.path.isdir(path):
            yield _archive_row(request, path, source.name, chosen, apart)
            continue
        for found in walk(path, options.links, chosen):
            parts = (source.name, found.relative)
            relative = "/".join(part for part in parts if part)
            if not relative and not found.is_folder:
                relative = os.fsdecode(os.path.basename(path))
            if relative or request.target.prefix or not found.is_folder:
                yield _upload_row(request, found, relative, apart)


def _target(source: UploadSource) -> str:
    """What it becomes below the target; empty for a folder that gives what is in it."""
    if source.name or os.path.isdir(source.path):
        return source.name
    return os.path.basename(source.path)


def _archive_row(
    request: UploadRequest, path: bytes, name: str, chosen: Filter, apart: Apart
) -> NewTransfer:
    """A folder as one blob: looked through for its size, packed when its turn comes."""
    from explorer.transfer.archive import Packing  # tarfile takes its time to load

    try:
        survey = Packing(path, request.options.links, chosen).survey()
    except LocalError as error:
        return _upload_row(request, Found(path, "", error=error), name, apart)
    found = Found(path, "", survey.size_bytes, survey.mtime_ns)
    row = _upload_row(request, found, name, apart)
    return row if row.kind is Kind.REFUSED else replace(row, kind=Kind.ARCHIVE)


def _upload_row(request: UploadRequest, found: Found, relative: str, apart: Apart) -> NewTransfer:
    place = request.target
    source_key = key_of(found.path, relative)
    plain = (place.prefix + relative).encode("utf-8", "replace").decode("utf-8")
    try:
        if found.error is not None:
            raise found.error
        if relative:
            mapped = to_blob(relative, RULES, prefix=place.prefix)
            if mapped.note:
                _check_alone(found)
        else:
            mapped = Mapped(place.prefix.removesuffix("/"))
        is_written = not (found.is_folder or found.skipped)
        if is_written and (refusal := apart.refusal(mapped.name, found.path)):
            raise refusal
    except QuaysideError as error:
        return NewTransfer(
            Kind.REFUSED,
            source_key,
            source_key,
            found.path,
            plain,
            0,
            0,
            state=TransferState.FAILED,
            failure=failure_of(error),
        )
    return NewTransfer(
        Kind.FOLDER if found.is_folder else Kind.FILE,
        source_key,
        key_of("remote", place.endpoint, place.container, mapped.name),
        found.path,
        mapped.name,
        found.size_bytes,
        stamps.kept(found.mtime_ns),
        note=found.skipped or mapped.note,
        state=TransferState.SKIPPED if found.skipped else TransferState.QUEUED,
    )


def _check_alone(found: Found) -> None:
    """Raises UnsafeNameError where an escaped name and the plain one lie side by side: they
    are one blob, and one file would replace the other."""
    plain = "/".join(decode(part, RULES) for part in found.relative.split("/"))
    root = found.path[: len(found.path) - len(os.fsencode(found.relative))]
    if plain != found.relative and os.path.lexists(root + os.fsencode(plain)):
        raise UnsafeNameError(
            f"{shown(found.relative)} and {shown(plain)} would become the same blob.",
            cure="Rename or remove one of them.",
        )


# ------------------------------------------------------------------- downloads


async def _download_entries(
    work: Work, request: DownloadRequest
) -> AsyncIterator[list[NewTransfer]]:
    rows = _Rows(request)
    single = [source for source in request.sources if not source.is_prefix]
    for start in range(0, len(single), BATCH_ROWS):
        yield await _single_blobs(work, single[start : start + BATCH_ROWS], rows)
    for source in request.sources:
        if source.is_prefix:
            async for batch in _below(work, source, rows):
                yield batch


async def _single_blobs(
    work: Work, sources: list[DownloadSource], rows: _Rows
) -> list[NewTransfer]:
    """Look at each blob, several at a time; the rows come in the order of the request."""
    looked: dict[str, BlobProperties | QuaysideError] = {}

    async def look(source: DownloadSource) -> None:
        ref = work.ref(source.name)
        try:
            looked[source.name] = await work.call(None, work.store.properties, ref)
        except NotFoundError as error:
            looked[source.name] = error

    await share(sources, min(len(sources), work.plant.slots.size), look)
    return [rows.single(source, looked[source.name]) for source in sources]


async def _below(
    work: Work, source: DownloadSource, rows: _Rows
) -> AsyncIterator[list[NewTransfer]]:
    """All pages below a prefix. A page that cannot be had raises: it is never 'empty'."""
    is_marked = has_more = False
    marker = ""

    def page_at(marker: str) -> Page:
        return work.store.list_blobs(
            work.place.container,
            prefix=source.name,
            delimiter="",
            marker=marker,
            with_metadata=True,
        )

    while True:
        page = await work.call(None, page_at, marker)
        if not has_more and page.blobs:
            first = page.blobs[0]
            is_own_mark = first.is_directory and first.name == source.name
            is_marked = is_marked or is_own_mark
            has_more = not is_own_mark or len(page.blobs) > 1
        for part in _parts(page.blobs):
            if batch := [row for blob in part if (row := rows.below(source, blob))]:
                yield batch
        marker = page.next_marker
        if not marker:
            break
    if has_more or not source.name:
        return
    if not is_marked:
        await _check_folder(work, source)
    if row := rows.empty(source):
        yield [row]


def _parts(blobs: Sequence[Blob]) -> Iterator[Sequence[Blob]]:
    """A page, in batches."""
    rest = iter(blobs)
    for most in _sizes():
        if not (part := list(islice(rest, most))):
            return
        yield part


async def _check_folder(work: Work, source: DownloadSource) -> None:
    """A prefix with nothing below it is a folder only if a marker says so."""
    ref = BlobRef(work.place.container, source.name.removesuffix("/"))
    found = await work.call(None, work.store.properties, ref)
    if not found.is_directory:
        raise NotFoundError(
            f"There is no folder {source.name} in {work.place.container}.",
            code="BlobNotFound",
            status=404,
            cure="Look at what is there, and mind upper and lower case.",
        )


class _Rows:
    """Makes rows of blobs, with local names that stay apart."""

    def __init__(self, request: DownloadRequest) -> None:
        options = request.options
        self._request = request
        self._mapper = Mapper(RULES)
        self._root = os.path.realpath(os.fsencode(request.destination))
        self._chosen = Filter.make(options.include, options.exclude)

    def single(self, source: DownloadSource, found: BlobProperties | QuaysideError) -> NewTransfer:
        if isinstance(found, QuaysideError):
            return self._refused(source.name, source.target, found)
        mtime_ns = stamps.of_blob(found.headers.metadata, found.last_modified_s)
        return self._row(
            Kind.FILE,
            source.name,
            source.target,
            found.size_bytes,
            mtime_ns,
            found.etag,
            found.headers.content_md5,
        )

    def below(self, source: DownloadSource, blob: Blob) -> NewTransfer | None:
        relative = blob.name.removeprefix(source.name)
        is_folder = blob.is_directory
        if is_folder:
            relative = relative.removesuffix("/")
            if not relative:
                return None  # the folder itself, which comes with what is in it, or `empty`
        allowed = self._chosen.keeps_empty if is_folder else self._chosen.allows
        if not allowed(relative):
            return None
        target = f"{source.target}/{relative}" if source.target else relative
        row = self._row(
            Kind.FOLDER if is_folder else Kind.FILE,
            blob.name,
            target,
            blob.size_bytes,
            stamps.of_blob(blob.metadata, blob.last_modified_s),
            blob.etag,
            blob.content_md5,
        )
        return row if is_folder else without_temporary(row, blob.name)

    def empty(self, source: DownloadSource) -> NewTransfer | None:
        """The folder itself, with nothing in it. The destination is made in any case."""
        if not source.target or not self._chosen.keeps_empty(source.target):
            return None
        name = source.name.removesuffix("/")
        return self._row(Kind.FOLDER, name, source.target, 0, 0, "", None)

    def _row(
        self,
        kind: Kind,
        name: str,
        target: str,
        size_bytes: int,
        mtime_ns: int,
        etag: str,
        md5: bytes | None,
    ) -> NewTransfer:
        try:
            mapped = (
                self._mapper.folder(target) if kind is Kind.FOLDER else self._mapper.file(target)
            )
        except UnsafeNameError as error:
            return self._refused(name, target, error)
        return NewTransfer(
            kind,
            key_of(name, target),
            key_of("local", self._root, RULES.fold(mapped.name)),
            os.fsencode(mapped.name),
            name,
            size_bytes,
            mtime_ns,
            etag=etag,
            md5=md5,
            note=mapped.note,
        )

    def _refused(self, name: str, target: str, error: QuaysideError) -> NewTransfer:
        key = key_of(name, target)
        return NewTransfer(
            Kind.REFUSED,
            key,
            key,
            target.encode("utf-8", "surrogatepass"),
            name,
            0,
            0,
            state=TransferState.FAILED,
            failure=failure_of(error),
        )
