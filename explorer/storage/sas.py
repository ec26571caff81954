"""A shared access signature, read: what kind, which letters, from when until when.

Pure; the clock is passed in. Sources: Microsoft's pages 'Create an account SAS',
'Create a service SAS' and 'Create a user delegation SAS'.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import field
from datetime import UTC, datetime, timedelta
from enum import Enum
from urllib.parse import quote, unquote

from explorer.base.errors import ConnectionTextError
from explorer.base.patterns import regex
from explorer.base.records import dataclass
from explorer.storage.pasted import IncompleteTextError, unescape, without_spaces


class SasKind(Enum):
    """What a SAS was made for."""

    ACCOUNT = "account"
    CONTAINER = "container"
    DIRECTORY = "directory"
    BLOB = "blob"
    SNAPSHOT = "snapshot"
    VERSION = "version"


_RESOURCE_KINDS = {
    "c": SasKind.CONTAINER,
    "d": SasKind.DIRECTORY,
    "b": SasKind.BLOB,
    "bs": SasKind.SNAPSHOT,
    "bv": SasKind.VERSION,
}

_SAS_WORDS = """
    sv ss srt sr sp st se sip spr sig si sdd ses skoid sktid skt ske sks skv saoid suoid scid
    skdutid sduoid rscc rscd rsce rscl rsct srh srq
"""
_REQUEST_WORDS = """
    snapshot versionid restype comp timeout prefix delimiter marker maxresults include where
    blockid blocklisttype resource directory recursive action position continuation upn
    api-version
"""

SAS_PARAMETERS = frozenset(_SAS_WORDS.split())
"""Parameters that belong to a SAS; unknown ones are kept too, since they may be signed."""

NOT_SAS_PARAMETERS = frozenset(_REQUEST_WORDS.split())
"""Parameters of a request that are often copied with its SAS."""


@dataclass(frozen=True, slots=True)
class Sas:
    """One SAS. `token` is the query text without `?`, each value percent-encoded once.

    `permissions` is empty where a stored policy holds them. `starts` and `expires`
    are aware, in UTC, None where the token does not say. `key_expires` ends a user
    delegation SAS even where `expires` is later. `depth` counts a directory's levels.
    """

    kind: SasKind
    permissions: str
    token: str = field(repr=False)
    starts: datetime | None = None
    expires: datetime | None = None
    key_expires: datetime | None = None
    services: str = ""
    resource_types: str = ""
    ip_range: str = ""
    protocol: str = ""
    policy: str = ""
    depth: int | None = None
    version: str = ""
    is_user_delegation: bool = False
    is_bound_to_user: bool = False

    @property
    def usable_until(self) -> datetime | None:
        """When it ends, as far as the token says."""
        ends = [end for end in (self.expires, self.key_expires) if end is not None]
        return min(ends) if self.expires is not None else None

    @property
    def is_for_blobs(self) -> bool:
        """A service SAS, or an account SAS whose services include blobs."""
        return self.kind is not SasKind.ACCOUNT or "b" in self.services

    @property
    def is_for_one_blob(self) -> bool:
        return self.kind in (SasKind.BLOB, SasKind.SNAPSHOT, SasKind.VERSION)

    def is_expired(self, now: datetime) -> bool:
        """By this machine's clock, which may be wrong: the service has the last word."""
        end = self.usable_until
        return end is not None and end <= now


def looks_like_sas(text: str) -> bool:
    """Whether the text is a SAS by itself, whole or not: `?sv=...`, `sp=r&st=...`."""
    text = unescape(text).lstrip("?& \t\n")
    first = re.match(r"(\w+)\s*=", text)
    if first is None or first.group(1).lower() not in SAS_PARAMETERS:
        return False
    names = {pair.partition("=")[0].strip().lower() for pair in text.split("&")}
    return "sig" in names or len(names & SAS_PARAMETERS) >= 2 or first.group(1).lower() == "sv"


def split_query(query: str) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """A query as (pairs that may be signed, parameters of the request); values decoded."""
    signed: list[tuple[str, str]] = []
    others: dict[str, str] = {}
    for pair in without_spaces(unescape(query)).lstrip("?&").split("&"):
        name, _, raw = pair.partition("=")
        if not name or not raw:
            continue  # nothing that could be signed, or still being typed
        folded = name.lower()
        # A plus is a plus here: nobody writes a space into a SAS.
        value = unquote(raw)
        if folded in NOT_SAS_PARAMETERS:
            others[folded] = value
        else:
            signed.append((folded if folded in SAS_PARAMETERS else name, value))
    return signed, others


def parse_sas(text: str) -> Sas:
    """Read a SAS with or without its `?`; parameters that are none of its own are left out.

    Raises ConnectionTextError, which names the parameter and never holds its value;
    IncompleteTextError where the end may still be to come.
    """
    signed, _ = split_query(text)
    return sas_of(signed)


