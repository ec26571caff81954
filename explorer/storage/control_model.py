"""What is set on containers and accounts: access, stored policies, leases, service settings.

Everything here is immutable and may cross threads. Limits: Microsoft's REST pages 'Set
Container ACL', 'Lease Blob' and 'Set Blob Service Properties'.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

from explorer.base.errors import InputError
from explorer.base.records import dataclass
from explorer.storage.sas import SasKind
from explorer.storage.sas_wish import in_order

MAX_POLICIES = 5
MAX_POLICY_ID = 64
LEASE_FOREVER_S = -1
LEASE_SHORTEST_S, LEASE_LONGEST_S = 15, 60
MAX_BREAK_S = 60
MAX_CORS_RULES = 5
MAX_KEPT_DAYS = 365


class PublicAccess(Enum):
    """Who may read without a credential; the values are those of `x-ms-blob-public-access`."""

    NOBODY = ""
    BLOBS = "blob"
    """Each blob, by its name."""
    ALL = "container"
    """Each blob, and the list of them."""


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """Permissions and times that a SAS may refer to by `id`; times are aware or None."""

    id: str
    permissions: str = ""
    starts: datetime | None = None
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class ContainerAccess:
    """Who may read a container, and its stored policies in their order."""

    public: PublicAccess = PublicAccess.NOBODY
    policies: tuple[StoredPolicy, ...] = ()


def check_policies(policies: Sequence[StoredPolicy]) -> None:
    """Raises InputError, which names the policy."""
    if len(policies) > MAX_POLICIES:
        raise InputError(
            f"These are {len(policies)} stored policies; a container has at most {MAX_POLICIES}.",
            cure="Remove some.",
        )
    seen: set[str] = set()
    for policy in policies:
        if not 1 <= len(policy.id) <= MAX_POLICY_ID or not policy.id.isprintable():
            raise InputError(f"The name of a stored policy has 1 to {MAX_POLICY_ID} characters.")
        if policy.id in seen:
            raise InputError(f"There are two stored policies named '{policy.id}'.")
        seen.add(policy.id)
        if policy.permissions:
            in_order(SasKind.CONTAINER, policy.permissions)
        starts, expires = policy.starts, policy.expires
        if starts is not None and expires is not None and expires <= starts:
            raise InputError(f"The stored policy '{policy.id}' would end before it starts.")


def check_lease_seconds(seconds: int) -> None:
    """Raises InputError unless it is for ever or within the service's limits."""
    if seconds != LEASE_FOREVER_S and not LEASE_SHORTEST_S <= seconds <= LEASE_LONGEST_S:
        raise InputError(
            f"A lease lasts {LEASE_SHORTEST_S} to {LEASE_LONGEST_S} seconds, or for ever.",
            cure="Choose one of these.",
        )


class Rehydration(Enum):
    """How soon an archived blob comes back; the values are those of
    `x-ms-rehydrate-priority`."""

    STANDARD = "Standard"
    """Up to 15 hours."""
    HIGH = "High"
    """Often under an hour for what is smaller than 10 GB; costs more."""


TIERS = ("Hot", "Cool", "Cold", "Archive")


def tier_named(text: str) -> str:
    """The tier as the service spells it. Raises InputError."""
    for tier in TIERS:
        if tier.lower() == text.strip().lower():
            return tier
    raise InputError(f"'{text}' is no tier.", cure=f"Choose one of {', '.join(TIERS)}.")


@dataclass(frozen=True, slots=True)
class CorsRule:
    """Which web pages a browser lets use the account; lists as the service joins them."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    allowed_headers: tuple[str, ...] = ()
    exposed_headers: tuple[str, ...] = ()
    max_age_s: int = 0


@dataclass(frozen=True, slots=True)
class StaticWebsite:
    """The account's web pages, in container `$web`. `is_known` is false where the service
    says nothing of it (an emulator, a kind of account without)."""

    is_enabled: bool = False
    index_document: str = ""
    error_document: str = ""
    default_index_path: str = ""
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Recording:
    """Classic logging or metrics, to be shown. `kept_days` is None where nothing is dropped."""

    name: str
    is_enabled: bool
    says: str = ""
    kept_days: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """What the account's blob service is set to. `kept_days` of deleted blobs is None where
    soft delete is off. Versions and soft-deleted containers are settings of the account's
    resource, which no key or SAS reaches."""

    cors: tuple[CorsRule, ...] = ()
    website: StaticWebsite = StaticWebsite()
    kept_days: int | None = None
    default_version: str = ""
    recordings: tuple[Recording, ...] = ()


_METHODS = ("DELETE", "GET", "HEAD", "MERGE", "POST", "OPTIONS", "PUT", "PATCH")


def check_cors(rules: Sequence[CorsRule]) -> None:
    """Raises InputError, which says what is wrong with which rule."""
    if len(rules) > MAX_CORS_RULES:
        raise InputError(f"These are {len(rules)} rules; an account has at most {MAX_CORS_RULES}.")
    for number, rule in enumerate(rules, 1):
        if not rule.origins or not rule.methods:
            raise InputError(f"Rule {number} lacks an origin or a method.", cure="Give both.")
        if unknown := [one for one in rule.methods if one not in _METHODS]:
            raise InputError(
                f"Rule {number} names the method '{unknown[0]}'.",
                cure=f"Choose of {', '.join(_METHODS)}.",
            )
        texts = (*rule.origins, *rule.allowed_headers, *rule.exposed_headers)
        if any(not text.isprintable() or "," in text or len(text) > 256 for text in texts):
            raise InputError(f"Rule {number} holds a comma, a line break or more than fits.")
        if rule.max_age_s < 0:
            raise InputError(f"Rule {number} lasts less than no time.")


def check_kept_days(days: int | None) -> None:
    """Raises InputError unless it is off (None) or within the service's limits."""
    if days is not None and not 1 <= days <= MAX_KEPT_DAYS:
        raise InputError(f"What is deleted is kept for 1 to {MAX_KEPT_DAYS} days.")
