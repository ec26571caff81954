"""Changing what is there: containers and folders made, things counted and deleted.

A deletion lists everything first and deletes only what was listed: a listing that fails
half way deletes nothing (P18).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from explorer.base.errors import (
    AlreadyExistsError,
    ConflictError,
    InputError,
    NotAuthorizedError,
    NotFoundError,
    PreconditionFailedError,
)
from explorer.service.allowed import check_allowed
from explorer.service.browse import Browser, Reach
from explorer.service.events import Event, FolderChanged
from explorer.service.folders import FOLDER_MARK
from explorer.service.model import DeleteCount, Location
from explorer.service.naming import check_container_name, check_folder_name
from explorer.storage.access import Action
from explorer.storage.model import BlobHeaders, BlobRef, Condition

if TYPE_CHECKING:
    from explorer.service.deletion import Found
    from explorer.service.directory_deletion import Tree
    from explorer.storage.directories import DirectoryStore

MANY_NAMES = 20
"""Beyond so many blobs one listing of their folder costs less than asking for each."""


class Operations:
    """Of the service loop's thread. Each change ends with a `FolderChanged`."""

    def __init__(self, reach: Reach, browser: Browser, put: Callable[[Event], None]) -> None:
        self._reach = reach
        self._browser = browser
        self._put = put

    # -- making ---------------------------------------------------------------

    async def create_container(self, connection_id: str, name: str) -> Location:
        check_container_name(name)
        check_allowed(self._reach, connection_id, Action.CREATE_CONTAINER)
        store = await self._reach.store(connection_id)
        await self._reach.calls.told(_look_in_account(name), store.create_container, name)
        self._put(FolderChanged(Location(connection_id)))
        return Location(connection_id, name)

    async def delete_container(self, location: Location) -> None:
        if not location.container or location.path:
            raise InputError("This is not a container.", cure="Choose the container itself.")
        check_allowed(self._reach, location.connection_id, Action.DELETE_CONTAINER)
        store = await self._reach.store(location.connection_id)
        await self._reach.calls.told(
            _look_in_account(location.container), store.delete_container, location.container
        )
        self._put(FolderChanged(Location(location.connection_id)))

    async def create_folder(self, location: Location, name: str) -> Location:
        if not location.container:
            raise InputError("Folders live in containers.", cure="Open a container first.")
        check_folder_name(location.path, name)
        check_allowed(self._reach, location.connection_id, Action.CREATE)
        made = location.child(name)
        directories = await self._reach.directories(location.connection_id)
        if directories is not None:
            await self._create_directory(directories, made)
            self._put(FolderChanged(location))
            return made
        store = await self._reach.store(location.connection_id)
        can_look = self._reach.access(location.connection_id).allows(Action.LIST_BLOBS)
        if can_look and await self._browser.is_folder(made):
            raise _exists(name, "folder")
        try:
            await self._reach.calls.told(
                f"Look for the folder '{name}'",
                store.put_blob,
                BlobRef(location.container, location.path + name),
                b"",
                headers=BlobHeaders(metadata=FOLDER_MARK),
                condition=Condition.absent(),
            )
        except (AlreadyExistsError, PreconditionFailedError, ConflictError):
            raise _exists(name, "file or folder") from None
        self._put(FolderChanged(location))
        return made

    async def _create_directory(self, directories: DirectoryStore, made: Location) -> None:
        """A real one. Raises AlreadyExistsError."""
        try:
            await self._reach.calls.told(
                f"Look for the folder '{made.name}'",
                directories.create_directory,
                made.container,
                made.path.rstrip("/"),
                condition=Condition.absent(),
            )
        except AlreadyExistsError:
            raise _exists(made.name, "file or folder") from None

    # -- deleting -------------------------------------------------------------

    async def count_for_delete(
        self, location: Location, names: tuple[str, ...]
    ) -> AsyncGenerator[DeleteCount, None]:
        blobs = size_bytes = 0
        files = {location.path + name for name in names if not _is_folder(name)}
        if len(files) > MANY_NAMES:
            async for page in self._browser.walk(location, delimiter="/"):
                for blob in page.blobs:
                    if blob.name in files:
                        blobs, size_bytes = blobs + 1, size_bytes + blob.size_bytes
                yield DeleteCount(blobs, size_bytes)
        else:
            for name in files:
                found = await self._browser.properties(
                    Location(location.connection_id, location.container), name
                )
                blobs, size_bytes = blobs + 1, size_bytes + found.size_bytes
        for name in names:
            if not _is_folder(name):
                continue
            async for page in self._browser.walk(location, prefix=name):
                for blob in page.blobs:
                    if not blob.is_directory:
                        blobs, size_bytes = blobs + 1, size_bytes + blob.size_bytes
                yield DeleteCount(blobs, size_bytes)
        yield DeleteCount(blobs, size_bytes, is_complete=True)

    async def delete(
        self, location: Location, names: tuple[str, ...]
    ) -> AsyncGenerator[DeleteCount, None]:
        if not location.container:
            raise InputError("Containers are deleted one by one.", cure="Choose one container.")
        check_allowed(self._reach, location.connection_id, Action.DELETE)
        from explorer.service.deletion import Deletion  # late: most commands delete nothing
        from explorer.service.directory_deletion import DirectoryDeletion, find_trees

        directories = await self._reach.directories(location.connection_id)
        trees: list[Tree] = []
        if directories is None:
            found = await self._find_all(location, names)
        else:
            found, trees = await find_trees(self._browser, location, names)
        store = await self._reach.store(location.connection_id)
        deletion = Deletion(self._reach.calls, store, location.container)
        counts = deletion.run(found)
        if directories is not None:
            whole = DirectoryDeletion(self._reach.calls, directories, location.container)
            counts = whole.run(deletion, found, trees)
        try:
            async with aclosing(counts):
                async for count in counts:
                    yield count
        finally:
            self._put(FolderChanged(location))
            for name in names:
                if name.endswith("/"):
                    self._put(
                        FolderChanged(
                            Location(
                                location.connection_id, location.container, location.path + name
                            )
                        )
                    )

    async def _find_all(self, location: Location, names: tuple[str, ...]) -> Found:
        """Everything to delete, listed to the end before anything is touched."""
        from explorer.service.deletion import Found

        found = Found()
        for name in names:
            if not _is_folder(name):
                found.add_named(location.path + name)
                continue
            async for page in self._browser.walk(location, prefix=name):
                found.add_page(page.blobs)
            # The marker of the folder may lie beside it, not below.
            if await self._is_marker(location, name[:-1]):
                found.add_folder(location.path + name[:-1])
        return found

    async def _is_marker(self, location: Location, name: str) -> bool:
        if not name or name.endswith("/"):
            return False
        try:
            return (await self._browser.properties(location, name)).is_directory
        except (NotFoundError, NotAuthorizedError):
            return False


def _is_folder(name: str) -> bool:
    """An empty name is the listed folder itself, with all that is in it."""
    return not name or name.endswith("/")


def _look_in_account(container: str) -> str:
    return f"Look for the container '{container}' in the account"


def _exists(name: str, what: str) -> AlreadyExistsError:
    return AlreadyExistsError(
        f"There is a {what} named '{name}' already.", cure="Choose another name."
    )
