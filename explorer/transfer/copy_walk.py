"""What a copy means, blob by blob: the source's listing, with the name each gets.

Nothing of it touches the target. Folders come as the markers or directories that stand
for them; a prefix without any is a folder only in its blobs' names.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from explorer.base.errors import NotFoundError, QuaysideError
from explorer.storage.model import Blob, BlobProperties, BlobRef, Page, as_listed
from explorer.transfer import stamps
from explorer.transfer.apart import Apart, both_become
from explorer.transfer.copy_plan import Target, refusal_of_type
from explorer.transfer.encoding import failure_of
from explorer.transfer.filters import Filter
from explorer.transfer.lake_path import without_temporary
from explorer.transfer.model import CopyRequest, CopySource
from explorer.transfer.rows import Kind, NewTransfer, key_of
from explorer.transfer.state import TransferState
from explorer.transfer.work import Work, share

SOURCE_GONE: Final = "SourceNotFound"
BATCH_ROWS: Final = 500


async def copy_entries(work: Work, request: CopyRequest) -> AsyncIterator[list[NewTransfer]]:
    """Batches of what the request asks for. A page that cannot be had raises."""
    origin = work.comes_from
    rows = _Rows(request)
    try:
        single = [source for source in request.sources if not source.is_prefix]
        for start in range(0, len(single), BATCH_ROWS):
            yield await _single_blobs(origin, single[start : start + BATCH_ROWS], rows)
        for source in request.sources:
            if not source.is_prefix:
                continue
            if refused := rows.mixed(source):
                yield [refused]
                continue
            async for batch in _below(origin, source, rows):
                yield batch
    except NotFoundError as error:
        if error.code != "ContainerNotFound":
            raise
        # Not the container that may still have to be made.
        raise NotFoundError(
            error.message, cure=error.cure, status=error.status, code=SOURCE_GONE
        ) from None


async def _single_blobs(origin: Work, sources: list[CopySource], rows: _Rows) -> list[NewTransfer]:
    looked: dict[str, BlobProperties | QuaysideError] = {}

    async def look(source: CopySource) -> None:
        ref = BlobRef(origin.place.container, source.name)
        try:
            looked[source.name] = await origin.call(None, origin.store.properties, ref)
        except NotFoundError as error:
            if error.code == "ContainerNotFound":
                raise
            looked[source.name] = error

    await share(sources, min(len(sources), origin.plant.slots.size), look)
    return [rows.single(source, looked[source.name]) for source in sources]


async def _below(origin: Work, source: CopySource, rows: _Rows) -> AsyncIterator[list[NewTransfer]]:
    def page_at(marker: str) -> Page:
        return origin.store.list_blobs(
            origin.place.container,
            prefix=source.name,
            delimiter="",
            marker=marker,
            with_metadata=True,
        )

    marker, has_any = "", False
    while True:
        page = await origin.call(None, page_at, marker)
        has_any = has_any or bool(page.blobs)
        if batch := [row for blob in page.blobs if (row := rows.below(source, blob))]:
            yield batch
        marker = page.next_marker
        if not marker:
            break
    own = await _own_mark(origin, source)
    if own is not None:
        if row := rows.below(source, own):
            yield [row]
    elif not has_any and source.name:
        raise NotFoundError(
            f"There is no folder {source.name} in {origin.place.container}.",
            code="BlobNotFound",
            status=404,
            cure="Look at what is there, and mind upper and lower case.",
        )


async def _own_mark(origin: Work, source: CopySource) -> Blob | None:
    """The marker or directory that stands for the prefix itself, which lies beside it."""
    name = source.name.removesuffix("/")
    if not name:
        return None
    try:
        ref = BlobRef(origin.place.container, name)
        found = await origin.call(None, origin.store.properties, ref)
    except NotFoundError as error:
        if error.code == "ContainerNotFound":
            raise
        return None
    return as_listed(found) if found.is_directory else None


class _Rows:
    """Makes rows of blobs."""

    def __init__(self, request: CopyRequest) -> None:
        self._request = request
        self._target = Target(request.target)
        self._chosen = Filter.make(request.options.include, request.options.exclude)
        targets = [source.target for source in request.sources]
        self._apart = Apart(targets, request.options.conflicts)
        self._folders: list[str] = []
        """What the folders so far become, where that matters."""

    def single(self, source: CopySource, found: BlobProperties | QuaysideError) -> NewTransfer:
        remote = self._target.blob(source)
        if isinstance(found, QuaysideError):
            self._apart.refusal(remote, source.name)  # it may be there already, and gone here
            return self._refused(source.name, remote, found)
        return self._row(as_listed(found), remote)

    def mixed(self, source: CopySource) -> NewTransfer | None:
        """The refusal of a folder that would be moved into one that was moved before: of what is
        gone from there nobody knows any more, when this is tried again, that it was the first."""
        if not (self._request.is_move and self._apart.may_meet):
            return None
        folder = self._target.folder(source)
        if any(folder.startswith(one) or one.startswith(folder) for one in self._folders):
            return self._refused(source.name, folder, both_become(folder))
        self._folders.append(folder)
        return None

    def below(self, source: CopySource, blob: Blob) -> NewTransfer | None:
        relative = blob.name.removeprefix(source.name)
        if blob.name == source.name.removesuffix("/"):
            relative = ""  # it stands for the folder itself
        allowed = self._chosen.keeps_empty if blob.is_directory else self._chosen.allows
        if relative.strip("/") and not allowed(relative.removesuffix("/")):
            return None
        remote = self._target.below(source, relative)
        if not remote.strip("/"):
            return None  # the container itself, which is there
        row = self._row(blob, remote)
        return row if blob.is_directory else without_temporary(row, blob.name)

    def _row(self, blob: Blob, remote: str) -> NewTransfer:
        refusal = refusal_of_type(blob.name, blob.blob_type, is_move=self._request.is_move)
        if refusal is None and not blob.is_directory:
            refusal = self._apart.refusal(remote, blob.name)
        if refusal is not None:
            return self._refused(blob.name, remote, refusal)
        return NewTransfer(
            Kind.FOLDER if blob.is_directory else Kind.FILE,
            key_of("copy", blob.name, remote),
            self._target.key(remote),
            blob.name.encode("utf-8", "surrogatepass"),
            remote,
            0 if blob.is_directory else blob.size_bytes,
            stamps.of_blob(blob.metadata, blob.last_modified_s),
            etag=blob.etag,
            md5=blob.content_md5,
        )

    def _refused(self, name: str, remote: str, error: QuaysideError) -> NewTransfer:
        key = key_of("copy", name, remote)
        return NewTransfer(
            Kind.REFUSED,
            key,
            key,
            name.encode("utf-8", "surrogatepass"),
            remote,
            0,
            0,
            state=TransferState.FAILED,
            failure=failure_of(error),
        )
