"""A shared access signature, made: the text that is signed, the token, the address with it.

Pure, but that each signature is told to the redactor; the clock is passed in. Sources:
Microsoft's REST pages 'Create a service SAS' and 'Create an account SAS', in the layouts of
versions 2018-11-09 and 2020-12-06 (which adds the encryption scope and still holds).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote

from explorer.base.errors import ConnectionTextError, InputError
from explorer.base.redact import register_passing
from explorer.storage.connection_spec import ConnectionSpec, SasToken, SharedKey
from explorer.storage.connection_url import blob_url
from explorer.storage.model import BlobRef
from explorer.storage.sas import Sas, SasKind, parse_sas
from explorer.storage.sas_wish import (
    LIFETIME,
    ONE_BLOB,
    SasWish,
    answer_parameters,
    checked,
    least_wish,
)

SAS_VERSION = "2023-11-03"
"""Signed unless somebody says otherwise: the version that is spoken here, which services
and emulators of the last years know. With a key, newer ones sign the same text."""

OLDEST_VERSION = "2018-11-09"
WITH_SCOPE = "2020-12-06"
"""From here on the encryption scope is signed."""
ANSWERS = ("rscc", "rscd", "rsce", "rscl", "rsct")

_RESOURCES = {
    SasKind.CONTAINER: "c",
    SasKind.DIRECTORY: "d",
    SasKind.BLOB: "b",
    SasKind.SNAPSHOT: "bs",
    SasKind.VERSION: "bv",
}


def make_sas(wish: SasWish, account: str, key: str, *, version: str = SAS_VERSION) -> Sas:
    """Sign `wish` with the account's key (base64); `Sas.token` is the query text.

    Raises InputError for a wish that no SAS can hold, ConnectionTextError for a broken key.
    """
    if version < OLDEST_VERSION:
        raise InputError(
            f"A SAS of version {version} is not made here.",
            cure=f"Use version {OLDEST_VERSION} or later of the service.",
        )
    wish = checked(wish)
    values = parameters_of(wish, version)
    return signed(values, _string_to_sign(wish, values, account), key)


def signed(values: dict[str, str], text: str, key: str) -> Sas:
    """The parameters with the signature of `text` by `key` (base64). Raises
    ConnectionTextError for a broken key."""
    signature = _signature(text, key)
    register_passing(signature)  # before anybody else can see it
    values = {**values, "sig": signature}
    return parse_sas("&".join(f"{name}={quote(text, safe='')}" for name, text in values.items()))


def parameters_of(wish: SasWish, version: str) -> dict[str, str]:
    """The parameters, undecoded, without the signature; what is empty is left out."""
    found = {"sv": version}
    if wish.kind is SasKind.ACCOUNT:
        found |= {"ss": wish.services, "srt": wish.resource_types}
    else:
        found["sr"] = _RESOURCES[wish.kind]
    if wish.kind is SasKind.DIRECTORY:
        path = wish.path.strip("/")
        found["sdd"] = str(path.count("/") + 1 if path else 0)
    found |= {
        "st": time_text(wish.starts),
        "se": time_text(wish.expires),
        "sp": wish.permissions,
        "sip": wish.ip,
        "spr": "https" if wish.is_https_only else "https,http",
        "si": wish.policy,
        "ses": wish.encryption_scope if version >= WITH_SCOPE else "",
        **answer_parameters(wish),
    }
    return {name: text for name, text in found.items() if text}


def time_text(moment: datetime | None) -> str:
    """`2026-05-01T08:00:00Z`; empty for none."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment is not None else ""


def _string_to_sign(wish: SasWish, values: dict[str, str], account: str) -> str:
    """Its lines; empty ones stand for what is not said."""
    has_scope = values["sv"] >= WITH_SCOPE
    scope = ["ses"] if has_scope else []
    if wish.kind is SasKind.ACCOUNT:
        names = ["sp", "ss", "srt", "st", "se", "sip", "spr", "sv", *scope]
        return "\n".join([account, *(values.get(name, "") for name in names), ""])
    get = values.get
    lines = [
        *(get(name, "") for name in ("sp", "st", "se")),
        resource_line(wish, account),
        *(get(name, "") for name in ("si", "sip", "spr", "sv", "sr")),
        wish.snapshot or wish.version_id,
        *(get(name, "") for name in scope),
        *(get(name, "") for name in ANSWERS),
    ]
    return "\n".join(lines)


def resource_line(wish: SasWish, account: str) -> str:
    """What the SAS is for, as it is signed."""
    if wish.kind in ONE_BLOB:  # a blob's name may begin and end with slashes
        return f"/blob/{account}/{wish.container}/{wish.path}"
    parts = (account, wish.container, wish.path.strip("/"))
    return f"/blob/{'/'.join(part for part in parts if part)}"


def _signature(text: str, key: str) -> str:
    try:
        secret = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        raise ConnectionTextError(
            "The account key is not valid base64.",
            field="AccountKey",
            cure="Copy it again from 'Access keys' of the account.",
        ) from None
    return base64.b64encode(hmac.digest(secret, text.encode(), hashlib.sha256)).decode()


def shared_url(endpoint: str, wish: SasWish, sas: Sas) -> str:
    """The address with the SAS in it: the blob, folder, container or account."""
    url = blob_url(endpoint, wish.container, wish.path)
    which = f"snapshot={quote(wish.snapshot, safe='')}&" if wish.snapshot else ""
    which += f"versionid={quote(wish.version_id, safe='')}&" if wish.version_id else ""
    slash = "/" if wish.kind is SasKind.ACCOUNT else ""
    return f"{url}{slash}?{which}{sas.token}"


def shared_connection_string(endpoint: str, sas: Sas) -> str:
    """The same for programs that take a connection string."""
    return f"BlobEndpoint={endpoint}/;SharedAccessSignature={sas.token}"


def version_for(spoken: str) -> str:
    """The version to sign for a service that is spoken to in `spoken` (empty: any)."""
    return spoken if OLDEST_VERSION <= spoken < SAS_VERSION else SAS_VERSION


def readable_url(
    spec: ConnectionSpec,
    ref: BlobRef,
    now: datetime,
    *,
    lifetime: timedelta = LIFETIME,
    version: str = SAS_VERSION,
) -> str:
    """An address by which another service can read one blob: the source of a copy.

    Signed with the key for just this blob, `r` and `lifetime`; with a SAS the SAS itself,
    which must allow it; of a public container the bare address. Holds a secret.
    """
    kind = SasKind.BLOB
    if ref.snapshot or ref.version_id:
        kind = SasKind.SNAPSHOT if ref.snapshot else SasKind.VERSION
    wish = least_wish(
        kind,
        now,
        container=ref.container,
        path=ref.name,
        snapshot=ref.snapshot,
        version_id="" if ref.snapshot else ref.version_id,
        is_https=spec.is_https,
    )
    credential = spec.credential
    if isinstance(credential, SharedKey):
        wish = replace(wish, expires=now + lifetime)
        sas = make_sas(wish, credential.account, credential.key, version=version)
        return shared_url(spec.blob_endpoint, wish, sas)
    if isinstance(credential, SasToken):
        return shared_url(spec.blob_endpoint, wish, credential.sas)
    which = f"snapshot={quote(ref.snapshot, safe='')}" if ref.snapshot else ""
    if not which and ref.version_id:
        which = f"versionid={quote(ref.version_id, safe='')}"
    url = blob_url(spec.blob_endpoint, ref.container, ref.name)
    return f"{url}?{which}" if which else url
