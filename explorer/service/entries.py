"""One connection as the service holds it, and how a spec becomes what the faces see.

The building is pure; an `Entry` belongs to the service loop's thread.
"""

from __future__ import annotations

import asyncio
from dataclasses import field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from explorer.base.errors import NotAuthorizedError, Retry
from explorer.base.records import dataclass
from explorer.service.claims import LOOKING, claims_of, expiry_of, utc_now
from explorer.service.model import Claim, Connection, Location, ProbeReport, SecretHome
from explorer.storage.access import Access, Verdict, expiry_text, without_changes
from explorer.storage.connection import (
    EMULATOR_KEY,
    ConnectionSpec,
    NeedsCredential,
    ScopeLevel,
)
from explorer.storage.marks import NO_MARKS, READ_ONLY_REASON, Marks
from explorer.storage.saved_connection import SavedConnection, spec_of

if TYPE_CHECKING:  # many commands keep and look up no secret
    from explorer.storage.azure.store import AzureBlobStore
    from explorer.storage.secrets import Home


@dataclass(slots=True)
class Entry:
    """`spec` holds the secret and stays in here. `saved` is None for this run only."""

    connection: Connection
    spec: ConnectionSpec = field(repr=False)
    saved: SavedConnection | None = None
    store: AzureBlobStore | None = None
    api_version: str = ""
    is_namespace_asked: bool = False
    """Whether the service was asked in this run, with whatever answer."""
    asking: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    """Held while it is asked, so that whoever else wants to know waits for that answer."""
    marks: Marks = NO_MARKS

    @property
    def has_credential(self) -> bool:
        return not isinstance(self.spec.credential, NeedsCredential)

    @property
    def shown(self) -> Connection:
        """The connection with what a person set on it: what leaves the service."""
        marks, claims = self.marks, self.connection.claims
        if marks.is_read_only:
            claims = tuple(
                one if one.ability in LOOKING else Claim(one.ability, Verdict.NO, READ_ONLY_REASON)
                for one in claims
            )
        return replace(
            self.connection,
            claims=claims,
            is_read_only=marks.is_read_only,
            colour=marks.colour,
            group=marks.group,
        )

    def access(self, now: datetime) -> Access:
        """What its credential allows, and its marks. Raises NotAuthorizedError whose retry
        is NEEDS_CREDENTIALS without one."""
        access = self.ready().spec.access(now)
        return without_changes(access, READ_ONLY_REASON) if self.marks.is_read_only else access

    def ready(self) -> Entry:
        """Itself, where it has a credential. Raises like `access`."""
        if self.has_credential:
            return self
        raise needs_credentials(
            f"The secret of '{self.connection.name}' is missing. {self.connection.notice}".strip()
        )


def needs_credentials(message: str) -> NotAuthorizedError:
    """What makes a job wait instead of failing."""
    error = NotAuthorizedError(message, cure="Paste a key or a SAS for it, then go on.")
    error.retry = Retry.NEEDS_CREDENTIALS
    return error


def connection_of(
    spec: ConnectionSpec,
    *,
    connection_id: str,
    name: str,
    now: datetime,
    home: SecretHome,
    is_saved: bool,
    probe: ProbeReport | None = None,
    start: Location | None = None,
    start_blob: str = "",
    notice: str = "",
    is_hierarchical: bool | None = None,
    is_namespace_set: bool = False,
    expires_s: float | None = None,
) -> Connection:
    """What the tree shows. `expires_s` is for a SAS that is still in the keyring;
    `is_hierarchical` goes before what a probe found."""
    if is_hierarchical is None and probe is not None:
        is_hierarchical = probe.is_hierarchical
    if is_hierarchical is None and spec.is_hierarchical_by_sas:
        is_hierarchical = True
    access = spec.access(now)
    if access.is_expired and access.expires is not None:
        notice = notice or f"The SAS {expiry_text(access.expires, now)}. Paste a new one."
    return Connection(
        id=connection_id,
        name=name,
        account=spec.account,
        endpoint=spec.blob_endpoint,
        start=start or start_of(spec, connection_id),
        start_blob=start_blob or start_blob_of(spec),
        root=root_of(spec, connection_id),
        credential_kind=spec.credential_kind,
        claims=probe.claims if probe is not None else claims_of(access),
        expires_s=expiry_of(access) or expires_s,
        is_hierarchical=is_hierarchical,
        is_namespace_set=is_namespace_set,
        is_emulator=spec.is_emulator,
        is_saved=is_saved,
        secret_home=home,
        notice=notice,
    )


