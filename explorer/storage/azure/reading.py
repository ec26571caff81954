"""Headers of the service to and from the model.

Pure. Source: the header tables of Microsoft's REST pages 'Get Blob Properties' and
'Put Blob'.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import lru_cache

from explorer.storage.azure.answer import is_number
from explorer.storage.azure.dates import seconds_of
from explorer.storage.azure.entries import BLOB_TYPES, is_folder_mark, md5_of
from explorer.storage.model import (
    AccountInfo,
    BlobHeaders,
    BlobProperties,
    BlobRef,
    BlobType,
    Condition,
    Written,
)

_METADATA = "x-ms-meta-"
_KEPT = (
    "x-ms-blob-content-type",
    "x-ms-blob-content-encoding",
    "x-ms-blob-content-language",
    "x-ms-blob-content-disposition",
    "x-ms-blob-cache-control",
    "x-ms-access-tier",
)


@lru_cache(64)
def _kept_headers(*values: str) -> dict[str, str]:
    """Those of `_KEPT` that have a value; the files of a folder have much the same ones.

    What stands around a value is no part of it on the wire, and would be signed in vain.
    """
    found = {name: value.strip() for name, value in zip(_KEPT, values, strict=True)}
    return {name: text for name, text in found.items() if text}


def condition_headers(condition: Condition) -> dict[str, str]:
    found = {}
    if condition.if_match:
        found["if-match"] = condition.if_match
    if condition.if_none_match:
        found["if-none-match"] = condition.if_none_match
    return found


def stored_headers(headers: BlobHeaders) -> dict[str, str]:
    """What is sent to be stored beside the bytes, metadata apart."""
    found = _kept_headers(
        headers.content_type,
        headers.content_encoding,
        headers.content_language,
        headers.content_disposition,
        headers.cache_control,
        headers.tier,
    )
    if headers.content_md5 is not None:
        md5 = base64.b64encode(headers.content_md5).decode()
        return {**found, "x-ms-blob-content-md5": md5}
    return dict(found)


def written(headers: Mapping[str, str]) -> Written:
    return Written(
        etag=headers.get("etag", ""),
        last_modified_s=seconds_of(headers.get("last-modified", "")),
        version_id=headers.get("x-ms-version-id", ""),
    )


def metadata_of(spelled: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, str]:
    """Metadata with its names as they were written; `spelled` maps small letters to them."""
    return {
        spelled.get(name, name)[len(_METADATA) :]: value
        for name, value in headers.items()
        if name.startswith(_METADATA)
    }


def blob_properties(
    ref: BlobRef, headers: Mapping[str, str], metadata: Mapping[str, str]
) -> BlobProperties:
    """From the answer to a HEAD, which says how large the blob is."""
    get = headers.get
    size_bytes = int(headers["content-length"])
    tags = get("x-ms-tag-count", "")
    is_directory = get("x-ms-resource-type", "") == "directory" or (
        not size_bytes and (is_folder_mark(metadata) or ref.name.endswith("/"))
    )
    return BlobProperties(
        ref=ref,
        size_bytes=size_bytes,
        etag=get("etag", ""),
        last_modified_s=seconds_of(get("last-modified", "")),
        created_s=seconds_of(get("x-ms-creation-time", "")),
        blob_type=BLOB_TYPES.get(get("x-ms-blob-type", ""), BlobType.BLOCK),
        headers=BlobHeaders(
            content_type=get("content-type", ""),
            content_encoding=get("content-encoding", ""),
            content_language=get("content-language", ""),
            content_disposition=get("content-disposition", ""),
            cache_control=get("cache-control", ""),
            content_md5=md5_of(get("content-md5", "")),
            metadata=metadata,
            tier=get("x-ms-access-tier", ""),
        ),
        lease_state=get("x-ms-lease-state", ""),
        lease_status=get("x-ms-lease-status", ""),
        archive_status=get("x-ms-archive-status", ""),
        copy_status=get("x-ms-copy-status", ""),
        copy_progress=get("x-ms-copy-progress", ""),
        copy_source=get("x-ms-copy-source", "").partition("?")[0],
        copy_id=get("x-ms-copy-id", ""),
        version_id=get("x-ms-version-id", ""),
        is_current_version=_is_current(headers),
        is_directory=is_directory,
        is_server_encrypted=get("x-ms-server-encrypted", "") == "true",
        tag_count=int(tags) if is_number(tags) else 0,
        owner=get("x-ms-owner", ""),
        group=get("x-ms-group", ""),
        permissions=get("x-ms-permissions", ""),
    )


def _is_current(headers: Mapping[str, str]) -> bool:
    """The service marks the current version; accounts without versions mark nothing."""
    if "x-ms-version-id" not in headers:
        return True
    return headers.get("x-ms-is-current-version", "") == "true"


def account_info(headers: Mapping[str, str]) -> AccountInfo:
    hierarchical = headers.get("x-ms-is-hns-enabled", "")
    return AccountInfo(
        kind=headers.get("x-ms-account-kind", ""),
        sku=headers.get("x-ms-sku-name", ""),
        is_hierarchical=hierarchical.lower() == "true" if hierarchical else None,
    )
