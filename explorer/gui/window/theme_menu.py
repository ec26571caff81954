"""View, Theme: as the system says, light, or dark."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from explorer.base.settings import ThemeChoice

_NAMES = {
    ThemeChoice.SYSTEM: "&System",
    ThemeChoice.LIGHT: "&Light",
    ThemeChoice.DARK: "&Dark",
}


class ThemeMenu(QMenu):
    """One of three; it tells what was chosen and changes nothing."""

    chosen = Signal(object)
    """A `ThemeChoice`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("T&heme", parent)
        group = QActionGroup(self)
        self._actions: dict[ThemeChoice, QAction] = {}
        for choice, name in _NAMES.items():
            action = self.addAction(name)
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, choice=choice: self.chosen.emit(choice))
            group.addAction(action)
            self._actions[choice] = action
        self.show_choice(ThemeChoice.SYSTEM)

    def show_choice(self, choice: ThemeChoice) -> None:
        """Put the mark where it belongs."""
        self._actions[choice].setChecked(True)

    def action(self, choice: ThemeChoice) -> QAction:
        return self._actions[choice]
