"""What Data Lake Gen2 does now and then, through the SDK: directories, listings, access.

The SDK costs 330 ms to import, so this module is loaded at its first use and no upload
needs it. Paths, metadata and access lists are checked by our own rules first: the SDK
sends dot segments as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from azure.core import MatchConditions
from azure.storage.blob import ContentSettings
from azure.storage.filedatalake import (
    AccessControlChanges,
    DataLakeDirectoryClient,
    PathProperties,
)

from explorer.base.errors import InputError, ServiceError
from explorer.storage.acl import (
    AclEntry,
    acl_text,
    checked,
    checked_changes,
    checked_principal,
    parse_acl,
    parse_mode,
    removal_text,
)
from explorer.storage.azure.errors import Attempt, translating
from explorer.storage.azure.lake_reading import path_item, properties_header
from explorer.storage.azure.names import directory_path
from explorer.storage.azure.rest import Rest, check_goes_on
from explorer.storage.azure.sdk import lake_client, service_client
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.directories import (
    AclChange,
    AclFailure,
    PathAccess,
    PathItem,
    PathPage,
    RecursiveAclProgress,
)
from explorer.storage.model import BlobHeaders, Condition, Written


class LakeControl:
    """One store's control plane on dfs; shares its connections, safe from many threads."""

    def __init__(self, store: AzureBlobStore, rest: Rest) -> None:
        self._place = rest.place
        self._lake = lake_client(rest)
        self._blobs = service_client(store)

    def _path(self, container: str, path: str) -> DataLakeDirectoryClient:
        """Files answer to the same requests as directories where they are used here."""
        directory_path(container, path)
        return self._lake.get_directory_client(container, path or "/")

    def _attempt(self, doing: str, container: str, path: str) -> Attempt:
        return Attempt(self._place, doing, container, path)

    # -- directories ----------------------------------------------------------

    def create_directory(
        self, container: str, path: str, condition: Condition, metadata: Mapping[str, str]
    ) -> Written:
        """Path Create (directory)."""
        properties_header(metadata)
        kept = {name: value.strip() for name, value in metadata.items()}
        client = self._path(container, path)
        with translating(self._attempt("make the folder", container, path)):
            told = client.create_directory(metadata=kept or None, **when(condition))
        return _written(told)

    def delete_path(
        self,
        container: str,
        path: str,
        recursive: bool,
        condition: Condition,
        on_batch: Callable[[], None] | None,
    ) -> None:
        """Path Delete; the SDK follows the continuation, `on_batch` hears of each answer."""
        options: dict[str, Any] = when(condition)
        if on_batch is not None:
            heard = on_batch
            options["raw_response_hook"] = lambda answer: heard()
        directory_path(container, path)
        attempt = self._attempt("delete", container, path)
        if recursive:
            folder = self._lake.get_directory_client(container, path)
            with translating(attempt):
                folder.delete_directory(**options)
        else:
            file = self._lake.get_file_client(container, path)
            with translating(attempt):
                file.delete_file(recursive=False, **options)

    def list_paths(
        self,
        container: str,
        path: str,
        *,
        recursive: bool,
        marker: str,
        page_size: int,
        by_name: bool,
    ) -> PathPage:
        """Path List, one page."""
        directory_path(container, path)
        found = self._lake.get_file_system_client(container).get_paths(
            path or None, recursive=recursive, max_results=page_size, upn=by_name
        )
        pages: Any = found.by_page(marker or None)
        attempt = self._attempt("list", container, path)
        with translating(attempt):
            rows = next(pages, None)
            if rows is None:
                raise ServiceError(f"{attempt}: the answer has no page.", cure="It is tried again.")
            items = tuple(_item(row) for row in rows)
        page = PathPage(items, str(pages.continuation_token or ""))
        check_goes_on(attempt, marker, page.next_marker)
        return page

    def set_headers(
        self, container: str, path: str, headers: BlobHeaders, condition: Condition
    ) -> Written:
        """Set Blob Properties."""
        directory_path(container, path)
        md5 = headers.content_md5
        settings = ContentSettings(
            content_type=headers.content_type.strip() or None,
            content_encoding=headers.content_encoding.strip() or None,
            content_language=headers.content_language.strip() or None,
            content_disposition=headers.content_disposition.strip() or None,
            cache_control=headers.cache_control.strip() or None,
            content_md5=bytearray(md5) if md5 is not None else None,
        )
        blob = self._blobs.get_blob_client(container, path)
        with translating(self._attempt("change the properties of", container, path)):
            told: dict[str, Any] = dict(blob.set_http_headers(settings, **when(condition)))
        return _written(told)

    # -- access ---------------------------------------------------------------

    def access(self, container: str, path: str, *, by_name: bool) -> PathAccess:
        """Path Get Properties (getAccessControl)."""
        client = self._path(container, path)
        attempt = self._attempt("look up who may access", container, path)
        with translating(attempt):
            told: dict[str, Any] = client.get_access_control(upn=by_name)
        try:
            entries = parse_acl(str(told.get("acl") or ""))
        except InputError:
            raise ServiceError(
                f"{attempt}: the access list cannot be read.", cure="It is tried again."
            ) from None
        return PathAccess(
            owner=str(told.get("owner") or ""),
            group=str(told.get("group") or ""),
            permissions=str(told.get("permissions") or ""),
            acl=entries,
            etag=str(told.get("etag") or ""),
            last_modified_s=_seconds(told),
        )

    def set_access(
        self,
        container: str,
        path: str,
        *,
        owner: str,
        group: str,
        permissions: str,
        acl: Sequence[AclEntry],
        condition: Condition,
    ) -> Written:
        """Path Update (setAccessControl)."""
        if permissions and acl:
            raise InputError(
                "Permissions and a whole access list cannot be set together.",
                cure="The list has the entries of owner, group and others in it.",
            )
        if not (owner or group or permissions or acl):
            raise InputError("There is nothing to change.", cure="Give an owner or permissions.")
        client = self._path(container, path)
        options: dict[str, Any] = {
            "owner": checked_owner(owner),
            "group": checked_owner(group),
            "permissions": parse_mode(permissions) if permissions else None,
            "acl": acl_text(checked(acl)) if acl else None,
        }
        with translating(self._attempt("change who may access", container, path)):
            told: dict[str, Any] = client.set_access_control(**options, **when(condition))
        return _written(told)

    def change_access_recursive(
        self,
        container: str,
        path: str,
        change: AclChange,
        entries: Sequence[AclEntry],
        *,
        continuation: str,
        batch_size: int,
        keep_going: bool,
    ) -> RecursiveAclProgress:
        """Path Update (setAccessControlRecursive), one batch."""
        client = self._path(container, path)
        told: list[AccessControlChanges] = []
        options: dict[str, Any] = {
            "batch_size": batch_size,
            "max_batches": 1,
            "continue_on_failure": keep_going,
            "continuation_token": continuation or None,
            "progress_hook": told.append,
        }
        with translating(self._attempt("change who may access what is in", container, path)):
            if change is AclChange.SET:
                done = client.set_access_control_recursive(acl_text(checked(entries)), **options)
            elif change is AclChange.MODIFY:
                text = acl_text(checked_changes(entries))
                done = client.update_access_control_recursive(text, **options)
            else:
                text = removal_text(checked_changes(entries))
                done = client.remove_access_control_recursive(text, **options)
        counts = [batch.batch_counters for batch in told]
        failures = tuple(
            AclFailure(str(one.name), bool(one.is_directory), str(one.error_message))
            for batch in told
            for one in batch.batch_failures
        )
        return RecursiveAclProgress(
            directories=sum(count.directories_successful for count in counts),
            files=sum(count.files_successful for count in counts),
            failures=failures,
            failed=sum(count.failure_count for count in counts),
            continuation=str(done.continuation or ""),
        )


def checked_owner(who: str) -> str | None:
    """An owner or owning group, with the account itself (`$superuser`); None for neither."""
    return checked_principal(who) if who else None


def when(condition: Condition) -> dict[str, Any]:
    """A condition in the SDK's words."""
    if condition.if_match:
        return {"etag": condition.if_match, "match_condition": MatchConditions.IfNotModified}
    if condition.if_none_match:
        return {"match_condition": MatchConditions.IfMissing}
    return {}


def _item(row: PathProperties) -> PathItem:
    return path_item(
        str(row.name),
        is_directory=bool(row.is_directory),
        size_bytes=row.content_length,
        modified=row.last_modified,
        created=row.creation_time,
        expires=row.expiry_time,
        etag=row.etag,
        owner=row.owner,
        group=row.group,
        permissions=row.permissions,
    )


def _written(told: Mapping[str, Any]) -> Written:
    return Written(etag=str(told.get("etag") or ""), last_modified_s=_seconds(told))


def _seconds(told: Mapping[str, Any]) -> int:
    modified = told.get("last_modified")
    return int(modified.timestamp()) if modified is not None else 0
