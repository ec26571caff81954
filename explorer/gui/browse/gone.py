"""What is deleted in a place, behind what is there: one listing after the other.

GUI thread only.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from explorer.base.errors import QuaysideError
from explorer.base.records import dataclass
from explorer.gui.bridge import Bridge
from explorer.service.model import Location
from explorer.storage.history import BlobState, DeletedContainer
from explorer.storage.model import ContainerPage, Page, Prefix


@dataclass(frozen=True, slots=True)
class GonePage:
    """Part of what is deleted: blobs, folders in which nothing is left, containers."""

    states: tuple[BlobState, ...] = ()
    prefixes: tuple[Prefix, ...] = ()
    containers: tuple[DeletedContainer, ...] = ()


Failed = Callable[[QuaysideError], object]


async def with_deleted_blobs(
    pages: AsyncGenerator[Page, None],
    bridge: Bridge,
    place: Location,
    *,
    recursive: bool,
    failed: Failed,
) -> AsyncGenerator[Page | GonePage, None]:
    """The `pages` of a folder, then what is deleted in it. What is there is listed also where
    the past cannot be: `failed` hears why."""
    there: set[str] = set()
    async with aclosing(pages):
        async for page in pages:
            there.update(prefix.name for prefix in page.prefixes)
            yield page
    found = bridge.stream(lambda service: service.history.deleted(place, recursive=recursive))
    try:
        async with aclosing(found):
            async for past in found:
                fresh = [item for item in past.prefixes if item.name not in there]
                there.update(item.name for item in fresh)
                # The folder itself may have been a blob, too: it is no row of its own listing.
                states = tuple(state for state in past.states if state.name != place.path)
                if states or fresh:
                    yield GonePage(states, tuple(fresh))
    except QuaysideError as error:
        failed(error)


async def with_deleted_containers(
    pages: AsyncGenerator[ContainerPage, None],
    bridge: Bridge,
    connection_id: str,
    *,
    failed: Failed,
) -> AsyncGenerator[ContainerPage | GonePage, None]:
    """The `pages` of an account, then its deleted containers: of each name that is free now the
    one that was deleted last."""
    there: set[str] = set()
    async with aclosing(pages):
        async for page in pages:
            there.update(container.name for container in page.containers)
            yield page
    try:
        found = await bridge.call(lambda it: it.history.deleted_containers(connection_id))
    except QuaysideError as error:
        failed(error)
        return
    latest: dict[str, DeletedContainer] = {}
    for gone in found:
        before = latest.get(gone.name)
        if gone.name not in there and (before is None or before.deleted_s <= gone.deleted_s):
            latest[gone.name] = gone
    if latest:
        yield GonePage(containers=tuple(latest.values()))
