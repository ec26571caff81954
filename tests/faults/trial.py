"""One trial of a promise: a fresh container and folder, a seeded chance, and what was seen.

The tests run each trial a few times, `soak.py` as often as the promise says. What a
trial finds wrong it writes down as a violation and goes on.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import ContainerClient

from explorer.service.emulator import Emulator
from explorer.storage.azure.client import StoreOptions, open_store
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.connection import parse
from explorer.transfer.engine import Engine
from explorer.transfer.model import JobSnapshot, Request, TransferSnapshot
from explorer.transfer.state import JobState, TransferState
from tests.integration.transfer.rig import Ears, Rig, open_rig
from tests.servers.fault_proxy import FaultProxy, Rule

R = TypeVar("R")
BLOCK = 64 * 1024
TRIAL_S = 120.0
QUICK = StoreOptions(proxy="direct", connect_timeout_s=1.0, io_timeout_s=1.0)
"""Time-outs of a second, so that a stall does not take half a minute."""


@dataclass
class Trial:
    """What a trial works with and writes to."""

    rig: Rig
    folder: Path
    container: ContainerClient
    random: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    size_bytes: int = 0
    """How large a file is to be, where that matters; 0 for a small one."""
    many: int = 10
    """How many processes or names, where that matters."""

    def claim(self, holds: object, otherwise: str) -> None:
        if not holds:
            self.violations.append(otherwise)

    def blob(self, name: str) -> bytes | None:
        """What a reader of the container sees."""
        try:
            return self.container.download_blob(name).readall()
        except ResourceNotFoundError:
            return None

    def etag(self, name: str) -> str:
        return str(self.container.get_blob_client(name).get_blob_properties().etag)

    def put(self, name: str, data: bytes) -> None:
        """Somebody stores a blob, with its MD5."""
        from azure.storage.blob import ContentSettings

        md5 = bytearray(hashlib.md5(data).digest())
        self.container.upload_blob(
            name, data, overwrite=True, content_settings=ContentSettings(content_md5=md5)
        )

    @contextmanager
    def proxy(
        self, *rules: Rule, options: StoreOptions = QUICK
    ) -> Iterator[tuple[FaultProxy, AzureBlobStore]]:
        """A fault proxy before the emulator, and a store that goes through it."""
        with FaultProxy(self.rig.emulator, *rules, seed=self.random.randrange(1 << 30)) as proxy:
            store = open_store(parse(proxy.connection_string), options)
            try:
                yield proxy, store
            finally:
                store.close()

    @asynccontextmanager
    async def engine(self, store: Any, **how: Any) -> AsyncIterator[Engine]:
        """An engine whose every event is checked (P20)."""
        ears = CheckedEars(self)
        async with self.rig.engine(store, ears=ears, **how) as engine:
            yield engine

    def run(self, request: Request, store: Any, **how: Any) -> JobSnapshot:
        """One request in an engine of its own, to its rest."""

        async def work() -> JobSnapshot:
            async with self.engine(store, **how) as engine:
                return await engine.wait(await engine.submit(request))

        return self.wait_for(work())

    def wait_for(self, work: Coroutine[Any, Any, R]) -> R:
        """Run a coroutine; a trial that hangs is an error, not a wait."""

        async def limited() -> R:
            async with asyncio.timeout(TRIAL_S):
                return await work

        return asyncio.run(limited())


class CheckedEars(Ears):
    """Writes down progress that claims too much (P20)."""

    def __init__(self, trial: Trial) -> None:
        super().__init__()
        self._trial = trial

    def job_changed(self, job: JobSnapshot) -> None:
        self._trial.counts["events"] += 1
        is_whole = job.bytes_total and job.bytes_done >= job.bytes_total
        if is_whole and job.state is not JobState.DONE:
            self._trial.violations.append(f"P20: 100% while {job.state.value}")
        if job.bytes_done < 0 or job.bytes_done > job.bytes_total:
            self._trial.violations.append(f"P20: {job.bytes_done} of {job.bytes_total}")

    def transfer_changed(self, transfer: TransferSnapshot) -> None:
        self._trial.counts["events"] += 1
        is_whole = transfer.size_bytes and transfer.bytes_done >= transfer.size_bytes
        if is_whole and transfer.state is not TransferState.DONE:
            self._trial.violations.append(f"P20: a file at 100% while {transfer.state.value}")


Run = Callable[[Trial], None]


def perform(
    run: Run, emulator: Emulator, folder: Path, seed: str, *, size_bytes: int = 0, many: int = 10
) -> Trial:
    """One trial in a container and a folder that nobody else sees."""
    chance = random.Random(seed)
    name = f"trial-{chance.getrandbits(64):016x}{random.SystemRandom().getrandbits(32):08x}"
    place = folder / name
    place.mkdir(parents=True)
    with ContainerClient.from_connection_string(emulator.connection_string, name) as container:
        container.create_container()
        rig = open_rig(emulator, name, place / "data")
        rig.data_dir.mkdir(mode=0o700)
        trial = Trial(rig, place, container, chance, size_bytes=size_bytes, many=many)
        try:
            run(trial)
        finally:
            rig.store.close()
            container.delete_container()
    if not trial.violations:
        shutil.rmtree(place)
    return trial


@contextmanager
def short_pauses() -> Iterator[None]:
    """Retries after moments instead of seconds; a Retry-After stays as long as it is."""

    def ceiling(self: object, attempt: int, floor: float = 0.0) -> float:
        return 0.02

    with patch("explorer.transfer.retry.RetryPolicy.ceiling", ceiling):
        yield
