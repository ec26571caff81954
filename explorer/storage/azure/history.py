"""The past of an account through signed requests of our own: see `storage.history`.

Listings with versions or deleted blobs are read by the plain parser: they are asked for
now and then, and the fast reader stays as simple as it is.

Sources: Microsoft's REST pages 'List Blobs', 'Copy Blob', 'Undelete Blob', 'Snapshot Blob',
'List Containers', 'Restore Container', 'Get Blob Service Properties'.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

from explorer.base.cancel import current_token
from explorer.base.errors import ConflictError, NotFoundError
from explorer.storage.azure import reading
from explorer.storage.azure.answer import is_number
from explorer.storage.azure.dates import seconds_of
from explorer.storage.azure.entries import FIELDS, blob_of
from explorer.storage.azure.errors import Attempt
from explorer.storage.azure.listing import container_of, entry_name
from explorer.storage.azure.markup import MarkupError, Node, parse_markup
from explorer.storage.azure.names import blob_path, container_path
from explorer.storage.azure.rest import check_goes_on
from explorer.storage.azure.signing import SasSigner, query_text
from explorer.storage.azure.store import PAGE_LIMIT, AzureBlobStore, readable
from explorer.storage.history import (
    BlobState,
    DeletedContainer,
    DeletedContainerPage,
    Past,
    Retention,
    StatePage,
)
from explorer.storage.model import BlobProperties, BlobRef, Condition, Prefix, Written

COPY_POLL_S: Final = 0.5
"""How often a copy that is not done at once is looked at."""


class AzureHistory:
    """Shares the store's connections; safe from many threads."""

    def __init__(self, store: AzureBlobStore) -> None:
        self._store = store
        self._rest = store.rest

    def _attempt(self, doing: str, container: str = "", name: str = "") -> Attempt:
        return Attempt(self._rest.place, doing, container, name)

    # -- blobs ----------------------------------------------------------------

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
        attempt = self._attempt("list versions and deleted blobs of", container, prefix)
        _, body = self._rest.do(
            attempt,
            "GET",
            container_path(container),
            {
                "restype": "container",
                "comp": "list",
                "prefix": prefix,
                "delimiter": delimiter,
                "marker": marker,
                "maxresults": str(page_size) if page_size != 5000 else "",
                "include": ",".join(["metadata", *sorted(item.value for item in past)]),
            },
            good=(200,),
            limit=PAGE_LIMIT,
            may_resend=True,
        )
        with readable(attempt):
            page = parse_states(body)
        check_goes_on(attempt, marker, page.next_marker)
        return page

    def copy_over(self, source: BlobRef, ref: BlobRef, *, condition: Condition) -> Written:
        attempt = self._attempt("restore", ref.container, ref.name)
        fields = {
            "x-ms-copy-source": self._source_url(source),
            **reading.condition_headers(condition),
        }
        answer, _ = self._rest.do(
            attempt, "PUT", blob_path(ref.container, ref.name), headers=fields, good=(202,)
        )
        written = reading.written(answer.headers)
        if answer.headers.get("x-ms-copy-status", "success") == "pending":
            self._wait_for_copy(attempt, ref)
        return written

    def copied_over(self, source: BlobRef, ref: BlobRef) -> Written | None:
        try:
            found = self._store.properties(ref)
            wanted = self._store.properties(source)
        except NotFoundError:
            return None
        if not _is_same(found, wanted):
            return None
        if found.copy_status not in ("", "success"):
            attempt = self._attempt("restore", ref.container, ref.name)
            self._wait_for_copy(attempt, ref)
        return Written(found.etag, found.last_modified_s, found.version_id)

    def _source_url(self, source: BlobRef) -> str:
        """The source within this account; a SAS has to be part of it, a key signs for both."""
        query = query_text({"snapshot": source.snapshot, "versionid": source.version_id})
        signer = self._rest.place.signer
        if isinstance(signer, SasSigner):
            query = "&".join(part for part in (query, signer.token) if part)
        path = blob_path(source.container, source.name)
        return f"{self._rest.endpoint}{path}{'?' if query else ''}{query}"

    def _wait_for_copy(self, attempt: Attempt, ref: BlobRef) -> None:
        token = current_token()
        while True:
            status = self._store.properties(BlobRef(ref.container, ref.name)).copy_status
            if status in ("", "success"):
                return
            if status != "pending":
                raise ConflictError(
                    f"{attempt}: the service stopped the copy ({status}).",
                    cure="Look at the blob, and try again.",
                )
            if token is not None:
                token.raise_if_cancelled()
            time.sleep(COPY_POLL_S)

    def undelete_blob(self, ref: BlobRef) -> None:
        self._rest.do(
            self._attempt("undelete", ref.container, ref.name),
            "PUT",
            blob_path(ref.container, ref.name),
            {"comp": "undelete"},
            good=(200,),
        )

    def snapshot_blob(self, ref: BlobRef, *, condition: Condition) -> str:
        answer, _ = self._rest.do(
            self._attempt("take a snapshot of", ref.container, ref.name),
            "PUT",
            blob_path(ref.container, ref.name),
            {"comp": "snapshot"},
            reading.condition_headers(condition),
            good=(201,),
        )
        return answer.headers.get("x-ms-snapshot", "")

    # -- containers and the account -------------------------------------------

    def list_deleted_containers(
        self, *, prefix: str = "", marker: str = ""
    ) -> DeletedContainerPage:
        attempt = self._attempt("list the deleted containers")
        _, body = self._rest.do(
            attempt,
            "GET",
            "/",
            {"comp": "list", "prefix": prefix, "marker": marker, "include": "metadata,deleted"},
            good=(200,),
            limit=PAGE_LIMIT,
            may_resend=True,
        )
        with readable(attempt):
            page = parse_deleted_containers(body)
        check_goes_on(attempt, marker, page.next_marker)
        return page

    def restore_container(self, name: str, version: str) -> None:
        self._rest.do(
            self._attempt("restore the container", name),
            "PUT",
            container_path(name),
            {"restype": "container", "comp": "undelete"},
            {"x-ms-deleted-container-name": name, "x-ms-deleted-container-version": version},
            good=(201,),
        )

    def retention(self) -> Retention:
        attempt = self._attempt("look at the settings of the account")
        _, body = self._rest.do(
            attempt,
            "GET",
            "/",
            {"restype": "service", "comp": "properties"},
            good=(200,),
            may_resend=True,
        )
        with readable(attempt):
            policy = parse_markup(body, "StorageServiceProperties").child("DeleteRetentionPolicy")
        if policy is None or policy.value("Enabled") != "true":
            return Retention()
        return Retention(_number(policy.value("Days")))


