"""A picture of the whole window in a file, once what it shows has been listed."""

from __future__ import annotations

import asyncio
from pathlib import Path

from explorer.base.errors import LocalError
from explorer.gui.browse.pane import Pane
from explorer.gui.window.main_window import MainWindow


async def take(window: MainWindow, path: Path) -> None:
    """Wait for the front pane's listing, then save the window as PNG. Raises LocalError."""
    await _listed(window.pane)
    await asyncio.sleep(0)  # a round of the loop, for what the listing has set off
    if not window.grab().save(str(path), "PNG"):
        raise LocalError(f"The picture cannot be written to {path}.", path=str(path))


async def _listed(pane: Pane) -> None:
    """Until the pane has nothing more to list."""
    changed = asyncio.Event()
    pane.state_changed.connect(changed.set)
    try:
        while pane.is_listing:
            changed.clear()
            await changed.wait()
    finally:
        pane.state_changed.disconnect(changed.set)