def entry_of(
    saved: SavedConnection, spec: ConnectionSpec, home: SecretHome, notice: str = ""
) -> Entry:
    """A saved connection as it is known before anybody was asked."""
    connection = connection_of(
        spec,
        connection_id=saved.id,
        name=saved.name,
        now=utc_now(),
        home=home,
        is_saved=True,
        notice=notice,
        is_hierarchical=saved.is_hierarchical,
        is_namespace_set=bool(saved.namespace_set),
        expires_s=saved.expires_s or None,
    )
    return Entry(connection, spec, saved, api_version=saved.api_version, marks=saved.marks)


def unopened(saved: SavedConnection) -> Entry:
    """The same while its secret is still where it is kept."""
    home = SecretHome.KEYRING if saved.needs_secret else SecretHome.NONE_NEEDED
    return entry_of(saved, spec_of(saved, ""), home)


def renewed(
    before: Connection,
    spec: ConnectionSpec,
    *,
    home: SecretHome,
    notice: str = "",
    probe: ProbeReport | None = None,
    expires_s: float | None = None,
) -> Connection:
    """The same connection with another credential, or with the one that was looked for."""
    return connection_of(
        spec,
        connection_id=before.id,
        name=before.name,
        now=utc_now(),
        home=home,
        is_saved=before.is_saved,
        probe=probe,
        start=before.start,
        start_blob=before.start_blob,
        notice=notice,
        is_hierarchical=before.is_hierarchical,
        is_namespace_set=before.is_namespace_set,
        expires_s=expires_s,
    )


def root_of(spec: ConnectionSpec, connection_id: str) -> Location:
    """The account, the container of a SAS, its directory, or the folder its one blob is in."""
    scope = spec.scope
    if scope.level is ScopeLevel.ACCOUNT:
        return Location(connection_id)
    if scope.level is ScopeLevel.DIRECTORY and scope.path:
        return Location(connection_id, scope.container, f"{scope.path}/")
    if scope.level is ScopeLevel.BLOB:
        return Location(connection_id, scope.container, _folder_of(scope.path))
    return Location(connection_id, scope.container)


def start_of(spec: ConnectionSpec, connection_id: str, *, is_blob: bool = False) -> Location:
    """The folder that was pasted, or the one the pasted blob is in."""
    place = spec.start
    if not place.container:
        return root_of(spec, connection_id)
    path = place.path
    if is_blob or spec.scope.level is ScopeLevel.BLOB:
        path = _folder_of(path)
    elif path and not path.endswith("/"):
        path += "/"
    return Location(connection_id, place.container, path)


def start_blob_of(spec: ConnectionSpec, *, is_blob: bool = False) -> str:
    """The name of the pasted blob in the folder it is in; empty where a folder was pasted."""
    if is_blob or spec.scope.level is ScopeLevel.BLOB:
        return spec.start.path.rpartition("/")[2]
    return ""


def _folder_of(path: str) -> str:
    head, slash, _ = path.rpartition("/")
    return head + slash


def home_of(kept: Home) -> SecretHome:
    """Where a secret is, as the faces are told."""
    return SecretHome.MISSING if kept.name == "NOWHERE" else SecretHome[kept.name]


def home_without_keyring(spec: ConnectionSpec) -> SecretHome:
    """Where the secret of a connection of this run is."""
    if not spec.secret or spec.secret == EMULATOR_KEY:
        return SecretHome.NONE_NEEDED
    return SecretHome.THIS_RUN


def unique_name(name: str, taken: set[str]) -> str:
    """`name`, or `name (2)` and so on where it is taken."""
    if name not in taken:
        return name
    number = 2
    while f"{name} ({number})" in taken:
        number += 1
    return f"{name} ({number})"
