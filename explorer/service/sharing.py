"""Giving others access: a SAS made for a place, and any SAS tried out by itself."""

from __future__ import annotations

from dataclasses import field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from explorer.base.errors import (
    ConnectionTextError,
    InputError,
    NotAuthorizedError,
    NotFoundError,
)
from explorer.base.records import dataclass
from explorer.base.redact import register_secret
from explorer.service.browse import Reach
from explorer.service.claims import report_of, utc_now
from explorer.service.model import Connection, Location, ProbeReport
from explorer.service.reaching import rest_of
from explorer.service.sas_trial import bar_of, refusal_of
from explorer.storage.access import Action
from explorer.storage.connection import (
    ConnectionSpec,
    Credential,
    EntraSignIn,
    SasToken,
    SharedKey,
    parse,
)
from explorer.storage.marks import READ_ONLY_CURE
from explorer.storage.model import BlobRef
from explorer.storage.sas import Sas, SasKind
from explorer.storage.sas_delegation import (
    UserDelegationKey,
    checked_for_delegation,
    make_delegated_sas,
)
from explorer.storage.sas_making import (
    make_sas,
    readable_url,
    shared_connection_string,
    shared_url,
    version_for,
)
from explorer.storage.sas_wish import (
    HEAD_START,
    PERMISSIONS,
    SasWish,
    changing_letters,
    least_wish,
    wish_warnings,
)

if TYPE_CHECKING:  # most commands test nothing
    from explorer.storage.azure.probe import Probe

BY_ROLES = "It allows no more than the roles of your sign-in do."


class SignedBy(Enum):
    """Who vouches for a SAS, in words for people."""

    KEY = "account key"
    POLICY = "stored policy"
    """By the account's key too; a policy of the container says what it allows."""
    DELEGATION = "user delegation"
    """By a key that the service hands to a sign-in for some days."""


def signing_refusal(credential: Credential, by: SignedBy) -> str:
    """Why this credential cannot have a SAS signed so; empty where it can. Pure."""
    if by is SignedBy.DELEGATION:
        if isinstance(credential, EntraSignIn):
            return ""
        return "User delegation takes an Entra sign-in, which this connection is none of."
    if isinstance(credential, SharedKey):
        return ""
    if isinstance(credential, EntraSignIn):
        return "This takes the account's key, and the connection is by a sign-in."
    return "To make a SAS takes the account's key or an Entra sign-in."


class Connected(Reach, Protocol):
    """What is needed of the connections."""

    def connection(self, connection_id: str) -> Connection: ...
    def api_version(self, connection_id: str) -> str: ...
    async def look(self, spec: ConnectionSpec) -> Probe: ...


@dataclass(frozen=True, slots=True)
class Shared:
    """A SAS as it is handed out. `url`, `token` (no `?`) and `connection_string` are secrets:
    the caller shows or copies them at a person's word, and never logs, stores or titles them."""

    wish: SasWish
    url: str = field(repr=False)
    token: str = field(repr=False)
    connection_string: str = field(repr=False)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SasTest:
    """What a SAS turned out to be and to do, by itself. Times are seconds since 1970, None
    where the SAS does not say. `permissions` are its letters, empty with a stored policy."""

    kind: SasKind
    place: str
    """`account`, `container` or `container/path`, without the SAS."""
    permissions: str
    starts_s: float | None
    expires_s: float | None
    is_https_only: bool
    ip_range: str
    policy: str
    report: ProbeReport
    services: str = ""
    """Of `bfqt`, and `resource_types` of `sco`: what an account SAS is for; else empty."""
    resource_types: str = ""
    bar: str = ""
    """Why nothing at all works with it at present, a sentence; empty where something may."""


