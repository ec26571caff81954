"""The rows that the journal keeps, as values, and the keys by which it finds them. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import field
from enum import IntEnum
from typing import Final

from explorer.base.records import dataclass
from explorer.transfer.model import Failure, Request
from explorer.transfer.state import FINAL, JobState, TransferState

KEY_BYTES: Final = 16


def key_of(*parts: bytes | str) -> bytes:
    """A short key for a place: the start of a SHA-256 over its parts."""
    text = b""
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        text += b"%d:%b" % (len(data), data)
    return hashlib.sha256(text).digest()[:KEY_BYTES]


class Kind(IntEnum):
    """What a transfer makes."""

    FILE = 0
    FOLDER = 1
    """An empty folder, or the marker that stands for one."""
    REFUSED = 2
    """Nothing: something that the walk could not take, with the reason. A retry walks again."""
    ARCHIVE = 3
    """A folder as one `.tgz`; its size is that of the files in it."""


@dataclass(slots=True)
class Tally:
    """How many transfers of a job are in each state, and their bytes."""

    files: dict[TransferState, int] = field(default_factory=dict)
    bytes: dict[TransferState, int] = field(default_factory=dict)
    folders: dict[TransferState, int] = field(default_factory=dict)
    """Those of `files` that are folders."""

    def add(
        self, state: TransferState, size_bytes: int, count: int = 1, *, folders: int = 0
    ) -> None:
        self.files[state] = self.files.get(state, 0) + count
        self.bytes[state] = self.bytes.get(state, 0) + size_bytes
        if folders:
            self.folders[state] = self.folders.get(state, 0) + folders

    def move(self, old: TransferState, new: TransferState, size_bytes: int) -> None:
        self.add(old, -size_bytes, -1)
        self.add(new, size_bytes)

    @property
    def total(self) -> int:
        return sum(self.files.values())

    @property
    def total_bytes(self) -> int:
        return sum(self.bytes.values())

    @property
    def unfinished(self) -> int:
        return sum(count for state, count in self.files.items() if state not in FINAL)

    def to_text(self) -> str:
        return json.dumps(
            {
                state.value: [count, self.bytes.get(state, 0), self.folders.get(state, 0)]
                for state, count in self.files.items()
                if count
            }
        )

    @classmethod
    def from_text(cls, text: str) -> Tally:
        tally = cls()
        for state, (count, size_bytes, folders) in json.loads(text).items():
            tally.add(TransferState(state), size_bytes, count, folders=folders)
        return tally


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as the journal knows it."""

    id: int
    request: Request
    title: str
    state: JobState
    priority: int
    is_expanding: bool
    owner: str
    wish: str
    added_s: float
    finished_s: float | None
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """One file that a walk found. `local` is the path on this machine, in the system's
    bytes: absolute for an upload, below the destination for a download."""

    kind: Kind
    source_key: bytes
    target_key: bytes
    local: bytes
    remote: str
    size_bytes: int
    mtime_ns: int
    etag: str = ""
    md5: bytes | None = None
    note: str = ""
    state: TransferState = TransferState.QUEUED
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class TransferRow:
    """A transfer as the journal knows it."""

    id: int
    job_id: int
    state: TransferState
    kind: Kind
    target_key: bytes
    local: bytes
    remote: str
    size_bytes: int
    mtime_ns: int
    etag: str
    md5: bytes | None
    attempt: int
    failure: Failure | None
    note: str
    original: bytes = b""
    """The name of the target before it got another, since both are kept: below the
    destination, or of the blob in UTF-8. Empty where it has its own."""

    @property
    def local_original(self) -> bytes:
        """For a download, the target as the walk named it."""
        return self.original or self.local

    @property
    def remote_original(self) -> str:
        """For an upload or copy, the target as the walk named it."""
        return self.original.decode("utf-8", "surrogatepass") or self.remote


@dataclass(frozen=True, slots=True)
class Progress:
    """What an unfinished transfer needs to go on.

    Upload: `upload_id`, the ETag of the blob to be replaced (empty: none was there),
    the source's fingerprint, and whether the commit may have been sent. Download: the
    bitmap of what is synced, the remote ETag, and the fingerprint of the file to be
    replaced (empty: none was there).
    """

    chunk_bytes: int
    upload_id: bytes = b""
    done: bytes = b""
    etag: str = ""
    fingerprint: str = ""
    is_committing: bool = False
    digests: Mapping[int, bytes] = field(default_factory=dict)
