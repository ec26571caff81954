"""How long the window stands still while a folder of 100,000 blobs is listed, sorted, filtered.

`python -m tests.bench.listing_frames [ROWS]` prints the worst frame of each step in ms.
Pages are made in another thread by plain Python code, as parsing a listing is, so that the
two fight for the interpreter as they do in the program.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from time import perf_counter

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.gui.app import SWITCH_INTERVAL_S
from explorer.gui.browse.arranger import Arranger
from explorer.gui.browse.columns import Columns
from explorer.gui.browse.filler import Filler
from explorer.gui.browse.listing_model import ListingModel
from explorer.gui.browse.listing_view import ListingView
from explorer.gui.browse.matching import row_match
from explorer.gui.browse.sorting import Column
from explorer.gui.gcguard import GcGuard
from explorer.gui.theme import Theme
from explorer.storage.model import Blob, BlobType, Page, Prefix

PAGE = 5_000


class Frames:
    """The longest time between two turns of the GUI thread, since `worst` was last asked."""

    def __init__(self) -> None:
        self._last = perf_counter()
        self._worst = 0.0
        self._timer = QTimer()
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = perf_counter()
        self._worst = max(self._worst, now - self._last)
        self._last = now

    def worst_ms(self) -> float:
        worst, self._worst, self._last = self._worst, 0.0, perf_counter()
        return worst * 1000

    def stop(self) -> None:
        self._timer.stop()


def make_page(start: int, end: int, rows: int) -> Page:
    """Names in the service's order, sizes and times in none."""
    dice = Random(start)
    blobs = []
    for number in range(start, end):
        name = f"data/shard-{number:07d}-of-{rows}.parquet"
        size, when = dice.randrange(1 << 32), 1_700_000_000 + dice.randrange(1 << 24)
        blobs.append(
            Blob(
                name, size, when, '"0x8D"', "application/octet-stream", None, BlobType.BLOCK,
                dice.choice(("Hot", "Cool", "Archive")), "available", when, None, False,
            )
        )  # fmt: skip
    folders = (Prefix(f"data/folder-{start // PAGE}/"),)
    return Page(folders, tuple(blobs), "more" if end < rows else "")


async def pages(rows: int, pool: ThreadPoolExecutor) -> AsyncGenerator[Page, None]:
    loop = asyncio.get_running_loop()
    for start in range(0, rows, PAGE):
        end = min(rows, start + PAGE)
        yield await asyncio.wrap_future(pool.submit(make_page, start, end, rows), loop=loop)


async def settled(arranger: Arranger) -> None:
    await asyncio.sleep(0)
    while arranger.is_busy:  # noqa: ASYNC110 - each turn is what is measured
        await asyncio.sleep(0)


async def measure(rows: int) -> dict[str, float]:
    """The worst frame of each step, in ms."""
    workers, scope = Workers("window", 2), TaskScope()
    model = ListingModel()
    arranger = Arranger(model, workers, scope)
    filler = Filler(model, arranger)
    view = ListingView(model, Columns())
    view.resize(1200, 800)
    view.show()
    frames = Frames()
    found: dict[str, float] = {}

    async def step(name: str) -> None:
        started = perf_counter()
        await settled(arranger)
        await asyncio.sleep(0.2)
        took = perf_counter() - started - 0.2
        found[name] = frames.worst_ms()
        print(f"{name:28} worst frame {found[name]:6.1f} ms   took {took:5.2f} s", flush=True)

    await asyncio.sleep(0.3)
    frames.worst_ms()
    with ThreadPoolExecutor(1, "pages") as pool:
        began = perf_counter()
        await filler.fill("data/", pages(rows, pool))
        print(f"filled in {perf_counter() - began:.2f} s")
        await step("fill by name")
        for column, descending in ((Column.SIZE, True), (Column.MODIFIED, False),
                                   (Column.TIER, False), (Column.NAME, True)):  # fmt: skip
            arranger.sort_by(column, descending=descending)
            await step(f"sort by {column.name.lower()}")
        for text in ("shard-00001", "*9-of*", "re:7{3}"):
            arranger.filter(row_match(text, 0.0))
            await step(f"filter {text}")
        arranger.filter(None)
        await step("no filter")
        view.selectAll()
        view.spans()
        model.weigh(view.spans())
        await step("select all")
        arranger.sort_by(Column.SIZE, descending=False)
        await step("sort, all selected")
        view.keyboardSearch("zzz")
        await step("type ahead, not found")
        await filler.fill("data/", pages(rows, pool))
        await step("fill by size")
        arranger.adopt(*await filler.collect("data/", pages(rows, pool)))
        await step("list again")
    frames.stop()
    view.close()
    view.deleteLater()
    await scope.aclose()
    workers.close()
    return found


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    app = QApplication([])
    Theme(app)
    guard = GcGuard()
    guard.start()
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    found = loop.run_until_complete(measure(rows))
    guard.stop()
    loop.close()
    print(f"{rows:,} rows, worst of all: {max(found.values()):.1f} ms")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