class Sharing:
    """Of the service loop's thread."""

    def __init__(self, reach: Connected) -> None:
        self._reach = reach
        self._keys: dict[str, tuple[datetime, datetime, UserDelegationKey]] = {}
        """The last key of each connection, so that a hundred SAS ask for one."""

    def reason(self, connection_id: str) -> str:
        """Why this connection cannot make a SAS, for a tooltip; empty where it can.

        Signing takes the account's key, or a sign-in.
        """
        spec = self._reach.spec(connection_id)
        if any(not signing_refusal(spec.credential, by) for by in SignedBy):
            return ""
        reason = spec.access(utc_now()).reason(Action.SIGN)
        return reason or signing_refusal(spec.credential, SignedBy.KEY)

    def ways(self, connection_id: str) -> tuple[tuple[SignedBy, str], ...]:
        """Every way to sign, with why this connection cannot; empty where it can."""
        credential = self._reach.spec(connection_id).credential
        return tuple((by, signing_refusal(credential, by)) for by in SignedBy)

    def kinds(self, connection_id: str, location: Location, name: str = "") -> tuple[SasKind, ...]:
        """What a SAS can be made for, there or around it; the least first."""
        found: list[SasKind] = []
        if name:
            found.append(SasKind.BLOB)
        if (location.path or name) and self._reach.connection(connection_id).is_hierarchical:
            found.append(SasKind.DIRECTORY)
        if location.container:
            found.append(SasKind.CONTAINER)
        return (*found, SasKind.ACCOUNT)

    def permissions(self, kind: SasKind) -> str:
        """The letters there are for such a SAS, in the service's order."""
        return PERMISSIONS[kind]

    def least(self, location: Location, name: str = "", *, ref: BlobRef | None = None) -> SasWish:
        """The least wish for the blob `name` in that folder (or for `ref`, a snapshot or a
        version), the folder, the container or the account.

        Raises InputError for a folder of an account where folders are names only: there a
        SAS reaches one blob or the whole container.
        """
        is_https = self._reach.spec(location.connection_id).is_https
        kind, path = SasKind.BLOB, location.path + name
        if ref is not None:
            path = ref.name
            if ref.snapshot or ref.version_id:
                kind = SasKind.SNAPSHOT if ref.snapshot else SasKind.VERSION
        elif not location.container:
            kind = SasKind.ACCOUNT
        elif not path:
            kind = SasKind.CONTAINER
        elif not name:
            kind = SasKind.DIRECTORY
            self._check_directories(location.connection_id)
        return least_wish(
            kind,
            utc_now(),
            container=location.container,
            path=path,
            snapshot=ref.snapshot if ref is not None else "",
            version_id=ref.version_id if ref is not None and not ref.snapshot else "",
            is_https=is_https,
        )

    def _check_directories(self, connection_id: str) -> None:
        connection = self._reach.connection(connection_id)
        is_unlikely = connection.is_hierarchical is None and connection.is_emulator
        if connection.is_hierarchical is False or is_unlikely:
            raise InputError(
                "In this account folders are only a part of names, and no SAS is limited to one.",
                cure="Make it for one blob, or for the whole container.",
            )

    def warnings(self, wish: SasWish) -> tuple[str, ...]:
        """What to read before it is made; recomputed while a dialog is filled in."""
        return wish_warnings(wish, utc_now())

    async def make(self, connection_id: str, wish: SasWish, by: SignedBy | None = None) -> Shared:
        """Sign it, `by` what the connection has where nobody says.

        With a key the service is asked nothing; a sign-in asks it for a key of some days.
        Raises NotAuthorizedError where the connection cannot sign so, InputError for a wish
        that no SAS, or none by user delegation, can hold.
        """
        spec = await self._spec(connection_id)
        credential = spec.credential
        if by is None:
            is_sign_in = isinstance(credential, EntraSignIn)
            by = SignedBy.DELEGATION if is_sign_in else SignedBy.KEY
        if refusal := signing_refusal(credential, by):
            said = self._reach.access(connection_id).reason(Action.SIGN)
            raise NotAuthorizedError(
                said if isinstance(credential, SasToken) else refusal,
                cure="Connect with the account's key to make one."
                if by is not SignedBy.DELEGATION
                else "Connect with a sign-in to make one (--auth az).",
            )
        if wish.kind is SasKind.DIRECTORY:
            self._check_directories(connection_id)
        is_read_only = self._reach.connection(connection_id).is_read_only
        if is_read_only and (wish.policy or changing_letters(wish)):
            raise NotAuthorizedError(
                "This connection is set to read-only: no SAS that changes anything is made by it.",
                cure=READ_ONLY_CURE,
            )
        version = version_for(self._reach.api_version(connection_id))
        if isinstance(credential, SharedKey):
            sas = make_sas(wish, credential.account, credential.key, version=version)
        else:
            sas = await self._delegated(connection_id, spec, wish, version)
        register_secret(sas.token)
        return Shared(
            replace(wish, permissions=sas.permissions, starts=sas.starts, expires=sas.expires),
            shared_url(spec.blob_endpoint, wish, sas),
            sas.token,
            shared_connection_string(spec.blob_endpoint, sas),
            (*wish_warnings(wish, utc_now()), *((BY_ROLES,) if sas.is_user_delegation else ())),
        )

    async def _delegated(
        self, connection_id: str, spec: ConnectionSpec, wish: SasWish, version: str
    ) -> Sas:
        now = utc_now()
        wish = checked_for_delegation(wish, now)
        starts, expires = wish.starts or now - HEAD_START, wish.expires or now
        kept = self._keys.get(connection_id)
        if kept is None or not (kept[0] <= starts and expires <= kept[1]):
            from explorer.storage.azure.delegation import user_delegation_key

            rest = rest_of(await self._reach.store(connection_id))
            key = await self._reach.calls.run(user_delegation_key, rest, starts, expires)
            kept = self._keys[connection_id] = (starts, expires, key)
        return make_delegated_sas(wish, spec.account, kept[2], version=version)

    async def source_url(self, connection_id: str, ref: BlobRef, lifetime_s: float) -> str:
        """An address another service can read that blob by: the source of a copy. A secret."""
        spec = await self._spec(connection_id)
        access = self._reach.access(connection_id)
        if not access.allows(Action.READ):
            raise NotAuthorizedError(access.reason(Action.READ))
        if isinstance(spec.credential, EntraSignIn):
            wish = self.least(Location(connection_id, ref.container), ref=ref)
            wish = replace(wish, expires=utc_now() + timedelta(seconds=lifetime_s))
            return (await self.make(connection_id, wish)).url
        return readable_url(
            spec,
            ref,
            utc_now(),
            lifetime=timedelta(seconds=lifetime_s),
            version=version_for(self._reach.api_version(connection_id)),
        )

    async def _spec(self, connection_id: str) -> ConnectionSpec:
        await self._reach.store(connection_id)  # has the keyring asked, and nobody else
        return self._reach.spec(connection_id)

    async def test_sas(self, text: str, *, is_http_allowed: bool = False) -> SasTest:
        """Connect with this SAS and nothing else, look, write nothing, keep nothing.

        `text` is a SAS URL or a connection string with a SAS. Raises InputError where it is
        none, NotAuthorizedError where the service does not know it, NetworkError and the
        like. One that is known and refused, because of its times or of where it is used from,
        is a finding: `bar` says why.
        """
        spec = parse(text)
        if is_http_allowed and spec.needs_http_consent:
            spec = spec.with_http_allowed()
        if not isinstance(spec.credential, SasToken):
            raise ConnectionTextError(
                "There is no SAS in this text.", cure="Paste a URL that ends with a SAS (?sv=...)."
            )
        if not spec.is_complete:
            wanted = ", ".join(item.value for item in spec.missing)
            raise ConnectionTextError(
                f"The SAS alone cannot be tried out; still missing: {wanted}.",
                cure="Paste the whole URL: the address and the SAS behind it.",
            )
        found = await self._reach.look(spec)
        sas, now, bar, missing = spec.credential.sas, utc_now(), "", ""
        if (refusal := refusal_of(spec, found)) is not None:
            bar = bar_of(sas, refusal, now)
            if isinstance(refusal, NotFoundError):
                what = "blob" if sas.is_for_one_blob else "container or folder"
                missing = f"There is no such {what} now: what it may do there is not tried."
            elif not bar and spec.access(now).allows_anything:
                raise refusal
        report = report_of(spec, found, now, bar)
        if missing:
            report = replace(report, warnings=(missing, *report.warnings))
        place = "/".join(part for part in (spec.start.container, spec.start.path) if part)
        return SasTest(
            kind=sas.kind,
            place=place or spec.account,
            permissions=sas.permissions,
            starts_s=sas.starts.timestamp() if sas.starts else None,
            expires_s=sas.usable_until.timestamp() if sas.usable_until else None,
            is_https_only=sas.protocol.lower() == "https",
            ip_range=sas.ip_range,
            policy=sas.policy,
            report=report,
            services=sas.services,
            resource_types=sas.resource_types,
            bar=bar,
        )
