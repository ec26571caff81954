"""What exists in the service: containers, blobs, prefixes, and pages of them.

Everything here is immutable and may cross threads. Sizes are bytes, times are
whole seconds since 1970 in UTC (the service gives no finer), an ETag is kept as
the service sent it, quotes included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from enum import Enum
from itertools import repeat
from operator import itemgetter
from typing import Any, Final, NamedTuple, SupportsIndex, TypeAlias, overload

from explorer.base.records import dataclass


class BlobType(Enum):
    """How the service stores a blob; the values are those of `x-ms-blob-type`."""

    BLOCK = "BlockBlob"
    PAGE = "PageBlob"
    APPEND = "AppendBlob"


@dataclass(frozen=True, slots=True)
class BlobRef:
    """Which blob: container, name, and a snapshot or version where one is meant."""

    container: str
    name: str
    snapshot: str = ""
    version_id: str = ""


@dataclass(frozen=True, slots=True)
class Container:
    """A container (or filesystem) as the account lists it."""

    name: str
    last_modified_s: int
    etag: str
    public_access: str = ""
    """Empty (private), `blob` or `container`."""
    lease_state: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


class Blob(NamedTuple):
    """One row of a listing.

    A tuple and not a dataclass: a listing makes a million of them, and this is
    built at a fifth of the cost.
    """

    name: str
    size_bytes: int
    last_modified_s: int
    etag: str
    content_type: str
    content_md5: bytes | None
    blob_type: BlobType
    tier: str
    """`Hot`, `Cool`, `Cold`, `Archive`; empty where the account has no tiers."""
    lease_state: str
    created_s: int
    metadata: Mapping[str, str] | None
    """None where the listing was not asked for it."""
    is_directory: bool
    """A directory of a hierarchical account, or a marker that stands for a folder."""
    archive_status: str = ""
    """`rehydrate-pending-to-hot` and the like while an archived blob comes back."""


class Prefix(NamedTuple):
    """A folder that exists because names below it do; `name` ends with `/`."""

    name: str


Columns: TypeAlias = Sequence[Sequence[Any]]
"""For each field of Blob, in their order, the values of all blobs: as many in each column."""

_as_blob: Final = tuple.__new__
"""Makes the tuple itself: half the cost of calling Blob."""


class Blobs(Sequence[Blob]):
    """Blobs kept as columns, each made when it is asked for; equal to a tuple of the same.

    A page has thousands of them, and who only prints them, or adds them up, takes `columns`:
    so nothing is put together to be taken apart again.
    """

    __slots__ = ("columns",)

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns[0])

    def __iter__(self) -> Iterator[Blob]:
        return _rows_of(self.columns)

    @overload
    def __getitem__(self, index: SupportsIndex) -> Blob: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Blob, ...]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Blob | tuple[Blob, ...]:
        part = [*map(itemgetter(index), self.columns)]
        return tuple(_rows_of(part)) if isinstance(index, slice) else Blob(*part)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Blobs | tuple):
            return tuple(self) == tuple(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


def _rows_of(columns: Columns) -> Iterator[Blob]:
    return map(_as_blob, repeat(Blob), zip(*columns, strict=True))


def columns_of(blobs: Sequence[Blob]) -> Columns:
    """Those that the blobs are kept in, or that are made of them."""
    if isinstance(blobs, Blobs):
        return blobs.columns
    return [*zip(*blobs, strict=True)] or [()] * len(Blob._fields)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing, in the service's order. `next_marker` is empty on the last."""

    prefixes: tuple[Prefix, ...]
    blobs: Sequence[Blob]
    next_marker: str

    @property
    def has_more(self) -> bool:
        return bool(self.next_marker)


@dataclass(frozen=True, slots=True)
class ContainerPage:
    """One page of an account's containers. `next_marker` is empty on the last."""

    containers: tuple[Container, ...]
    next_marker: str

    @property
    def has_more(self) -> bool:
        return bool(self.next_marker)