def sas_of(pairs: Iterable[tuple[str, str]]) -> Sas:
    """Build a Sas from decoded pairs. Raises like `parse_sas`."""
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values and values[name] != value:
            raise ConnectionTextError(
                f"The SAS says '{name}' twice, with different values.",
                field=name,
                cure="Copy one SAS, whole, and nothing else.",
            )
        values[name] = value
    if "tn" in values:
        raise ConnectionTextError(
            "This SAS is for a table, not for blobs.",
            field="tn",
            cure="Make a SAS for the blob service, a container or a blob.",
        )
    values["sig"] = _signature(values.get("sig", ""))
    if not values.get("sv"):
        raise IncompleteTextError(
            "The SAS lacks 'sv', its version.",
            field="sv",
            cure="Copy the SAS from its very beginning to its end.",
        )
    kind = _kind(values)
    policy = values.get("si", "")
    permissions = values.get("sp", "")
    if not permissions and not policy:
        raise IncompleteTextError(
            "The SAS lacks 'sp', its permissions.",
            field="sp",
            cure="Copy the SAS from its very beginning to its end.",
        )
    expires = _time(values, "se")
    if expires is None and not policy:
        raise IncompleteTextError(
            "The SAS lacks 'se', the time it ends.",
            field="se",
            cure="Copy the SAS from its very beginning to its end.",
        )
    try:
        # Names come undecoded, so that a percent sign in one stays what it is.
        token = "&".join(
            f"{quote(name, safe='%')}={quote(value, safe='')}" for name, value in values.items()
        )
    except UnicodeEncodeError:
        raise ConnectionTextError(
            "The SAS is not valid Unicode.", field="SAS", cure="Copy it again, whole."
        ) from None
    return Sas(
        kind=kind,
        permissions=permissions,
        token=token,
        starts=_time(values, "st"),
        expires=expires,
        key_expires=_time(values, "ske"),
        services=values.get("ss", ""),
        resource_types=values.get("srt", ""),
        ip_range=values.get("sip", ""),
        protocol=values.get("spr", ""),
        policy=policy,
        depth=_depth(values, kind),
        version=values["sv"],
        is_user_delegation="skoid" in values,
        is_bound_to_user="skdutid" in values or "sduoid" in values,
    )


def _kind(values: dict[str, str]) -> SasKind:
    resource = values.get("sr", "").lower()
    if resource:
        kind = _RESOURCE_KINDS.get(resource)
        if kind is None:
            raise ConnectionTextError(
                "The SAS is for something that is neither container, directory nor blob.",
                field="sr",
                cure="Make a SAS for a container (sr=c), a directory (sr=d) or a blob (sr=b).",
            )
        return kind
    if "ss" in values and "srt" in values:
        return SasKind.ACCOUNT
    lacking = "srt" if "ss" in values else "ss" if "srt" in values else "sr"
    raise IncompleteTextError(
        f"The SAS lacks '{lacking}', which says what it is for.",
        field=lacking,
        cure="Copy the SAS from its very beginning to its end.",
    )


def _signature(value: str) -> str:
    """The signature, repaired; it is an HMAC-SHA256, 32 bytes in base64."""
    if not value:
        raise IncompleteTextError(
            "The SAS has no signature ('sig').",
            field="sig",
            cure="Copy the SAS to its very end.",
        )
    for _ in range(2):  # encoded twice by whoever sent it
        if "%" in value:
            value = unquote(value)
    value = re.sub(r"%[0-9A-Fa-f]?$", "", value)  # an escape that is cut in two
    value = value.rstrip("=;,.\"'>)")
    value += "=" * (-len(value) % 4)
    try:
        size = len(base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError):
        size = -1
    if size == 32:
        return value
    wrong_letters = re.search(r"[^A-Za-z0-9+/=]", value)
    if wrong_letters is None and len(value.rstrip("=")) < 43:
        raise IncompleteTextError(
            "The signature ('sig') of the SAS is cut off.",
            field="sig",
            cure="Copy the SAS to its very end.",
        )
    raise ConnectionTextError(
        "The signature ('sig') of the SAS is damaged.",
        field="sig",
        cure="Copy the SAS again, or ask for a new one.",
    )


_TIME = regex(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?",
    re.I,
)


def _time(values: dict[str, str], name: str) -> datetime | None:
    text = values.get(name, "")
    if not text:
        return None
    hit = _TIME.fullmatch(text)
    if hit is not None:
        year, month, day, hour, minute, second, zone = hit.groups()
        try:
            moment = datetime(
                int(year), int(month), int(day),
                int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC,
            )  # fmt: skip
            return moment - _offset(zone)
        except (ValueError, OverflowError):  # no such day, or before year 1 where UTC is
            hit = None
    raise ConnectionTextError(
        f"The time '{name}' of the SAS cannot be read.",
        field=name,
        cure="Copy the SAS again; times look like 2026-05-01T08:00:00Z.",
    )


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone in "Zz":
        return timedelta()
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return timedelta(minutes=-minutes if zone[0] == "-" else minutes)


def _depth(values: dict[str, str], kind: SasKind) -> int | None:
    text = values.get("sdd", "")
    if not text:
        return None
    if kind is not SasKind.DIRECTORY or not re.fullmatch(r"\d{1,3}", text):
        raise ConnectionTextError(
            "The depth 'sdd' of the SAS is damaged.",
            field="sdd",
            cure="Copy the SAS again; the depth is a number and belongs to a directory's SAS.",
        )
    return int(text)
