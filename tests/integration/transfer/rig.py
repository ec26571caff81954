"""An engine on a real emulator, with what a test needs around it."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from explorer.base.errors import CredentialExpiredError
from explorer.base.settings import Settings
from explorer.service.emulator import Emulator
from explorer.storage.api import BlobStore
from explorer.storage.azure.client import open_store
from explorer.storage.connection import parse
from explorer.storage.model import Blob
from explorer.transfer.crew import Crew
from explorer.transfer.engine import Engine
from explorer.transfer.model import (
    CopyRequest,
    CopySource,
    DownloadRequest,
    DownloadSource,
    JobOptions,
    JobSnapshot,
    RemotePlace,
    Request,
    TransferSnapshot,
    UploadRequest,
    UploadSource,
)
from tests.support.crew import spawned_crew

R = TypeVar("R")
WITH_CREW = bool(os.environ.get("QUAYSIDE_WITH_CREW"))
"""Every engine gets a crew: what holds without one holds with one."""
MIB = 1024 * 1024
WAIT_S = 150.0
"""No test waits for so long; what it waits for comes sooner, or never."""


@dataclass
class Ears:
    """Remembers everything an engine tells."""

    added: list[JobSnapshot] = field(default_factory=list)
    changed: list[JobSnapshot] = field(default_factory=list)
    finished: list[JobSnapshot] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    transfers: list[TransferSnapshot] = field(default_factory=list)
    blobs: list[Blob] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    hears_files: bool = True

    def job_added(self, job: JobSnapshot) -> None:
        self.added.append(job)

    def job_changed(self, job: JobSnapshot) -> None:
        self.changed.append(job)

    def job_finished(self, job: JobSnapshot) -> None:
        self.finished.append(job)

    def job_removed(self, job_id: int) -> None:
        self.removed.append(job_id)

    def transfer_changed(self, transfer: TransferSnapshot) -> None:
        self.transfers.append(transfer)

    def blob_arrived(self, place: RemotePlace, blob: Blob) -> None:
        self.blobs.append(blob)

    def credentials_needed(self, connection_id: str, reason: str) -> None:
        self.asked.append((connection_id, reason))


class Hooked:
    """A real store that runs a hook around its calls: `before` and `after` get the method's
    name, how many times it was called (from 1), and its arguments. A hook may raise."""

    def __init__(
        self,
        store: BlobStore,
        *,
        before: Callable[[str, int, tuple[Any, ...]], None] = lambda *_: None,
        after: Callable[[str, int, tuple[Any, ...]], None] = lambda *_: None,
    ) -> None:
        self._store = store
        self._before = before
        self._after = after
        self.calls: dict[str, int] = {}
        self._counting = threading.Lock()

    def is_lendable(self, *, for_changes: bool) -> bool:
        """The hooks run here."""
        return False

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if not callable(found) or name == "close":
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            with self._counting:
                self.calls[name] = count = self.calls.get(name, 0) + 1
            self._before(name, count, args)
            result = found(*args, **kwargs)
            self._after(name, count, args)
            return result

        return call


class Brake:
    """Lets `free` calls of one method through, and holds the rest until it is released."""

    def __init__(self, rig: Rig, method: str, free: int) -> None:
        self._method, self._free = method, free
        self.released = threading.Event()
        self.held = threading.Event()
        self.store = Hooked(rig.store, before=self._before)

    def _before(self, name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == self._method and count > self._free and not self.released.is_set():
            self.held.set()
            self.released.wait(WAIT_S)

    async def released_by(self, stopping: Coroutine[Any, Any, None]) -> None:
        """Do what stops those that are held, and release them as soon as they were told."""
        doing = asyncio.gather(stopping)
        await until(lambda: is_cancelling() or doing.done())
        self.released.set()
        await doing


def is_cancelling() -> bool:
    """Whether somebody who works was told to stop."""
    return any(task.cancelling() for task in asyncio.all_tasks())


class Stores:
    """Gives every job the same store, or says that a credential is missing."""

    def __init__(self, store: BlobStore | None) -> None:
        self.store = store

    async def store_for(self, place: RemotePlace) -> BlobStore:
        if self.store is None:
            raise CredentialExpiredError("The SAS has expired.", cure="Paste a new one.")
        return self.store


@dataclass
class Rig:
    """Where things are, and shorthands for requests."""

    emulator: Emulator
    container: str
    data_dir: Path
    store: BlobStore

    @property
    def place(self) -> RemotePlace:
        return self.place_at("")

    def place_at(self, prefix: str) -> RemotePlace:
        return RemotePlace("c1", self.store.endpoint, self.container, prefix)

    def upload(self, path: Path, name: str = "", prefix: str = "", **options: Any) -> UploadRequest:
        source = UploadSource(str(path), name)
        return UploadRequest((source,), self.place_at(prefix), JobOptions(**options))

    def download(
        self, name: str, destination: Path, *, target: str | None = None, **options: Any
    ) -> DownloadRequest:
        is_prefix = name == "" or name.endswith("/")
        if target is None:
            target = "" if is_prefix else name.rpartition("/")[2]
        source = DownloadSource(name, is_prefix, target)
        return DownloadRequest((source,), self.place, str(destination), JobOptions(**options))

    def copy(
        self,
        name: str,
        target: str,
        prefix: str = "",
        *,
        place: RemotePlace | None = None,
        is_move: bool = False,
        **options: Any,
    ) -> CopyRequest:
        source = CopySource(name, name == "" or name.endswith("/"), target)
        return CopyRequest(
            (source,), self.place, place or self.place_at(prefix), JobOptions(**options), is_move
        )

    @asynccontextmanager
    async def engine(
        self,
        store: Any = None,
        *,
        ears: Ears | None = None,
        stores: Stores | None = None,
        adopt: bool = False,
        concurrency: int = 4,
        crew: Crew | None = None,
    ) -> AsyncIterator[Engine]:
        own = spawned_crew() if crew is None and WITH_CREW else None
        engine = Engine(
            self.data_dir,
            stores or Stores(store or self.store),
            Settings(concurrency=concurrency),
            ears or Ears(),
            crew or own,
        )
        await engine.start(adopt=adopt)
        try:
            yield engine
        finally:
            await engine.aclose()
            if own is not None:
                own.close()

    async def do(self, request: Request, store: Any = None) -> JobSnapshot:
        """Run one request in an engine of its own, to its rest."""
        async with self.engine(store) as engine:
            return await engine.wait(await engine.submit(request))


def run(work: Coroutine[Any, Any, R]) -> R:
    """Run a test's coroutine, and not for ever."""

    async def limited() -> R:
        async with asyncio.timeout(WAIT_S):
            return await work

    return asyncio.run(limited())


async def until(claim: Callable[[], object]) -> None:
    """Wait for a condition that other tasks or threads bring about."""
    async with asyncio.timeout(WAIT_S):
        while not claim():  # noqa: ASYNC110 - what changes cannot tell
            await asyncio.sleep(0.005)


def noise(size_bytes: int, seed: int = 0) -> bytes:
    """Bytes that look random and are the same every time."""
    return random.Random(seed).randbytes(size_bytes)


def write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def tree_of(root: Path) -> dict[str, str]:
    """Every file and empty folder below `root`, with a hash of what is in it."""
    told = {}
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        if not folders and not files and here != root:
            told[f"{here.relative_to(root)}/"] = ""
        for name in files:
            data = (here / name).read_bytes()
            told[str((here / name).relative_to(root))] = hashlib.sha256(data).hexdigest()
    return told


def parts_in(root: Path) -> list[Path]:
    return sorted(root.rglob("*.quayside-part"))


def open_rig(emulator: Emulator, container: str, data_dir: Path) -> Rig:
    return Rig(emulator, container, data_dir, open_store(parse(emulator.connection_string)))