@dataclass(frozen=True, slots=True)
class BlobHeaders:
    """What is stored beside a blob's bytes when it is written."""

    content_type: str = "application/octet-stream"
    content_encoding: str = ""
    content_language: str = ""
    content_disposition: str = ""
    cache_control: str = ""
    content_md5: bytes | None = None
    """MD5 of the whole blob, 16 bytes, or None to store none."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    tier: str = ""


@dataclass(frozen=True, slots=True)
class BlobProperties:
    """All a HEAD tells about one blob."""

    ref: BlobRef
    size_bytes: int
    etag: str
    last_modified_s: int
    created_s: int
    blob_type: BlobType
    headers: BlobHeaders
    lease_state: str = ""
    lease_status: str = ""
    archive_status: str = ""
    copy_status: str = ""
    copy_progress: str = ""
    copy_source: str = ""
    copy_id: str = ""
    """Of the last copy to this blob: what stops it while it is `pending`."""
    version_id: str = ""
    is_current_version: bool = True
    is_directory: bool = False
    is_server_encrypted: bool = False
    tag_count: int = 0
    owner: str = ""
    """Owner, owning group and `rwxr-x---` where directories are real; else empty."""
    group: str = ""
    permissions: str = ""


def as_listed(found: BlobProperties) -> Blob:
    """The row a listing would have had for it. Pure."""
    headers = found.headers
    return Blob(
        found.ref.name,
        found.size_bytes,
        found.last_modified_s,
        found.etag,
        headers.content_type,
        headers.content_md5,
        found.blob_type,
        headers.tier,
        found.lease_state,
        found.created_s,
        headers.metadata,
        found.is_directory,
        found.archive_status,
    )


NO_ETAG: Final = '"0x0"'
"""Of nothing: in place of an ETag that was not told, so that what is asked for is refused."""


@dataclass(frozen=True, slots=True)
class Condition:
    """When a write may happen (RFC 9110, section 13)."""

    if_match: str = ""
    if_none_match: str = ""

    @classmethod
    def always(cls) -> Condition:
        return cls()

    @classmethod
    def absent(cls) -> Condition:
        """Only while there is nothing of that name."""
        return cls(if_none_match="*")

    @classmethod
    def unchanged(cls, etag: str) -> Condition:
        """Only while it is still the one that was looked at: never, where nobody knows which."""
        return cls(if_match=etag or NO_ETAG)


@dataclass(frozen=True, slots=True)
class Written:
    """The service's receipt for a write."""

    etag: str
    last_modified_s: int
    version_id: str = ""


class Md5(NamedTuple):
    """A block goes with its MD5, 16 bytes; the service refuses what arrives otherwise."""

    value: bytes


class Crc64(NamedTuple):
    """A block goes with its CRC64, 8 bytes as `explorer.storage.crc64` gives them; the service
    refuses what arrives otherwise."""

    value: bytes
    or_md5: bool = True
    """Where the service knows no CRC64, an MD5 is made and sent in its place."""


@dataclass(frozen=True, slots=True)
class Block:
    """One block as the service lists it; `block_id` is decoded from base64."""

    block_id: bytes
    size_bytes: int


@dataclass(frozen=True, slots=True)
class BlockList:
    """Blocks of a blob. `etag` is empty where only uncommitted blocks exist."""

    committed: tuple[Block, ...]
    uncommitted: tuple[Block, ...]
    etag: str = ""


@dataclass(frozen=True, slots=True)
class RangeRead:
    """What came with a ranged read; the bytes went to the sink."""

    etag: str
    total_size_bytes: int
    """Size of the whole blob, from Content-Range."""
    content_md5: bytes | None
    """MD5 of the whole blob where it has one."""


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """What the account is. None where a SAS does not let us know."""

    kind: str = ""
    sku: str = ""
    is_hierarchical: bool | None = None
