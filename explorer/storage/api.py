"""The seam between what Quayside does and how a service is spoken to.

Every method blocks and is called from a worker thread; a cancel of the
`explorer.base.cancel.CancelToken` of that thread closes the connection in use
and raises `Cancelled`. Implementations are safe to use from many threads at
once, retry nothing themselves (the caller has one policy and one pacer for the
account), and raise only errors of `explorer.base.errors`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from explorer.base.errors import QuaysideError
from explorer.storage.model import (
    AccountInfo,
    BlobHeaders,
    BlobProperties,
    BlobRef,
    BlockList,
    Condition,
    Container,
    ContainerPage,
    Crc64,
    Md5,
    Page,
    RangeRead,
    Written,
)

if TYPE_CHECKING:
    from explorer.storage.directories import DirectoryStore

Sink = Callable[[int, memoryview], None]
"""Takes bytes of a range as they arrive: absolute offset in the blob, and a view
that is valid only during the call (at most 1 MiB, of a reused buffer)."""

Progress = Callable[[int], None]
"""Told how many more bytes went out on the wire; called often, must be quick."""

Ahead = Callable[[int], int]
"""Asked how many of the next bytes may move: waits until some may, and says how many; 0 is as
many as one likes, and then it is asked again soon. May raise Cancelled."""


def ahead_of(heard: object) -> Ahead | None:
    """A Sink or Progress may have an attribute `ahead`: then bytes move no faster than it says."""
    found: Ahead | None = getattr(heard, "ahead", None)
    return found


DELETE_BATCH = 256
"""How many blobs one batch request may delete."""


@runtime_checkable
class BlobStore(Protocol):
    """One account (or the part of it a SAS opens) through the Blob REST API."""

    @property
    def endpoint(self) -> str:
        """`https://account.blob.core.windows.net`, without credential or trailing slash."""
        ...

    @property
    def directories(self) -> DirectoryStore | None:
        """The same account's real directories; None where its namespace is flat, and where
        nobody could say which it is."""
        ...

    # -- the account and its containers ---------------------------------------

    def account_info(self, container: str = "") -> AccountInfo:
        """Get Account Information, at account or container scope."""
        ...

    def list_containers(self, *, prefix: str = "", marker: str = "") -> ContainerPage:
        """List Containers, one page of at most 5,000."""
        ...

    def container_properties(self, container: str) -> Container:
        """Get Container Properties."""
        ...

    def create_container(self, container: str) -> None:
        """Create Container, private. Raises AlreadyExistsError."""
        ...

    def delete_container(self, container: str) -> None:
        """Delete Container with all that is in it."""
        ...

    # -- listing --------------------------------------------------------------

    def list_blobs(
        self,
        container: str,
        *,
        prefix: str = "",
        delimiter: str = "/",
        marker: str = "",
        page_size: int = 5000,
        with_metadata: bool = False,
    ) -> Page:
        """List Blobs, one page. An empty `delimiter` lists everything below `prefix`.

        A page may be empty and still have a next one; the same prefix may come
        again on a later page.
        """
        ...

    # -- one blob -------------------------------------------------------------

    def properties(self, ref: BlobRef) -> BlobProperties:
        """Get Blob Properties. Raises NotFoundError."""
        ...

    def read_range(
        self, ref: BlobRef, offset: int, length: int, sink: Sink, *, if_match: str = ""
    ) -> RangeRead:
        """Get Blob for exactly `length` > 0 bytes at `offset`, handed to `sink` in order.

        Raises PreconditionFailedError when `if_match` no longer holds, IntegrityError when the
        answer is not a 206 of exactly that range, NetworkError when it breaks off (the sink
        has then seen a true beginning of the range). Never decompresses.
        """
        ...

    def put_blob(
        self,
        ref: BlobRef,
        data: memoryview | bytes,
        *,
        headers: BlobHeaders,
        condition: Condition,
        progress: Progress | None = None,
    ) -> Written:
        """Put Blob: the whole block blob in one request, at most 5,000 MiB."""
        ...

    def put_block(
        self,
        ref: BlobRef,
        block_id: bytes,
        data: memoryview | bytes,
        *,
        digest: Md5 | Crc64 | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Put Block: stage one block; with a `digest` the service checks it on arrival, and
        IntegrityError is raised for what came otherwise."""
        ...

    def readable_url(self, ref: BlobRef, expires_s: float) -> str:
        """An address by which another service can read this blob: the source of a copy.

        Signed with the key for just this blob, reading, until `expires_s` (since 1970);
        with a SAS the SAS itself; of what is public, or reached by a sign-in, the bare
        address. It holds a secret: never logged, kept or shown. Raises NotAuthorizedError
        where the SAS does not read.
        """
        ...

    def source_authorization(self) -> str:
        """What has to be shown beside that address: a sign-in's token. Empty for any other
        credential. A secret. Raises NotAuthorizedError where there is no token to be had."""
        ...

    def put_blob_from_url(
        self,
        ref: BlobRef,
        source_url: str,
        *,
        headers: BlobHeaders,
        condition: Condition,
        source_if_match: str = "",
        source_md5: bytes | None = None,
        source_authorization: str = "",
    ) -> Written:
        """Put Blob From URL: the service fetches the whole of the source, at most 5,000 MiB,
        and stores it with `headers`. With `source_md5` it checks what it fetched.

        Raises PreconditionFailedError where the source is not `source_if_match` any more, or
        the target not what `condition` says; NotAuthorizedError for a `source_authorization`
        that must not be sent there; NotFoundError (CannotVerifyCopySource) where
        the service cannot read the source; ConflictError (501) where it knows no such copy.
        """
        ...

    def put_block_from_url(
        self,
        ref: BlobRef,
        block_id: bytes,
        source_url: str,
        offset: int,
        length: int,
        *,
        source_if_match: str = "",
        source_md5: bytes | None = None,
        source_authorization: str = "",
    ) -> None:
        """Put Block From URL: stage `length` bytes at `offset` of the source as one block.
        Raises as `put_blob_from_url`."""
        ...

    def block_list(self, ref: BlobRef) -> BlockList:
        """Get Block List, committed and uncommitted. An unknown blob has none of either."""
        ...

    def put_block_list(
        self,
        ref: BlobRef,
        block_ids: Sequence[bytes],
        *,
        headers: BlobHeaders,
        condition: Condition,
    ) -> Written:
        """Put Block List: make the blob of these staged (or, failing that, committed) blocks."""
        ...

    def set_metadata(
        self, ref: BlobRef, metadata: dict[str, str], *, condition: Condition
    ) -> Written:
        """Set Blob Metadata, replacing all of it."""
        ...

    def delete_blob(
        self, ref: BlobRef, *, condition: Condition, with_snapshots: bool = True
    ) -> None:
        """Delete Blob. Raises NotFoundError, ConflictError (lease, snapshots)."""
        ...

    def delete_blobs(
        self, container: str, names: Sequence[str]
    ) -> Iterator[tuple[str, QuaysideError | None]]:
        """Delete at most DELETE_BATCH blobs with their snapshots, one outcome for each name.

        Uses Blob Batch where the credential and the service allow it, single requests elsewhere.
        """
        ...

    def is_lendable(self, *, for_changes: bool) -> bool:
        """Whether another process of ours may use it just now: it gets it pickled, credential
        and all, and opens connections of its own. Not where a sign-in is renewed in this one,
        nor for changes of what is read-only."""
        ...

    def close(self) -> None:
        """Close the connections. Nothing may be called afterwards."""
        ...
