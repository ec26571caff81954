"""Many files in a folder share an fsync, and none is told before one that came after it."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import pytest

from explorer.base.errors import LocalError
from explorer.base.workers import Workers
from explorer.transfer import folder_syncs
from explorer.transfer.folder_syncs import FolderSyncs


def test_syncs_are_shared_but_never_older_than_the_wish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[bytes] = []
    gate = threading.Event()

    def slow(path: bytes) -> None:
        begun.append(path)
        gate.wait(10)

    monkeypatch.setattr(folder_syncs, "_sync", slow)

    async def work() -> None:
        workers = Workers("test", 4)
        syncs = FolderSyncs(workers)
        async with asyncio.TaskGroup() as group:
            first = group.create_task(syncs.sync(b"/a"))
            while not begun:  # noqa: ASYNC110 - a thread brings it about
                await asyncio.sleep(0.001)
            for _ in range(20):
                group.create_task(syncs.sync(b"/a"))
            await asyncio.sleep(0)
            assert not first.done()
            gate.set()
        assert begun == [b"/a", b"/a"]
        workers.close()

    asyncio.run(work())


def test_a_folder_that_is_gone_is_an_error(tmp_path: Path) -> None:
    async def work() -> None:
        workers = Workers("test", 1)
        syncs = FolderSyncs(workers)
        await syncs.sync(os.fsencode(tmp_path))
        with pytest.raises(LocalError):
            await syncs.sync(os.fsencode(tmp_path / "gone"))
        workers.close()

    asyncio.run(work())
