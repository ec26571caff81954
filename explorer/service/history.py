"""The past of blobs and containers: versions, snapshots, what is deleted, and the way back.

Of the service loop's thread. What a Data Lake account keeps of the past is not reached by
these operations: they say so.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial

from explorer.base.errors import (
    ConflictError,
    InputError,
    NetworkError,
    NotAuthorizedError,
    NotFoundError,
    QuaysideError,
)
from explorer.base.records import dataclass
from explorer.service.browse import Reach
from explorer.service.events import Event, FolderChanged
from explorer.service.lost_answers import Change
from explorer.service.model import Location
from explorer.service.patience import in_doubt
from explorer.service.reaching import rest_of
from explorer.service.restore_plan import (
    Planner,
    RestorePlan,
    Step,
    current_of,
    newest_first,
    step_back,
)
from explorer.service.restoring import RestoreCount, Restoring, deletion_of
from explorer.storage.access import Action
from explorer.storage.history import (
    BlobState,
    DeletedContainer,
    HistoryStore,
    Past,
    StatePage,
    history_of,
    moment_of,
)
from explorer.storage.model import BlobRef, Condition, Prefix, Written

ALL = frozenset(Past)
NO_LAKE = (
    "A Data Lake account keeps no versions, and its deleted files are restored in the Azure portal."
)


@dataclass(frozen=True, slots=True)
class DeletedPage:
    """Part of a folder's blobs that are gone and can come back, each as it last was.

    `prefixes` are folders in which something is or was.
    """

    prefixes: tuple[Prefix, ...]
    states: tuple[BlobState, ...]


@dataclass(frozen=True, slots=True)
class Keeping:
    """What an account keeps. None: the credential may not ask."""

    blob_days: int | None
    """Days that deleted blobs are kept, 0 for not at all."""
    reason: str = ""
    """Why nothing of the past can be shown here at all; else empty."""


class History:
    """Reads and restores. Each change ends with a `FolderChanged`."""

    def __init__(self, reach: Reach, put: Callable[[Event], None]) -> None:
        self._reach = reach
        self._put = put

    def _check(self, connection_id: str, *actions: Action) -> None:
        access = self._reach.access(connection_id)
        for action in actions:
            if not access.allows(action):
                raise NotAuthorizedError(
                    access.reason(action),
                    cure="Ask for a SAS that allows it, or use the account key.",
                )

    def why_not(self, connection_id: str, action: Action) -> str:
        """Why the credential does not allow it, for a tool tip; empty where it may."""
        access = self._reach.access(connection_id)
        return "" if access.allows(action) else access.reason(action)

    async def _past(self, connection_id: str) -> HistoryStore:
        return history_of(await self._reach.store(connection_id))

    # -- looking --------------------------------------------------------------

    async def keeping(self, connection_id: str, *, is_hierarchical: bool) -> Keeping:
        """What the account's settings say of soft delete."""
        if is_hierarchical:
            return Keeping(0, NO_LAKE)
        access = self._reach.access(connection_id)
        if not access.allows(Action.LIST_BLOBS):
            return Keeping(None, access.reason(Action.LIST_BLOBS))
        past = await self._past(connection_id)
        try:
            return Keeping((await self._reach.calls.run(past.retention)).blob_days)
        except QuaysideError:
            return Keeping(None)

    async def states(self, location: Location, name: str) -> tuple[BlobState, ...]:
        """Everything kept of one blob, the newest first; what it is now comes first of all."""
        found: list[BlobState] = []
        wanted = location.path + name
        pages = self._pages(location, ALL, prefix=name)
        async with aclosing(pages):
            async for page in pages:
                found += [state for state in page.states if state.name == wanted]
                if any(state.name != wanted for state in page.states):
                    break  # longer names follow the name itself
        return newest_first(found)

    async def last_of(self, location: Location, name: str) -> BlobState | None:
        """What a blob was before it was deleted; None where it is there, or nothing of it is."""
        step = step_back(await self.states(location, name))
        return step.source if step is not None else None

    async def deleted(
        self, location: Location, *, recursive: bool = False
    ) -> AsyncGenerator[DeletedPage, None]:
        """What is gone from a folder, or from all below it, and can come back."""
        pages = self.by_name(location, recursive=recursive)
        async with aclosing(pages):
            async for prefixes, names in pages:
                steps = (step_back(states) for states in names)
                gone = tuple(
                    step.source
                    for step in steps
                    if step is not None and step.source is not None
                    if not step.source.blob.is_directory
                )
                yield DeletedPage(prefixes, gone)

    async def _pages(
        self, location: Location, past: frozenset[Past], *, prefix: str = "", delimiter: str = ""
    ) -> AsyncGenerator[StatePage, None]:
        if not location.container:
            raise InputError("This is the account, not a container.", cure="Choose a container.")
        self._check(location.connection_id, Action.LIST_BLOBS)
        history = await self._past(location.connection_id)
        fetch = partial(
            history.list_states,
            location.container,
            past,
            prefix=location.path + prefix,
            delimiter=delimiter,
        )
        marker = ""
        while True:
            page = await self._reach.calls.run(fetch, marker=marker)
            yield page
            marker = page.next_marker
            if not marker:
                return

    async def by_name(
        self, location: Location, *, prefix: str = "", recursive: bool = True
    ) -> AsyncGenerator[tuple[tuple[Prefix, ...], list[tuple[BlobState, ...]]], None]:
        """Everything kept of a folder page by page: its folders, and all states of each name
        together, the oldest first, also where a page of the service ends between them."""
        held: list[BlobState] = []
        delimiter = "" if recursive else "/"
        pages = self._pages(location, ALL, prefix=prefix, delimiter=delimiter)
        async with aclosing(pages):
            async for page in pages:
                names: list[tuple[BlobState, ...]] = []
                for state in page.states:
                    if held and held[-1].name != state.name:
                        names.append(tuple(held))
                        held.clear()
                    held.append(state)
                if not page.next_marker and held:
                    names.append(tuple(held))
                yield page.prefixes, names

    # -- one blob -------------------------------------------------------------

    async def promote(self, location: Location, state: BlobState, *, etag_now: str) -> Written:
        """Make the blob what `state` is: a copy of it, under the condition that the blob is
        still the one that was looked at (`etag_now`; empty: that there is none)."""
        self._check(location.connection_id, Action.READ, Action.WRITE)
        if state.is_deleted:
            raise ConflictError(
                "This version is deleted itself.", cure="Undelete it first, then promote it."
            )
        past = await self._past(location.connection_id)
        condition = Condition.unchanged(etag_now) if etag_now else Condition.absent()
        source = state.ref(location.container)
        ref = BlobRef(location.container, state.name)
        change = Change(
            partial(past.copy_over, source, ref, condition=condition),
            partial(past.copied_over, source, ref),
        )
        written = await self._reach.calls.run(change.take)
        self._put(FolderChanged(location))
        return written

    async def delete_state(self, location: Location, state: BlobState) -> None:
        """Delete one version or snapshot. Raises InputError for the blob as it is."""
        if state.is_current or not state.mark:
            raise InputError(
                "This is the blob itself, not a version of it.", cure="Delete the blob instead."
            )
        action = Action.DELETE if state.snapshot else Action.DELETE_VERSION
        self._check(location.connection_id, action)
        store = await self._reach.store(location.connection_id)
        ref = state.ref(location.container)
        await self._reach.calls.run(deletion_of(store, ref, Condition.always()).take)
        self._put(FolderChanged(location))

    async def snapshot(self, location: Location, name: str) -> str:
        """Take a snapshot; returns its time, which names it."""
        self._check(location.connection_id, Action.CREATE)
        past = await self._past(location.connection_id)
        ref = BlobRef(location.container, location.path + name)
        started_s = time.time()
        try:
            return await self._reach.calls.once(
                past.snapshot_blob, ref, condition=Condition.always()
            )
        except NetworkError as error:
            if error.may_be_done and (made := await self._made_since(location, name, started_s)):
                return made
            raise in_doubt(error, f"Look at the snapshots of '{name}'") from None

    async def _made_since(self, location: Location, name: str, started_s: float) -> str:
        """The newest snapshot since then, by the service's clock; empty where there is none, or
        nobody says."""
        try:
            states = await self.states(location, name)
        except QuaysideError:
            return ""
        rest = rest_of(await self._reach.store(location.connection_id))
        since_s = started_s - (rest.clock_skew_s or 0.0) - 1.0  # its dates are whole seconds
        return max((s.snapshot for s in states if moment_of(s.snapshot) >= since_s), default="")

    async def undelete(self, location: Location, name: str) -> None:
        """Bring back what is soft-deleted of one blob: itself, its snapshots, its versions."""
        self._check(location.connection_id, Action.WRITE)
        past = await self._past(location.connection_id)
        ref = BlobRef(location.container, location.path + name)
        await self._reach.calls.run(past.undelete_blob, ref)
        self._put(FolderChanged(location))

    # -- many -----------------------------------------------------------------

    async def plan_back(
        self, location: Location, names: tuple[str, ...]
    ) -> AsyncGenerator[RestorePlan, None]:
        """Plans to bring back blobs that are gone, and all that is gone below folders (names
        that end with `/`; an empty one is `location` itself). The last is complete."""
        async for plan in self._plan(location, names, None):
            yield plan

    async def plan_to(
        self, location: Location, when_s: float, names: tuple[str, ...] = ("",)
    ) -> AsyncGenerator[RestorePlan, None]:
        """Plans to make blobs and folders what they were at that time."""
        async for plan in self._plan(location, names, when_s):
            yield plan

    async def _plan(
        self, location: Location, names: tuple[str, ...], when_s: float | None
    ) -> AsyncGenerator[RestorePlan, None]:
        keeps_deleted = False
        if when_s is not None:
            kept = await self.keeping(location.connection_id, is_hierarchical=False)
            keeps_deleted = bool(kept.blob_days)
        planner = Planner(when_s, keeps_deleted=keeps_deleted)
        for name in names:
            if name and not name.endswith("/"):
                states = await self.states(location, name)
                if states:
                    planner.add(states)
                yield planner.plan()
                continue
            pages = self.by_name(location, prefix=name)
            async with aclosing(pages):
                async for _, found in pages:
                    for states in found:
                        planner.add(states)
                    yield planner.plan()
        yield planner.plan(is_complete=True)

    async def apply(
        self, location: Location, plan: RestorePlan, *, with_deletions: bool = False
    ) -> AsyncGenerator[RestoreCount, None]:
        """Carry out a complete plan. What failed is in `failures`; the rest goes on.

        Blobs that were made later are deleted only `with_deletions`.
        """
        if not plan.is_complete:
            raise InputError("The plan is not complete yet.", cure="Wait until it is.")
        actions = [Action.WRITE] if plan.restored else []
        if plan.promoted:
            actions.append(Action.READ)
        if with_deletions and plan.deleted:
            actions.append(Action.DELETE)
        self._check(location.connection_id, *actions)
        restoring = Restoring(
            self._reach.calls,
            await self._reach.store(location.connection_id),
            await self._past(location.connection_id),
            location.container,
        )
        try:
            async with aclosing(restoring.run(plan, with_deletions=with_deletions)) as counts:
                async for count in counts:
                    yield count
        finally:
            for folder in _folders_of(plan.steps, location):
                self._put(FolderChanged(folder))

    # -- containers -----------------------------------------------------------

    async def deleted_containers(self, connection_id: str) -> tuple[DeletedContainer, ...]:
        """Soft-deleted containers of the account, by name."""
        self._check(connection_id, Action.LIST_CONTAINERS)
        past = await self._past(connection_id)
        found: list[DeletedContainer] = []
        marker = ""
        while True:
            page = await self._reach.calls.run(past.list_deleted_containers, marker=marker)
            found += page.containers
            marker = page.next_marker
            if not marker:
                return tuple(found)

    async def latest_deleted(self, connection_id: str, name: str) -> DeletedContainer:
        """Of the deleted containers of that name the one that was deleted last. Raises
        NotFoundError where there is none."""
        found = await self.deleted_containers(connection_id)
        gone = [item for item in found if item.name == name]
        if not gone:
            raise NotFoundError(
                f"There is no deleted container '{name}' that can come back.",
                cure="List the account again.",
                status=404,
            )
        return max(gone, key=lambda item: (item.deleted_s, item.version))

    async def restore_container(self, connection_id: str, deleted: DeletedContainer) -> Location:
        """Bring a container back with all that was in it."""
        self._check(connection_id, Action.CREATE_CONTAINER)
        past = await self._past(connection_id)
        await self._reach.calls.told(
            f"Look for the container '{deleted.name}' in the account",
            past.restore_container,
            deleted.name,
            deleted.version,
        )
        self._put(FolderChanged(Location(connection_id)))
        return Location(connection_id, deleted.name)


FOLDERS_TOLD = 200


def _folders_of(steps: tuple[Step, ...], location: Location) -> list[Location]:
    """Folders whose listing a plan changes, the one it was made for first. Pure."""
    paths = dict.fromkeys([location.path])
    for step in steps:
        head, slash, _ = step.name.rpartition("/")
        while len(head + slash) > len(location.path) and len(paths) < FOLDERS_TOLD:
            paths[head + slash] = None
            head, slash, _ = head.rpartition("/")
    return [Location(location.connection_id, location.container, path) for path in paths]


def etag_now(states: tuple[BlobState, ...]) -> str:
    """The condition for changing that blob: what it is now. Pure."""
    now = current_of(states)
    return now.blob.etag if now is not None else ""
