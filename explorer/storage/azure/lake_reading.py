"""Headers and rows of Data Lake Gen2 to and from the model.

Pure. Source: the header tables of 'Path - Create', 'Path - Update' and 'Path - List'.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from explorer.storage.azure.dates import seconds_of
from explorer.storage.azure.rest import add_metadata, head_lines
from explorer.storage.directories import PathItem, PathProperties
from explorer.storage.model import BlobHeaders, BlobProperties, Condition

FOLDER_METADATA = "hdi_isfolder"
"""What the service itself puts into the metadata of a directory; it is not the user's."""


def content_headers(headers: BlobHeaders) -> dict[str, str]:
    """Content headers as dfs names them; those that are empty are left out."""
    found = {
        "x-ms-content-type": headers.content_type,
        "x-ms-content-encoding": headers.content_encoding,
        "x-ms-content-language": headers.content_language,
        "x-ms-content-disposition": headers.content_disposition,
        "x-ms-cache-control": headers.cache_control,
    }
    # What stands around a value is no part of it on the wire, and would be signed in vain.
    return {name: text for name, value in found.items() if (text := value.strip())}


def properties_header(metadata: Mapping[str, str]) -> str:
    """Metadata as `x-ms-properties`: names with values in base64. Raises InputError."""
    fields: dict[str, str] = {}
    add_metadata(fields, metadata)
    head_lines(fields, {})
    return ",".join(
        f"{name}={base64.b64encode(value.strip().encode('ascii')).decode()}"
        for name, value in metadata.items()
    )


def rename_headers(condition: Condition) -> dict[str, str]:
    """What must be true of the source of a rename."""
    found = {
        "x-ms-source-if-match": condition.if_match,
        "x-ms-source-if-none-match": condition.if_none_match,
    }
    return {name: value for name, value in found.items() if value}


def path_properties(found: BlobProperties, headers: Mapping[str, str]) -> PathProperties:
    """From the answer to a HEAD at the blob endpoint."""
    if found.is_directory:
        metadata = {
            name: value
            for name, value in found.headers.metadata.items()
            if name.lower() != FOLDER_METADATA
        }
        found = replace(found, headers=replace(found.headers, metadata=metadata))
    return PathProperties(
        container=found.ref.container,
        path=found.ref.name,
        is_directory=found.is_directory,
        size_bytes=found.size_bytes,
        etag=found.etag,
        last_modified_s=found.last_modified_s,
        created_s=found.created_s,
        headers=found.headers,
        owner=found.owner,
        group=found.group,
        permissions=found.permissions,
        lease_state=found.lease_state,
        lease_status=found.lease_status,
        expires_s=seconds_of(headers.get("x-ms-expiry-time", "")),
    )


def quoted_etag(etag: str) -> str:
    """In quotes, as headers have it: listings leave them out."""
    return etag if not etag or etag.endswith('"') else f'"{etag}"'


def path_item(
    name: str,
    *,
    is_directory: bool,
    size_bytes: int | None,
    modified: datetime | None,
    created: datetime | None,
    expires: datetime | None,
    etag: str | None,
    owner: str | None,
    group: str | None,
    permissions: str | None,
) -> PathItem:
    """A row; what a listing does not say of an older file is 0 or empty."""
    return PathItem(
        path=name.strip("/"),
        is_directory=is_directory,
        size_bytes=size_bytes or 0,
        last_modified_s=_seconds(modified),
        created_s=_seconds(created),
        etag=quoted_etag(etag or ""),
        owner=owner or "",
        group=group or "",
        permissions=permissions or "",
        expires_s=_seconds(expires),
    )


def _seconds(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment is not None else 0
