"""Closing while transfers run: go on in the tray, pause and go on next time, or cancel."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from explorer.gui import ask
from explorer.gui.icons import app_icon
from explorer.gui.parts.buttons import Rank


class Leaving(Enum):
    """What becomes of the program and its transfers."""

    STAY = "stay"
    TRAY = "tray"
    PAUSE = "pause"
    CANCEL = "cancel"


async def ask_how(parent: QWidget, *, has_tray: bool) -> Leaving:
    """What the person wants; dismissing it stays."""
    choices = [
        (Leaving.CANCEL.value, "&Cancel transfers", Rank.DANGER),
        (Leaving.PAUSE.value, "&Pause and quit", Rank.SECONDARY if has_tray else Rank.PRIMARY),
    ]
    if has_tray:
        choices.append((Leaving.TRAY.value, "&Go on in the tray", Rank.PRIMARY))
    text = "Paused transfers go on from where they were when Quayside starts next time."
    answer = await ask.choose(
        parent, "Transfers are still running", text, tuple(choices), stay="&Stay"
    )
    return Leaving(answer) if answer is not None else Leaving.STAY


class Tray(QObject):
    """An icon while the window is away; a click brings it back."""

    show_requested = Signal()
    quit_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._menu = QMenu(parent)
        self._menu.addAction("&Show Quayside").triggered.connect(self.show_requested)
        self._menu.addAction("&Quit").triggered.connect(self.quit_requested)
        self._icon = QSystemTrayIcon(app_icon(), self)
        self._icon.setToolTip("Quayside: transfers are running")
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._activated)

    @staticmethod
    def is_available() -> bool:
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show(self) -> None:
        self._icon.show()

    def hide(self) -> None:
        self._icon.hide()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is not QSystemTrayIcon.ActivationReason.Context:
            self.show_requested.emit()