def _is_same(found: BlobProperties, wanted: BlobProperties) -> bool:
    """Whether the first is a copy of the second: made by a copy (the service forgets that with
    the next write), and with its size, headers, MD5 and metadata. A tier is not copied. Pure."""
    return (
        bool(found.copy_id)
        and found.size_bytes == wanted.size_bytes
        and replace(found.headers, tier="") == replace(wanted.headers, tier="")
    )


def parse_states(data: bytes | bytearray) -> StatePage:
    """One page of List Blobs with versions, snapshots or deleted blobs. Raises MarkupError."""
    root = parse_markup(data, "EnumerationResults")
    entries = root.child("Blobs")
    if entries is None:
        raise MarkupError("the answer has no list of blobs")
    prefixes = tuple(Prefix(entry_name(entry)) for entry in entries.all("BlobPrefix"))
    states = tuple(_state(entry) for entry in entries.all("Blob"))
    return StatePage(prefixes, states, root.value("NextMarker"))


def _state(entry: Node) -> BlobState:
    properties = entry.child("Properties")
    values = properties.values() if properties is not None else {}
    metadata = entry.child("Metadata")
    fields = [entry_name(entry), *(values.get(field, "") for field in FIELDS[1:])]
    try:
        blob = blob_of(fields, metadata.values() if metadata is not None else {})
    except ValueError as error:
        raise MarkupError(f"an entry of the listing makes no sense: {error}") from None
    version, snapshot = entry.value("VersionId"), entry.value("Snapshot")
    is_deleted = entry.value("Deleted") == "true"
    is_marked = entry.value("IsCurrentVersion") == "true"
    return BlobState(
        blob=blob,
        version_id=version,
        is_current=is_marked or not (version or snapshot or is_deleted),
        snapshot=snapshot,
        is_deleted=is_deleted,
        deleted_s=seconds_of(values.get("DeletedTime", "")),
        remaining_days=_number(values.get("RemainingRetentionDays", "")),
    )


def parse_deleted_containers(data: bytes | bytearray) -> DeletedContainerPage:
    """The soft-deleted ones of a page of List Containers. Raises MarkupError."""
    page = parse_markup(data, "EnumerationResults")
    entries = page.child("Containers")
    if entries is None:
        raise MarkupError("the answer has no list of containers")
    found = []
    for entry in entries.all("Container"):
        properties = entry.child("Properties")
        values = properties.values() if properties is not None else {}
        if entry.value("Deleted") == "true":
            found.append(
                DeletedContainer(
                    container_of(entry),
                    entry.value("Version"),
                    seconds_of(values.get("DeletedTime", "")),
                    _number(values.get("RemainingRetentionDays", "")),
                )
            )
    return DeletedContainerPage(tuple(found), page.value("NextMarker"))


def _number(text: str) -> int:
    return int(text) if is_number(text) else 0
