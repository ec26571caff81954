"""How long the window's thread is held up while the queue moves as fast as it can.

    python -m tests.bench.transfer_frames [--files 5000] [--seconds 5] [--events 30000]

Shows a job of many files and lets `--events` snapshots a second pour into the feed, as an
engine of small files would. A timer of the GUI thread that is due every millisecond tells
the longest wait between two of its ticks: what a person would feel as a stall.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import threading
import time
from functools import partial

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from explorer.base.settings import ThemeChoice
from explorer.base.tasks import TaskScope
from explorer.gui.app import SWITCH_INTERVAL_S
from explorer.gui.bridge import Bridge
from explorer.gui.gcguard import GcGuard
from explorer.gui.theme import Theme
from explorer.gui.transfers.controller import TransfersController
from explorer.gui.transfers.files_model import FilesModel
from explorer.gui.transfers.job_files import SLICE
from explorer.gui.transfers.panel import TransfersPanel
from explorer.service.events import JobChanged, TransferChanged
from explorer.transfer.state import TransferState
from tests.gui.conftest import until
from tests.support.jobs import MIB, job, transfer
from tests.support.queue import Queue, QueueHost

JOBS = 40
TOLD_PER_S = 200


class Ticks:
    """The waits between ticks of a timer that is always due."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(1)

    def _tick(self) -> None:
        now = time.perf_counter()
        self.waits.append(now - self._last)
        self._last = now

    def tell(self, what: str) -> None:
        waits, self.waits = sorted(self.waits), []
        over = sum(wait > 0.05 for wait in waits)
        worst, usual = waits[-1] * 1000, waits[len(waits) * 99 // 100] * 1000
        print(f"{what:20} worst {worst:6.1f} ms   99 % {usual:5.1f} ms   over 50 ms: {over}")


def pour(host: QueueHost, files: int, seconds: float, events: int) -> int:
    """Fill the feed from a thread of its own, as fast as was asked; the number of events."""
    put, step_s = 0, 1 / TOLD_PER_S
    started = time.monotonic()
    while (now := time.monotonic()) < started + seconds:
        batch: list[JobChanged | TransferChanged] = []
        for _ in range(events // TOLD_PER_S):
            put += 1
            if put % 4 == 0:
                bytes_done = put % 10 * MIB
                told = job(put % JOBS + 1, bytes_done=bytes_done, rate_bytes_per_s=put, eta_s=9.0)
                batch.append(JobChanged(told))
            else:
                is_done = put % 3 == 0
                state = TransferState.DONE if is_done else TransferState.RUNNING
                batch.append(TransferChanged(transfer(put % files, state, bytes_done=put)))
        host.tell(batch)
        time.sleep(max(0.0, step_s - (time.monotonic() - now)))
    return put


def has_more_than(model: FilesModel, rows: int) -> bool:
    return model.rowCount() > rows


async def measure(files: int, seconds: float, events: int) -> None:
    queue = Queue()
    queue.files = [transfer(id) for id in range(files)]
    queue.known = [job(id, files_total=files if id == 1 else 3) for id in range(1, JOBS + 1)]
    bridge, host, scope = Bridge(), QueueHost(queue), TaskScope()
    await bridge.attach(host)  # type: ignore[arg-type]
    controller = TransfersController(bridge, scope)
    panel = TransfersPanel(controller)
    panel.resize(1280, 720)
    panel.show()
    await until(lambda: len(controller.jobs.jobs()) == JOBS)
    ticks = Ticks()
    panel.select(1)
    for rows in range(0, files, SLICE):
        await until(partial(has_more_than, controller.files.model, rows))
        controller.files.fetch_more()
    ticks.tell(f"{files:,} rows by {SLICE}")
    poured = 0

    def run() -> None:
        nonlocal poured
        poured = pour(host, files, seconds, events)

    thread = threading.Thread(target=run, name="engine")
    thread.start()
    await asyncio.to_thread(thread.join)
    ticks.tell(f"{poured / seconds:,.0f} events/s")
    controller.stop()
    await scope.aclose()
    await bridge.detach()
    panel.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--events", type=int, default=30_000)
    arguments = parser.parse_args()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    app = QApplication(sys.argv[:1])
    guard = GcGuard()
    guard.start()
    Theme(app, ThemeChoice.LIGHT)
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    loop.run_until_complete(measure(arguments.files, arguments.seconds, arguments.events))
    guard.stop()
    loop.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
