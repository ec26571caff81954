"""Hears that another process wrote into the data folder, and has the service look. GUI thread
only.

The system says when a file of the folder is replaced; where it says nothing (a folder of
the network), coming back to the window is the time to look.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

from explorer.base.tasks import TaskScope
from explorer.gui.bridge import Bridge

TOGETHER_MS = 100
"""Files that are written one after the other are looked at once."""


class Elsewhere(QObject):
    """One per window; made once the folder is there and the service runs."""

    def __init__(self, bridge: Bridge, scope: TaskScope, folder: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._scope = scope
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(TOGETHER_MS)
        self._soon.timeout.connect(self._look)
        self._watcher = QFileSystemWatcher([str(folder)], self)
        self._watcher.directoryChanged.connect(lambda _: self._soon.start())
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.applicationStateChanged.connect(self._state_changed)

    def _state_changed(self, state: Qt.ApplicationState) -> None:
        if state is Qt.ApplicationState.ApplicationActive:
            self._soon.start()

    def _look(self) -> None:
        if self._scope.is_closed:
            return
        work = self._bridge.call(lambda service: service.catch_up())
        self._scope.spawn(work, name="see what others changed")
