"""Containers and accounts set: who may read, stored policies, metadata, CORS, soft delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from explorer.base.errors import InputError, NotAuthorizedError
from explorer.service.browse import Reach
from explorer.service.events import Event, FolderChanged
from explorer.service.model import Location
from explorer.service.naming import check_container_name
from explorer.service.reaching import azure_store, rest_of
from explorer.storage.access import Action
from explorer.storage.azure import container_control
from explorer.storage.control_model import (
    ContainerAccess,
    CorsRule,
    PublicAccess,
    ServiceSettings,
    StaticWebsite,
    check_cors,
    check_kept_days,
    check_policies,
)
from explorer.storage.labels import check_metadata
from explorer.storage.model import AccountInfo, Container

if TYPE_CHECKING:  # the SDK behind it is slow to load
    from explorer.storage.azure.account_control import AccountControl


class Administration:
    """Of the service loop's thread."""

    def __init__(self, reach: Reach, put: Callable[[Event], None]) -> None:
        self._reach = reach
        self._put = put

    def reason(self, connection_id: str, action: Action) -> str:
        """Why the credential does not allow `action`, for a tooltip; empty where it does."""
        access = self._reach.access(connection_id)
        return "" if access.allows(action) else access.reason(action)

    def _check(self, connection_id: str, action: Action) -> None:
        if reason := self.reason(connection_id, action):
            raise NotAuthorizedError(reason, cure="Connect with the account's key.")

    # -- containers -----------------------------------------------------------

    async def create_container(
        self,
        connection_id: str,
        name: str,
        *,
        public: PublicAccess = PublicAccess.NOBODY,
        metadata: Mapping[str, str] | None = None,
    ) -> Location:
        """Make a container. Raises InputError, AlreadyExistsError, and ConflictError where
        the account allows no public access."""
        check_container_name(name)
        check_metadata(metadata or {})
        self._check(connection_id, Action.CREATE_CONTAINER)
        rest = rest_of(await self._reach.store(connection_id))
        await self._reach.calls.told(
            f"Look for the container '{name}' in the account",
            container_control.create,
            rest,
            name,
            public,
            dict(metadata or {}),
        )
        self._put(FolderChanged(Location(connection_id)))
        return Location(connection_id, name)

    async def container(self, location: Location) -> Container:
        """Its properties, metadata and lease."""
        _check_container(location)
        store = await self._reach.store(location.connection_id)
        return await self._reach.calls.run(store.container_properties, location.container)

    async def set_container_metadata(self, location: Location, metadata: Mapping[str, str]) -> None:
        """Replace all of it. Raises InputError for what cannot be kept."""
        _check_container(location)
        check_metadata(metadata)
        self._check(location.connection_id, Action.CHANGE_CONTAINER)
        rest = rest_of(await self._reach.store(location.connection_id))
        await self._reach.calls.run(
            container_control.set_metadata, rest, location.container, dict(metadata)
        )
        self._put(FolderChanged(Location(location.connection_id)))

    async def container_access(self, location: Location) -> ContainerAccess:
        """Public access and stored policies. Raises NotAuthorizedError without the key."""
        _check_container(location)
        store = await self._reach.store(location.connection_id)
        return await self._reach.calls.run(
            container_control.access, rest_of(store), location.container
        )

    async def set_container_access(
        self, location: Location, access: ContainerAccess, *, seen: ContainerAccess | None = None
    ) -> None:
        """Replace public access and all stored policies; new ones count within 30 seconds.
        A policy that goes, or changes, ends every SAS made by it.

        With `seen`, what is replaced is what was seen: the service takes no ETag here, so it is
        read again first, and the change asks that nothing came after that. Raises ConflictError.
        """
        _check_container(location)
        check_policies(access.policies)
        self._check(location.connection_id, Action.SET_CONTAINER_ACCESS)
        rest = rest_of(await self._reach.store(location.connection_id))
        if seen is not None:
            await self._reach.calls.run(
                container_control.replace_access, rest, location.container, seen, access
            )
            self._put(FolderChanged(Location(location.connection_id)))
            return
        await self._reach.calls.run(container_control.set_access, rest, location.container, access)
        self._put(FolderChanged(Location(location.connection_id)))

    # -- the account ----------------------------------------------------------

    async def account_info(self, connection_id: str) -> AccountInfo:
        """Kind, SKU, and whether it is hierarchical."""
        store = await self._reach.store(connection_id)
        return await self._reach.calls.run(store.account_info)

    async def settings(self, connection_id: str) -> ServiceSettings:
        """CORS, web pages, soft delete, logs and metrics. Takes the key, or an account SAS
        for the service (srt has s)."""
        control = await self._control(connection_id)
        return await self._reach.calls.run(lambda: control().settings())

    async def set_cors(self, connection_id: str, rules: Sequence[CorsRule]) -> None:
        """Replace all rules; they count within a minute or so."""
        check_cors(rules)
        self._check(connection_id, Action.SET_SETTINGS)
        control = await self._control(connection_id)
        await self._reach.calls.run(lambda: control().set_cors(tuple(rules)))

    async def set_website(self, connection_id: str, website: StaticWebsite) -> None:
        """Switch web pages from `$web` on or off."""
        self._check(connection_id, Action.SET_SETTINGS)
        control = await self._control(connection_id)
        await self._reach.calls.run(lambda: control().set_website(website))

    async def set_kept_days(self, connection_id: str, days: int | None) -> None:
        """Keep deleted blobs for 1 to 365 days; None switches soft delete off."""
        check_kept_days(days)
        self._check(connection_id, Action.SET_SETTINGS)
        control = await self._control(connection_id)
        await self._reach.calls.run(lambda: control().set_kept_days(days))

    async def _control(self, connection_id: str) -> Callable[[], AccountControl]:
        """Makes the account's control plane, in the thread that uses it: its import is slow."""
        store = azure_store(await self._reach.store(connection_id))

        def control() -> AccountControl:
            from explorer.storage.azure.account_control import AccountControl

            return AccountControl(store)

        return control


def _check_container(location: Location) -> None:
    if not location.container or location.path:
        raise InputError("This is not a container.", cure="Choose the container itself.")
