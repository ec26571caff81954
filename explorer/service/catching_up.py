"""What another process has changed in the list of connections, brought into this one.

The window and the command line write the same file. Whether a connection is read-only is
looked up on the disk before each request that is more than a look (`is_read_only`): a mark
holds from the moment it is written, whoever wrote it. The rest follows when somebody says
that it is time (`look`).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace

from explorer.base.paths import Stamp, stamp_of
from explorer.base.workers import Workers
from explorer.service.entries import Entry, unopened
from explorer.service.model import Connection
from explorer.storage.accounts import Accounts
from explorer.storage.marks import READ_ONLY_CURE, READ_ONLY_REASON
from explorer.storage.saved_connection import SavedConnection


class MarksOnDisk:
    """Which saved connections are read-only, as the file says now. Any thread asks."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._lock = threading.Lock()
        self._stamp: Stamp = None
        self._read_only: frozenset[str] = frozenset()

    def is_read_only(self, connection_id: str) -> bool:
        """Blocking, for microseconds unless the file was written since. What cannot be read
        leaves it as it was."""
        with self._lock:
            stamp = stamp_of(self._accounts.path)  # first: what is written now is seen next time
            if stamp != self._stamp:
                saved = self._accounts.peek()
                if saved is not None:
                    self._read_only = frozenset(one.id for one in saved if one.marks.is_read_only)
                self._stamp = stamp
            return connection_id in self._read_only


class CatchingUp:
    """Of the service loop's thread; the disk is in a worker thread."""

    def __init__(
        self,
        accounts: Accounts,
        disk: Workers,
        entries: dict[str, Entry],
        *,
        add: Callable[[Entry], None],
        change: Callable[[Entry, Connection], Connection],
        forget: Callable[[str], None],
        renew: Callable[[Entry], Awaitable[None]],
    ) -> None:
        self._accounts = accounts
        self._disk = disk
        self._entries = entries
        self._add = add
        self._change = change
        self._forget = forget
        self._renew = renew
        self._on_disk = MarksOnDisk(accounts)
        self._lock = asyncio.Lock()
        self._stamp: Stamp = None

    def guard(self, entry: Entry) -> Callable[[], str]:
        """Why nothing may be changed through it at the moment, empty where it may; for any
        thread."""

        def reason() -> str:
            is_read_only = entry.marks.is_read_only or (
                entry.saved is not None and self._on_disk.is_read_only(entry.saved.id)
            )
            return f"{READ_ONLY_REASON} {READ_ONLY_CURE}" if is_read_only else ""

        return reason

    async def look(self) -> tuple[str, ...]:
        """Take in what was written since: names, marks, credentials, connections that are new
        or gone. Returns the ids of the new ones, whose secrets nobody has asked for yet. A
        file that cannot be read changes nothing."""
        async with self._lock:
            saved = await self._disk.run(self._written_since)
            return await self._follow(saved) if saved is not None else ()

    def _written_since(self) -> tuple[SavedConnection, ...] | None:
        """Blocking."""
        stamp = stamp_of(self._accounts.path)
        if stamp == self._stamp:
            return None
        saved = self._accounts.peek()
        self._stamp = stamp
        return saved

    async def _follow(self, listed: tuple[SavedConnection, ...]) -> tuple[str, ...]:
        """At once for all but secrets: nothing of ours is written in between."""
        there = {one.id for one in listed}
        for connection_id, entry in tuple(self._entries.items()):
            if entry.saved is not None and connection_id not in there:
                self._forget(connection_id)
        added: list[str] = []
        renewed: list[Entry] = []
        for saved in listed:
            known = self._entries.get(saved.id)
            if known is None:
                self._add(unopened(saved))
                added.append(saved.id)
            elif known.saved is not None and known.saved != saved:
                if _credential(known.saved) != _credential(saved):
                    renewed.append(known)
                self._take(known, known.saved, saved)
        for entry in renewed:
            await self._renew(entry)
        return tuple(added)

    def _take(self, entry: Entry, before: SavedConnection, saved: SavedConnection) -> None:
        entry.saved, entry.marks = saved, saved.marks
        connection = replace(entry.connection, name=saved.name)
        if _namespace(before) != _namespace(saved):
            entry.is_namespace_asked = False
            if entry.store is not None:
                entry.store = entry.store.with_directories(None)
            connection = replace(
                connection,
                is_hierarchical=saved.is_hierarchical,
                is_namespace_set=bool(saved.namespace_set),
            )
        self._change(entry, connection)


def _credential(saved: SavedConnection) -> tuple[object, ...]:
    scope = (saved.scope_level, saved.scope_container, saved.scope_path)
    return (saved.credential_mark, saved.credential_type, saved.expires_s, *scope)


def _namespace(saved: SavedConnection) -> tuple[str, str]:
    return saved.namespace_found, saved.namespace_set
