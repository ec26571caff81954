"""Deleting many blobs: batches side by side, each name tried again where that helps."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import field
from typing import TypeVar

from explorer.base.errors import NotAuthorizedError, NotFoundError, QuaysideError
from explorer.base.records import dataclass
from explorer.base.tasks import side_by_side
from explorer.service.model import DeleteCount
from explorer.service.patience import Calls, pause_after
from explorer.storage.api import DELETE_BATCH, BlobStore
from explorer.storage.model import Blob

T = TypeVar("T")

BATCHES_AT_ONCE = 6
MAX_FAILURES_KEPT = 1000


class Found:
    """What a deletion will delete: names with their sizes, packed, since it can be a million.

    Folders (markers and directories) come last, the deepest first: a directory must be
    empty, and a deletion that stops half way leaves its folder in sight.
    """

    def __init__(self) -> None:
        self._named: list[str] = []
        self._pages: list[bytes] = []
        self._folders: list[str] = []

    def add_named(self, name: str) -> None:
        """A blob somebody asked for by name: it is an error if it is not there."""
        self._named.append(name)

    def add_folder(self, name: str) -> None:
        self._folders.append(name)

    def add_page(self, blobs: Sequence[Blob]) -> None:
        files = [(blob.name, blob.size_bytes) for blob in blobs if not blob.is_directory]
        self._folders.extend(blob.name for blob in blobs if blob.is_directory)
        if files:
            self._pages.append(zlib.compress(json.dumps(files).encode(), 1))

    def batches(self) -> Iterator[Batch]:
        """Of at most `DELETE_BATCH` each; every batch up to the first of folders is
        independent of the others."""
        for names in _cut(self._named):
            yield Batch(dict.fromkeys(names, 0), are_named=True)
        for page in self._pages:
            for files in _cut(json.loads(zlib.decompress(page))):
                yield Batch({name: size for name, size in files})

    def folders(self) -> Iterator[Batch]:
        """One level a batch, to be done one after the other."""
        levels: dict[int, list[str]] = {}
        for name in dict.fromkeys(self._folders):
            levels.setdefault(name.rstrip("/").count("/"), []).append(name)
        for level in sorted(levels, reverse=True):
            for names in _cut(levels[level]):
                yield Batch(dict.fromkeys(names, 0), are_folders=True)


def _cut(items: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(items), DELETE_BATCH):
        yield items[start : start + DELETE_BATCH]


@dataclass(frozen=True, slots=True)
class Batch:
    """Names with their sizes."""

    sizes: dict[str, int]
    are_named: bool = False
    are_folders: bool = False


@dataclass(slots=True)
class _Outcome:
    blobs: int = 0
    size_bytes: int = 0
    failures: list[tuple[str, QuaysideError]] = field(default_factory=list)


class Deletion:
    """One deletion in one container. Of the service loop's thread."""

    def __init__(self, calls: Calls, store: BlobStore, container: str) -> None:
        self._calls = calls
        self._store = store
        self._container = container

    async def run(self, found: Found) -> AsyncGenerator[DeleteCount, None]:
        """Counts of what is gone; closing it waits for the batches under way. Raises
        NotAuthorizedError when nothing at all is allowed."""
        blobs = size_bytes = failed = 0
        kept: list[tuple[str, QuaysideError]] = []
        async with aclosing(self._outcomes(found)) as outcomes:
            async for outcome in outcomes:
                blobs += outcome.blobs
                size_bytes += outcome.size_bytes
                failed += len(outcome.failures)
                kept += outcome.failures[: MAX_FAILURES_KEPT - len(kept)]
                if not blobs and isinstance(kept[0][1] if kept else None, NotAuthorizedError):
                    raise kept[0][1]
                yield DeleteCount(blobs, size_bytes, tuple(kept), failed)
        yield DeleteCount(blobs, size_bytes, tuple(kept), failed, is_complete=True)

    async def _outcomes(self, found: Found) -> AsyncGenerator[_Outcome, None]:
        batches = side_by_side(found.batches(), BATCHES_AT_ONCE, self._delete)
        async with aclosing(batches) as outcomes:
            async for outcome in outcomes:
                yield outcome
        for batch in found.folders():
            yield await self._delete(batch)

    async def _delete(self, batch: Batch) -> _Outcome:
        outcome = _Outcome()
        rest = list(batch.sizes)
        rounds = 0
        while rest:
            errors = await self._try(rest)
            rounds += 1
            pauses: list[float] = []
            again: list[str] = []
            for name, error in errors:
                is_gone = isinstance(error, NotFoundError) and (rounds > 1 or not batch.are_named)
                if error is None or is_gone:
                    outcome.blobs += not batch.are_folders
                    outcome.size_bytes += batch.sizes[name]
                elif (pause_s := pause_after(error, rounds)) is not None:
                    pauses.append(pause_s)
                    again.append(name)
                else:
                    outcome.failures.append((name, error))
            rest = again
            if rest:
                await asyncio.sleep(max(pauses))
        return outcome

    async def _try(self, names: list[str]) -> Iterable[tuple[str, QuaysideError | None]]:
        def work() -> list[tuple[str, QuaysideError | None]]:
            return list(self._store.delete_blobs(self._container, names))

        try:
            return await self._calls.once(work)
        except QuaysideError as error:
            return [(name, error) for name in names]
