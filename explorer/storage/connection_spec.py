"""What a pasted text turned out to be: account, endpoints, credential, where to start.

Immutable. Secrets are kept out of `repr`; nothing here writes them anywhere.
"""

from __future__ import annotations

from dataclasses import field, replace
from datetime import datetime
from enum import Enum

from explorer.base.errors import ConnectionTextError
from explorer.base.records import dataclass
from explorer.storage.access import (
    Access,
    anonymous_access,
    key_access,
    sas_access,
    sign_in_access,
)
from explorer.storage.sas import Sas, SasKind

EMULATOR_ACCOUNT = "devstoreaccount1"
# Published by Microsoft for every emulator, so it is no secret.
EMULATOR_KEY = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)


SIGN_IN = "Entra sign-in"
"""How the kind of such a credential begins, in words for people."""


class PastedKind(Enum):
    """What sort of text it was, in words for people."""

    CONNECTION_STRING = "connection string"
    ACCOUNT_AND_KEY = "account name and key"
    SAS_URL = "SAS URL"
    SAS_TOKEN = "SAS without an address"  # noqa: S105 - a kind, not a secret
    URL = "URL"
    URI = "URI"
    EMULATOR = "local storage"


@dataclass(frozen=True, slots=True)
class SharedKey:
    """An account's name and its key in base64."""

    account: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SasToken:
    """A SAS; `sas.token` is what goes into a query."""

    sas: Sas


@dataclass(frozen=True, slots=True)
class Anonymous:
    """Nothing: a public container."""


class TokenSource(Enum):
    """Who hands out the token of a sign-in, in words for people."""

    AZURE_CLI = "Azure CLI"
    VARIABLE = "token variable"
    BROWSER = "browser"
    """The extra `entra`: a person signs in once in a run."""
    DEVICE_CODE = "device code"
    """The same, with a code that is typed on another device."""


@dataclass(frozen=True, slots=True)
class EntraSignIn:
    """A bearer token of Microsoft Entra ID; `source` is asked for it when it is needed, and it
    is kept nowhere."""

    source: TokenSource


@dataclass(frozen=True, slots=True)
class NeedsCredential:
    """The text says where, not with what: ask for a key or a SAS."""


Credential = SharedKey | SasToken | EntraSignIn | Anonymous | NeedsCredential


class ScopeLevel(Enum):
    """How much of an account a connection can reach."""

    ACCOUNT = "account"
    CONTAINER = "container"
    DIRECTORY = "directory"
    BLOB = "blob"


@dataclass(frozen=True, slots=True)
class Scope:
    """The part that can be reached: `path` is a directory (no slash at its end) or a blob."""

    level: ScopeLevel = ScopeLevel.ACCOUNT
    container: str = ""
    path: str = ""

    def holds(self, container: str, path: str) -> bool:
        """Whether that place is inside."""
        if self.level is ScopeLevel.ACCOUNT:
            return True
        if container != self.container:
            return False
        if self.level is ScopeLevel.CONTAINER or not self.path:
            return True
        if self.level is ScopeLevel.BLOB:
            return path == self.path
        return path.rstrip("/") == self.path or path.startswith(f"{self.path}/")


@dataclass(frozen=True, slots=True)
class Place:
    """Container and path as pasted; an empty container is the account.

    Whether `path` is a blob or a folder is known only where it ends with `/`
    (a folder) or the connection's scope says so.
    """

    container: str = ""
    path: str = ""
    snapshot: str = ""
    version_id: str = ""


class Missing(Enum):
    """What must still be asked for before it can be connected."""

    ACCOUNT = "account"
    CONTAINER = "container"
    PATH = "path"
    CREDENTIAL = "credential"
    HTTP_CONSENT = "consent to plain http"


