"""Shared access signatures from the service's side: is it ours, is it in time, what is in it.

Written from Microsoft's pages 'Create a service SAS' and 'Create an account SAS', apart
from the client's own implementation.
"""

from __future__ import annotations

import hmac
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote, urlencode

from tests.servers.lake.delegation import signature_of
from tests.servers.lake.failures import RefusedError
from tests.servers.lake.sharedkey import signature
from tests.servers.lake.tree import names_of

FIELDS = frozenset({
    "sv", "ss", "srt", "sr", "sig", "se", "st", "sp", "spr", "sip", "sdd", "si", "ses", "skoid",
    "sktid", "skt", "ske", "sks", "skv", "saoid", "suoid", "scid", "rscc", "rscd", "rsce",
    "rscl", "rsct", "skdutid", "sduoid", "srh", "srq",
})  # fmt: skip
"""Every query parameter that belongs to a SAS."""
_SCOPES_SINCE = "2020-12-06"
_DIRECTORIES_SINCE = "2020-02-10"
_OLDEST = "2018-11-09"
_OWN = "2020-08-04"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a SAS allows: letters, and where. `resource` is c, b or d, or empty for an
    account SAS, which has services and resource types."""

    letters: str
    resource: str = ""
    services: str = ""
    kinds: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """A stored access policy of a container; what it leaves out is empty."""

    letters: str = ""
    starts: str = ""
    ends: str = ""


def sas_fields(query: str) -> dict[str, str]:
    """The decoded parameters of a query that belong to a SAS; empty without a signature."""
    found: dict[str, str] = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name.lower() in FIELDS:
            found.setdefault(name.lower(), unquote(value))
    return found if "sig" in found else {}


def reading_sas(account: str, key: bytes, ends: datetime) -> str:
    """The query of an account SAS that reads blobs: how the emulator lets itself be read."""
    fields = {"sp": "r", "ss": "b", "srt": "o", "se": f"{ends:%Y-%m-%dT%H:%M:%SZ}", "sv": _OWN}
    fields["sig"] = signature(key, _account_text(fields, account))
    return urlencode(fields)


def judged(
    fields: dict[str, str],
    account: str,
    key: bytes,
    filesystem: str,
    path: str,
    policy: Policy | None,
    *,
    is_secure: bool = False,
) -> Grant:
    """What the SAS grants on this path, once its signature and its time are good.

    Raises RefusedError: AuthenticationFailed, or the mismatch of protocol or address.
    """
    if fields.get("sv", "") < _OLDEST:
        raise _failed("sv is too old.")
    if "ss" in fields:
        text = _account_text(fields, account)
        grant = Grant(fields.get("sp", ""), "", fields.get("ss", ""), fields.get("srt", ""))
    else:
        text = _service_text(fields, account, filesystem, path)
        grant = Grant(fields.get("sp", ""), fields.get("sr", ""))
    expected = signature(key, text)
    if "skoid" in fields:
        expected = signature_of(fields, _where(fields, account, filesystem, path))
    if not hmac.compare_digest(expected.encode(), fields["sig"].encode()):
        raise _failed(f"Signature did not match. String to sign used was {text!r}")
    starts, ends = fields.get("st", ""), fields.get("se", "")
    if "si" in fields:
        if policy is None:
            raise _failed("The stored access policy does not exist.")
        starts, ends = starts or policy.starts, ends or policy.ends
        grant = Grant(grant.letters or policy.letters, grant.resource)
    now = datetime.now(UTC)
    if not ends or _time(ends) <= now or (starts and _time(starts) > now):
        raise _failed("Signature not valid in the specified time frame.")
    if fields.get("spr") == "https" and not is_secure:
        raise RefusedError("AuthorizationProtocolMismatch")
    if "sip" in fields and not _has_loopback(fields["sip"]):
        raise RefusedError("AuthorizationSourceIPMismatch")
    return grant


def _account_text(fields: dict[str, str], account: str) -> str:
    names = ["sp", "ss", "srt", "st", "se", "sip", "spr", "sv"]
    if fields["sv"] >= _SCOPES_SINCE:
        names.append("ses")
    return "\n".join([account, *(fields.get(name, "") for name in names)]) + "\n"


def _where(fields: dict[str, str], account: str, filesystem: str, path: str) -> str:
    """The resource that is signed."""
    names = names_of(path)
    resource = fields.get("sr", "")
    if resource == "d":
        if fields["sv"] < _DIRECTORIES_SINCE:
            raise _failed("sr=d needs a newer sv.")
        if not fields.get("sdd", "").isdigit():
            raise _failed("sdd is missing.")
        names = names[: int(fields["sdd"])]
        if len(names) < int(fields["sdd"]):
            raise _failed("The path is above the directory of the SAS.")
    elif resource == "c":
        names = []
    elif resource != "b":
        raise _failed("sr is none of c, d and b.")
    return "/".join([f"/blob/{account}/{filesystem}", *names])


def _service_text(fields: dict[str, str], account: str, filesystem: str, path: str) -> str:
    where = _where(fields, account, filesystem, path)
    rows = [fields.get(name, "") for name in ("sp", "st", "se")]
    rows += [where, *(fields.get(name, "") for name in ("si", "sip", "spr", "sv", "sr"))]
    rows.append("")
    if fields["sv"] >= _SCOPES_SINCE:
        rows.append(fields.get("ses", ""))
    rows += [fields.get(name, "") for name in ("rscc", "rscd", "rsce", "rscl", "rsct")]
    return "\n".join(rows)


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise _failed(f"{text} is no time.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _has_loopback(text: str) -> bool:
    first, _, last = text.partition("-")
    here = ipaddress.IPv4Address("127.0.0.1")
    try:
        return ipaddress.IPv4Address(first) <= here <= ipaddress.IPv4Address(last or first)
    except (TypeError, ValueError):
        return False


def _failed(detail: str) -> RefusedError:
    return RefusedError("AuthenticationFailed", detail)
