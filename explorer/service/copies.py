"""Copy, move, rename and duplicate: what was chosen, as jobs of the transfer queue.

Where directories are real, a move within a container is one step and no job.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol

from explorer.base.errors import (
    AlreadyExistsError,
    InputError,
    NotAuthorizedError,
    NotFoundError,
)
from explorer.service.browse import Browser, Reach
from explorer.service.model import Location
from explorer.service.naming import check_folder_name

if TYPE_CHECKING:  # a command that only looks does not load the engine
    from explorer.transfer.model import (
        CopyRequest,
        CopySource,
        JobOptions,
        RemotePlace,
        Request,
    )


class OneStep(Protocol):
    """Moves where directories are real."""

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
        """All of it at once, over nothing unless `replace`."""
        ...


class Copies:
    """Of the service loop's thread. Names are relative to `location`; those of folders end
    with `/`, and the empty name is the whole of it."""

    def __init__(
        self,
        reach: Reach,
        browser: Browser,
        place: Callable[[Location], RemotePlace],
        submit: Callable[[Request], Awaitable[int]],
        one_step: OneStep | None = None,
    ) -> None:
        self._reach = reach
        self._browser = browser
        self._place = place
        self._submit = submit
        self._one_step = one_step

    def request(
        self,
        location: Location,
        names: tuple[str, ...],
        target: Location,
        *,
        new_name: str = "",
        is_move: bool = False,
        options: JobOptions | None = None,
        make_container: bool = False,
    ) -> CopyRequest:
        """What puts these into the folder or container `target`, each under its own name, or
        one of them under `new_name`. The empty name puts there what is in `location`.

        Raises InputError where something would land on or in itself.
        """
        from explorer.transfer.copy_plan import check_copy
        from explorer.transfer.model import CopyRequest, JobOptions

        if not names:
            raise InputError("There is nothing to copy.", cure="Choose files or folders.")
        if new_name and len(names) > 1:
            raise InputError("Several things cannot have one name.", cure="Choose one of them.")
        made = CopyRequest(
            tuple(_source(location, name, new_name) for name in names),
            self._place(location),
            self._place(target),
            options or JobOptions(),
            is_move,
            make_container,
        )
        check_copy(made)
        return made

    async def is_one_step(self, location: Location, target: Location) -> bool:
        """Whether a move from here to there is one step, and no job. May ask the service once."""
        is_near = (location.connection_id, location.container) == (
            target.connection_id,
            target.container,
        )
        if self._one_step is None or not is_near:
            return False
        return await self._reach.directories(location.connection_id) is not None

    async def move(
        self,
        location: Location,
        names: tuple[str, ...],
        target: Location,
        *,
        new_name: str = "",
        options: JobOptions | None = None,
    ) -> int | None:
        """Move these; the job, or None where it was one step and is done.

        Raises InputError, and what the one step raises: AlreadyExistsError and the like.
        """
        request = self.request(
            location, names, target, new_name=new_name, is_move=True, options=options
        )
        if self._one_step is not None and all(names) and await self.is_one_step(location, target):
            for name in names:
                await self._one_step.move(location, name, target, new_name)
            return None
        return await self._submit(request)

    async def rename(self, location: Location, name: str, new_name: str) -> int | None:
        """Give a blob or folder another name where it is; the job, or None where that was one
        step. Raises InputError for a bad name, AlreadyExistsError for a taken one."""
        new_name = new_name.rstrip("/")
        check_folder_name(location.path, new_name)
        if not await self.is_one_step(location, location) and await self._is_taken(
            location, new_name
        ):
            raise AlreadyExistsError(
                f"There is a file or folder named '{new_name}' already.",
                cure="Choose another name.",
            )
        return await self.move(location, (name,), location, new_name=new_name)

    async def duplicate(self, location: Location, names: tuple[str, ...]) -> int:
        """Copy each to `name (copy)` beside it, or the next name that is free; the job."""
        from explorer.transfer.copy_plan import copy_name
        from explorer.transfer.model import ConflictPolicy, CopyRequest, JobOptions

        sources = []
        for name in names:
            whole = location.path + name
            taken = await self._names_like(location, copy_name(whole, lambda name: False))
            free = copy_name(whole, taken.__contains__).removeprefix(location.path)
            sources.append(_source(location, name, free.rstrip("/")))
        place = self._place(location)
        options = JobOptions(conflicts=ConflictPolicy.RENAME)
        return await self._submit(CopyRequest(tuple(sources), place, place, options))

    async def _names_like(self, location: Location, name: str) -> set[str]:
        """Blobs and folders (with a slash) whose names begin like this one, up to `(copy)`."""
        head, mark, _ = name.rpartition("(copy)")
        prefix = (head + mark).removeprefix(location.path)
        found: set[str] = set()
        try:
            async for page in self._browser.walk(location, prefix=prefix, delimiter="/"):
                for blob in page.blobs:
                    found |= {blob.name, f"{blob.name}/"}
                for folder in page.prefixes:
                    found |= {folder.name, folder.name.rstrip("/")}
        except NotAuthorizedError:
            pass  # what cannot be seen is not overwritten: the job gives it the next number
        return found

    async def _is_taken(self, location: Location, name: str) -> bool:
        try:
            await self._browser.properties(location, name)
        except NotFoundError:
            pass
        except NotAuthorizedError:
            return False
        else:
            return True
        try:
            return await self._browser.is_folder(location.child(name))
        except NotAuthorizedError:
            return False


def _source(location: Location, name: str, new_name: str) -> CopySource:
    from explorer.transfer.model import CopySource

    own_name = name.rstrip("/").rpartition("/")[2]
    return CopySource(location.path + name, not name or name.endswith("/"), new_name or own_name)
