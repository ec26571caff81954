"""The seam to accounts whose directories are real (Data Lake Gen2).

Beside `explorer.storage.api.BlobStore`, by the same rules: every method blocks, is called
from a worker thread, heeds that thread's CancelToken, retries nothing and raises only
errors of `explorer.base.errors`. Implementations are safe to use from many threads.

A path has no slash at either end and no empty, `.` or `..` segment; the empty path is
the root of the container (the filesystem). What cannot be a path is refused with
UnsafeNameError before anything is sent.

Source: Microsoft's REST pages 'Path' and 'Filesystem' of Data Lake Storage Gen2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from explorer.base.records import dataclass
from explorer.storage.api import Progress
from explorer.storage.model import BlobHeaders, Condition, Written

if TYPE_CHECKING:
    from explorer.storage.acl import AclEntry

ACL_BATCH = 2000
"""How many paths one request of a recursive change looks at, at most (the service's limit)."""


class PathItem(NamedTuple):
    """One row of a listing; `path` is below the container, `etag` in quotes as elsewhere.

    A tuple and not a dataclass: a listing makes many of them.
    """

    path: str
    is_directory: bool
    size_bytes: int
    last_modified_s: int
    created_s: int
    etag: str
    owner: str
    group: str
    permissions: str
    """As the service shows them: `rwxr-x---`, with `+` behind where there are more entries."""
    expires_s: int = 0
    """When the service will delete it, seconds since 1970; 0 for never."""


@dataclass(frozen=True, slots=True)
class PathPage:
    """One page of a listing, in the service's order. `next_marker` is empty on the last."""

    items: tuple[PathItem, ...]
    next_marker: str

    @property
    def has_more(self) -> bool:
        return bool(self.next_marker)


@dataclass(frozen=True, slots=True)
class PathProperties:
    """All a HEAD tells about one file or directory."""

    container: str
    path: str
    is_directory: bool
    size_bytes: int
    etag: str
    last_modified_s: int
    created_s: int
    headers: BlobHeaders
    """Content headers, stored MD5, tier, and the metadata."""
    owner: str = ""
    group: str = ""
    permissions: str = ""
    lease_state: str = ""
    lease_status: str = ""
    expires_s: int = 0


@dataclass(frozen=True, slots=True)
class PathAccess:
    """Who may do what with a file or directory.

    Owner, group and the ids in `acl` are object ids (GUIDs) or, where names were asked
    for and the service knows them, names; `$superuser` is the account itself. A directory
    has default entries too; both kinds are in `acl`, as `AclEntry.scope` says.
    """

    owner: str
    group: str
    permissions: str
    acl: tuple[AclEntry, ...]
    etag: str
    last_modified_s: int


class AclChange(Enum):
    """What a recursive change does to the entries of each path."""

    SET = "set"
    """Replace them all: needs entries for the owning user, owning group and others."""
    MODIFY = "modify"
    """Add these or change their permissions, leave the others."""
    REMOVE = "remove"
    """Take these out (their permissions are not looked at), leave the others."""


@dataclass(frozen=True, slots=True)
class AclFailure:
    """A path whose access could not be changed, and why, in the service's words."""

    path: str
    is_directory: bool
    reason: str


@dataclass(frozen=True, slots=True)
class RecursiveAclProgress:
    """What one batch of a recursive change did. An empty `continuation` is the end."""

    directories: int = 0
    files: int = 0
    failures: tuple[AclFailure, ...] = ()
    failed: int = 0
    """How many failed; the service may list fewer of them."""
    continuation: str = ""

    @property
    def has_more(self) -> bool:
        return bool(self.continuation)


@runtime_checkable
class DirectoryStore(Protocol):
    """One account with real directories (or the part of it a SAS opens)."""

    @property
    def endpoint(self) -> str:
        """`https://account.dfs.core.windows.net`, without credential or trailing slash."""
        ...

    @property
    def may_rename(self) -> bool | None:
        """Whether the credential renames, and removes what it has made; None where that can
        only be tried."""
        ...

    # -- making and filling ---------------------------------------------------

    def create_directory(
        self,
        container: str,
        path: str,
        *,
        condition: Condition,
        metadata: Mapping[str, str] | None = None,
    ) -> Written:
        """Path Create: a directory, with those above it that are missing.

        With `Condition.absent()` raises AlreadyExistsError where there is anything of that
        name; without a condition an existing directory stays as it is, with what is in it.
        Raises ConflictError where a file is in the way.
        """
        ...

    def create_file(
        self, container: str, path: str, *, headers: BlobHeaders, condition: Condition
    ) -> Written:
        """Path Create: an empty file, with the directories above it that are missing.

        Without a condition it TRUNCATES what is there: write to a path of your own and
        `rename` it. `headers` gives content headers and metadata (no MD5, no tier).
        With `Condition.absent()` raises AlreadyExistsError.
        """
        ...

    def append(
        self,
        container: str,
        path: str,
        offset: int,
        data: memoryview | bytes,
        *,
        content_md5: bytes | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Path Update (append): stage bytes of the file at `offset`, in any order, in parallel.

        Nothing is visible before `flush`. With `content_md5` (16 bytes, of this data) the
        service checks it on arrival. At most 4,000 MiB. Sent again with the same offset and
        length it replaces what was staged. Raises IntegrityError, NotFoundError.
        """
        ...

    def flush(
        self,
        container: str,
        path: str,
        position: int,
        *,
        headers: BlobHeaders,
        condition: Condition,
        close: bool = True,
    ) -> Written:
        """Path Update (flush): the file is now its first `position` bytes, all appended.

        `headers` replaces the content headers, the stored MD5 of the whole file among them;
        its metadata and tier are not looked at. Raises PreconditionFailedError where the
        condition does not hold, or bytes before `position` were not appended or are gone.
        """
        ...

    def rename(
        self,
        container: str,
        source: str,
        destination: str,
        *,
        source_condition: Condition,
        destination_condition: Condition,
    ) -> None:
        """Path Create (rename): atomic, for files and directories, within one container.

        `Condition.absent()` as `destination_condition` never replaces anything; with
        another one a file is replaced, an empty directory too, a directory with something
        in it never. The source's metadata, headers and access go with it. The directory
        above `destination` must exist. Raises NotFoundError (source, or no directory above
        the destination), AlreadyExistsError, ConflictError, PreconditionFailedError.
        """
        ...

    # -- removing -------------------------------------------------------------

    def delete_path(
        self,
        container: str,
        path: str,
        *,
        recursive: bool,
        condition: Condition,
        on_batch: Callable[[], None] | None = None,
    ) -> None:
        """Path Delete, its continuation followed to the end; the root is refused.

        A directory that is not empty needs `recursive`, else ConflictError. `on_batch` is
        called after each of the service's answers (it tells no counts). Raises NotFoundError.
        """
        ...

    # -- looking --------------------------------------------------------------

    def list_paths(
        self,
        container: str,
        path: str = "",
        *,
        recursive: bool = False,
        marker: str = "",
        page_size: int = 5000,
        by_name: bool = False,
    ) -> PathPage:
        """Path List, one page: what is in the directory `path`, empty directories included.

        `by_name` asks for owners and groups by name instead of object id. A page may be
        empty and still have a next one. Raises NotFoundError where there is no such directory.
        """
        ...

    def properties(self, container: str, path: str) -> PathProperties:
        """Get Blob Properties of a file or directory; the root is refused (ask for the
        container's). Raises NotFoundError."""
        ...

    def set_metadata(
        self, container: str, path: str, metadata: Mapping[str, str], *, condition: Condition
    ) -> Written:
        """Set Blob Metadata of a file or directory, replacing all of it."""
        ...

    def set_headers(
        self, container: str, path: str, headers: BlobHeaders, *, condition: Condition
    ) -> Written:
        """Set Blob Properties of a file: all content headers and the stored MD5 at once."""
        ...

    def set_expiry(self, container: str, path: str, expires_s: int | None) -> None:
        """Set Blob Expiry of a file: when the service deletes it; None for never."""
        ...

    # -- access ---------------------------------------------------------------

    def access(self, container: str, path: str, *, by_name: bool = False) -> PathAccess:
        """Path Get Properties (getAccessControl)."""
        ...

    def set_access(
        self,
        container: str,
        path: str,
        *,
        owner: str = "",
        group: str = "",
        permissions: str = "",
        acl: Sequence[AclEntry] = (),
        condition: Condition,
    ) -> Written:
        """Path Update (setAccessControl); what is empty stays as it is.

        `permissions` (`rwxr-x---` or `0750`) and `acl` (the whole list) exclude each other.
        Raises InputError for a list that `explorer.storage.acl.checked` refuses.
        """
        ...

    def change_access_recursive(
        self,
        container: str,
        path: str,
        change: AclChange,
        entries: Sequence[AclEntry],
        *,
        continuation: str = "",
        batch_size: int = ACL_BATCH,
        keep_going: bool = True,
    ) -> RecursiveAclProgress:
        """Path Update (setAccessControlRecursive): one batch of the directory and all below.

        Call again with the `continuation` of the answer until it is empty. With `keep_going`
        paths that cannot be changed are in `failures` and the others are done; without, the
        first one ends it. Doing a batch twice does no harm.
        """
        ...
