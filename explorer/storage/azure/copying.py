"""Bytes that go from one blob to another without coming here.

The source is named by a URL that holds what it takes to read it, or by one with a sign-in's
token beside: each goes into one header and nowhere else. Sources: Microsoft's REST pages
'Put Blob From URL' and 'Put Block From URL'.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import unquote

from explorer.base.errors import InputError, NotAuthorizedError
from explorer.base.patterns import regex
from explorer.storage.azure import reading
from explorer.storage.azure.errors import Attempt
from explorer.storage.azure.names import blob_path
from explorer.storage.azure.rest import Rest
from explorer.storage.azure.signing import KeySigner, SasSigner, TokenSigner, query_text
from explorer.storage.endpoint import token_refusal
from explorer.storage.model import BlobHeaders, BlobRef, Condition, Written
from explorer.storage.sas import SasKind
from explorer.storage.sas_making import make_sas, version_for
from explorer.storage.sas_wish import least_wish

COPY_WAIT_S = 120.0
"""The service fetches all of it before it answers."""

_PERMISSIONS = regex(r"(?:^|&)sp=([^&]*)")


def readable_url(rest: Rest, ref: BlobRef, expires_s: float) -> str:
    """Where whoever has this text can read the blob until then. It holds a secret, unless
    there is a `source_authorization` to be shown with it."""
    signer = rest.place.signer
    which = {"snapshot": ref.snapshot, "versionid": ref.version_id}
    query = query_text(which)
    if isinstance(signer, KeySigner):
        query = "&".join(part for part in (query, _token(rest, signer, ref, expires_s)) if part)
    elif isinstance(signer, SasSigner):
        said = _PERMISSIONS.search(signer.token)
        if said is not None and "r" not in unquote(said[1]):
            raise NotAuthorizedError(
                f"The SAS does not allow reading {ref.name}, so it cannot be copied.",
                cure="Ask for a SAS that reads as well (sp lacks r).",
                code="AuthorizationPermissionMismatch",
                status=403,
            )
        query = "&".join(part for part in (query, signer.token) if part)
    url = f"{rest.endpoint}{blob_path(ref.container, ref.name)}"
    return f"{url}?{query}" if query else url


def source_authorization(rest: Rest) -> str:
    """What is shown beside the address of a source by a sign-in: a secret; else empty."""
    signer = rest.place.signer
    return signer.authorization() if isinstance(signer, TokenSigner) else ""


def _token(rest: Rest, signer: KeySigner, ref: BlobRef, expires_s: float) -> str:
    kind = SasKind.BLOB
    if ref.snapshot or ref.version_id:
        kind = SasKind.SNAPSHOT if ref.snapshot else SasKind.VERSION
    wish = least_wish(
        kind,
        datetime.now(UTC),
        container=ref.container,
        path=ref.name,
        snapshot=ref.snapshot,
        version_id="" if ref.snapshot else ref.version_id,
        is_https=rest.endpoint.startswith("https:"),
    )
    wish = replace(wish, expires=datetime.fromtimestamp(expires_s, UTC))
    version = version_for(rest.api_version)
    return make_sas(wish, signer.account, signer.key_text, version=version).token


def put_blob_from_url(
    rest: Rest,
    ref: BlobRef,
    source_url: str,
    *,
    headers: BlobHeaders,
    condition: Condition,
    source_if_match: str,
    source_md5: bytes | None,
    source_authorization: str = "",
) -> Written:
    fields = {
        "x-ms-blob-type": "BlockBlob",
        # What is stored beside the bytes is said here, whole.
        "x-ms-copy-source-blob-properties": "false",
        **_source_headers(rest, source_url, source_if_match, source_md5, source_authorization),
        **reading.stored_headers(headers),
        **reading.condition_headers(condition),
    }
    answer, _ = rest.do(
        Attempt(rest.place, "copy to", ref.container, ref.name),
        "PUT",
        blob_path(ref.container, ref.name),
        headers=fields,
        good=(201,),
        metadata=headers.metadata,
        answer_wait_s=COPY_WAIT_S,
    )
    return reading.written(answer.headers)


def put_block_from_url(
    rest: Rest,
    ref: BlobRef,
    block_id: bytes,
    source_url: str,
    offset: int,
    length: int,
    *,
    source_if_match: str,
    source_md5: bytes | None,
    source_authorization: str = "",
) -> None:
    if offset < 0 or length <= 0:
        raise InputError(f"A range of {length} bytes at {offset} cannot be copied.")
    fields = {
        "x-ms-source-range": f"bytes={offset}-{offset + length - 1}",
        **_source_headers(rest, source_url, source_if_match, source_md5, source_authorization),
    }
    rest.do(
        Attempt(rest.place, "copy a block of", ref.container, ref.name),
        "PUT",
        blob_path(ref.container, ref.name),
        {"comp": "block", "blockid": base64.b64encode(block_id).decode()},
        fields,
        good=(201,),
        may_resend=True,
        answer_wait_s=COPY_WAIT_S,
    )


def _source_headers(
    rest: Rest, source_url: str, if_match: str, md5: bytes | None, authorization: str
) -> dict[str, str]:
    fields = {"x-ms-copy-source": source_url}
    if authorization:
        if reason := token_refusal(rest.endpoint):
            raise NotAuthorizedError(reason, cure="The bytes come through here instead.")
        fields["x-ms-copy-source-authorization"] = authorization
    if if_match:
        fields["x-ms-source-if-match"] = if_match
    if md5 is not None:
        fields["x-ms-source-content-md5"] = base64.b64encode(md5).decode()
    return fields
