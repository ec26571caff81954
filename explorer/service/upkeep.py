"""One blob or container, now and then: leases taken and broken, copies stopped."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from explorer.base.errors import ConflictError, NetworkError, NotAuthorizedError
from explorer.service.browse import Reach
from explorer.service.events import Event, FolderChanged
from explorer.service.model import Location
from explorer.service.reaching import rest_of
from explorer.storage.access import Action
from explorer.storage.azure import blob_control, leasing
from explorer.storage.azure.rest import Rest
from explorer.storage.control_model import LEASE_FOREVER_S
from explorer.storage.model import BlobRef, Condition


class Upkeep:
    """Of the service loop's thread. `ref` without a name is the container itself."""

    def __init__(self, reach: Reach, put: Callable[[Event], None]) -> None:
        self._reach = reach
        self._put = put

    async def _rest(self, connection_id: str, action: Action) -> Rest:
        """Requests, where the credential does not say no by itself."""
        access = self._reach.access(connection_id)
        if not access.allows(action):
            raise NotAuthorizedError(access.reason(action), cure="Use a credential that allows it.")
        return rest_of(await self._reach.store(connection_id))

    def _changed(self, connection_id: str, ref: BlobRef) -> None:
        head, slash, _ = ref.name.rpartition("/")
        container = ref.container if ref.name else ""
        self._put(FolderChanged(Location(connection_id, container, head + slash)))

    async def acquire_lease(
        self, connection_id: str, ref: BlobRef, seconds: int = LEASE_FOREVER_S
    ) -> str:
        """Take the lease for 15 to 60 seconds or (-1) for ever; returns its id, which every
        change then needs and which is told only now. Raises ConflictError where it is taken."""
        rest = await self._rest(connection_id, _leasing(ref))
        # By an id of ours: to take what this id has already is no other's refusal, so that a
        # lost answer does no harm (see the table of outcomes on the page 'Lease Blob').
        lease_id = await self._reach.calls.run(leasing.acquire, rest, ref, seconds, str(uuid4()))
        self._changed(connection_id, ref)
        return lease_id

    async def renew_lease(self, connection_id: str, ref: BlobRef, lease_id: str) -> None:
        """Begin its time anew. Raises ConflictError for another id."""
        rest = await self._rest(connection_id, _leasing(ref))
        await self._reach.calls.run(leasing.renew, rest, ref, lease_id)

    async def release_lease(self, connection_id: str, ref: BlobRef, lease_id: str) -> None:
        """Give it back at once. Raises ConflictError for another id."""
        rest = await self._rest(connection_id, _leasing(ref))
        await self._reach.calls.run(_Release(rest, ref, lease_id).take)
        self._changed(connection_id, ref)

    async def break_lease(self, connection_id: str, ref: BlobRef, after_s: int | None = 0) -> int:
        """End anybody's lease; returns the seconds until nobody has it. With None a lease
        that ends by itself runs to its end."""
        rest = await self._rest(connection_id, _leasing(ref))
        left_s = await self._reach.calls.run(leasing.break_lease, rest, ref, after_s)
        self._changed(connection_id, ref)
        return left_s

    async def set_metadata(
        self, connection_id: str, ref: BlobRef, metadata: dict[str, str], *, etag: str = ""
    ) -> None:
        """Replace all metadata of a blob or, where directories are real, of a directory; with
        `etag` only while it is still that. Raises PreconditionFailedError, NotFoundError."""
        access = self._reach.access(connection_id)
        if not access.allows(Action.WRITE):
            raise NotAuthorizedError(
                access.reason(Action.WRITE), cure="Use a credential that allows it."
            )
        store = await self._reach.store(connection_id)
        condition = Condition.unchanged(etag) if etag else Condition.always()
        lake = store.directories
        if lake is not None:
            await self._reach.calls.run(
                lake.set_metadata, ref.container, ref.name, metadata, condition=condition
            )
        else:
            await self._reach.calls.run(store.set_metadata, ref, metadata, condition=condition)
        self._changed(connection_id, ref)

    async def stop_copy(self, connection_id: str, ref: BlobRef) -> None:
        """Stop the service copying to this blob; an empty blob stays. Raises ConflictError
        where no copy is under way."""
        rest = await self._rest(connection_id, Action.WRITE)
        store = await self._reach.store(connection_id)
        found = await self._reach.calls.run(store.properties, ref)
        if found.copy_status != "pending" or not found.copy_id:
            raise ConflictError("No copy to this blob is under way.", cure="Refresh the list.")
        await self._reach.calls.told(
            f"Look at the copy to '{ref.name}'", blob_control.abort_copy, rest, ref, found.copy_id
        )
        self._changed(connection_id, ref)


def _leasing(ref: BlobRef) -> Action:
    """What it takes to lease that: a container's lease is beyond every SAS for the container."""
    return Action.WRITE if ref.name else Action.CHANGE_CONTAINER


class _Release:
    """A lease given back, for `Calls.run`: after a lost answer a refusal says that this id has
    nothing any more, which is all that was asked for."""

    def __init__(self, rest: Rest, ref: BlobRef, lease_id: str) -> None:
        self._asked = (rest, ref, lease_id)
        self._may_be_done = False

    def take(self) -> None:
        """Blocks. Raises as the release does."""
        try:
            leasing.release(*self._asked)
        except ConflictError:
            if not self._may_be_done:
                raise
        except NetworkError as error:
            self._may_be_done = self._may_be_done or error.may_be_done
            raise
