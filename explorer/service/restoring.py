"""A restore plan carried out: steps side by side, each under the condition it was planned
with."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import field
from functools import partial

from explorer.base.errors import NotAuthorizedError, NotFoundError, QuaysideError
from explorer.base.records import dataclass
from explorer.base.tasks import side_by_side
from explorer.service.lost_answers import Change
from explorer.service.patience import Calls
from explorer.service.restore_plan import Deed, RestorePlan, Step
from explorer.storage.api import BlobStore
from explorer.storage.history import HistoryStore
from explorer.storage.model import BlobRef, Condition

STEPS_AT_ONCE = 8
MAX_FAILURES_KEPT = 1000


@dataclass(frozen=True, slots=True)
class RestoreCount:
    """What has been done of a plan so far."""

    done: int = 0
    total: int = 0
    size_bytes: int = 0
    failures: tuple[tuple[str, QuaysideError], ...] = field(default=())
    """Names and why; at most MAX_FAILURES_KEPT of them."""
    failed: int = 0
    is_complete: bool = False


class Restoring:
    """One plan in one container. Of the service loop's thread."""

    def __init__(self, calls: Calls, store: BlobStore, past: HistoryStore, container: str) -> None:
        self._calls = calls
        self._store = store
        self._past = past
        self._container = container

    async def run(
        self, plan: RestorePlan, *, with_deletions: bool
    ) -> AsyncGenerator[RestoreCount, None]:
        """Counts that grow; closing it waits for the steps under way. Raises NotAuthorizedError
        where nothing at all is allowed."""
        steps = [step for step in plan.steps if with_deletions or step.deed is not Deed.DELETE]
        done = size_bytes = failed = 0
        kept: list[tuple[str, QuaysideError]] = []
        yield RestoreCount(total=len(steps))
        async with aclosing(side_by_side(steps, STEPS_AT_ONCE, self._try)) as outcomes:
            async for step, error in outcomes:
                if error is None:
                    done += 1
                    size_bytes += step.size_bytes if step.deed is not Deed.DELETE else 0
                else:
                    failed += 1
                    kept += [(step.name, error)][: MAX_FAILURES_KEPT - len(kept)]
                    if not done and isinstance(error, NotAuthorizedError):
                        raise error
                yield RestoreCount(done, len(steps), size_bytes, tuple(kept), failed)
        yield RestoreCount(done, len(steps), size_bytes, tuple(kept), failed, is_complete=True)

    async def _try(self, step: Step) -> tuple[Step, QuaysideError | None]:
        try:
            await self.take(step)
        except QuaysideError as error:
            return step, error
        return step, None

    async def take(self, step: Step) -> None:
        """Do one step. Raises PreconditionFailedError where the blob is not what it was."""
        ref = BlobRef(self._container, step.name)
        if step.deed is Deed.DELETE:
            condition = Condition.unchanged(step.etag_now)
            await self._calls.run(deletion_of(self._store, ref, condition).take)
            return
        if step.deed is Deed.UNDELETE or step.needs_undelete:
            await self._calls.run(self._past.undelete_blob, ref)
        if step.deed is Deed.PROMOTE and step.source is not None:
            etag = step.etag_now
            if step.needs_undelete and not etag:
                etag = await self._etag_of(ref)
            condition = Condition.unchanged(etag) if etag else Condition.absent()
            source = step.source.ref(self._container)
            change = Change(
                partial(self._past.copy_over, source, ref, condition=condition),
                partial(self._past.copied_over, source, ref),
            )
            await self._calls.run(change.take)

    async def _etag_of(self, ref: BlobRef) -> str:
        """What an undeletion may have brought back beside the source of the copy."""
        try:
            return (await self._calls.run(self._store.properties, ref)).etag
        except NotFoundError:
            return ""


def deletion_of(store: BlobStore, ref: BlobRef, condition: Condition) -> Change[bool]:
    """Delete a blob, version or snapshot; one that an earlier try deleted is done."""

    def delete() -> bool:
        store.delete_blob(ref, condition=condition)
        return True

    def is_gone() -> bool | None:
        try:
            store.properties(ref)
        except NotFoundError:
            return True
        return None

    return Change(delete, is_gone)
