"""One blob changed beside its bytes: headers, metadata, tags, tier, and a copy stopped.

Blocking, and of requests of our own, since a thousand blobs may be changed at once and
each is one small request. Functions are safe from many threads. Sources: Microsoft's REST
pages of the operation each function names.
"""

from __future__ import annotations

from collections.abc import Mapping

from explorer.base.errors import ServiceError
from explorer.storage.azure import reading
from explorer.storage.azure.errors import Attempt
from explorer.storage.azure.markup import MarkupError, escaped, parse_markup
from explorer.storage.azure.names import blob_path
from explorer.storage.azure.rest import Rest
from explorer.storage.control_model import Rehydration
from explorer.storage.labels import check_metadata, check_tags
from explorer.storage.model import BlobHeaders, BlobRef, Condition, Written


def which(ref: BlobRef) -> dict[str, str]:
    """The parameters that name a snapshot or a version."""
    return {"snapshot": ref.snapshot, "versionid": ref.version_id}


def _attempt(rest: Rest, doing: str, ref: BlobRef) -> Attempt:
    return Attempt(rest.place, doing, ref.container, ref.name)


def _with_lease(fields: dict[str, str], lease_id: str) -> dict[str, str]:
    return {**fields, "x-ms-lease-id": lease_id} if lease_id else fields


def set_headers(
    rest: Rest, ref: BlobRef, headers: BlobHeaders, condition: Condition, lease_id: str = ""
) -> Written:
    """Set Blob Properties: every header of `headers`, MD5 included; what is empty is taken
    away. Metadata and tier are not touched. Raises InputError for what no header holds."""
    fields = reading.stored_headers(headers) | reading.condition_headers(condition)
    fields.pop("x-ms-access-tier", None)
    answer, _ = rest.do(
        _attempt(rest, "change the properties of", ref),
        "PUT",
        blob_path(ref.container, ref.name),
        {"comp": "properties"},
        _with_lease(fields, lease_id),
        good=(200,),
    )
    return reading.written(answer.headers)


def set_metadata(
    rest: Rest,
    ref: BlobRef,
    metadata: Mapping[str, str],
    condition: Condition,
    lease_id: str = "",
) -> Written:
    """Set Blob Metadata, replacing all of it. Raises InputError for what cannot be kept."""
    check_metadata(metadata)
    answer, _ = rest.do(
        _attempt(rest, "change the metadata of", ref),
        "PUT",
        blob_path(ref.container, ref.name),
        {"comp": "metadata"},
        _with_lease(reading.condition_headers(condition), lease_id),
        good=(200,),
        metadata=metadata,
    )
    return reading.written(answer.headers)


def tags(rest: Rest, ref: BlobRef) -> dict[str, str]:
    """Get Blob Tags, in the service's order."""
    attempt = _attempt(rest, "read the tags of", ref)
    _, body = rest.do(
        attempt,
        "GET",
        blob_path(ref.container, ref.name),
        {"comp": "tags", **which(ref)},
        good=(200,),
        may_resend=True,
    )
    try:
        root = parse_markup(body, "Tags")
    except MarkupError as error:
        raise ServiceError(f"{attempt}: {error}.", cure="It is tried again.") from None
    found = root.child("TagSet")
    pairs = found.all("Tag") if found is not None else ()
    return {tag.value("Key"): tag.value("Value") for tag in pairs}


def set_tags(rest: Rest, ref: BlobRef, new: Mapping[str, str], lease_id: str = "") -> None:
    """Set Blob Tags, replacing all of them; neither ETag nor time of the blob change, and
    no condition on the ETag is known here. Raises InputError beyond the limits."""
    check_tags(new)
    rows = "".join(
        f"<Tag><Key>{escaped(name)}</Key><Value>{escaped(value)}</Value></Tag>"
        for name, value in new.items()
    )
    text = f'<?xml version="1.0" encoding="utf-8"?><Tags><TagSet>{rows}</TagSet></Tags>'
    rest.do(
        _attempt(rest, "change the tags of", ref),
        "PUT",
        blob_path(ref.container, ref.name),
        {"comp": "tags", **which(ref)},
        _with_lease({"content-type": "application/xml; charset=UTF-8"}, lease_id),
        good=(204,),
        body=text.encode(),
        may_resend=True,
    )


def set_tier(
    rest: Rest,
    ref: BlobRef,
    tier: str,
    priority: Rehydration = Rehydration.STANDARD,
    lease_id: str = "",
) -> bool:
    """Set Blob Tier; true where it takes hours until it is so (out of the archive).

    `priority` counts only for what comes out of the archive. Folder markers keep theirs:
    the caller leaves them out.
    """
    fields = {"x-ms-access-tier": tier, "x-ms-rehydrate-priority": priority.value}
    answer, _ = rest.do(
        _attempt(rest, f"move to tier {tier}", ref),
        "PUT",
        blob_path(ref.container, ref.name),
        {"comp": "tier", **which(ref)},
        _with_lease(fields, lease_id),
        good=(200, 202),
        may_resend=True,
    )
    return answer.status == 202


def abort_copy(rest: Rest, ref: BlobRef, copy_id: str, lease_id: str = "") -> None:
    """Abort Copy Blob: what was copied so far is taken away, an empty blob stays."""
    rest.do(
        _attempt(rest, "stop the copy to", ref),
        "PUT",
        blob_path(ref.container, ref.name),
        {"comp": "copy", "copyid": copy_id},
        _with_lease({"x-ms-copy-action": "abort"}, lease_id),
        good=(204,),
    )
