"""Deleting where directories are real: each folder as a whole, by the service.

What is to go is listed to the end first, so that it can be counted and a listing that
fails deletes nothing (P18). The service deletes a folder in one step or, where it is
large, in several with a continuation, and tells no counts: they grow folder by folder.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from explorer.base.errors import NotAuthorizedError, NotFoundError, QuaysideError
from explorer.base.records import dataclass
from explorer.service.browse import Browser
from explorer.service.deletion import MAX_FAILURES_KEPT, Deletion, Found
from explorer.service.model import DeleteCount, Location
from explorer.service.patience import Calls
from explorer.storage.model import Condition

if TYPE_CHECKING:
    from explorer.storage.directories import DirectoryStore


@dataclass(slots=True)
class Tree:
    """A folder that goes with all in it; counts are of the blobs below."""

    path: str
    blobs: int = 0
    size_bytes: int = 0


async def find_trees(
    browser: Browser, location: Location, names: Sequence[str]
) -> tuple[Found, list[Tree]]:
    """Files and folders of those names (an empty one is all that is in `location`)."""
    files = Found()
    trees: dict[str, Tree] = {}
    for name in names:
        if name and not name.endswith("/"):
            files.add_named(location.path + name)
            continue
        below = location.path + name
        if name:
            trees.setdefault(below.rstrip("/"), Tree(below.rstrip("/")))
        async for page in browser.walk(location, prefix=name):
            direct = []
            for blob in page.blobs:
                first, slash, _ = blob.name[len(below) :].partition("/")
                if name:
                    path = below.rstrip("/")
                elif slash or blob.is_directory:
                    path = below + first
                else:
                    direct.append(blob)
                    continue
                tree = trees.setdefault(path, Tree(path))
                if not blob.is_directory:
                    tree.blobs += 1
                    tree.size_bytes += blob.size_bytes
            files.add_page(direct)
    return files, list(trees.values())


class DirectoryDeletion:
    """One deletion in one container. Of the service loop's thread."""

    def __init__(self, calls: Calls, directories: DirectoryStore, container: str) -> None:
        self._calls = calls
        self._directories = directories
        self._container = container

    async def run(
        self, files: Deletion, found: Found, trees: Sequence[Tree]
    ) -> AsyncGenerator[DeleteCount, None]:
        """Counts of what is gone: the files first, then folder by folder. Raises
        NotAuthorizedError when nothing at all is allowed."""
        count = DeleteCount()
        async with aclosing(files.run(found)) as counts:
            async for count in counts:
                if not count.is_complete:
                    yield count
        blobs, size_bytes, failed = count.blobs, count.size_bytes, count.failed
        failures = list(count.failures)
        are_any_gone = bool(blobs)
        for tree in trees:
            error = await self._delete(tree.path)
            if error is None:
                are_any_gone = True
                blobs, size_bytes = blobs + tree.blobs, size_bytes + tree.size_bytes
            else:
                failed += 1
                failures += [(tree.path, error)][: MAX_FAILURES_KEPT - len(failures)]
                if isinstance(error, NotAuthorizedError) and not are_any_gone:
                    raise error
            yield DeleteCount(blobs, size_bytes, tuple(failures), failed)
        yield DeleteCount(blobs, size_bytes, tuple(failures), failed, is_complete=True)

    async def _delete(self, path: str) -> QuaysideError | None:
        def work() -> None:
            self._directories.delete_path(
                self._container, path, recursive=True, condition=Condition.always()
            )

        try:
            await self._calls.run(work)
        except NotFoundError as error:
            # It was there when it was listed: an answer may have been lost.
            return None if error.code in ("PathNotFound", "BlobNotFound") else error
        except QuaysideError as error:
            return error
        return None
