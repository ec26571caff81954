"""Properties of one blob or of a thousand: first what would change, then the change.

A plan looks at every blob and touches none; applying it does what the plan says and, for
headers and metadata, only while a blob is still the one that was looked at (If-Match).
Tags and tiers know no such condition; neither do they change a blob's ETag.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import field

from explorer.base.errors import (
    InputError,
    NotAuthorizedError,
    NotFoundError,
    PreconditionFailedError,
    QuaysideError,
)
from explorer.base.records import dataclass
from explorer.base.tasks import side_by_side
from explorer.service.browse import Browser, Reach
from explorer.service.change_plan import (
    BlobChange,
    ChangePlan,
    Left,
    PropertyWish,
    change_of,
    checked_wish,
)
from explorer.service.events import Event, FolderChanged
from explorer.service.model import Location
from explorer.service.reaching import rest_of
from explorer.storage.access import Action
from explorer.storage.api import BlobStore
from explorer.storage.azure import blob_control
from explorer.storage.model import BlobRef, Condition

AT_ONCE = 16
"""Blobs looked at or changed side by side."""
MAX_FAILURES_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Planning:
    """How far a preview is; the last one has the `plan`."""

    looked_at: int = 0
    changing: int = 0
    left: int = 0
    plan: ChangePlan | None = None


@dataclass(frozen=True, slots=True)
class Applying:
    """How far a change is. `failures` are names with reasons, at most 1,000; `waiting`
    counts archived blobs that come back within hours."""

    total: int
    done: int = 0
    failed: int = 0
    waiting: int = 0
    failures: tuple[tuple[str, QuaysideError], ...] = field(default=())
    is_complete: bool = False


class Management:
    """Of the service loop's thread. Each change ends with a `FolderChanged`."""

    def __init__(self, reach: Reach, browser: Browser, put: Callable[[Event], None]) -> None:
        self._reach = reach
        self._browser = browser
        self._put = put

    def reason(self, connection_id: str, wish: PropertyWish) -> str:
        """Why the credential does not allow this wish, for a tooltip; empty where it does."""
        access = self._reach.access(connection_id)
        for action in wish.actions:
            if not access.allows(action):
                return access.reason(action)
        return ""

    def _check(self, connection_id: str, wish: PropertyWish) -> PropertyWish:
        wish = checked_wish(wish)
        if reason := self.reason(connection_id, wish):
            raise NotAuthorizedError(reason, cure="Use a credential that allows it.")
        return wish

    # -- looking --------------------------------------------------------------

    async def tags(self, location: Location, ref: BlobRef) -> dict[str, str]:
        """The tags of one blob, snapshot or version. Raises NotAuthorizedError without `t`."""
        access = self._reach.access(location.connection_id)
        if not access.allows(Action.READ_TAGS):
            raise NotAuthorizedError(access.reason(Action.READ_TAGS))
        store = await self._reach.store(location.connection_id)
        return await self._reach.calls.run(blob_control.tags, rest_of(store), ref)

    async def plan_changes(
        self, location: Location, names: tuple[str, ...], wish: PropertyWish
    ) -> AsyncGenerator[Planning, None]:
        """What `wish` changes in blobs and folders (names that end with `/`, with all below
        them) named relative to `location`; an empty name is all that is in `location`.

        Counts grow while blobs are looked at; closing it stops. Folder markers are left
        out. A listing that fails raises; a blob that cannot be looked at is in `left`.
        """
        if not location.container:
            raise InputError("This is the account.", cure="Choose blobs or folders.")
        wish = self._check(location.connection_id, wish)
        store = await self._reach.store(location.connection_id)

        async def one(ref: BlobRef) -> BlobChange | Left | None:
            try:
                return await self._reach.calls.run(self._look, store, ref, wish)
            except QuaysideError as error:
                return Left(ref.name, error.message, error)

        changes: list[BlobChange] = []
        left: list[Left] = []
        unchanged = 0
        async with aclosing(self._refs(location, names)) as pages:
            async for refs in pages:
                async with aclosing(side_by_side(refs, AT_ONCE, one)) as outcomes:
                    async for outcome in outcomes:
                        if isinstance(outcome, BlobChange):
                            changes.append(outcome)
                        elif isinstance(outcome, Left):
                            left.append(outcome)
                        else:
                            unchanged += 1
                        looked_at = len(changes) + len(left) + unchanged
                        yield Planning(looked_at, len(changes), len(left))
        changes.sort(key=lambda change: change.ref.name)
        left.sort(key=lambda one: one.name)
        plan = ChangePlan(wish, tuple(changes), tuple(left), unchanged)
        yield Planning(len(changes) + len(left) + unchanged, len(changes), len(left), plan)

    @staticmethod
    def _look(store: BlobStore, ref: BlobRef, wish: PropertyWish) -> BlobChange | Left | None:
        """Blocking."""
        found = store.properties(ref)
        tags = blob_control.tags(rest_of(store), ref) if wish.touches_tags else {}
        return change_of(wish, found, tags)

    async def _refs(
        self, location: Location, names: tuple[str, ...]
    ) -> AsyncGenerator[list[BlobRef], None]:
        """The blobs that are meant, a page at a time, each once."""
        named = [name for name in names if name and not name.endswith("/")]
        folders = sorted({name for name in names if not name or name.endswith("/")}, key=len)
        if named:
            yield [
                BlobRef(location.container, location.path + name) for name in dict.fromkeys(named)
            ]
        seen = {location.path + name for name in named}
        for number, folder in enumerate(folders):
            if any(folder.startswith(other) for other in folders[:number]):
                continue
            found_any = False
            async with aclosing(self._browser.walk(location, prefix=folder)) as pages:
                async for page in pages:
                    found_any = found_any or bool(page.blobs)
                    yield [
                        BlobRef(location.container, blob.name)
                        for blob in page.blobs
                        if not blob.is_directory and blob.name not in seen
                    ]
            if not found_any and folder:
                raise NotFoundError(f"There is nothing in '{location.path}{folder}'.")

    # -- changing -------------------------------------------------------------

    async def apply(self, location: Location, plan: ChangePlan) -> AsyncGenerator[Applying, None]:
        """Do what the plan says. Closing it stops after what is under way; what was changed
        stays changed. Raises NotAuthorizedError when nothing at all is allowed."""
        wish = self._check(location.connection_id, plan.wish)
        store = await self._reach.store(location.connection_id)
        rest = rest_of(store)

        run = self._reach.calls.run

        async def change(one: BlobChange) -> bool:
            """Tier last: what is archived does not change any more."""
            when = Condition.unchanged(one.etag)
            if one.headers is not None:
                done = await run(blob_control.set_headers, rest, one.ref, one.headers, when)
                when = Condition.unchanged(done.etag)
            if one.metadata is not None:
                await run(blob_control.set_metadata, rest, one.ref, one.metadata, when)
            if one.tags is not None:
                await run(blob_control.set_tags, rest, one.ref, one.tags)
            if not one.tier:
                return False
            return await run(blob_control.set_tier, rest, one.ref, one.tier, wish.priority)

        async def attempt(one: BlobChange) -> tuple[str, bool | QuaysideError]:
            try:
                return one.ref.name, await change(one)
            except PreconditionFailedError as error:
                return one.ref.name, False if await is_so_already(one) else error
            except QuaysideError as error:
                return one.ref.name, error

        async def is_so_already(one: BlobChange) -> bool:
            """Whether an answer got lost on the way, or somebody else did the same."""
            try:
                return await run(self._look, store, one.ref, wish) is None
            except QuaysideError:
                return False

        total = len(plan.changes)
        done = failed = waiting = 0
        kept: list[tuple[str, QuaysideError]] = []
        try:
            async with aclosing(side_by_side(plan.changes, AT_ONCE, attempt)) as outcomes:
                async for name, outcome in outcomes:
                    if isinstance(outcome, QuaysideError):
                        failed += 1
                        if len(kept) < MAX_FAILURES_KEPT:
                            kept.append((name, outcome))
                        if not done and isinstance(outcome, NotAuthorizedError):
                            raise outcome
                    else:
                        done += 1
                        waiting += outcome
                    yield Applying(total, done, failed, waiting, tuple(kept))
        finally:
            for folder in {one.ref.name.rpartition("/")[0] for one in plan.changes}:
                path = f"{folder}/" if folder else ""
                self._put(FolderChanged(Location(location.connection_id, location.container, path)))
        yield Applying(total, done, failed, waiting, tuple(kept), is_complete=True)
