"""What a person sets on connections: read-only, colour, group, and favourite places.

Read-only is kept in one place: every store of a connection asks before each request that
is none of looking (`Pool.guard`), so nothing that goes over it can change anything,
whoever asks: the service, the engine, the SDK. Claims and reasons say so beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from explorer.base.errors import InputError, NotAuthorizedError
from explorer.base.records import dataclass
from explorer.base.workers import Workers
from explorer.service.entries import Entry, unique_name
from explorer.service.model import Connection, Location
from explorer.storage.accounts import Accounts
from explorer.storage.marks import (
    MAX_FAVOURITES,
    MAX_RANK,
    READ_ONLY_CURE,
    READ_ONLY_REASON,
    Favourite,
    Marks,
    checked_colour,
    checked_name,
)

if TYPE_CHECKING:
    from explorer.transfer.model import Request


Places = tuple[Favourite, ...]
Change = Callable[[Places], Places]


class Marking:
    """Of the service loop's thread; the disk is in a worker thread."""

    def __init__(
        self,
        disk: Workers,
        accounts: Accounts,
        find: Callable[[str], Entry],
        change: Callable[[Entry, Connection], Connection],
    ) -> None:
        self._disk = disk
        self._accounts = accounts
        self._find = find
        self._change = change

    async def set_read_only(self, connection_id: str, is_read_only: bool) -> Connection:
        """From now on nothing is changed through it, or it is again; what runs stops at its
        next change. Raises LocalError where it cannot be kept."""
        return await self.keep(connection_id, lambda one: replace(one, is_read_only=is_read_only))

    async def set_colour(self, connection_id: str, colour: str) -> Connection:
        """One of `storage.marks.COLOURS`, or empty for none. Raises InputError."""
        colour = checked_colour(colour)
        return await self.keep(connection_id, lambda one: replace(one, colour=colour))

    async def set_group(self, connection_id: str, group: str) -> Connection:
        """The heading it stands under; empty for none. Raises InputError."""
        group = checked_name(group, "group") if group.strip() else ""
        return await self.keep(connection_id, lambda one: replace(one, group=group))

    async def keep(self, connection_id: str, change: Callable[[Marks], Marks]) -> Connection:
        """Change the marks of one connection, in the file where it is saved."""
        entry = self._find(connection_id)
        if entry.saved is None:
            entry.marks = change(entry.marks)
            return self._change(entry, entry.connection)
        listed = await self._disk.run(
            self._accounts.update, connection_id, lambda one: replace(one, marks=change(one.marks))
        )
        kept = next((one for one in listed.connections if one.id == connection_id), None)
        if kept is None:
            raise InputError(
                f"'{entry.connection.name}' was removed meanwhile.", cure="Connect again."
            )
        entry.marks = kept.marks
        entry.saved = replace(entry.saved, marks=kept.marks)
        return self._change(entry, entry.connection)

    def of(self, connection_id: str) -> Marks:
        return self._find(connection_id).marks

    def check(self, request: Request) -> None:
        """Refuse a transfer that would change a read-only connection before it is queued.

        Raises NotAuthorizedError. Connections that are gone are the engine's to judge.
        """
        from explorer.transfer.model import CopyRequest, DownloadRequest

        if isinstance(request, DownloadRequest):
            return
        changed = [request.target.connection_id]
        if isinstance(request, CopyRequest) and request.is_move:
            changed.append(request.source.connection_id)
        for connection_id in changed:
            try:
                marks = self.of(connection_id)
            except InputError:
                continue
            if marks.is_read_only:
                raise NotAuthorizedError(READ_ONLY_REASON, cure=READ_ONLY_CURE)


@dataclass(frozen=True, slots=True)
class Favoured:
    """A favourite as a menu shows it."""

    name: str
    location: Location


class Favourites:
    """Of the service loop's thread. Each change is told as `ConnectionChanged`."""

    def __init__(self, marking: Marking, connections: Callable[[], tuple[Connection, ...]]) -> None:
        self._marking = marking
        self._connections = connections

    def list(self) -> tuple[Favoured, ...]:
        """All of them as they were put in order (`move`); before that in the order of the
        connections, then as they were added. What is added later comes last."""
        found = [
            (one.rank or MAX_RANK, Favoured(one.name, Location(id_, one.container, one.path)))
            for id_ in (connection.id for connection in self._connections())
            for one in self._marking.of(id_).favourites
        ]
        return tuple(favoured for _, favoured in sorted(found, key=lambda item: item[0]))

    async def move(self, location: Location, to: int) -> None:
        """Put one at the place `to` of the list, from 0. Nothing happens where it is none."""
        places = [one.location for one in self.list()]
        if location not in places:
            return
        places.remove(location)
        places.insert(max(0, to), location)
        ranks = {place: rank for rank, place in enumerate(places, 1)}
        for connection_id in dict.fromkeys(place.connection_id for place in places):
            ranked = partial(_ranked, connection_id, ranks)
            at = self._marking.of(connection_id).favourites
            if ranked(at) != at:
                await self._change(connection_id, ranked)

    async def add(self, location: Location, name: str = "") -> Favoured:
        """Keep a container or folder; its own name, with a number where that is taken,
        unless another is given. A place that is kept already keeps its name.

        Raises InputError for an account, a name that is taken, and more than 200.
        """
        if not location.container:
            raise InputError("An account is in the tree anyway.", cure="Choose a folder.")
        await self._change(location.connection_id, partial(_with, location, name))
        favourites = self._marking.of(location.connection_id).favourites
        return Favoured(next(one.name for one in favourites if _is_at(one, location)), location)

    async def remove(self, location: Location) -> None:
        """Nothing happens where it is none."""
        await self._change(
            location.connection_id,
            lambda before: tuple(one for one in before if not _is_at(one, location)),
        )

    async def rename(self, location: Location, name: str) -> Favoured:
        """Raises InputError for a name that is taken, and where it is none."""
        name = checked_name(name, "favourite")
        await self._change(location.connection_id, partial(_renamed, location, name))
        return Favoured(name, location)

    async def _change(self, connection_id: str, change: Change) -> None:
        """`change` gets the favourites as they are saved at that moment."""
        await self._marking.keep(
            connection_id, lambda one: replace(one, favourites=change(one.favourites))
        )


def _with(location: Location, name: str, before: Places) -> Places:
    if any(_is_at(one, location) for one in before):
        return before
    if len(before) >= MAX_FAVOURITES:
        raise InputError(f"There are {MAX_FAVOURITES} favourites already.", cure="Remove some.")
    taken = {one.name for one in before}
    if name:
        name = _free(checked_name(name, "favourite"), taken)
    else:
        name = unique_name(location.name, taken)
    return (*before, Favourite(name, location.container, location.path))


def _renamed(location: Location, name: str, before: Places) -> Places:
    if not any(_is_at(one, location) for one in before):
        raise InputError("This is no favourite.", cure="Add it first.")
    _free(name, {one.name for one in before if not _is_at(one, location)})
    return tuple(replace(one, name=name) if _is_at(one, location) else one for one in before)


def _ranked(connection_id: str, ranks: Mapping[Location, int], before: Places) -> Places:
    """What was added meanwhile stays where it is."""
    return tuple(
        replace(one, rank=ranks.get(Location(connection_id, one.container, one.path), one.rank))
        for one in before
    )


def _is_at(one: Favourite, location: Location) -> bool:
    return (one.container, one.path) == (location.container, location.path)


def _free(name: str, taken: set[str]) -> str:
    if name in taken:
        raise InputError(f"There is a favourite '{name}' already.", cure="Type another name.")
    return name
