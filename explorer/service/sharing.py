"""Giving others access: a SAS made for a place, and any SAS tried out by itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol

from explorer.base.errors import ConnectionTextError, InputError, NotAuthorizedError
from explorer.base.redact import register_secret
from explorer.service.browse import Reach
from explorer.service.claims import utc_now
from explorer.service.model import Connection, Location, ProbeReport
from explorer.storage.access import Action
from explorer.storage.connection import ConnectionSpec, SasToken, SharedKey, parse
from explorer.storage.marks import READ_ONLY_CURE
from explorer.storage.model import BlobRef
from explorer.storage.sas import SasKind
from explorer.storage.sas_making import (
    make_sas,
    readable_url,
    shared_connection_string,
    shared_url,
    version_for,
)
from explorer.storage.sas_wish import (
    PERMISSIONS,
    SasWish,
    changing_letters,
    least_wish,
    wish_warnings,
)


class Connected(Reach, Protocol):
    """What is needed of the connections."""

    def connection(self, connection_id: str) -> Connection: ...
    def api_version(self, connection_id: str) -> str: ...
    async def probe(self, spec: ConnectionSpec) -> ProbeReport: ...


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


class Sharing:
    """Of the service loop's thread."""

    def __init__(self, reach: Connected) -> None:
        self._reach = reach

    def reason(self, connection_id: str) -> str:
        """Why this connection cannot make a SAS, for a tooltip; empty where it can.

        Signing takes the account's key. There are no sign-ins with a token here, so there
        is no user delegation either.
        """
        credential = self._reach.spec(connection_id).credential
        if isinstance(credential, SharedKey):
            return ""
        reason = self._reach.spec(connection_id).access(utc_now()).reason(Action.SIGN)
        return reason or "To make a SAS takes the account's key."

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

    async def make(self, connection_id: str, wish: SasWish) -> Shared:
        """Sign it; asks the service nothing. Raises NotAuthorizedError without a key,
        InputError for a wish that no SAS can hold."""
        spec = await self._spec(connection_id)
        credential = spec.credential
        if not isinstance(credential, SharedKey):
            raise NotAuthorizedError(
                self.reason(connection_id), cure="Connect with the account's key to make one."
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
        sas = make_sas(wish, credential.account, credential.key, version=version)
        register_secret(sas.token)
        return Shared(
            replace(wish, permissions=sas.permissions, starts=sas.starts, expires=sas.expires),
            shared_url(spec.blob_endpoint, wish, sas),
            sas.token,
            shared_connection_string(spec.blob_endpoint, sas),
            wish_warnings(wish, utc_now()),
        )

    async def source_url(self, connection_id: str, ref: BlobRef, lifetime_s: float) -> str:
        """An address another service can read that blob by: the source of a copy. A secret."""
        spec = await self._spec(connection_id)
        access = self._reach.access(connection_id)
        if not access.allows(Action.READ):
            raise NotAuthorizedError(access.reason(Action.READ))
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
        none, and NetworkError, NotAuthorizedError and the like where it is of no use.
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
        report = await self._reach.probe(spec)
        sas = spec.credential.sas
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
        )
