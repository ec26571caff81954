"""One saved connection: a ConnectionSpec without its secret, and what a person set on it.

Pure; knows its JSON both ways.
"""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

from explorer.base.errors import ConnectionTextError
from explorer.base.records import dataclass
from explorer.base.redact import redact
from explorer.storage.connection_build import build
from explorer.storage.connection_spec import (
    EMULATOR_KEY,
    Anonymous,
    ConnectionSpec,
    Credential,
    EntraSignIn,
    Missing,
    NeedsCredential,
    PastedKind,
    Place,
    SasToken,
    Scope,
    ScopeLevel,
    SharedKey,
    TokenSource,
)
from explorer.storage.marks import NO_MARKS, Marks, marks_from_json, marks_to_json
from explorer.storage.sas import parse_sas

_LONGEST = 20_000
_YEAR_10000_S = 253_402_300_800


class CredentialType(Enum):
    """What sort of secret the keyring has."""

    KEY = "key"
    SAS = "sas"
    PUBLISHED = "published key"
    """The emulator's, which everybody knows: the keyring is not bothered with it."""
    AZURE_CLI = "azure cli"
    """A sign-in: no secret, but who is asked for the token."""
    TOKEN_VARIABLE = "token variable"  # noqa: S105 - a kind, not a secret
    BROWSER = "browser"
    DEVICE_CODE = "device code"
    NONE = "none"


_SOURCES = {
    CredentialType.AZURE_CLI: TokenSource.AZURE_CLI,
    CredentialType.TOKEN_VARIABLE: TokenSource.VARIABLE,
    CredentialType.BROWSER: TokenSource.BROWSER,
    CredentialType.DEVICE_CODE: TokenSource.DEVICE_CODE,
}


class Namespace(Enum):
    """Whether an account's directories are real."""

    HIERARCHICAL = "hierarchical"
    FLAT = "flat"
    UNKNOWN = ""

    @classmethod
    def of(cls, is_hierarchical: bool | None) -> Namespace:
        if is_hierarchical is None:
            return cls.UNKNOWN
        return cls.HIERARCHICAL if is_hierarchical else cls.FLAT


@dataclass(frozen=True, slots=True)
class SavedConnection:
    """As it stands in the file.

    `namespace_found` is what the service said, `namespace_set` what a person said, each
    the value of a Namespace. `expires_s` is of its SAS, seconds since 1970, to be shown
    before the keyring was asked; 0 where there is none. `start_*` is what was pasted.
    """

    id: str
    name: str
    kind: str
    account: str
    blob_endpoint: str
    dfs_endpoint: str | None
    credential_type: str
    scope_level: str = ScopeLevel.ACCOUNT.value
    scope_container: str = ""
    scope_path: str = ""
    start_container: str = ""
    start_path: str = ""
    start_snapshot: str = ""
    start_version_id: str = ""
    is_dfs_hint: bool = False
    is_http_allowed: bool = False
    expires_s: float = 0.0
    api_version: str = ""
    namespace_found: str = ""
    namespace_set: str = ""
    credential_mark: str = ""
    """Another one with each credential, and nothing of it: so that who has the old one knows."""
    marks: Marks = NO_MARKS

    @property
    def is_hierarchical(self) -> bool | None:
        """What a person said, else what was found; None where nobody knows."""
        namespace = Namespace(self.namespace_set or self.namespace_found)
        return None if namespace is Namespace.UNKNOWN else namespace is Namespace.HIERARCHICAL

    @property
    def needs_secret(self) -> bool:
        """Whether the keyring has to be asked for it."""
        return self.credential_type in (CredentialType.KEY.value, CredentialType.SAS.value)


def save_form(spec: ConnectionSpec, *, connection_id: str, name: str) -> SavedConnection:
    """What of a complete spec goes into the file: everything but its secret.

    Raises ValueError for a spec that still misses something.
    """
    if not spec.is_complete:
        raise ValueError("an incomplete connection is not saved")
    sas = spec.sas
    end = sas.usable_until if sas is not None else None
    kind = CredentialType.NONE
    if isinstance(spec.credential, SharedKey):
        is_published = spec.credential.key == EMULATOR_KEY
        kind = CredentialType.PUBLISHED if is_published else CredentialType.KEY
    elif sas is not None:
        kind = CredentialType.SAS
    elif isinstance(spec.credential, EntraSignIn):
        source = spec.credential.source
        kind = next(one for one, known in _SOURCES.items() if known is source)
    return SavedConnection(
        id=connection_id,
        # A person may have pasted anything for a name.
        name=redact(name.strip()) or spec.display_name,
        kind=spec.kind.value,
        account=spec.account,
        blob_endpoint=spec.blob_endpoint,
        dfs_endpoint=spec.dfs_endpoint,
        credential_type=kind.value,
        scope_level=spec.scope.level.value,
        scope_container=spec.scope.container,
        scope_path=spec.scope.path,
        start_container=spec.start.container,
        start_path=spec.start.path,
        start_snapshot=spec.start.snapshot,
        start_version_id=spec.start.version_id,
        is_dfs_hint=spec.is_dfs_hint,
        is_http_allowed=spec.is_http_allowed,
        expires_s=end.timestamp() if end is not None else 0.0,
    )


