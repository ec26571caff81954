"""One connection as the service holds it, and how a spec becomes what the faces see.

The building is pure; an `Entry` belongs to the service loop's thread.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from explorer.service.claims import claims_of, expiry_of
from explorer.service.model import Connection, Location, ProbeReport, SecretHome
from explorer.storage.access import expiry_text
from explorer.storage.connection import (
    EMULATOR_KEY,
    ConnectionSpec,
    NeedsCredential,
    ScopeLevel,
)
from explorer.storage.saved_connection import SavedConnection

if TYPE_CHECKING:
    from explorer.storage.azure.store import AzureBlobStore


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

    @property
    def has_credential(self) -> bool:
        return not isinstance(self.spec.credential, NeedsCredential)


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
