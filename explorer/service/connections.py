"""Every connection of this process: made, tested, kept, renamed, renewed, removed.

Maps a connection's id to its spec and its one store. The id outlives a change of the
credential, so open tabs and waiting jobs go on. Secrets are in here, in the keyring and
nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.base.errors import InputError
from explorer.base.redact import register_secret
from explorer.base.workers import Workers
from explorer.service.catching_up import CatchingUp
from explorer.service.choosing import another_for, twin_of
from explorer.service.claims import utc_now
from explorer.service.entries import (
    Entry,
    connection_of,
    entry_of,
    home_of,
    home_without_keyring,
    needs_credentials,
    renewed,
    start_blob_of,
    start_of,
    unique_name,
    unopened,
)
from explorer.service.events import (
    ConnectionAdded,
    ConnectionChanged,
    ConnectionRemoved,
    Event,
)
from explorer.service.marks import Marking
from explorer.service.model import Connection, Location, ProbeReport, SecretHome
from explorer.service.namespaces import Namespaces
from explorer.service.patience import Calls
from explorer.service.preferences import Preferences
from explorer.service.stores import Stores
from explorer.storage.access import Access
from explorer.storage.accounts import Accounts, new_id
from explorer.storage.api import BlobStore
from explorer.storage.connection import ConnectionSpec, Place, locate, replace_credential
from explorer.storage.saved_connection import (
    Namespace,
    SavedConnection,
    save_form,
    spec_of,
    with_new_credential,
)

if TYPE_CHECKING:  # a command that only looks does not load what transfers are made of
    from explorer.service.exporting import Exporting
    from explorer.storage.directories import DirectoryStore
    from explorer.storage.secrets import Kept, Loaded, SecretStore
    from explorer.transfer.model import RemotePlace


class Connections:
    """Of the service loop's thread; disk, keyring and network are in worker threads."""

    def __init__(
        self,
        folder: Path,
        put: Callable[[Event], None],
        preferences: Preferences,
        secrets: SecretStore | None = None,
    ) -> None:
        self._accounts = Accounts(folder)
        if secrets is not None:
            self._secrets = secrets
        self._put = put
        self._stores = Stores(preferences)
        self.look = self._stores.look
        self._entries: dict[str, Entry] = {}
        self._disk = Workers("accounts", 1)
        self._keyring = Workers("keyring-wait", 1)
        self._namespaces = Namespaces(self.calls, self._disk, self._accounts, self._change)
        self.marking = Marking(self._disk, self._accounts, self._entry, self._change)
        self._catching_up = CatchingUp(
            self._accounts,
            self._disk,
            self._entries,
            add=self._add,
            change=self._change,
            forget=self._forget,
            renew=self._ask_again,
        )
        self.notices: tuple[str, ...] = ()
        self.credential_changed: Callable[[str], None] = lambda connection_id: None
        """Told when work that waits for this connection can go on."""

    async def load(self) -> None:
        """Read the saved list; their secrets stay in the keyring until `load_secrets`."""
        listed = await self._disk.run(self._accounts.load)
        self.notices = listed.notices
        for saved in listed.connections:
            self._entries[saved.id] = unopened(saved)

    async def catch_up(self) -> None:
        """See what another process has changed in the saved list; it is told as events."""
        for connection_id in await self._catching_up.look():
            await self.load_secrets(connection_id)

    async def aclose(self) -> None:
        """Close every store and end the threads."""
        for entry in self._entries.values():
            self._retire(entry)
        await self._stores.aclose()
        self._keyring.close()
        self._disk.close()

    @cached_property
    def _secrets(self) -> SecretStore:
        from explorer.storage.secrets import SecretStore  # late: nobody asks for one that is given

        return SecretStore()

    @cached_property
    def exporting(self) -> Exporting:
        from explorer.service.exporting import Exporting  # late: a command or two take some along

        return Exporting(self, self._disk)

    @property
    def calls(self) -> Calls:
        return self._stores.calls

    # -- looking --------------------------------------------------------------

    def all(self) -> tuple[Connection, ...]:
        return tuple(entry.shown for entry in self._entries.values())

    def connection(self, connection_id: str) -> Connection:
        return self._entry(connection_id).shown

    def spec(self, connection_id: str) -> ConnectionSpec:
        return self._entry(connection_id).spec

    def access(self, connection_id: str) -> Access:
        return self._entry(connection_id).access(utc_now())

    def api_version(self, connection_id: str) -> str:
        """What a test found the service to understand; empty where none was made."""
        return self._entry(connection_id).api_version

    def secret(self, connection_id: str) -> str:
        return self._entry(connection_id).spec.secret

    def locate(self, connection_id: str, text: str) -> Place:
        """What a person typed, as a place of this connection. Raises InputError."""
        place = self.locate_state(connection_id, text)
        if place.snapshot or place.version_id:
            raise InputError(
                "The address names a snapshot or an older version of a blob.",
                cure="Leave that part out to reach the blob as it is now.",
            )
        return place

    def locate_state(self, connection_id: str, text: str) -> Place:
        """The same where a snapshot or an older version may be meant."""
        return locate(text, self._entry(connection_id).spec)

    def place(self, location: Location) -> RemotePlace:
        if not location.container:
            raise InputError("This is the account, not a container.", cure="Choose a container.")
        from explorer.transfer.model import RemotePlace

        endpoint = self._entry(location.connection_id).spec.blob_endpoint
        return RemotePlace(location.connection_id, endpoint, location.container, location.path)

    def _entry(self, connection_id: str) -> Entry:
        entry = self._entries.get(connection_id)
        if entry is None:
            raise InputError(
                "This connection does not exist any more.", cure="Connect again, then go on."
            )
        return entry

    # -- stores ---------------------------------------------------------------

    async def store(self, connection_id: str) -> BlobStore:
        """The one store of this connection, opened when it is first needed."""
        return (await self._opened(connection_id))[1]

    async def directories(self, connection_id: str) -> DirectoryStore | None:
        """Its real directories; None where its namespace is flat, or nobody says."""
        entry, _ = await self._opened(connection_id)
        return await self._namespaces.directories(entry)

    async def set_namespace(self, connection_id: str, is_hierarchical: bool | None) -> Connection:
        """What a person says of it; None: ask the service again."""
        return await self._namespaces.set(self._entry(connection_id), is_hierarchical)

    async def _opened(self, connection_id: str) -> tuple[Entry, BlobStore]:
        entry = self._entry(connection_id)
        if not entry.has_credential:
            await self.load_secrets(connection_id)
        entry.ready()
        if entry.store is None:
            entry.store = self._stores.open(entry.spec, entry.api_version)
            entry.store.rest.pool.guard = self._catching_up.guard(entry)
            self._namespaces.known(entry)
        return entry, entry.store

    async def store_for(self, place: RemotePlace) -> BlobStore:
        """The engine's way in: the connection itself, or another one that reaches the place.

        Of this one it is known whether it has `directories`. Raises NotAuthorizedError
        whose retry is NEEDS_CREDENTIALS where there is none.
        """
        return await self._store_with_directories((await self._entry_for(place)).connection.id)

    async def spec_for(self, place: RemotePlace) -> ConnectionSpec:
        """The same, with its secret. Raises like `store_for`."""
        return (await self._entry_for(place)).spec

    async def _entry_for(self, place: RemotePlace) -> Entry:
        entry = self._entries.get(place.connection_id)
        if entry is not None and not entry.has_credential:
            await self.load_secrets(entry.connection.id)
        if entry is not None and entry.has_credential:
            return entry
        other = another_for(place, entry, self._entries.values())
        if other is not None:
            return other
        raise needs_credentials(f"There are no credentials for {place.endpoint} in this run.")

    async def _store_with_directories(self, connection_id: str) -> BlobStore:
        await self.directories(connection_id)
        return await self.store(connection_id)

    def settings_changed(self) -> None:
        """Proxy, certificates or version may be others: reach everything anew."""
        for entry in self._entries.values():
            self._retire(entry)

    def _retire(self, entry: Entry) -> None:
        self._stores.retire(entry.store)
        entry.store = None

    # -- testing and making ---------------------------------------------------

    async def probe(self, spec: ConnectionSpec) -> ProbeReport:
        return await self._stores.probe(spec)

    async def probe_connection(self, connection_id: str) -> ProbeReport:
        """Test one that is kept, and remember what was found."""
        await self.store(connection_id)
        entry = self._entry(connection_id)
        report = await self.probe(entry.spec)
        connection = replace(entry.connection, claims=report.claims)
        if not connection.is_namespace_set and report.is_hierarchical is not None:
            connection = replace(connection, is_hierarchical=report.is_hierarchical)
            await self._namespaces.remember(entry, report.is_hierarchical)
        self._change(entry, connection)
        return report

    def add_for_this_run(self, spec: ConnectionSpec) -> Connection:
        register_secret(spec.secret)
        connection = connection_of(
            spec,
            connection_id=new_id(),
            name=unique_name(spec.display_name, self._names()),
            now=utc_now(),
            home=home_without_keyring(spec),
            is_saved=False,
        )
        self._add(Entry(connection, spec))
        return connection

    async def connect(
        self, spec: ConnectionSpec, *, name: str, save: bool, probe: ProbeReport | None
    ) -> Connection:
        report = probe or await self.probe(spec)
        register_secret(spec.secret)
        twin = twin_of(spec, self._entries.values())
        is_blob = await self._stores.starts_at_blob(spec, report.api_version)
        start = start_of(spec, twin.connection.id if twin else new_id(), is_blob=is_blob)
        start_blob = start_blob_of(spec, is_blob=is_blob)
        if twin is not None:
            return replace(twin.shown, start=start, start_blob=start_blob)
        connection_id = start.connection_id
        name = unique_name(name.strip() or spec.display_name, self._names())
        home, notice = home_without_keyring(spec), ""
        saved: SavedConnection | None = None
        if save:
            form = save_form(spec, connection_id=connection_id, name=name)
            found = Namespace.of(report.is_hierarchical).value
            saved = replace(form, api_version=report.api_version, namespace_found=found)
            name = saved.name
            if saved.needs_secret:
                kept = await self._keyring.run(self._secrets.save, connection_id, spec.secret)
                home, notice = home_of(kept.home), kept.notice
            await self._disk.run(self._accounts.add, saved)
        connection = connection_of(
            spec,
            connection_id=connection_id,
            name=name,
            now=utc_now(),
            home=home,
            is_saved=save,
            probe=report,
            start=start,
            start_blob=start_blob,
            notice=notice,
        )
        self._add(Entry(connection, spec, saved, api_version=report.api_version))
        return connection

    def entries(self) -> tuple[Entry, ...]:
        """With their secrets: for the service only."""
        return tuple(self._entries.values())

    async def adopt(self, saved: SavedConnection, secret: str) -> Connection:
        """Keep one that was brought along, under its id, tested by nobody yet."""
        home, notice = SecretHome.NONE_NEEDED, ""
        saved = replace(saved, credential_mark=new_id())
        if saved.needs_secret:
            home, notice = SecretHome.MISSING, "It came without its secret. Paste it."
        if secret:
            kept = await self._keyring.run(self._secrets.save, saved.id, secret)
            home, notice = home_of(kept.home), kept.notice
        await self._disk.run(self._accounts.add, saved)
        entry = entry_of(saved, spec_of(saved, secret), home, notice)
        self._add(entry)
        return entry.shown

    def _names(self) -> set[str]:
        return {entry.connection.name for entry in self._entries.values()}

    def _add(self, entry: Entry) -> None:
        self._entries[entry.connection.id] = entry
        self._put(ConnectionAdded(entry.shown))

    def _change(self, entry: Entry, connection: Connection) -> Connection:
        entry.connection = connection
        self._put(ConnectionChanged(entry.shown))
        return entry.shown

    # -- secrets --------------------------------------------------------------

    async def load_secrets(self, connection_id: str = "") -> None:
        """Ask the keyring for one connection, or for all that still lack their secret."""
        for entry in tuple(self._entries.values()):
            if connection_id not in ("", entry.connection.id):
                continue
            if entry.saved is None or not entry.saved.needs_secret or entry.has_credential:
                continue
            loaded = await self._keyring.run(self._secrets.load, entry.saved.id)
            if entry.connection.id in self._entries and not entry.has_credential:
                self._take_secret(entry, entry.saved, loaded)

    async def _ask_again(self, entry: Entry) -> None:
        """Another process gave it another credential: take that, where it can be had."""
        saved = entry.saved
        if saved is None:
            return
        from explorer.storage.secrets import Home, Loaded

        loaded = Loaded("", Home.NOWHERE)
        if saved.needs_secret:
            loaded = await self._keyring.run(self._secrets.load, saved.id)
            if not loaded.secret or entry.saved is not saved:  # or we got yet another one
                return
        self._retire(entry)
        self._take_secret(entry, saved, loaded)

    def _take_secret(self, entry: Entry, saved: SavedConnection, loaded: Loaded) -> None:
        notice = loaded.notice
        home = home_of(loaded.home) if saved.needs_secret else SecretHome.NONE_NEEDED
        try:
            entry.spec = spec_of(saved, loaded.secret)
        except InputError:
            notice = "The secret in the keyring is damaged. Paste it again."
            home = SecretHome.MISSING
        end_s = saved.expires_s or None
        before = entry.connection
        self._change(entry, renewed(before, entry.spec, home=home, notice=notice, expires_s=end_s))
        if entry.has_credential:
            self.credential_changed(saved.id)

    async def replace_credential(self, connection_id: str, text: str) -> Connection:
        entry = self._entry(connection_id)
        spec = replace_credential(entry.spec, text)
        report = await self.probe(spec)
        home, notice = home_without_keyring(spec), ""
        if entry.saved is not None:
            fresh = partial(with_new_credential, spec=spec, mark=new_id())
            saved = fresh(entry.saved)
            if saved.needs_secret:
                kept: Kept = await self._keyring.run(self._secrets.save, connection_id, spec.secret)
                home, notice = home_of(kept.home), kept.notice
            await self._disk.run(self._accounts.update, connection_id, fresh)
            entry.saved = saved
        entry.spec = spec
        entry.api_version = report.api_version
        self._retire(entry)
        changed = self._change(
            entry, renewed(entry.connection, spec, home=home, notice=notice, probe=report)
        )
        self.credential_changed(connection_id)
        return changed

    # -- renaming and removing ------------------------------------------------

    async def rename(self, connection_id: str, name: str) -> Connection:
        await self.catch_up()
        entry = self._entry(connection_id)
        name = name.strip()
        if not name:
            raise InputError("A connection needs a name.", cure="Type one.")
        if name != entry.connection.name and name in self._names():
            raise InputError(f"There is a connection '{name}' already.", cure="Type another name.")
        if entry.saved is not None:
            listed = await self._disk.run(
                self._accounts.update, connection_id, lambda one: replace(one, name=name)
            )
            saved = next((one for one in listed.connections if one.id == connection_id), None)
            entry.saved = saved or entry.saved
        return self._change(entry, replace(entry.connection, name=name))

    async def remove(self, connection_id: str) -> None:
        entry = self._entry(connection_id)
        if entry.saved is not None:
            await self._disk.run(self._accounts.remove, connection_id)
            await self._keyring.run(self._secrets.remove, connection_id)
        self._forget(connection_id)

    def _forget(self, connection_id: str) -> None:
        """It is not there any more, whoever took it out."""
        entry = self._entries.pop(connection_id, None)
        if entry is not None:
            self._retire(entry)
            self._put(ConnectionRemoved(connection_id))
