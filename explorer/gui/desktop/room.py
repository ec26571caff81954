"""Who tells the desktop what, as the settings say. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from explorer.base.settings import Settings
from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.gui.bridge import Bridge
from explorer.gui.desktop.endings import REST_MS, Endings
from explorer.gui.desktop.notification import Notification
from explorer.gui.desktop.words import Words
from explorer.transfer.model import JobSnapshot


class DesktopRoom(QObject):
    """One per window. `say` shows a text where the desktop shows no notifications."""

    def __init__(
        self,
        bridge: Bridge,
        scope: TaskScope,
        workers: Workers,
        window: QWidget,
        say: Callable[[Words], None],
        *,
        rest_ms: int = REST_MS,
    ) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._scope = scope
        self._window = window
        self.notification = Notification(workers, say, self)
        self._endings = Endings(bridge, is_watched, self, rest_ms=rest_ms)
        self._endings.came_to_rest.connect(self._came_to_rest)

    def be_quiet_of(self, is_quiet: Callable[[JobSnapshot], bool]) -> None:
        """Tell nothing of jobs whose end is no news."""
        self._endings.is_quiet = is_quiet

    def _came_to_rest(self, words: Words) -> None:
        if not self._scope.is_closed:
            self._scope.spawn(self._tell(words), name="tell the desktop")

    async def _tell(self, words: Words) -> None:
        settings: Settings = await self._bridge.get(lambda service: service.settings)
        if not settings.notify:
            return
        QApplication.alert(self._window)
        await self.notification.show(words)

    def close(self) -> None:
        self.notification.close()


def is_watched() -> bool:
    """Whether one of our windows is in front."""
    return QApplication.activeWindow() is not None
