"""Renaming and moving in one step, where directories are real.

Where they are not, a move is a copy by the service and a deletion: `copies` knows both ways
and says beforehand which one it will be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from explorer.base.errors import InputError, NotFoundError, QuaysideError, Retry
from explorer.service.allowed import check_allowed, path_of, real_directories
from explorer.service.browse import Reach
from explorer.service.events import Event, FolderChanged
from explorer.service.model import Location
from explorer.service.naming import check_folder_name
from explorer.storage.access import Action
from explorer.storage.model import Condition

if TYPE_CHECKING:
    from explorer.storage.directories import DirectoryStore


class Renaming:
    """Of the service loop's thread. Each change ends with a `FolderChanged`."""

    def __init__(self, reach: Reach, put: Callable[[Event], None]) -> None:
        self._reach = reach
        self._put = put

    async def rename(
        self, location: Location, name: str, new_name: str, *, etag: str = "", replace: bool = False
    ) -> None:
        """Give a blob or folder (its name ends with `/`) another name in its folder, atomically.

        See `move`.
        """
        await self.move(location, name, location, new_name, etag=etag, replace=replace)

    async def move(
        self,
        location: Location,
        name: str,
        target: Location,
        new_name: str = "",
        *,
        etag: str = "",
        replace: bool = False,
    ) -> None:
        """Move a blob or folder of `location` into the folder `target`, atomically, under
        `new_name` or the name it has.

        With `etag` only while it is the one that was looked at. Never over what is there
        unless `replace` (and never over a folder that is not empty). Raises InputError where
        it would take a copy (another container, a flat account), AlreadyExistsError,
        NotFoundError, PreconditionFailedError, ConflictError.
        """
        is_folder = name.endswith("/")
        plain = name.rstrip("/")
        new_name = new_name.rstrip("/") or plain.rpartition("/")[2]
        check_folder_name(target.path, new_name, what="folder" if is_folder else "file")
        check_allowed(self._reach, location.connection_id, Action.MOVE)
        if not _is_within_reach(location, target):
            raise InputError(
                "Only within one container is a move one step.",
                cure="Copy it there, then delete it here; the transfer queue moves so.",
            )
        directories = await real_directories(self._reach, location, "Renames in one step")
        source, destination = path_of(location, plain), path_of(target, new_name)
        if source == destination:
            return
        step = _Step(directories, location.container, source, destination, etag, replace)
        await self._reach.calls.run(step.take)
        self._put(FolderChanged(location))
        if target != location:
            self._put(FolderChanged(target))
        if is_folder:
            for folder in (location.child(plain), target.child(new_name)):
                self._put(FolderChanged(folder))


class _Step:
    """One rename, tried again where that helps; a lost answer to the first is recognised."""

    def __init__(
        self,
        directories: DirectoryStore,
        container: str,
        source: str,
        destination: str,
        etag: str,
        replace: bool,
    ) -> None:
        self._directories = directories
        self._container = container
        self._source = source
        self._destination = destination
        self._when_source = Condition.unchanged(etag) if etag else Condition.always()
        self._when_destination = Condition.always() if replace else Condition.absent()
        self._may_be_done = False

    def take(self) -> None:
        """Blocks. Raises as `DirectoryStore.rename`."""
        if self._may_be_done and self._is_done():
            return
        try:
            self._directories.rename(
                self._container,
                self._source,
                self._destination,
                source_condition=self._when_source,
                destination_condition=self._when_destination,
            )
        except QuaysideError as error:
            self._may_be_done = error.retry is Retry.SOON
            raise

    def _is_done(self) -> bool:
        """The old name is gone and the new one there: what was asked for is so."""
        try:
            self._directories.properties(self._container, self._source)
        except NotFoundError:
            self._directories.properties(self._container, self._destination)
            return True
        return False


def _is_within_reach(source: Location, target: Location) -> bool:
    return (source.connection_id, source.container) == (target.connection_id, target.container)
