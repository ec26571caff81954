"""The one object behind both faces: connections, listings, changes, transfers, events.

A thin front: each method hands over to the part that knows. It belongs to one
loop (the service thread under the window, the main thread on the command line)
and is called from there only; the window goes through `host.ServiceHost`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from explorer.base.settings import Settings
from explorer.service.browse import Browser
from explorer.service.connections import Connections
from explorer.service.copies import Copies
from explorer.service.events import Event, Notice, SettingsChanged
from explorer.service.feed import Feed, Subscription
from explorer.service.marks import Favourites
from explorer.service.model import Connection, DeleteCount, Location, ProbeReport
from explorer.service.operations import Operations
from explorer.service.preferences import Preferences
from explorer.service.renaming import Renaming
from explorer.service.rooms import Rooms
from explorer.storage.connection import ConnectionSpec
from explorer.storage.model import BlobProperties, Container, ContainerPage, Page

if TYPE_CHECKING:  # a command that only looks does not load the engine
    from explorer.transfer.engine import Engine
    from explorer.transfer.file_control import FileControl
    from explorer.transfer.job_control import JobControl
    from explorer.transfer.model import (
        Conflict,
        ConflictPolicy,
        JobSnapshot,
        RemotePlace,
        Request,
        TransferSnapshot,
    )
    from explorer.transfer.rehearsal import Step
    from explorer.transfer.state import TransferState


class Service(Rooms):
    """Made by `start`, ended by `aclose`; also an async context manager."""

    def __init__(
        self,
        data_dir: Path,
        *,
        preferences: Preferences,
        connections: Connections,
        browser: Browser,
        operations: Operations,
        engine: Engine | None,
        feed: Feed,
    ) -> None:
        super().__init__(connections, browser, feed.put)
        self.data_dir = data_dir
        self._preferences = preferences
        self._operations = operations
        self._engine_or_none = engine
        self._feed = feed
        self.renaming = Renaming(connections, feed.put)
        """Renames and moves in one step, where directories are real."""
        self.set_hierarchical = connections.set_namespace
        """(connection_id, True, False, or None to ask the service): are directories real?"""
        self.marks = connections.marking
        """Read-only, colour and group of a connection."""
        self.favourites = Favourites(connections.marking, connections.all)
        self.exporting = connections.exporting
        self.copies = Copies(
            connections, browser, connections.place, self.submit, self.renaming
        )
        """Copy, move, rename and duplicate, as jobs."""

    # -- life -----------------------------------------------------------------

    @classmethod
    async def start(
        cls, data_dir: Path, *, adopt_jobs: bool, with_transfers: bool = True
    ) -> Service:
        """Load settings, saved connections and the journal; ask no keyring, reach no network.

        With `adopt_jobs` (the window) jobs a dead process left behind become ours;
        without (the command line) they stay until `resume`. Without transfers (a command
        that only looks) the journal is not touched. Raises JournalError or LocalError when
        the data folder cannot be used.
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
            operations=Operations(connections, browser, feed.put),
            engine=None,
            feed=feed,
        )
        try:
            await connections.load()
            if with_transfers:
                await service._start_engine(adopt_jobs=adopt_jobs)
        except BaseException:
            await service.aclose()
            raise
        for problem in (*preferences.problems, *connections.notices):
            service.notify("Settings and connections", problem, is_warning=True)
        return service

    async def _start_engine(self, *, adopt_jobs: bool) -> None:
        from explorer.service.relay import Relay
        from explorer.transfer.engine import Engine

        engine = Engine(self.data_dir, self._connections, self.settings, Relay(self._feed.put))
        await engine.start(adopt=adopt_jobs)
        self._engine_or_none = engine
        if engine.notice:
            self.notify("The transfer queue", engine.notice, is_warning=True)
        self._connections.credential_changed = engine.credentials_changed

    @property
    def _engine(self) -> Engine:
        if self._engine_or_none is None:
            raise RuntimeError("this service was started without transfers")
        return self._engine_or_none

    async def aclose(self) -> None:
        """Pause running work at a safe point, write the journal, close every connection."""
        try:
            if self._engine_or_none is not None:
                await self._engine_or_none.aclose()
        finally:
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
        settings = await self._preferences.update(**changes)
        reach = ("proxy", "ca_file", "api_version")
        if any(getattr(before, name) != getattr(settings, name) for name in reach):
            self._connections.settings_changed()
        if self._engine_or_none is not None:
            if before.concurrency != settings.concurrency:
                self._engine_or_none.set_concurrency(settings.concurrency)
            self._engine_or_none.set_limit_all(settings.limit_bytes_per_s)
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

    # -- browse ---------------------------------------------------------------

    def list_containers(self, connection_id: str) -> AsyncIterator[ContainerPage]:
        """Pages of containers, the next one fetched while this one is looked at.

        A SAS of one container gives one page with that one container.
        """
        return self._browser.list_containers(connection_id)

    def list_folder(
        self, location: Location, *, recursive: bool = False, prefix: str = ""
    ) -> AsyncIterator[Page]:
        """Pages of one folder (`location.path`), names in full below the container.

        Each folder comes once, as a Prefix, whether it is a prefix, a marker, both, or
        a directory; the marker of the folder itself never comes. `prefix` narrows to
        names that start so within the folder; `recursive` gives everything below, where
        prefixes are only those folders that exist by a marker or as a directory.
        """
        return self._browser.list_folder(location, recursive=recursive, prefix=prefix)

    def list_blob(self, location: Location, name: str) -> AsyncIterator[Page]:
        """One page with the blob `name` of that folder alone: what can be shown where
        listing is not allowed. Raises NotFoundError."""
        return self._browser.list_blob(location, name)

    async def properties(
        self, location: Location, name: str, *, snapshot: str = "", version_id: str = ""
    ) -> BlobProperties:
        """All a HEAD tells about the blob `name` in that folder, or about one snapshot or
        version of it. Raises NotFoundError."""
        return await self._browser.properties(
            location, name, snapshot=snapshot, version_id=version_id
        )

    async def is_folder(self, location: Location) -> bool:
        """Whether anything lives at or below that folder (one page of one name)."""
        return await self._browser.is_folder(location)

    async def container_properties(self, location: Location) -> Container:
        """What the service tells about that container itself. Raises NotFoundError."""
        return await self._browser.container_properties(location)

    async def find(self, connection_id: str, text: str) -> Location:
        """What a path field holds, as a folder: a path, or any URL of this connection.

        A path that is a blob gives the folder it is in. Raises InputError when the URL
        belongs to another account, and says so.
        """
        return await self._browser.find(connection_id, text)

    def locate(self, connection_id: str, text: str) -> tuple[str, str]:
        """The same as (container, path) as typed, without asking the service."""
        place = self._connections.locate(connection_id, text)
        return place.container, place.path

    def locate_state(self, connection_id: str, text: str) -> tuple[Location, str, str, str]:
        """(folder, name, snapshot, version id) of a path or URL that may name one state of a
        blob (`?versionid=`, `?snapshot=`); without asking the service. Raises InputError."""
        place = self._connections.locate_state(connection_id, text)
        head, slash, name = place.path.rpartition("/")
        folder = Location(connection_id, place.container, head + slash)
        return folder, name, place.snapshot, place.version_id

    def read(
        self,
        location: Location,
        name: str,
        start: int = 0,
        length: int | None = None,
        *,
        snapshot: str = "",
        version_id: str = "",
    ) -> AsyncIterator[bytes]:
        """Bytes of a blob, or of one snapshot or version of it, from `start`, to its end or
        `length` of them, in pieces of at most 4 MiB, all of one version (If-Match). Raises
        InputError beyond the end."""
        return self._browser.read(
            location, name, start, length, snapshot=snapshot, version_id=version_id
        )

    # -- changes --------------------------------------------------------------

    async def create_container(self, connection_id: str, name: str) -> Location:
        """Make a private container. Raises InputError for a bad name, AlreadyExistsError."""
        return await self._operations.create_container(connection_id, name)

    async def delete_container(self, location: Location) -> None:
        """Delete a container with all that is in it."""
        await self._operations.delete_container(location)

    async def create_folder(self, location: Location, name: str) -> Location:
        """Make an empty folder (a marker). Raises InputError, AlreadyExistsError."""
        return await self._operations.create_folder(location, name)

    def count_for_delete(
        self, location: Location, names: tuple[str, ...]
    ) -> AsyncIterator[DeleteCount]:
        """Growing counts of what `delete` would remove; the last one `is_complete`."""
        return self._operations.count_for_delete(location, names)

    def delete(self, location: Location, names: tuple[str, ...]) -> AsyncIterator[DeleteCount]:
        """Delete blobs, and folders (names that end with `/`), named relative to `location`;
        an empty name is all that is in `location`.

        Counts grow while it works. A listing that fails raises, and nothing that was not
        listed is deleted (P18). What could not be deleted is in `failures`.
        """
        return self._operations.delete(location, names)

    async def rename(self, location: Location, name: str, new_name: str) -> int | None:
        """Give a blob, or a folder (its name ends with `/`), another name: the job that moves
        it, or None where real directories make it one step. Raises InputError,
        AlreadyExistsError."""
        return await self.copies.rename(location, name, new_name)

    # -- transfers ------------------------------------------------------------

    def place(self, location: Location) -> RemotePlace:
        """The container or folder as a request names it. Raises InputError at the account."""
        return self._connections.place(location)

    async def submit(self, request: Request) -> int:
        """Queue an upload, download or copy; once this returns the job survives a crash."""
        self.marks.check(request)
        return await self._engine.submit(request)

    def find_conflicts(self, request: Request) -> AsyncIterator[Conflict]:
        """Targets that exist already, found by walking; touches nothing."""
        return self._engine.find_conflicts(request)

    def rehearse(self, request: Request) -> AsyncIterator[Step]:
        """What a request would do, file by file; touches nothing."""
        return self._engine.rehearse(request)

    def jobs(self) -> tuple[JobSnapshot, ...]:
        """Every job in the queue, in its order."""
        return self._engine.jobs()

    async def transfers(
        self,
        job_id: int,
        *,
        offset: int = 0,
        limit: int = 1000,
        states: frozenset[TransferState] | None = None,
    ) -> tuple[TransferSnapshot, ...]:
        """Files of one job, a slice of them, perhaps only those in some states."""
        return await self._engine.transfers(job_id, offset=offset, limit=limit, states=states)

    async def wait(self, job_id: int) -> JobSnapshot:
        """Until the job is done, failed, cancelled, paused, or needs credentials."""
        return await self._engine.wait(job_id)

    async def pause(self, job_id: int) -> None:
        """Stop at a safe point; what is there stays."""
        await self._engine.pause(job_id)

    async def resume(self, job_id: int) -> None:
        """Go on with a job that is paused or was interrupted."""
        await self._engine.resume(job_id)

    async def cancel(self, job_id: int) -> None:
        """Give up a job; finished files stay, half ones leave nothing."""
        await self._engine.cancel(job_id)

    async def retry(self, job_id: int, conflicts: ConflictPolicy | None = None) -> None:
        """Try its failed files again, with another rule for what exists if one is given."""
        await self._engine.retry(job_id, conflicts)

    @property
    def job_control(self) -> JobControl:
        """What is done to all jobs together: pause, resume, cancel, clear."""
        return self._engine.control

    @property
    def file_control(self) -> FileControl:
        """What is done to single files of a job."""
        return self._engine.files

    async def remove(self, job_id: int) -> None:
        """Take a finished job out of the list."""
        await self._engine.remove(job_id)

    async def run_again(self, job_id: int) -> int:
        """Queue the same request once more; returns the new job."""
        return await self._engine.run_again(job_id)

    async def move(self, job_id: int, position: int) -> None:
        """Put a job elsewhere in the queue; 0 is next."""
        await self._engine.move(job_id, position)

    def set_concurrency(self, requests: int) -> None:
        """How many requests run at the same time, in this run only."""
        self._engine.set_concurrency(requests)

    async def set_limit(self, job_id: int, bytes_per_s: int) -> None:
        """Limit one job; 0 lifts it."""
        await self._engine.set_limit(job_id, bytes_per_s)
