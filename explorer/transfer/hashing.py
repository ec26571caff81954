"""MD5 of whole files and blobs, in order, stopped by a cancel. Blocking."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Callable
from typing import Final, Protocol

from explorer.base.cancel import current_token
from explorer.storage.api import BlobStore
from explorer.storage.model import BlobProperties
from explorer.transfer.files import Source

HASH_BYTES: Final = 4 * 1024 * 1024
"""At a time: after each the interpreter is asked for, and has to be waited for."""


class Readable(Protocol):
    def read_into(self, buffer: memoryview, offset: int) -> None: ...


class RunningMd5:
    """The MD5 of a beginning that grows; one thread at a time."""

    def __init__(self) -> None:
        self._digest = hashlib.md5(usedforsecurity=False)
        # Of a map only what was written to takes memory.
        self._buffer = memoryview(mmap.mmap(-1, HASH_BYTES))
        self.position = 0

    def advance(self, file: Readable, until: int, told: Callable[[], None] = lambda: None) -> None:
        """Read and hash from where it stands to `until`. `told` hears of each further piece."""
        token = current_token()
        while self.position < until:
            if token is not None:
                token.raise_if_cancelled()
            view = self._buffer[: until - self.position]
            file.read_into(view, self.position)
            self._digest.update(view)
            self.position += len(view)
            told()

    def digest(self) -> bytes:
        return self._digest.digest()


def md5_of(source: Source) -> bytes:
    """MD5 of an open local file."""
    running = RunningMd5()
    running.advance(source, source.fingerprint.size_bytes)
    return running.digest()


def md5_at(path: bytes) -> bytes:
    """MD5 of the local file at `path`."""
    with Source(path) as source:
        return md5_of(source)


def md5_of_blob(store: BlobStore, found: BlobProperties) -> bytes:
    """MD5 of a blob, by reading it."""
    digest = hashlib.md5(usedforsecurity=False)
    if found.size_bytes:
        store.read_range(
            found.ref,
            0,
            found.size_bytes,
            lambda _, data: digest.update(data),
            if_match=found.etag,
        )
    return digest.digest()
