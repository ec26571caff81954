"""What a mirror asks of storage: whole listings as they are, MD5s, and deletions of exactly what
was seen."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import ParamSpec, TypeVar

from explorer.base.errors import NotFoundError
from explorer.service.allowed import check_allowed
from explorer.service.browse import Browser, Reach
from explorer.service.events import Event, FolderChanged
from explorer.service.model import Location
from explorer.storage.access import Action
from explorer.storage.model import BlobRef, Condition, Page

P = ParamSpec("P")
R = TypeVar("R")


class Syncing:
    """Of the service loop's thread. Names are in full below the container."""

    def __init__(self, reach: Reach, browser: Browser, put: Callable[[Event], None]) -> None:
        self._reach = reach
        self._browser = browser
        self._put = put

    async def pages(self, location: Location) -> AsyncGenerator[Page, None]:
        """All below a folder, markers and directories as the blobs they are, with metadata.
        A page that cannot be had raises: it is never 'empty'."""
        async with aclosing(self._browser.walk(location)) as pages:
            async for page in pages:
                yield page

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Blocking work on this machine, in a thread, once."""
        return await self._reach.calls.once(work, *args, **kwargs)

    async def md5(self, location: Location, name: str) -> bytes:
        """The MD5 of a blob's bytes, by reading them. Raises NotFoundError."""
        from explorer.transfer.hashing import md5_of_blob

        store = await self._reach.store(location.connection_id)
        found = await self._reach.calls.run(store.properties, BlobRef(location.container, name))
        return await self._reach.calls.run(md5_of_blob, store, found)

    def check_delete(self, location: Location) -> None:
        """Raises NotAuthorizedError where the credential itself does not delete."""
        check_allowed(self._reach, location.connection_id, Action.DELETE)

    async def delete_seen(self, location: Location, name: str, etag: str) -> None:
        """Delete a blob while it is still the one of that ETag; one that is gone is as wanted.
        Raises PreconditionFailedError where it was changed."""
        store = await self._reach.store(location.connection_id)
        ref = BlobRef(location.container, name)
        try:
            await self._reach.calls.run(
                store.delete_blob, ref, condition=Condition.unchanged(etag), with_snapshots=True
            )
        except NotFoundError as error:
            if error.code == "ContainerNotFound":
                raise

    async def delete_empty(self, location: Location, name: str, etag: str) -> None:
        """Delete a folder that has nothing in it: a directory, or the marker that stands for
        it. Raises ConflictError where it is not empty."""
        directories = await self._reach.directories(location.connection_id)
        if directories is None:
            await self.delete_seen(location, name, etag)
            return
        try:
            await self._reach.calls.run(
                directories.delete_path,
                location.container,
                name.rstrip("/"),
                recursive=False,
                condition=Condition.always(),
            )
        except NotFoundError as error:
            if error.code not in ("PathNotFound", "BlobNotFound"):
                raise

    def changed(self, location: Location) -> None:
        """Whoever shows this folder lists it again."""
        self._put(FolderChanged(location))
