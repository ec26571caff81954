"""Blobs that are open in local programs: a change of the copy can be saved back. GUI thread only.

The copy is watched, and its folder, too, since many editors write a new file and rename it. A
change is taken for one when the file has rested for a moment and its bytes are others. What is
saved goes over the very blob that was opened, or, where somebody changed that meanwhile, the
person chooses.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from explorer.base.errors import NotFoundError
from explorer.base.records import dataclass
from explorer.base.shown import shown
from explorer.base.tasks import TaskScope
from explorer.base.units import format_bytes
from explorer.base.workers import Workers
from explorer.gui import ask
from explorer.gui.bridge import Bridge
from explorer.gui.browse.cells import local_time
from explorer.gui.parts.buttons import Rank
from explorer.service.model import Location
from explorer.storage.model import BlobProperties
from explorer.transfer.model import ConflictPolicy, JobOptions, UploadRequest, UploadSource
from explorer.transfer.state import JobState

SETTLE_MS = 800


@dataclass(frozen=True, slots=True)
class Opened:
    """One copy. `digest` is of its bytes as they are in storage under `etag`."""

    path: Path
    location: Location
    name: str
    etag: str
    content_type: str
    digest: bytes
    may_write: bool


class OpenedFiles(QObject):
    """One per window."""

    changed = Signal(object)
    """An `Opened` whose copy is not what storage has any more."""
    saved = Signal(object)

    def __init__(self, bridge: Bridge, workers: Workers, scope: TaskScope, window: QWidget) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._workers = workers
        self._scope = scope
        self._window = window
        self._files: dict[Path, Opened] = {}
        self._told: dict[Path, bytes] = {}
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._stirred)
        self._watcher.directoryChanged.connect(self._stirred)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(SETTLE_MS)
        self._rest.timeout.connect(self._rested)

    @property
    def files(self) -> tuple[Opened, ...]:
        return tuple(self._files.values())

    async def add(
        self, path: Path, location: Location, name: str, *, etag: str, may_write: bool
    ) -> None:
        """Watch the copy at `path` of the blob `name` as it was under `etag`."""
        found = await self._bridge.call(lambda service: service.properties(location, name))
        if found.etag != etag:
            return  # it changed while it was fetched: what is open is nobody's to save
        digest = await self._workers.run(_digest, path)
        kind = found.headers.content_type
        self._files[path] = Opened(path, location, name, etag, kind, digest, may_write)
        self._watcher.addPaths([str(path), str(path.parent)])

    def _stirred(self, _path: str) -> None:
        self._rest.start()

    def _rested(self) -> None:
        if not self._scope.is_closed:  # else the window is going
            self._scope.spawn(self._look(), name="look at opened files")

    async def _look(self) -> None:
        for opened in tuple(self._files.values()):
            digest = await self._workers.run(_digest, opened.path)
            if not digest:
                continue  # gone for now: an editor may be about to put it back
            if str(opened.path) not in self._watcher.files():
                self._watcher.addPath(str(opened.path))
            if digest != opened.digest and self._told.get(opened.path) != digest:
                self._told[opened.path] = digest
                self.changed.emit(opened)

    # -- saving -----------------------------------------------------------------

    async def save_back(self, opened: Opened) -> bool:
        """Upload the copy over the blob that was opened, or as the person chooses where that
        is another one by now; whether it was saved."""
        now = await self._properties(opened)
        name, only_over = opened.name, opened.etag
        if now is None or now.etag != opened.etag:
            choice = await self._ask(opened, now)
            if choice is None:
                return False
            if choice == "copy":
                name, only_over = _copy_name(opened.name), ""
            else:
                only_over = now.etag if now is not None else ""
        digest = await self._workers.run(_digest, opened.path)
        policy = ConflictPolicy.OVERWRITE if only_over else ConflictPolicy.RENAME
        options = JobOptions(
            conflicts=policy, only_over=only_over, content_type=opened.content_type
        )
        place = await self._bridge.get(lambda service: service.place(opened.location))
        request = UploadRequest((UploadSource(str(opened.path), name),), place, options)
        job_id = await self._bridge.call(lambda service: service.submit(request))
        job = await self._bridge.call(lambda service: service.wait(job_id))
        if job.state is not JobState.DONE or job.files_skipped:
            return False  # the transfers panel says why
        after = await self._properties(opened)
        if after is not None and name == opened.name:
            kept = replace(opened, etag=after.etag, digest=digest)
            self._files[opened.path] = kept
            self.saved.emit(kept)
        return True

    async def _properties(self, opened: Opened) -> BlobProperties | None:
        try:
            return await self._bridge.call(
                lambda service: service.properties(opened.location, opened.name)
            )
        except NotFoundError:
            return None

    async def _ask(self, opened: Opened, now: BlobProperties | None) -> str | None:
        mine = await self._workers.run(opened.path.stat)
        told = (
            f"There: {format_bytes(now.size_bytes)}, changed {local_time(now.last_modified_s)}."
            if now is not None
            else "There: it was deleted."
        )
        text = (
            f"Somebody changed it in storage since you opened it.\n{told}\n"
            f"Yours: {format_bytes(mine.st_size)}, changed {local_time(int(mine.st_mtime))}."
        )
        return await ask.choose(
            self._window,
            f"Save '{shown(opened.name)}' back?",
            text,
            (
                ("over", "Save &mine over it", Rank.DANGER),
                ("copy", "Save mine as a &copy", Rank.PRIMARY),
            ),
            stay="Keep &theirs",
        )

    # -- leaving ----------------------------------------------------------------

    def unsaved(self) -> list[Opened]:
        """Copies with changes that are only here. Blocking."""
        return [one for one in self._files.values() if _digest(one.path) not in (b"", one.digest)]

    def tidy(self) -> None:
        """Remove the copies that hold nothing of their own. Blocking."""
        unsaved = {one.path for one in self.unsaved()}
        for path in self._files:
            if path not in unsaved:
                shutil.rmtree(path.parent, ignore_errors=True)


def _digest(path: Path) -> bytes:
    """Of its bytes; empty where it is not there. Blocking."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return b""


def _copy_name(name: str) -> str:
    """`train.log` -> `train (mine).log`."""
    head, slash, leaf = name.rpartition("/")
    stem, dot, ending = leaf.rpartition(".")
    mine = f"{stem} (mine).{ending}" if dot and stem else f"{leaf} (mine)"
    return f"{head}{slash}{mine}"
