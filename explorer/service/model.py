"""What the service tells its faces: connections, places, outcomes.

Immutable, without secrets, and safe to hand to another thread.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum

from explorer.base.errors import QuaysideError
from explorer.base.records import dataclass
from explorer.storage.access import Verdict


@dataclass(frozen=True, slots=True)
class Location:
    """A place that can be shown: a connection, a container of it, a folder of that.

    An empty `container` is the account; `path` is empty or ends with `/`.
    """

    connection_id: str
    container: str = ""
    path: str = ""

    @property
    def parent(self) -> Location:
        """One step up; the account's parent is the account."""
        if self.path:
            head = self.path.rstrip("/").rpartition("/")[0]
            return Location(self.connection_id, self.container, f"{head}/" if head else "")
        return Location(self.connection_id)

    def holds(self, other: Location) -> bool:
        """Whether `other` is this place or below it."""
        if self.connection_id != other.connection_id:
            return False
        if not self.container:
            return True
        return self.container == other.container and other.path.startswith(self.path)

    @property
    def name(self) -> str:
        """The last part, for a tab or a row; empty for the account."""
        return self.path.rstrip("/").rpartition("/")[2] or self.container

    def child(self, name: str) -> Location:
        """The container, or the folder, of that name in here."""
        if not self.container:
            return Location(self.connection_id, name)
        return Location(self.connection_id, self.container, f"{self.path}{name}/")


class Ability(Enum):
    """What a person may want to do; each can be refused with a reason."""

    LIST_CONTAINERS = "list containers"
    LIST = "list"
    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    CREATE_CONTAINER = "create containers"
    DELETE_CONTAINER = "delete containers"
    RENAME = "rename"
    SET_ACL = "set access lists"
    """Of files and folders, where folders are real."""
    SET_OWNER = "set owners"
    OVERWRITE = "change"
    """Blobs that are there: their bytes, headers, metadata, tier and lease."""
    TAG = "change tags"
    SEE_CONTAINER = "see container properties"
    CHANGE_CONTAINER = "change containers"
    """Their metadata and lease."""
    SET_ACCESS = "set access"
    """Of containers: public access and stored policies."""
    SHARE = "make a SAS"
    SEE_SETTINGS = "see settings"
    """Of the account's blob service: CORS, web pages, soft delete."""
    SET_SETTINGS = "change settings"


@dataclass(frozen=True, slots=True)
class Claim:
    """`ability` is allowed or not, and why not."""

    ability: Ability
    verdict: Verdict
    reason: str = ""


class SecretHome(Enum):
    """Where a connection's secret lives."""

    NONE_NEEDED = "none needed"
    KEYRING = "keyring"
    THIS_RUN = "this run only"
    MISSING = "missing"
    """The connection is saved, its secret is not to be found: paste it again."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection as the tree shows it."""

    id: str
    name: str
    account: str
    endpoint: str
    """The blob endpoint without credential, `https://account.blob.core.windows.net`."""
    start: Location
    """Where a paste opens: the very folder that was pasted."""
    root: Location
    """The highest place it may show: the account, or the one container of a SAS."""
    credential_kind: str
    """`account key`, `account SAS`, `container SAS`, `public`, ... for people."""
    claims: tuple[Claim, ...]
    expires_s: float | None
    is_hierarchical: bool | None
    """Whether its directories are real; None where nobody knows (yet)."""
    is_emulator: bool
    is_saved: bool
    secret_home: SecretHome
    notice: str = ""
    """Something the user must see: no keyring, expired, clock skew."""
    start_blob: str = ""
    """The blob of `start` that was pasted, by its name there; empty where a folder was."""
    is_read_only: bool = False
    """Whether a person allows no changes through it; `claims` say so too."""
    colour: str = ""
    """One of `storage.marks.COLOURS`; empty for none."""
    group: str = ""
    """The heading it stands under; empty for none."""
    is_namespace_set: bool = False
    """Whether a person said what `is_hierarchical` says, and nobody is asked."""

    def claim(self, ability: Ability) -> Claim:
        """What is known of `ability`; unknown where nothing was found out."""
        for claim in self.claims:
            if claim.ability is ability:
                return claim
        return Claim(ability, Verdict.UNKNOWN)


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What a test of a connection found, before it is kept."""

    claims: tuple[Claim, ...]
    is_hierarchical: bool | None
    expires_s: float | None
    clock_skew_s: float
    """How far this machine's clock is ahead of the service's, in seconds."""
    summary: str
    """`list yes, read yes, write no, expires in 6 days`."""
    warnings: tuple[str, ...] = ()
    api_version: str = ""
    """The newest version of the service's API that it understood."""


@dataclass(frozen=True, slots=True)
class DeleteCount:
    """What a deletion would remove, or has removed so far."""

    blobs: int = 0
    size_bytes: int = 0
    failures: tuple[tuple[str, QuaysideError], ...] = field(default=())
    failed: int = 0
    is_complete: bool = False
