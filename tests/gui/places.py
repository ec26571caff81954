"""A window that shows one container of one account, for tests that work in it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from explorer.gui.window.main_window import MainWindow
from explorer.service.model import Location
from explorer.storage.connection import parse
from tests.gui.conftest import Drive, until
from tests.gui.test_window import listed, opened

Work = Callable[[MainWindow, Location], Coroutine[Any, Any, None]]
Run = Callable[[Work], None]


def run_at(drive: Drive[Any], data_dir: Path, pasted: str, container: str) -> Run:
    """What runs a test's work in an open window that shows this container."""

    def go(work: Work) -> None:
        async def whole() -> None:
            async with opened(data_dir) as window:
                made = await window._bridge.call(
                    lambda service: service.connect(parse(pasted), name="here")
                )
                window.connecting.connected.emit(made)
                here = Location(made.id, container)
                window.pane.go(here)
                await until(lambda: listed(window.pane), "the container is listed")
                await work(window, here)

        drive(whole())

    return go


def select(window: MainWindow, *wanted: str) -> None:
    """Select these names in the listing in front; those of folders end with `/`."""
    view = window.pane.view
    view.clearSelection()
    view.select_names({(name.rstrip("/"), name.endswith("/")) for name in wanted})
