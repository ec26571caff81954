"""The content hash of an artifact, as azure-ai-ml 1.35 makes it: equal files, equal hash.

SHA-256 over the number of files as decimal text; then, for each file in the order of its
lower-cased name, `#`, the name, `#` and its size as decimal text; then, in the same order, the
bytes of every file. Blocking; files are read ahead in threads, since a hash has one order and
a disk has many hands.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from explorer.base.errors import LocalError, SourceChangedError
from explorer.workflows.artifact_files import ArtifactFile

READ_BYTES: Final = 1024 * 1024
AHEAD_BYTES: Final = 32 * 1024 * 1024
"""So much is read before its turn comes."""
SMALL_BYTES: Final = 4 * 1024 * 1024
"""Larger files are read when it is their turn."""
AHEAD_FILES: Final = 256

Told = Callable[[int], None]
"""Hears how many more bytes were hashed."""


def content_hash(files: Sequence[ArtifactFile], told: Told = lambda count: None) -> str:
    """64 hexadecimal digits. Raises SourceChangedError where a file is not as it was found,
    LocalError where one cannot be read."""
    ordered = sorted(files, key=lambda file: file.name.lower())
    digest = hashlib.sha256(str(len(ordered)).encode())
    for file in ordered:
        digest.update(f"#{file.name}#{file.size_bytes}".encode("utf-8", "surrogateescape"))
    with ThreadPoolExecutor(max(2, os.cpu_count() or 2), "artifact-read") as readers:
        for file, pieces in _read_ahead(ordered, readers):
            size = 0
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                told(len(piece))
            if size != file.size_bytes:
                raise changed(file)
    return digest.hexdigest()


def _read_ahead(
    files: Sequence[ArtifactFile], readers: ThreadPoolExecutor
) -> Iterator[tuple[ArtifactFile, Iterator[bytes]]]:
    """Each file with its bytes, in their order."""
    waiting: deque[tuple[ArtifactFile, Future[bytes] | None]] = deque()
    ahead_bytes = 0
    rest = iter(files)
    upcoming = next(rest, None)
    try:
        while waiting or upcoming is not None:
            while upcoming is not None and len(waiting) < AHEAD_FILES:
                is_small = upcoming.size_bytes <= SMALL_BYTES
                if is_small and waiting and ahead_bytes + upcoming.size_bytes > AHEAD_BYTES:
                    break
                if is_small:
                    ahead_bytes += upcoming.size_bytes
                    waiting.append((upcoming, readers.submit(_whole, upcoming)))
                else:
                    waiting.append((upcoming, None))
                upcoming = next(rest, None)
            file, reading = waiting.popleft()
            if reading is None:
                yield file, _pieces(file)
            else:
                ahead_bytes -= file.size_bytes
                yield file, iter((reading.result(),))
    finally:
        for _, reading in waiting:
            if reading is not None:
                reading.cancel()


def _whole(file: ArtifactFile) -> bytes:
    return b"".join(_pieces(file, most=file.size_bytes + 1))


def _pieces(file: ArtifactFile, most: int | None = None) -> Iterator[bytes]:
    left = most
    try:
        with open(file.local, "rb", buffering=0) as source:
            while left is None or left > 0:
                piece = source.read(READ_BYTES if left is None else min(READ_BYTES, left))
                if not piece:
                    return
                left = None if left is None else left - len(piece)
                yield piece
    except OSError as error:
        raise LocalError(
            f"'{file.local}' cannot be read: {error.strerror}.",
            path=file.local,
            cure="Change its permissions, or name it in .amlignore.",
        ) from error


def changed(file: ArtifactFile) -> SourceChangedError:
    """A file is not what was hashed."""
    return SourceChangedError(
        f"'{file.local}' changed while the artifact was made of it.",
        cure="Wait until nothing writes there, and begin again.",
    )


def is_unchanged(file: ArtifactFile) -> bool:
    """Whether the file still has the size, time and inode it was found with."""
    try:
        found = os.stat(file.local)
    except OSError:
        return False
    return (found.st_size, found.st_mtime_ns, found.st_ino) == (file.size_bytes, *file.stamp)
