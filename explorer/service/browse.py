"""Looking: containers, folders page by page, properties, bytes, and paths that are typed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from explorer.base.errors import InputError, NotAuthorizedError, NotFoundError
from explorer.base.tasks import TaskScope
from explorer.service.folders import FolderMerge
from explorer.service.model import Location
from explorer.service.patience import Calls
from explorer.storage.access import Access, Action
from explorer.storage.api import BlobStore
from explorer.storage.connection import (
    ConnectionSpec,
    EntraSignIn,
    Place,
    ScopeLevel,
    TokenSource,
)
from explorer.storage.model import (
    BlobProperties,
    BlobRef,
    Container,
    ContainerPage,
    Page,
    as_listed,
)

if TYPE_CHECKING:
    from explorer.storage.directories import DirectoryStore

READ_PIECE_BYTES = 4 * 1024 * 1024
_BY_HAND: Final = (TokenSource.BROWSER, TokenSource.DEVICE_CODE)


class _Paged(Protocol):
    @property
    def next_marker(self) -> str: ...


P = TypeVar("P", bound=_Paged)


class Reach(Protocol):
    """What browsing and changing need of the connections."""

    @property
    def calls(self) -> Calls: ...
    async def store(self, connection_id: str) -> BlobStore: ...
    async def directories(self, connection_id: str) -> DirectoryStore | None: ...
    def spec(self, connection_id: str) -> ConnectionSpec: ...
    def access(self, connection_id: str) -> Access: ...
    def locate(self, connection_id: str, text: str) -> Place: ...


class Browser:
    """Reads only. Of the service loop's thread."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        # Whoever waits for a page hears its error; nobody else needs to.
        self._scope = TaskScope(on_error=lambda name, error: None)

    async def aclose(self) -> None:
        """Cancel what is being fetched ahead."""
        await self._scope.aclose()

    # -- pages ----------------------------------------------------------------

    async def list_containers(self, connection_id: str) -> AsyncGenerator[ContainerPage, None]:
        scope = self._reach.spec(connection_id).scope
        if scope.level is not ScopeLevel.ACCOUNT:
            yield ContainerPage((Container(scope.container, 0, ""),), "")
            return
        access = self._reach.access(connection_id)
        if not access.allows(Action.LIST_CONTAINERS):
            raise NotAuthorizedError(
                access.reason(Action.LIST_CONTAINERS), cure="Open a container by its path."
            )
        store = await self._reach.store(connection_id)
        pages = self._pages(lambda marker: store.list_containers(marker=marker))
        async with aclosing(pages):
            async for page in pages:
                yield page

    async def list_folder(
        self, location: Location, *, recursive: bool = False, prefix: str = ""
    ) -> AsyncGenerator[Page, None]:
        merge = FolderMerge(location.path)
        pages = self.walk(location, prefix=prefix, delimiter="" if recursive else "/")
        async with aclosing(pages):
            async for page in pages:
                yield merge.page(page)

    async def list_blob(self, location: Location, name: str) -> AsyncGenerator[Page, None]:
        yield Page((), (as_listed(await self.properties(location, name)),), "")

    async def walk(
        self, location: Location, *, prefix: str = "", delimiter: str = ""
    ) -> AsyncGenerator[Page, None]:
        """Pages as the service gives them, markers and the folder's own blob included."""
        _needs_container(location)
        access = self._reach.access(location.connection_id)
        if not access.allows(Action.LIST_BLOBS):
            raise NotAuthorizedError(
                access.reason(Action.LIST_BLOBS), cure="Open a blob by its whole path."
            )
        store = await self._reach.store(location.connection_id)
        fetch = partial(
            store.list_blobs,
            location.container,
            prefix=location.path + prefix,
            delimiter=delimiter,
            with_metadata=True,
        )
        pages = self._pages(lambda marker: fetch(marker=marker))
        async with aclosing(pages):
            async for page in pages:
                yield page

    async def _pages(self, fetch: Callable[[str], P]) -> AsyncGenerator[P, None]:
        """Follow the markers, one page ahead of the consumer."""
        calls = self._reach.calls
        page = await calls.run(fetch, "")
        while page.next_marker:
            upcoming = self._scope.spawn(calls.run(fetch, page.next_marker), name="next page")
            try:
                yield page
                page = await upcoming
            finally:
                if not upcoming.done():
                    upcoming.cancel()
                    await asyncio.wait([upcoming])
        yield page

    def ask_ahead(self, connection_id: str) -> None:
        self._scope.spawn(self._ask_ahead(connection_id), name="kind of account")

    async def _ask_ahead(self, connection_id: str) -> None:
        if not self.asks_a_person(connection_id):
            await self._reach.directories(connection_id)

    def asks_a_person(self, connection_id: str) -> bool:
        """Whether somebody signs in for it by hand. Questions go one by one then: where the first
        is given up, the next that waits for the same token would ask the person again."""
        credential = self._reach.spec(connection_id).credential
        return isinstance(credential, EntraSignIn) and credential.source in _BY_HAND

    async def is_folder(self, location: Location) -> bool:
        _needs_container(location)
        store = await self._reach.store(location.connection_id)
        marker = ""
        while True:
            page = await self._reach.calls.run(
                store.list_blobs,
                location.container,
                prefix=location.path,
                delimiter="",
                marker=marker,
                page_size=1,
            )
            if page.blobs or page.prefixes:
                return True
            marker = page.next_marker
            if not marker:
                break
        # An empty folder may be a marker beside the prefix.
        head, slash, name = location.path.removesuffix("/").rpartition("/")
        if not name:
            return False
        parent = Location(location.connection_id, location.container, head + slash)
        try:
            return (await self.properties(parent, name)).is_directory
        except (NotFoundError, NotAuthorizedError):
            return False

    async def container_properties(self, location: Location) -> Container:
        _needs_container(location)
        store = await self._reach.store(location.connection_id)
        return await self._reach.calls.run(store.container_properties, location.container)

    # -- one blob -------------------------------------------------------------

    async def properties(
        self, location: Location, name: str, *, snapshot: str = "", version_id: str = ""
    ) -> BlobProperties:
        _needs_container(location)
        store = await self._reach.store(location.connection_id)
        ref = _ref(location, name, snapshot, version_id)
        return await self._reach.calls.run(store.properties, ref)

    async def read(
        self,
        location: Location,
        name: str,
        start: int = 0,
        length: int | None = None,
        *,
        snapshot: str = "",
        version_id: str = "",
    ) -> AsyncGenerator[bytes, None]:
        properties = await self.properties(location, name, snapshot=snapshot, version_id=version_id)
        ref, size = properties.ref, properties.size_bytes
        if start < 0 or start > size or (length is not None and length < 0):
            raise InputError(
                f"'{name}' has {size} bytes; byte {start} is not one of them.",
                cure=f"Ask for a range within 0 and {size}.",
            )
        end = size if length is None else min(size, start + length)
        store = await self._reach.store(location.connection_id)

        def piece(offset: int, count: int) -> bytes:
            data = bytearray()
            store.read_range(
                ref, offset, count, lambda _, view: data.extend(view), if_match=properties.etag
            )
            return bytes(data)

        for offset in range(start, end, READ_PIECE_BYTES):
            yield await self._reach.calls.run(piece, offset, min(READ_PIECE_BYTES, end - offset))

    # -- paths ----------------------------------------------------------------

    async def find(self, connection_id: str, text: str) -> Location:
        place = self._reach.locate(connection_id, text)
        if not place.container or not place.path or place.path.endswith("/"):
            return Location(connection_id, place.container, place.path)
        folder = Location(connection_id, place.container, f"{place.path}/")
        head, slash, name = place.path.rpartition("/")
        parent = Location(connection_id, place.container, head + slash)
        try:
            found = await self.properties(parent, name)
        except (NotFoundError, NotAuthorizedError):
            return folder
        return folder if found.is_directory else parent


def _ref(location: Location, name: str, snapshot: str = "", version_id: str = "") -> BlobRef:
    return BlobRef(location.container, location.path + name, snapshot, version_id)


def _needs_container(location: Location) -> None:
    if not location.container:
        raise InputError("This is the account, not a container.", cure="Choose a container first.")
