"""Who may do what with a file or folder: shown, set, and changed for all that is below.

Only where directories are real. What is changed in a list is read first and written back
only while the ETag is the one that was read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from explorer.base.errors import InputError, PreconditionFailedError, QuaysideError
from explorer.base.records import dataclass
from explorer.service.allowed import check_allowed, path_of, real_directories
from explorer.service.browse import Reach
from explorer.service.events import Event, FolderChanged
from explorer.service.model import Location
from explorer.storage.access import Action
from explorer.storage.acl import (
    AclEntry,
    AclKind,
    AclScope,
    checked,
    modified,
    parse_mode,
    removed,
)
from explorer.storage.directories import (
    AclChange,
    AclFailure,
    DirectoryStore,
    PathAccess,
    PathItem,
    RecursiveAclProgress,
)
from explorer.storage.model import Condition

MAX_FAILURES_KEPT = 1000
OWNERS_AT_ONCE = 6
TRIES = 4
"""How often a list that others change too is read and written again."""

_LISTS = "Access lists"


@dataclass(frozen=True, slots=True)
class AccessCount:
    """How far a change of all that is below has come; `failures` has the first thousand."""

    directories: int = 0
    files: int = 0
    failed: int = 0
    failures: tuple[AclFailure, ...] = ()
    is_complete: bool = False

    def with_batch(self, batch: RecursiveAclProgress) -> AccessCount:
        room = MAX_FAILURES_KEPT - len(self.failures)
        return replace(
            self,
            directories=self.directories + batch.directories,
            files=self.files + batch.files,
            failed=self.failed + batch.failed,
            failures=self.failures + batch.failures[:room],
        )


@dataclass(frozen=True, slots=True)
class AccessEdit:
    """What is to be different: only what is given. `permissions` (`rwxr-x---` or `0750`)
    are put into the list as its owner's, group's and others' entries."""

    owner: str = ""
    group: str = ""
    permissions: str = ""
    entries: tuple[AclEntry, ...] = ()
    """To add, or in place of those about the same."""
    removals: tuple[AclEntry, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self == AccessEdit()

    @property
    def changes(self) -> tuple[AclEntry, ...]:
        """The entries, with those the permissions stand for."""
        given = {entry.key: entry for entry in mode_entries(self.permissions)}
        for entry in self.entries:
            if entry.key in given:
                raise InputError(
                    f"The permissions and the entry {entry} say different things.",
                    cure="Leave one of them out.",
                )
        return (*given.values(), *self.entries)


def mode_entries(permissions: str) -> tuple[AclEntry, ...]:
    """The three entries that permissions stand for; none for none. Raises InputError."""
    if not permissions:
        return ()
    letters = parse_mode(permissions).replace("t", "x").replace("T", "-")
    kinds = (AclKind.USER, AclKind.GROUP, AclKind.OTHER)
    return tuple(
        AclEntry(AclScope.ACCESS, kind, "", letters[at * 3 : at * 3 + 3])
        for at, kind in enumerate(kinds)
    )


class AccessControl:
    """Of the service loop's thread. `name` is a file or folder of the location, empty for
    the location itself (the container's root, where that is meant)."""

    def __init__(self, reach: Reach, put: Callable[[Event], None]) -> None:
        self._reach = reach
        self._put = put

    async def get(self, location: Location, name: str = "", *, by_name: bool = False) -> PathAccess:
        """Owner, group, permissions and the whole list; `by_name` asks for names in place
        of object ids, where the service knows them. Raises InputError on a flat account,
        NotFoundError, NotAuthorizedError."""
        directories = await real_directories(self._reach, location, _LISTS)
        return await self._reach.calls.run(
            directories.access, location.container, path_of(location, name), by_name=by_name
        )

    async def set(
        self,
        location: Location,
        name: str = "",
        *,
        owner: str = "",
        group: str = "",
        permissions: str = "",
        acl: Sequence[AclEntry] = (),
        etag: str = "",
    ) -> PathAccess:
        """Set what is given, the list as a whole; with `etag` only while it is the one that
        was looked at. Returns what it is then. Raises InputError, PreconditionFailedError."""
        self._check(location, owner=owner or group, acl=permissions or acl)
        directories = await real_directories(self._reach, location, _LISTS)
        path = path_of(location, name)
        if any(entry.scope is AclScope.DEFAULT for entry in acl):
            checked(acl, is_directory=await self._is_directory(directories, location, path))
        await self._reach.calls.told(
            f"Look at the access to '{path}'",
            directories.set_access,
            location.container,
            path,
            owner=owner,
            group=group,
            permissions=permissions,
            acl=acl,
            condition=Condition.unchanged(etag) if etag else Condition.always(),
        )
        self._put(FolderChanged(location))
        return await self._reach.calls.run(directories.access, location.container, path)

    async def edit(self, location: Location, name: str, edit: AccessEdit) -> PathAccess:
        """Change single entries: the list is read, changed, and written while it is the one
        that was read. Raises InputError for an entry that is to go and is not there."""
        if edit.is_empty:
            raise InputError("There is nothing to change.", cure="Give an owner or an entry.")
        changes = edit.changes
        if not edit.entries and not edit.removals:
            return await self.set(
                location, name, owner=edit.owner, group=edit.group, permissions=edit.permissions
            )
        for tries in range(1, TRIES + 1):
            before = await self.get(location, name)
            acl = removed(before.acl, edit.removals) if edit.removals else before.acl
            acl = modified(acl, changes) if changes else acl
            try:
                return await self.set(
                    location, name, owner=edit.owner, group=edit.group, acl=acl, etag=before.etag
                )
            except PreconditionFailedError:
                if tries == TRIES:
                    raise
        raise AssertionError("the last try returns or raises")

    async def change_below(
        self, location: Location, name: str, edit: AccessEdit
    ) -> AsyncGenerator[AccessCount, None]:
        """The same for a folder and all below it, batch by batch, what fails is passed over.

        Entries first, then removals, then owner and group; a path counts for each of them.
        """
        if edit.is_empty:
            raise InputError("There is nothing to change.", cure="Give an owner or an entry.")
        changes = edit.changes
        self._check(location, owner=edit.owner or edit.group, acl=changes or edit.removals)
        directories = await real_directories(self._reach, location, _LISTS)
        path = path_of(location, name)
        count = AccessCount()
        steps = [(AclChange.MODIFY, changes), (AclChange.REMOVE, edit.removals)]
        for change, entries in steps:
            if not entries:
                continue
            async with aclosing(
                self._batches(directories, location.container, path, change, entries)
            ) as batches:
                async for batch in batches:
                    count = count.with_batch(batch)
                    yield count
        if edit.owner or edit.group:
            owners = self._owners(directories, location.container, path, edit)
            async with aclosing(owners) as batches:
                async for batch in batches:
                    count = count.with_batch(batch)
                    yield count
        self._put(FolderChanged(location))
        yield replace(count, is_complete=True)

    async def replace_below(
        self, location: Location, name: str, acl: Sequence[AclEntry]
    ) -> AsyncGenerator[AccessCount, None]:
        """Give a folder and all below it this very list."""
        whole = checked(acl)
        self._check(location, owner="", acl=whole)
        directories = await real_directories(self._reach, location, _LISTS)
        count = AccessCount()
        path = path_of(location, name)
        batches = self._batches(directories, location.container, path, AclChange.SET, whole)
        async with aclosing(batches):
            async for batch in batches:
                count = count.with_batch(batch)
                yield count
        self._put(FolderChanged(location))
        yield replace(count, is_complete=True)

    async def retry(
        self,
        location: Location,
        edit: AccessEdit | Sequence[AclEntry],
        failures: Sequence[AclFailure],
    ) -> AsyncGenerator[AccessCount, None]:
        """Do the same again for what failed, path by path (folders with all below): an edit as
        `change_below` does, a whole list as `replace_below`."""
        top = Location(location.connection_id, location.container)
        total = AccessCount()
        for path in dict.fromkeys(failure.path for failure in failures):
            done = AccessCount()
            counts = (
                self.change_below(top, path, edit)
                if isinstance(edit, AccessEdit)
                else self.replace_below(top, path, edit)
            )
            async with aclosing(counts):
                async for count in counts:
                    done = count
            total = total.with_batch(
                RecursiveAclProgress(done.directories, done.files, done.failures, done.failed)
            )
            yield total
        yield replace(total, is_complete=True)

    # -- steps ----------------------------------------------------------------

    def _check(self, location: Location, *, owner: object, acl: object) -> None:
        if acl:
            check_allowed(self._reach, location.connection_id, Action.SET_ACL)
        if owner:
            check_allowed(self._reach, location.connection_id, Action.SET_OWNER)

    async def _is_directory(
        self, directories: DirectoryStore, location: Location, path: str
    ) -> bool:
        if not path:
            return True
        found = await self._reach.calls.run(directories.properties, location.container, path)
        return found.is_directory

    async def _batches(
        self,
        directories: DirectoryStore,
        container: str,
        path: str,
        change: AclChange,
        entries: Sequence[AclEntry],
    ) -> AsyncGenerator[RecursiveAclProgress, None]:
        continuation = ""
        while True:
            batch = await self._reach.calls.run(
                directories.change_access_recursive,
                container,
                path,
                change,
                entries,
                continuation=continuation,
            )
            yield batch
            continuation = batch.continuation
            if not continuation:
                return

    async def _owners(
        self, directories: DirectoryStore, container: str, path: str, edit: AccessEdit
    ) -> AsyncGenerator[RecursiveAclProgress, None]:
        """Path by path: the service changes owners of one at a time."""
        is_directory = await self._is_directory(directories, Location("", container), path)
        yield await self._own(directories, container, [(path, is_directory)], edit)
        marker = ""
        while is_directory:
            page = await self._reach.calls.run(
                directories.list_paths, container, path, recursive=True, marker=marker
            )
            for start in range(0, len(page.items), 100):
                items: Sequence[PathItem] = page.items[start : start + 100]
                paths = [(item.path, item.is_directory) for item in items]
                yield await self._own(directories, container, paths, edit)
            marker = page.next_marker
            if not marker:
                return

    async def _own(
        self,
        directories: DirectoryStore,
        container: str,
        paths: Sequence[tuple[str, bool]],
        edit: AccessEdit,
    ) -> RecursiveAclProgress:
        at_once = asyncio.Semaphore(OWNERS_AT_ONCE)

        async def one(path: str, is_directory: bool) -> AclFailure | None:
            async with at_once:
                try:
                    await self._reach.calls.run(
                        directories.set_access,
                        container,
                        path,
                        owner=edit.owner,
                        group=edit.group,
                        condition=Condition.always(),
                    )
                except QuaysideError as error:
                    return AclFailure(path, is_directory, str(error))
            return None

        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(one(*path)) for path in paths]
        failures = tuple(failure for task in running if (failure := task.result()) is not None)
        failed = {failure.path for failure in failures}
        done = [is_directory for path, is_directory in paths if path not in failed]
        return RecursiveAclProgress(sum(done), len(done) - sum(done), failures, len(failures))