@dataclass(frozen=True, slots=True)
class ConnectionSpec:
    """One connection as pasted.

    `account` is empty where a custom domain hides it (or it is missing);
    `blob_endpoint` is `https://host[:port][/account]` without a slash at its end, empty
    while the account is missing; `dfs_endpoint` is None where there is none to be known.
    """

    kind: PastedKind
    account: str
    blob_endpoint: str
    dfs_endpoint: str | None
    credential: Credential
    scope: Scope = Scope()
    start: Place = Place()
    is_emulator: bool = False
    is_dfs_hint: bool = False
    is_http_allowed: bool = False
    missing: tuple[Missing, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def is_https(self) -> bool:
        return self.blob_endpoint.startswith("https://") or not self.blob_endpoint

    @property
    def is_complete(self) -> bool:
        """Whether it can be connected as it stands."""
        return not self.missing

    @property
    def needs_http_consent(self) -> bool:
        """Plain http to another machine: ask first, then `with_http_allowed`."""
        return Missing.HTTP_CONSENT in self.missing

    @property
    def secret(self) -> str:
        """The key or the SAS, all that has to be kept in a keyring; empty if there is none."""
        if isinstance(self.credential, SharedKey):
            return self.credential.key
        if isinstance(self.credential, SasToken):
            return self.credential.sas.token
        return ""

    @property
    def sas(self) -> Sas | None:
        return self.credential.sas if isinstance(self.credential, SasToken) else None

    @property
    def credential_kind(self) -> str:
        """For people: `account key`, `container SAS`, `Entra sign-in (Azure CLI)`, `public`,
        `to be asked for`."""
        if isinstance(self.credential, SharedKey):
            return "account key"
        if isinstance(self.credential, SasToken):
            sas = self.credential.sas
            owner = "user delegation " if sas.is_user_delegation else ""
            return f"{owner}{sas.kind.value} SAS"
        if isinstance(self.credential, EntraSignIn):
            return f"{SIGN_IN} ({self.credential.source.value})"
        return "public" if isinstance(self.credential, Anonymous) else "to be asked for"

    @property
    def is_hierarchical_by_sas(self) -> bool:
        """A SAS for a directory exists in a hierarchical namespace only."""
        return self.sas is not None and self.sas.kind is SasKind.DIRECTORY

    @property
    def display_name(self) -> str:
        """A first name for it; a person may change it."""
        if self.is_emulator and self.account in ("", EMULATOR_ACCOUNT):
            port = self.blob_endpoint.partition("://")[2].partition("/")[0].rpartition(":")[2]
            base = "Local storage" if port == "10000" else f"Local storage {port}"
        else:
            host = self.blob_endpoint.partition("://")[2].partition("/")[0]
            base = self.account or host or "Azure storage"
        if self.scope.level is ScopeLevel.ACCOUNT or not self.scope.container:
            return base
        tail = self.scope.path.rpartition("/")[2]
        return f"{base} / {self.scope.container}" + (f" / {tail}" if tail else "")

    def access(self, now: datetime) -> Access:
        """What the credential allows, as far as it can be told without asking the service."""
        if isinstance(self.credential, SharedKey):
            return key_access()
        if isinstance(self.credential, SasToken):
            return sas_access(self.credential.sas, now, is_https=self.is_https)
        if isinstance(self.credential, EntraSignIn):
            return sign_in_access()
        return anonymous_access()

    def with_http_allowed(self) -> ConnectionSpec:
        """After a person agreed to plain http."""
        rest = tuple(item for item in self.missing if item is not Missing.HTTP_CONSENT)
        return replace(self, is_http_allowed=True, missing=rest)

    def __str__(self) -> str:
        return f"{self.display_name} ({self.kind.value}, {self.credential_kind})"


class RecognitionState(Enum):
    """How far the text has come."""

    EMPTY = "empty"
    INCOMPLETE = "incomplete"
    RECOGNISED = "recognised"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Recognition:
    """What can be said of a text while it is typed.

    `candidates` has one entry, or several where a list was pasted; `error` is set when
    refused or incomplete; `texts` are lines to show, one for each candidate or the error.
    """

    state: RecognitionState
    candidates: tuple[ConnectionSpec, ...] = ()
    error: ConnectionTextError | None = None
    texts: tuple[str, ...] = ()
