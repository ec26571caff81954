"""What the rooms of the window have to work with."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtWidgets import QMainWindow

from explorer.base.records import dataclass
from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.gui.bridge import Bridge
from explorer.gui.browse.tree_controller import TreeController
from explorer.gui.connect.controller import Connecting
from explorer.gui.transfers.start import TransferStarter
from explorer.gui.window.inspecting import Inspecting
from explorer.gui.window.tabs import Tabs


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an area may use of the window."""

    bridge: Bridge
    scope: TaskScope
    workers: Workers
    starter: TransferStarter
    tabs: Tabs
    tree: TreeController
    connecting: Connecting
    inspecting: Inspecting
    window: QMainWindow
    do: Callable[[Coroutine[Any, Any, Any], str], None]
    """Run what a person asked for as a task of that name; its errors are told in a dialog."""