def with_new_credential(saved: SavedConnection, spec: ConnectionSpec, mark: str) -> SavedConnection:
    """After `replace_credential`: the same connection, what a person set on it kept. `mark` is
    what no credential before it had."""
    fresh = save_form(spec, connection_id=saved.id, name=saved.name)
    return replace(
        saved,
        credential_type=fresh.credential_type,
        expires_s=fresh.expires_s,
        scope_level=fresh.scope_level,
        scope_container=fresh.scope_container,
        scope_path=fresh.scope_path,
        credential_mark=mark,
    )


def spec_of(saved: SavedConnection, secret: str) -> ConnectionSpec:
    """The spec again; without its secret it needs a credential, with scope and place kept.

    Raises ConnectionTextError where the secret is damaged.
    """
    credential: Credential = NeedsCredential()
    if saved.credential_type == CredentialType.NONE.value:
        credential = Anonymous()
    elif source := _SOURCES.get(CredentialType(saved.credential_type)):
        credential = EntraSignIn(source)
    elif saved.credential_type == CredentialType.PUBLISHED.value:
        credential = SharedKey(saved.account, EMULATOR_KEY)
    elif secret and saved.credential_type == CredentialType.KEY.value:
        credential = SharedKey(saved.account, secret)
    elif secret:
        credential = SasToken(parse_sas(secret))
    place = Place(
        saved.start_container, saved.start_path, saved.start_snapshot, saved.start_version_id
    )
    scope = Scope(ScopeLevel(saved.scope_level), saved.scope_container, saved.scope_path)
    spec = build(
        PastedKind(saved.kind),
        account=saved.account,
        blob_endpoint=saved.blob_endpoint,
        dfs_endpoint=saved.dfs_endpoint,
        credential=credential,
        place=place,
        is_dfs_hint=saved.is_dfs_hint,
        is_http_allowed=saved.is_http_allowed,
    )
    # The scope was settled when it was saved; only these two can be missing since.
    still = (Missing.CREDENTIAL, Missing.HTTP_CONSENT)
    return replace(
        spec,
        scope=scope,
        start=place,
        missing=tuple(item for item in spec.missing if item in still),
    )


def to_json(saved: SavedConnection) -> dict[str, Any]:
    """For the file; what has its default is left out."""
    defaults = {field.name: field.default for field in fields(SavedConnection)}
    values = asdict(saved) | {"marks": marks_to_json(saved.marks)}
    defaults["marks"] = {}
    return {name: value for name, value in values.items() if defaults[name] != value}


_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "str | None": (str, type(None)),
    "bool": (bool,),
    "float": (float, int),
}


def from_json(entry: object) -> SavedConnection:
    """Checked field by field; fields of a later Quayside are passed over. Raises ValueError."""
    if not isinstance(entry, dict):
        raise ValueError("an entry is no object")
    values: dict[str, Any] = {}
    for field in fields(SavedConnection):
        if field.name not in entry:
            continue
        value = entry[field.name]
        if field.name == "marks":
            values["marks"] = marks_from_json(value)
            continue
        if type(value) not in _TYPES[str(field.type)]:
            raise ValueError(f"{field.name} is of the wrong type")
        if isinstance(value, str) and len(value) > _LONGEST:
            raise ValueError(f"{field.name} is too long")
        if field.type == "float" and not -_YEAR_10000_S < value < _YEAR_10000_S:
            raise ValueError(f"{field.name} is no time")
        values[field.name] = float(value) if field.type == "float" else value
    try:
        saved = SavedConnection(**values)
    except TypeError:
        raise ValueError("a field is missing") from None
    if not saved.id or not saved.id.isalnum():
        raise ValueError("the id is damaged")
    PastedKind(saved.kind)
    CredentialType(saved.credential_type)
    Namespace(saved.namespace_found)
    Namespace(saved.namespace_set)
    for endpoint in (saved.blob_endpoint, saved.dfs_endpoint):
        if endpoint is not None:
            _check_endpoint(endpoint)
    try:
        spec_of(saved, "")
    except ConnectionTextError:
        raise ValueError("the address is damaged") from None
    return saved


def _check_endpoint(endpoint: str) -> None:
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an endpoint is no address")
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("an endpoint holds more than an address")
