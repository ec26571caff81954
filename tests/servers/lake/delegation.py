"""Sign-ins and user delegation from the service's side: tokens, keys handed out, SAS by them.

Written from Microsoft's pages 'Authorize with Microsoft Entra ID', 'Get User Delegation Key' and
'Create a user delegation SAS', apart from the client's own implementation. Whoever shows a
token for storage that has not ended owns all data; its signature is not looked at.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.servers.lake.failures import RefusedError
from tests.servers.lake.messages import Reply, Request
from tests.servers.lake.operations import Target
from tests.servers.lake.sharedkey import signature

if TYPE_CHECKING:
    from tests.servers.lake.store import Store

_SEED = b"what the service signs its keys with"
_LONGEST = timedelta(days=7)
_KEY = ("skoid", "sktid", "skt", "ske", "sks", "skv")
_TAGS = (
    "SignedOid",
    "SignedTid",
    "SignedStart",
    "SignedExpiry",
    "SignedService",
    "SignedVersion",
)


def claims_of(given: str, *, is_secure: bool) -> dict[str, Any]:
    """Who shows this token. Raises RefusedError."""
    if not is_secure:
        raise RefusedError("AuthenticationFailed", "Bearer is for https.")
    try:
        body = given.removeprefix("Bearer ").split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        is_good = claims["aud"].rstrip("/") == "https://storage.azure.com"
        is_good = is_good and claims["nbf"] <= time.time() < claims["exp"]
    except (IndexError, KeyError, ValueError, binascii.Error):
        is_good = False
    if not is_good:
        raise RefusedError("InvalidAuthenticationInfo", status=401)
    return claims


async def hand_out_key(store: Store, request: Request, target: Target) -> Reply:
    """Get User Delegation Key."""
    given = request.header("authorization")
    if not given.startswith("Bearer "):
        raise RefusedError("AuthenticationFailed", "Only a bearer token gets a key.")
    claims = claims_of(given, is_secure=True)
    asked = ET.fromstring(request.body)
    starts, ends = asked.findtext("Start", ""), asked.findtext("Expiry", "")
    if not ends or _moment(ends) > datetime.now(UTC) + _LONGEST:
        raise RefusedError("InvalidXmlNodeValue", "Expiry")
    values = (
        claims["oid"],
        claims["tid"],
        starts,
        ends,
        "b",
        request.header("x-ms-version"),
    )
    root = ET.Element("UserDelegationKey")
    for tag, text in zip(_TAGS, values, strict=True):
        ET.SubElement(root, tag).text = text
    ET.SubElement(root, "Value").text = _value(values)
    return Reply(200, {"Content-Type": "application/xml"}, ET.tostring(root))


def signature_of(fields: dict[str, str], where: str) -> str:
    """What the signature of a SAS by such a key must be. Raises RefusedError."""
    if "si" in fields:
        raise RefusedError("AuthenticationFailed", "A delegated SAS has no policy.")
    now = datetime.now(UTC)
    if not _moment(fields["skt"]) <= now < _moment(fields["ske"]):
        raise RefusedError("AuthenticationFailed", "The key is not in its time.")
    key = tuple(fields.get(name, "") for name in _KEY)
    rows = [*(fields.get(name, "") for name in ("sp", "st", "se")), where, *key]
    rows += [fields.get(name, "") for name in ("saoid", "suoid", "scid")]
    if fields["sv"] >= "2025-07-05":
        rows += [fields.get(name, "") for name in ("skdutid", "sduoid")]
    rows += [*(fields.get(name, "") for name in ("sip", "spr", "sv", "sr")), ""]
    if fields["sv"] >= "2020-12-06":
        rows.append(fields.get("ses", ""))
    if fields["sv"] >= "2026-04-06":
        rows += ["", ""]
    rows += [fields.get(name, "") for name in ("rscc", "rscd", "rsce", "rscl", "rsct")]
    return signature(base64.b64decode(_value(key)), "\n".join(rows))


def _value(key: tuple[str, ...]) -> str:
    return signature(_SEED, "\n".join(key))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
