"""The one object behind both faces: connections, listings, changes, transfers, events.

A thin front: each method hands over to the part that knows. It belongs to one
loop (the service thread under the window, the main thread on the command line)
and is called from there only; the window goes through `host.ServiceHost`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from explorer.base.settings import Settings
from explorer.base.workers import Workers
from explorer.service.browse import Browser
from explorer.service.connections import Connections
from explorer.service.events import Event, Notice, SettingsChanged
from explorer.service.feed import Feed, Subscription
from explorer.service.looking import Looking
from explorer.service.marks import Favourites
from explorer.service.model import Connection, DeleteCount, Location, ProbeReport
from explorer.service.preferences import Preferences
from explorer.service.rooms import Rooms
from explorer.service.transferring import Transferring
from explorer.storage.connection import ConnectionSpec

if TYPE_CHECKING:  # a command that only looks does not load the engine
    from explorer.service.copies import Copies
    from explorer.service.wakefulness import Wakefulness
    from explorer.transfer.crew import Crew
    from explorer.transfer.engine import Engine


class Service(Looking, Transferring, Rooms):
    """Made by `start`, ended by `aclose`; also an async context manager."""

    def __init__(
        self,
        data_dir: Path,
        *,
        preferences: Preferences,
        connections: Connections,
        browser: Browser,
        feed: Feed,
        adopt_jobs: bool,
        crew: Crew | None,
    ) -> None:
        super().__init__(connections, browser, feed.put)
        self.data_dir = data_dir
        self._preferences = preferences
        self._adopt_jobs = adopt_jobs
        self._crew = crew
        self._engine_or_none: Engine | None = None
        self._wakefulness: Wakefulness | None = None
        self._feed = feed
        self.set_hierarchical = connections.set_namespace
        """(connection_id, True, False, or None to ask the service): are directories real?"""
        self.marks = connections.marking
        """Read-only, colour and group of a connection."""
        self.favourites = Favourites(connections.marking, connections.all)

    @cached_property
    def copies(self) -> Copies:
        """Copy, move, rename and duplicate, as jobs."""
        from explorer.service.copies import Copies  # late, like the rooms

        place = self._connections.place
        return Copies(self._connections, self._browser, place, self.submit, self.renaming)

    # -- life -----------------------------------------------------------------

    @classmethod
    async def start(
        cls,
        data_dir: Path,
        *,
        adopt_jobs: bool,
        with_transfers: bool = True,
        crew: Crew | None = None,
    ) -> Service:
        """Load settings, saved connections and the journal; ask no keyring, reach no network.

        With `adopt_jobs` (the window) jobs a dead process left behind become ours;
        without (the command line) they stay until `resume`. Without transfers (a command
        that only looks, or asks something first) the journal is not touched before
        `start_transfers`. The `crew` stays the caller's. Raises
        JournalError or LocalError when the data folder cannot be used.
        """
        feed = Feed()
        preferences = await Preferences.load(data_dir)
        connections = Connections(data_dir, feed.put, preferences)
        browser = Browser(connections)
        service = cls(
            data_dir,
            preferences=preferences,
            connections=connections,
            browser=browser,
            feed=feed,
            adopt_jobs=adopt_jobs,
            crew=crew,
        )
        try:
            await connections.load()
            if with_transfers:
                await service.start_transfers()
        except BaseException:
            await service.aclose()
            raise
        for problem in (*preferences.problems, *connections.notices):
            service.notify("Settings and connections", problem, is_warning=True)
        return service

    async def start_transfers(self) -> None:
        """Open the journal, and the engine with it; what is asked of storage meanwhile goes on.
        Once, where the start was without. Raises JournalError, LocalError."""
        loading = Workers("loading", 1)
        try:
            await loading.run(_load_engine)
        finally:
            loading.close()
        from explorer.service.relay import Relay
        from explorer.service.wakefulness import Wakefulness
        from explorer.transfer.engine import Engine

        awake = self._wakefulness = Wakefulness(is_wanted=self.settings.stay_awake)
        relay = Relay(self._feed, awake)
        engine = Engine(self.data_dir, self._connections, self.settings, relay, self._crew)
        await engine.start(adopt=self._adopt_jobs)
        self._engine_or_none = engine
        if engine.notice:
            self.notify("The transfer queue", engine.notice, is_warning=True)
        self._connections.credential_changed = engine.credentials_changed

    async def aclose(self) -> None:
        """Pause running work at a safe point, write the journal, close every connection."""
        try:
            if self._engine_or_none is not None:
                await self._engine_or_none.aclose()
        finally:
            if self._wakefulness is not None:
                await self._wakefulness.aclose()
            await self._browser.aclose()
            await self._connections.aclose()
            self._preferences.close()
            self._feed.close()

    async def __aenter__(self) -> Service:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    @property
    def settings(self) -> Settings:
        """The settings as they are now; immutable."""
        return self._preferences.settings

    async def update_settings(self, **changes: object) -> Settings:
        """Change some settings by name, keep them on disk, and let the engine follow.

        Raises InputError for a name or value that is none, LocalError when it cannot
        be written (then nothing has changed).
        """
        before = self.settings
        return self._settings_are(before, await self._preferences.update(**changes))

    async def catch_up(self) -> None:
        """See what another process has written into the saved connections and the settings; it
        is told as events. Raises LocalError where they cannot be read."""
        await self._connections.catch_up()
        before = self.settings
        now = await self._preferences.catch_up()
        if now != before:
            self._settings_are(before, now)

    def _settings_are(self, before: Settings, settings: Settings) -> Settings:
        reach = ("proxy", "ca_file", "api_version")
        if any(getattr(before, name) != getattr(settings, name) for name in reach):
            self._connections.settings_changed()
        if self._engine_or_none is not None:
            if before.concurrency != settings.concurrency:
                self._engine_or_none.set_concurrency(settings.concurrency)
            self._engine_or_none.set_limit_all(settings.limit_bytes_per_s)
            self._engine_or_none.set_outage(settings.outage_minutes)
        if self._wakefulness is not None:
            self._wakefulness.want(settings.stay_awake)
        self._feed.put(SettingsChanged(settings))
        return settings

    # -- events ---------------------------------------------------------------

    def subscribe(self, receive: Callable[[tuple[Event, ...]], None]) -> Subscription:
        """Hear of everything: `receive` is called on this loop's thread with batches.

        Facts come in order and none is lost, snapshots as the latest of each key, at
        most 15 batches a second, and the next batch only after `Subscription.taken()`
        (which any thread may call). `Subscription.close()` ends it.
        """
        return self._feed.subscribe(receive)

    def notify(self, title: str, message: str, *, is_warning: bool = False) -> None:
        """Put a sentence before the person, once, as a `Notice` event."""
        self._feed.put(Notice(title, message, is_warning))

    def take_notices(self) -> tuple[Notice, ...]:
        """What a person should read of the start, once, for a face that hears no events."""
        return self._feed.take_unread()

    # -- connections ----------------------------------------------------------

    def connections(self) -> tuple[Connection, ...]:
        """All of them, saved and of this run, in the order they were added."""
        return self._connections.all()

    def connection(self, connection_id: str) -> Connection:
        """One of them. Raises InputError where there is none of that id."""
        return self._connections.connection(connection_id)

    async def load_secrets(self, connection_id: str = "") -> None:
        """After the start: read the keyring for one or all saved connections, with a time-out.

        Each one found or missed is told as `ConnectionChanged`; never raises for a
        keyring that is locked, broken or absent.
        """
        await self._connections.load_secrets(connection_id)

    async def probe(self, spec: ConnectionSpec) -> ProbeReport:
        """Try what was pasted on the real service and keep nothing.

        Raises NetworkError, NotAuthorizedError, NotFoundError and the like when the
        connection is of no use at all.
        """
        return await self._connections.probe(spec)

    async def probe_connection(self, connection_id: str) -> ProbeReport:
        """Test one that is kept; what was found is told as `ConnectionChanged`."""
        return await self._connections.probe_connection(connection_id)

    async def connect(
        self,
        spec: ConnectionSpec,
        *,
        name: str = "",
        save: bool = True,
        probe: ProbeReport | None = None,
    ) -> Connection:
        """Test (unless `probe` is the report of a test just made) and keep a connection.

        Saved connections have their secret in the keyring, or for this run only where
        there is none (then `Connection.notice` says so). Raises like `probe`.
        """
        return await self._connections.connect(spec, name=name, save=save, probe=probe)

    async def session_connection(self, spec: ConnectionSpec) -> Connection:
        """A connection for this run: nothing is saved and nothing is tested beforehand."""
        return self._connections.add_for_this_run(spec)

    async def rename_connection(self, connection_id: str, name: str) -> Connection:
        """Give it another display name. Raises InputError for an empty or taken one."""
        return await self._connections.rename(connection_id, name)

    async def remove_connection(self, connection_id: str) -> None:
        """Forget it, its secret in the keyring included. Its jobs wait for a credential."""
        await self._connections.remove(connection_id)

    async def replace_credential(self, connection_id: str, text: str) -> Connection:
        """Put a new SAS, key or connection string in place of the old one, tested first.

        The id stays, so open tabs and waiting jobs go on. `text` is whatever a person
        pastes. Raises InputError when it is for another account or cannot be read.
        """
        return await self._connections.replace_credential(connection_id, text)

    async def reveal_secret(self, connection_id: str) -> str:
        """The secret itself, for an explicit 'show' or 'copy' of a person; '' where none.

        The caller never logs, stores or titles it.
        """
        return self._connections.secret(connection_id)

    # -- changes --------------------------------------------------------------

    async def create_container(self, connection_id: str, name: str) -> Location:
        """Make a private container. Raises InputError for a bad name, AlreadyExistsError."""
        return await self.operations.create_container(connection_id, name)

    async def delete_container(self, location: Location) -> None:
        """Delete a container with all that is in it."""
        await self.operations.delete_container(location)

    async def create_folder(self, location: Location, name: str) -> Location:
        """Make an empty folder (a marker). Raises InputError, AlreadyExistsError."""
        return await self.operations.create_folder(location, name)

    def count_for_delete(
        self, location: Location, names: tuple[str, ...]
    ) -> AsyncIterator[DeleteCount]:
        """Growing counts of what `delete` would remove; the last one `is_complete`."""
        return self.operations.count_for_delete(location, names)

    def delete(self, location: Location, names: tuple[str, ...]) -> AsyncIterator[DeleteCount]:
        """Delete blobs, and folders (names that end with `/`), named relative to `location`;
        an empty name is all that is in `location`.

        Counts grow while it works. A listing that fails raises, and nothing that was not
        listed is deleted (P18). What could not be deleted is in `failures`.
        """
        return self.operations.delete(location, names)

    async def rename(self, location: Location, name: str, new_name: str) -> int | None:
        """Give a blob, or a folder (its name ends with `/`), another name: the job that moves
        it, or None where real directories make it one step. Raises InputError,
        AlreadyExistsError."""
        return await self.copies.rename(location, name, new_name)


def _load_engine() -> None:
    """In a thread: it takes the better part of what a start does."""
    import explorer.service.relay
    import explorer.transfer.engine  # noqa: F401
