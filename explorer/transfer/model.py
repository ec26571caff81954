"""What a person asks the queue for, and what the queue tells back.

Requests (`UploadRequest`, `DownloadRequest`, `CopyRequest`) go in; `JobSnapshot` and
`TransferSnapshot` come out. All are immutable, hold no secret and cross threads.
A Job is one request; a Transfer is one file of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from explorer.base.records import dataclass
from explorer.transfer.state import JobState, TransferState


class Direction(Enum):
    UPLOAD = "upload"
    DOWNLOAD = "download"
    COPY = "copy"
    """From storage to storage; a move is a copy that deletes its source."""


class ConflictPolicy(Enum):
    """What happens to a file whose target exists. Asking is the faces' business: it ends
    in one of these for all, or in one for each conflicting file."""

    OVERWRITE = "overwrite"
    SKIP = "skip"
    NEWER = "newer"
    """Overwrite where the source was modified later."""
    DIFFERENT = "different"
    """Overwrite where size, or else MD5, or else time differ."""
    RENAME = "rename"
    """Keep both: the new one gets a number before its ending."""
    FAIL = "fail"
    """Leave it and report it."""


class Links(Enum):
    """What happens to symbolic links in a local folder."""

    SKIP = "skip"
    FOLLOW = "follow"
    """Followed once: a link to a folder above itself is skipped."""


@dataclass(frozen=True, slots=True)
class RemotePlace:
    """A container, or a folder in it, of one connection.

    `prefix` is empty or ends with `/`. `endpoint` (no secret in it) lets a queue be resumed
    with another credential for the same account.
    """

    connection_id: str
    endpoint: str
    container: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class UploadSource:
    """A local file or folder, absolute. It becomes `prefix + name`; a folder with an empty
    `name` puts its contents directly under the prefix."""

    path: str
    name: str


@dataclass(frozen=True, slots=True)
class DownloadSource:
    """A blob, or all below a prefix. `name` is relative to the container.

    A blob becomes `destination/target`; a prefix (`is_prefix`, `name` empty or ending with
    `/`) becomes the folder `destination/target`, or the destination itself when empty.
    With `snapshot` or `version_id` it is that state of the blob; one request holds a blob
    in one state only.
    """

    name: str
    is_prefix: bool
    target: str
    snapshot: str = ""
    version_id: str = ""


@dataclass(frozen=True, slots=True)
class JobOptions:
    """How a job behaves; the defaults are those of `explorer.base.settings`."""

    conflicts: ConflictPolicy = ConflictPolicy.FAIL
    decisions: Mapping[str, ConflictPolicy] = field(default_factory=dict)
    """Answers given file by file, by the name relative to the target; they win."""
    with_md5: bool = True
    """Store the MD5 of what is uploaded; check it on what is downloaded."""
    preserve_mtime: bool = True
    links: Links = Links.FOLLOW
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    use_ignore_files: bool = False
    block_size_bytes: int = 0
    """0 lets the plan choose."""
    content_type: str = ""
    """Empty guesses it from each name."""
    limit_bytes_per_s: int = 0
    """0 is no limit of its own."""
    on: str = ""
    """The address of a cluster whose workers move the files; empty is this machine."""
    only_over: str = ""
    """The ETag of the one blob that may be overwritten; whatever else is there stays."""


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """Local files and folders to a container or folder.

    With `is_archive` each folder becomes one `.tgz`, the blob `prefix + name` of its source.
    """

    sources: tuple[UploadSource, ...]
    target: RemotePlace
    options: JobOptions = field(default_factory=JobOptions)
    make_container: bool = False
    is_archive: bool = False


@dataclass(frozen=True, slots=True)
class DownloadRequest:
    """Blobs and prefixes of one container to a local folder, absolute."""

    sources: tuple[DownloadSource, ...]
    source: RemotePlace
    destination: str
    options: JobOptions = field(default_factory=JobOptions)


@dataclass(frozen=True, slots=True)
class CopySource:
    """A blob, or all below a prefix. `name` is relative to the container.

    A blob becomes the blob `prefix + target` of the target's place; a prefix (`is_prefix`,
    `name` empty or ending with `/`) becomes the folder `prefix + target`, or the place
    itself when `target` is empty.
    """

    name: str
    is_prefix: bool
    target: str


@dataclass(frozen=True, slots=True)
class CopyRequest:
    """Blobs and prefixes of one container to a container or folder, of the same account or
    another. `source.prefix` is only where they were chosen.

    A move deletes each source once its copy is verified, while it is still what was copied.
    """

    sources: tuple[CopySource, ...]
    source: RemotePlace
    target: RemotePlace
    options: JobOptions = field(default_factory=JobOptions)
    is_move: bool = False
    make_container: bool = False


Request = UploadRequest | DownloadRequest | CopyRequest


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a conflict. `modified_s` is 0 and `md5` None where unknown."""

    size_bytes: int
    modified_s: float
    md5: bytes | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A target that exists already; `name` is the key for `JobOptions.decisions`."""

    name: str
    source: Side
    target: Side


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something did not go through, in words for a person, without secrets."""

    title: str
    message: str
    cure: str = ""
    code: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class JobSnapshot:
    """A job at one moment. Bytes are durable ones: staged, or synced to the disk."""

    id: int
    direction: Direction
    state: JobState
    title: str
    """`train-042` or `3 files`: what it is about, short."""
    source: str
    destination: str
    place: RemotePlace
    priority: int
    """Position in the queue; smaller goes first."""
    is_expanding: bool
    """The source is still being listed: the totals grow."""
    files_total: int
    files_done: int
    files_failed: int
    files_skipped: int
    bytes_total: int
    bytes_done: int
    rate_bytes_per_s: float
    eta_s: float | None
    added_s: float
    finished_s: float | None
    is_ours: bool
    """False while another process of Quayside runs it."""
    failure: Failure | None = None
    limit_bytes_per_s: int = 0
    files_cancelled: int = 0
    files_paused: int = 0
    """Held back one by one: the rest of the job goes on."""
    source_place: RemotePlace | None = None
    """For a copy, where it comes from; `place` is where it goes."""
    is_move: bool = False
    folders_total: int = 0
    folders_done: int = 0
    """Those of `files_total` and `files_done` that are folders, such as empty ones."""


@dataclass(frozen=True, slots=True)
class TransferSnapshot:
    """One file of a job at one moment."""

    id: int
    job_id: int
    direction: Direction
    state: TransferState
    local_path: str
    remote_name: str
    size_bytes: int
    bytes_done: int
    attempt: int
    failure: Failure | None = None
    note: str = ""
    """Why it was skipped, or how its name was changed."""
    is_folder: bool = False
    """It makes a folder, such as an empty one, and no file."""
