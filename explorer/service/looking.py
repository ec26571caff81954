"""The service's calls that only look: containers, folders, blobs, paths."""

from __future__ import annotations

from collections.abc import AsyncIterator

from explorer.base.errors import NotFoundError
from explorer.base.tasks import TaskScope
from explorer.service.browse import Browser
from explorer.service.connections import Connections
from explorer.service.model import Location
from explorer.storage.model import BlobProperties, Container, ContainerPage, Page


class Looking:
    """A part of the Service, of its loop's thread."""

    _browser: Browser
    _connections: Connections

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

    async def is_blob(self, location: Location, name: str, *, in_haste: bool = False) -> bool:
        """Whether `name` in that folder is a blob, which goes before a folder of the same name;
        false for a folder. Raises NotFoundError where it is neither.

        `in_haste` asks about the folder without waiting whether there is a blob: a request more
        for a blob, and for a folder one way to the service and back less.
        """
        in_haste = in_haste and not self._browser.asks_a_person(location.connection_id)
        folder = location.child(name)
        scope = TaskScope(lambda name, error: None)  # raised here, where the answer matters
        ahead = scope.spawn(self.is_folder(folder), name="is it a folder") if in_haste else None
        try:
            return not (await self.properties(location, name)).is_directory
        except NotFoundError as error:
            if error.code != "ContainerNotFound" and await (ahead or self.is_folder(folder)):
                return False
            raise
        finally:
            await scope.aclose()

    async def has_directories(self, connection_id: str) -> bool:
        """Whether directories are real there; asked of the service once, where nobody knows."""
        return await self._connections.directories(connection_id) is not None

    def ask_ahead(self, connection_id: str) -> None:
        """Ask in the background what every job begins with, and so reach the service: nobody
        waits for the answer, and where there is none the job will say so. Not where a person
        has to sign in for it."""
        self._browser.ask_ahead(connection_id)

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
