"""Whose directories are real: found out when it first matters, remembered, or as a person says.

Nothing is asked at a start. A saved connection remembers the answer in the list of
connections; one of this run for as long as it lasts. Where nobody says, the namespace is
taken for flat: what works there works on both kinds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.base.errors import QuaysideError
from explorer.base.workers import Workers
from explorer.service.entries import Entry
from explorer.service.model import Connection
from explorer.service.patience import Calls
from explorer.storage.accounts import Accounts
from explorer.storage.azure.client import dfs_rest
from explorer.storage.saved_connection import Namespace, SavedConnection

if TYPE_CHECKING:
    from explorer.storage.directories import DirectoryStore


class Namespaces:
    """Of the service loop's thread; disk and network are in worker threads."""

    def __init__(
        self,
        calls: Calls,
        disk: Workers,
        accounts: Accounts,
        change: Callable[[Entry, Connection], Connection],
    ) -> None:
        self._calls = calls
        self._disk = disk
        self._accounts = accounts
        self._change = change

    async def directories(self, entry: Entry) -> DirectoryStore | None:
        """The entry's real directories; asks the service where nobody knows yet.

        The entry's store must be open.
        """
        async with entry.asking:
            if entry.connection.is_hierarchical is None and not entry.is_namespace_asked:
                await self._ask(entry)
        return self.known(entry)

    def known(self, entry: Entry) -> DirectoryStore | None:
        """The same as far as it is known: never asks. The entry's store must be open."""
        if entry.store is None or not entry.connection.is_hierarchical:
            return None
        if entry.store.directories is None:
            dfs = dfs_rest(entry.spec, entry.store.rest)
            if dfs is not None:
                entry.store = entry.store.with_directories(dfs)
        return entry.store.directories

    async def _ask(self, entry: Entry) -> None:
        from explorer.storage.azure.namespace import find_namespace  # late: most know already

        store, spec = entry.store, entry.spec
        if store is None:
            return
        found = await self._calls.run(
            find_namespace, store, spec, container=entry.connection.start.container
        )
        entry.is_namespace_asked = True
        if found is None or entry.connection.is_hierarchical is not None:
            return
        self._change(entry, replace(entry.connection, is_hierarchical=found))
        try:
            await self.remember(entry, found)
        except QuaysideError:
            return  # It is known in this run, and asked for again in the next.

    async def remember(self, entry: Entry, found: bool | None) -> None:
        """Keep what the service said of a saved connection. Raises LocalError."""
        told = Namespace.of(found).value
        if found is None or entry.saved is None or entry.saved.namespace_found == told:
            return
        await self._keep(entry, lambda one: replace(one, namespace_found=told))

    async def set(self, entry: Entry, choice: bool | None) -> Connection:
        """What a person says from now on; None asks the service again. Raises LocalError."""
        told = Namespace.of(choice).value
        if choice is None:
            await self._keep(entry, lambda one: replace(one, namespace_set="", namespace_found=""))
        else:
            await self._keep(entry, lambda one: replace(one, namespace_set=told))
        entry.is_namespace_asked = False
        if entry.store is not None:
            entry.store = entry.store.with_directories(None)
        is_set = choice is not None
        return self._change(
            entry, replace(entry.connection, is_hierarchical=choice, is_namespace_set=is_set)
        )

    async def _keep(
        self, entry: Entry, change: Callable[[SavedConnection], SavedConnection]
    ) -> None:
        if entry.saved is None:
            return
        await self._disk.run(self._accounts.update, entry.saved.id, change)
        entry.saved = change(entry.saved)
