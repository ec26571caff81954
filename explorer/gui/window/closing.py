"""Closing while transfers run: go on in the tray, pause and go on next time, or cancel."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from explorer.gui import ask
from explorer.gui.desktop.words import Words
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
        self._icon.setToolTip("Quayside")
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._activated)
        self._icon.messageClicked.connect(self.show_requested)
        if isinstance(app := QGuiApplication.instance(), QGuiApplication):
            app.applicationStateChanged.connect(self._state_changed)

    @staticmethod
    def is_available() -> bool:
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show(self) -> None:
        self._icon.show()

    def say(self, words: Words) -> None:
        """A text beside the icon, where there is a place for one."""
        if self.is_available():
            kind = QSystemTrayIcon.MessageIcon
            self._icon.show()
            icon = kind.Warning if words.is_bad else kind.Information
            self._icon.showMessage(words.title, words.body, icon)

    def hide(self) -> None:
        self._icon.hide()

    def _state_changed(self, state: Qt.ApplicationState) -> None:
        """An icon that only had something to say goes once somebody is back."""
        window = self.parent()
        is_back = state == Qt.ApplicationState.ApplicationActive
        if is_back and isinstance(window, QWidget) and window.isVisible():
            self.hide()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is not QSystemTrayIcon.ActivationReason.Context:
            self.show_requested.emit()
