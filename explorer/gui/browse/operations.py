"""What a person does to what is shown: up, down, open, make, delete. Coroutines of the GUI thread.

Everything that moves bytes becomes a request and goes through the TransferStarter, which
asks about conflicts; errors leave the coroutines and are told by the window.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from explorer.base.errors import QuaysideError
from explorer.base.settings import Settings
from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.gui import ask
from explorer.gui.account.create_sheet import CreateContainerSheet
from explorer.gui.bridge import Bridge
from explorer.gui.browse.deleting import DeleteSheet
from explorer.gui.browse.drops import local_paths
from explorer.gui.browse.open_local import check_openable, fresh_folder
from explorer.gui.browse.opened import OpenedFiles
from explorer.gui.browse.rows import NO_TIME, Row, RowKind
from explorer.gui.browse.words import path_text
from explorer.gui.carry.parcel import Parcel
from explorer.gui.transfers.start import TransferStarter
from explorer.service.model import Ability, DeleteCount, Location
from explorer.service.naming import check_folder_name
from explorer.storage.access import Verdict
from explorer.transfer.model import (
    DownloadRequest,
    DownloadSource,
    JobOptions,
    Links,
    UploadRequest,
    UploadSource,
)
from explorer.transfer.state import JobState


def job_options(settings: Settings) -> JobOptions:
    """What the settings say about every job."""
    return JobOptions(
        with_md5=settings.with_md5,
        preserve_mtime=settings.preserve_mtime,
        links=Links.FOLLOW if settings.follow_symlinks else Links.SKIP,
        use_ignore_files=settings.use_ignore_files,
        block_size_bytes=settings.block_size_bytes,
    )


def upload_sources(paths: list[str]) -> tuple[UploadSource, ...]:
    """Local files and folders under their own names."""
    return tuple(UploadSource(path, Path(path).name) for path in paths if Path(path).name)


def download_sources(location: Location, rows: list[Row]) -> tuple[DownloadSource, ...]:
    """Rows of one folder under their own names."""
    return tuple(
        DownloadSource(f"{location.path}{row.name}/", True, row.name)
        if row.is_folder
        else DownloadSource(location.path + row.name, False, row.name)
        for row in rows
    )


def folder_source(location: Location) -> DownloadSource:
    """A whole folder or container under its name."""
    return DownloadSource(location.path, True, location.name)


class Operations(QObject):
    """One per window."""

    def __init__(
        self,
        bridge: Bridge,
        scope: TaskScope,
        workers: Workers,
        starter: TransferStarter,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._scope = scope
        self._workers = workers
        self._starter = starter
        self._window = window
        self.opened = OpenedFiles(bridge, workers, scope, window)

    # -- up -----------------------------------------------------------------------

    async def upload_files(self, target: Location) -> None:
        """Choose files and upload them into `target`."""
        if paths := await ask.files_to_open(self._window, "Upload files"):
            await self.upload([str(path) for path in paths], target)

    async def upload_folder(self, target: Location) -> None:
        """Choose a folder and upload it, under its name, into `target`."""
        if path := await ask.folder(self._window, "Upload a folder"):
            await self.upload([str(path)], target)

    async def paste(self, target: Location) -> None:
        """Upload the files that were copied in the file manager."""
        if paths := local_paths(QGuiApplication.clipboard().mimeData()):
            await self.upload(paths, target)

    async def upload(self, paths: list[str], target: Location) -> int | None:
        """Upload local files and folders into `target`; the job, or None if it was called off."""
        sources = upload_sources(paths)
        if not sources:
            return None
        place = await self._bridge.get(lambda service: service.place(target))
        options = await self._options()
        return await self._starter.start(UploadRequest(sources, place, options))

    async def _options(self) -> JobOptions:
        return job_options(await self._bridge.get(lambda service: service.settings))

    # -- down -----------------------------------------------------------------------

    async def download(self, location: Location, rows: list[Row]) -> None:
        """Choose a place for these rows; without rows, for the whole folder or container."""
        if not location.container:
            for row in rows:
                await self.download(location.child(row.name), [])
            return
        folder = await ask.folder(self._window, "Download to")
        if folder is None:
            return
        sources = download_sources(location, rows) if rows else (folder_source(location),)
        await self._download(location, sources, folder)

    async def download_into(self, parcel: Parcel, folder: Path) -> None:
        """Download what is carried into a local folder, each under its name."""
        place = parcel.place
        if parcel.holds_containers:
            for name in parcel.names:
                container = place.child(name)
                await self._download(container, (folder_source(container),), folder)
            return
        sources = tuple(
            DownloadSource(place.path + name, name.endswith("/"), name.rstrip("/"))
            for name in parcel.names
        )
        await self._download(place, sources, folder)

    async def save_as(self, location: Location, row: Row) -> None:
        """Choose folder and name for one blob."""
        path = await ask.file_to_save(self._window, f"Save '{row.name}' as", row.name)
        if path is not None:
            source = DownloadSource(location.path + row.name, False, path.name)
            await self._download(location, (source,), path.parent)

    async def _download(
        self, location: Location, sources: tuple[DownloadSource, ...], folder: Path
    ) -> int | None:
        container = Location(location.connection_id, location.container)
        place = await self._bridge.get(lambda service: service.place(container))
        options = await self._options()
        return await self._starter.start(DownloadRequest(sources, place, str(folder), options))

    async def open_blob(self, location: Location, row: Row) -> None:
        """Download into the cache, then hand over to the local program for it."""
        check_openable(row.name)
        before = await self._bridge.call(lambda service: service.properties(location, row.name))
        folder = await self._workers.run(fresh_folder)
        source = DownloadSource(location.path + row.name, False, row.name)
        job_id = await self._download(location, (source,), folder)
        if job_id is None:
            return
        job = await self._bridge.call(lambda service: service.wait(job_id))
        if job.state is not JobState.DONE:
            return  # the transfers panel says why
        files = await self._bridge.call(lambda service: service.transfers(job_id))
        if not files:
            return
        path = folder / files[0].local_path
        check_openable(path.name)  # as it is called here
        await self.opened.add(
            path, location, row.name, etag=before.etag, may_write=await self._may_write(location)
        )
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            raise QuaysideError(
                f"No program on this computer opens '{row.name}'.",
                cure=f"It was downloaded to {path}.",
            )

    async def _may_write(self, location: Location) -> bool:
        connection = await self._bridge.get(
            lambda service: service.connection(location.connection_id)
        )
        return connection.claim(Ability.OVERWRITE).verdict is not Verdict.NO

    # -- make ---------------------------------------------------------------------------

    async def new_folder(self, location: Location) -> str | None:
        """Ask for a name and make a folder; its name. A name that is taken is asked again."""
        return await ask.text_done(
            self._window,
            "New folder",
            "&Name",
            lambda name: self._bridge.call(lambda service: service.create_folder(location, name)),
            go="&Create",
            check=lambda name: check_folder_name(location.path, name),
        )

    async def new_container(self, connection_id: str) -> str | None:
        """Ask for name, access and metadata, and make a container; its name."""
        sheet = CreateContainerSheet(self._bridge, self._scope, connection_id, self._window)
        made = await ask.finished(sheet, lambda it: it.made)
        return made.container if made is not None else None

    # -- delete ---------------------------------------------------------------------------

    async def delete(
        self, location: Location, rows: list[Row], progress: Callable[[DeleteCount], bool]
    ) -> DeleteCount | None:
        """Delete blobs and folders of one folder, after asking; what came of it.

        `progress` hears how far it is, at first with nothing, and says whether to go on.
        """
        folders = tuple(f"{row.name}/" for row in rows if row.is_folder)
        place = path_text(location).rstrip("/")
        settings = await self._bridge.get(lambda service: service.settings)
        sheet = DeleteSheet(
            rows,
            place,
            (lambda: self._counted(location, folders)) if folders else None,
            self._scope,
            self._window,
            typed_above=settings.typed_delete_above,
        )
        if not await ask.finished(sheet, lambda _: True):
            return None
        names = tuple(f"{row.name}/" if row.is_folder else row.name for row in rows)
        last = DeleteCount()
        progress(last)
        async with aclosing(
            self._bridge.stream(lambda service: service.delete(location, names))
        ) as counts:
            async for count in counts:
                last = count
                if not progress(count):
                    break
        return last

    def _counted(
        self, location: Location, names: tuple[str, ...]
    ) -> AsyncGenerator[DeleteCount, None]:
        return self._bridge.stream(lambda service: service.count_for_delete(location, names))

    async def delete_container(self, location: Location) -> bool:
        """Delete a whole container, its name typed."""
        row = Row(RowKind.CONTAINER, location.container, -1, NO_TIME, "", "", None, "")
        sheet = DeleteSheet(
            [row],
            "its account, with everything in it",
            lambda: self._counted(location, ("",)),
            self._scope,
            self._window,
            typed_name=location.container,
        )
        if not await ask.finished(sheet, lambda _: True):
            return False
        await self._bridge.call(lambda service: service.delete_container(location))
        return True
