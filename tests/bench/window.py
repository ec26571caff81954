"""The window's worst frames: `./run bench --window`.

The whole program, window and service, lists 100,000 blobs and moves files at full speed
while a timer in the GUI thread looks how late it is. `nothing` is the machine by itself.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from pathlib import Path
from time import perf_counter

import qasync
from PySide6.QtCore import Qt, QTimer

from explorer.gui.app import SWITCH_INTERVAL_S, Program, application
from explorer.gui.gcguard import GcGuard
from explorer.service.model import Connection, Location
from explorer.storage.connection import parse
from explorer.transfer.model import (
    DownloadRequest,
    DownloadSource,
    JobOptions,
    Request,
    UploadRequest,
    UploadSource,
)
from explorer.transfer.state import JobState
from tests.bench.data import Data
from tests.bench.servers import FastServer, find_nginx
from tests.bench.works import Sizes

TICK_MS = 4
LATE_S = 0.050
ROWS = 100_000


class Frames:
    """Gaps between ticks of a timer in the GUI thread."""

    def __init__(self) -> None:
        self._gaps: list[float] = []
        self._last = perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = perf_counter()
        self._gaps.append(now - self._last)
        self._last = now

    def begin(self) -> None:
        self._gaps.clear()
        self._last = perf_counter()

    def tell(self, name: str) -> None:
        """Print the worst, one in a hundred, and how many were late."""
        gaps = sorted(self._gaps) or [0.0]
        late = sum(gap > LATE_S for gap in gaps)
        print(
            f"{name:24} {sum(gaps):6.2f} s   worst frame {gaps[-1] * 1000:6.1f} ms   "
            f"1 in 100 {gaps[-1 - len(gaps) // 100] * 1000:6.1f} ms   over 50 ms: {late}"
            f"   load {os.getloadavg()[0]:.1f}",
            flush=True,
        )

    def stop(self) -> None:
        self._timer.stop()


class Scenario:
    """What is done in the window, one thing after the other."""

    def __init__(self, program: Program, data: Data, server: FastServer, home: Path) -> None:
        self._program = program
        self._data = data
        self._server = server
        self._home = home
        self._frames = Frames()

    async def run(self) -> None:
        try:
            bridge = self._program.bridge
            spec = parse(self._server.place.connection_string)
            connection = await bridge.call(lambda service: service.session_connection(spec))
            await asyncio.sleep(1)
            self._frames.begin()
            await asyncio.sleep(2)
            self._frames.tell("nothing")
            await self._list(connection)
            await self._transfer(connection)
        finally:
            self._frames.stop()

    async def _list(self, connection: Connection) -> None:
        pane = self._program.window.pane
        self._frames.begin()
        pane.go(Location(connection.id, "lst"))
        while pane.model.rowCount() < ROWS or pane.arranger.is_busy:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        self._frames.tell(f"list {ROWS:,}")

    async def _transfer(self, connection: Connection) -> None:
        data, options = self._data, JobOptions(with_md5=False)
        place = await self._program.bridge.get(
            lambda service: service.place(Location(connection.id, "up"))
        )
        source = await self._program.bridge.get(
            lambda service: service.place(Location(connection.id, "data"))
        )

        def up(path: Path, name: str) -> Request:
            return UploadRequest((UploadSource(str(path), name),), place, options, True)

        def down(name: str, *, is_prefix: bool) -> Request:
            sources = (DownloadSource(name, is_prefix=is_prefix, target="got"),)
            where = self._home / ("many" if is_prefix else "one")
            return DownloadRequest(sources, source, str(where), options)

        await self._job("upload one large", up(data.big, "big.bin"))
        await self._job("upload many small", up(data.small, "small"))
        await self._job("download one large", down("big.bin", is_prefix=False))
        await self._job("download many small", down("small/", is_prefix=True))

    async def _job(self, name: str, request: Request) -> None:
        self._frames.begin()
        bridge = self._program.bridge
        job_id = await bridge.call(lambda service: service.submit(request))
        job = await bridge.call(lambda service: service.wait(job_id))
        self._frames.tell(name)
        if job.state is not JobState.DONE or job.files_failed:
            raise RuntimeError(f"{name} did not go through: {job.failure}")


async def _live(data: Data, server: FastServer, home: Path) -> None:
    program = Program(home / "data")
    task = asyncio.get_running_loop().create_task(program.run(""))
    try:
        while not program.bridge.is_attached:
            if task.done():
                raise RuntimeError("the program ended before it had begun")
            await asyncio.sleep(0.02)
        await Scenario(program, data, server, home).run()
    finally:
        task.cancel()
        await program.aclose()


def main(home: Path) -> int:
    """Measure and print; exit code 1 only where the work itself did not go through."""
    if find_nginx() is None:
        print("the window's frames need the fast server: nginx with its Lua module")
        return 0
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    data = Data(home / "data", Sizes(big_bytes=1 << 30, small_count=2000, list_count=ROWS))
    data.make()
    scratch = home / "window"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    server = FastServer(home, data, is_tls=False)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    app = application()
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    guard = GcGuard()
    guard.start()
    try:
        loop.run_until_complete(_live(data, server, scratch))
    finally:
        guard.stop()
        loop.close()
        server.stop()
        shutil.rmtree(scratch, ignore_errors=True)
    return 0
