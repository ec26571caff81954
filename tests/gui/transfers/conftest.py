"""The transfers panel before a queue that the tests fill."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.base.settings import ThemeChoice
from explorer.base.tasks import TaskScope
from explorer.gui import colours
from explorer.gui.bridge import Bridge
from explorer.gui.theme import Theme
from explorer.gui.transfers.controller import TransfersController
from explorer.gui.transfers.panel import TransfersPanel
from tests.gui.conftest import until
from tests.support.queue import Queue, QueueHost


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """The window's look, light."""
    made = Theme(qapp, ThemeChoice.LIGHT)
    yield made
    made.show(colours.LIGHT)
    qapp.setStyleSheet("")
    made.deleteLater()


@dataclass(slots=True)
class Desk:
    """A queue, its host, and what the window has before it."""

    queue: Queue
    host: QueueHost
    bridge: Bridge
    controller: TransfersController
    panel: TransfersPanel
    errors: list[BaseException]


Opened = Callable[[Queue], AbstractAsyncContextManager[Desk]]


@pytest.fixture
def opened(qtbot: QtBot, theme: Theme) -> Opened:
    """Opens a shown panel before a queue, with the queue's jobs in it."""

    @asynccontextmanager
    async def desk(queue: Queue) -> AsyncIterator[Desk]:
        host, bridge = QueueHost(queue), Bridge()
        errors: list[BaseException] = []
        scope = TaskScope(lambda _, error: errors.append(error))
        await bridge.attach(host)  # type: ignore[arg-type]
        controller = TransfersController(bridge, scope)
        panel = TransfersPanel(controller)
        qtbot.addWidget(panel)
        panel.resize(1200, 600)
        panel.show()
        try:
            await until(lambda: len(controller.jobs.jobs()) == len(queue.known))
            yield Desk(queue, host, bridge, controller, panel, errors)
        finally:
            controller.stop()
            await scope.aclose()
            await bridge.detach()
        assert errors == []

    return desk
