"""Tabs that keep to the width they have: of those that are not in front, then, only the icons."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QTabBar, QWidget

from explorer.gui.parts.texts import tooltip

_SIDE = 13
"""Between an icon and the edge of its tab."""


class PageTabs(QTabBar):
    """Each tab has a caption and an icon; its tool tip and a screen reader's name for it are the
    whole caption at all times. GUI thread only."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._captions: list[str] = []
        self.setAccessibleName(name)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.currentChanged.connect(self._fit)

    def add(self, caption: str, icon: QIcon) -> None:
        """Put a tab behind those that are there."""
        self._captions.append(caption)
        at = self.addTab(icon, caption)
        self.setTabToolTip(at, tooltip(caption))
        self.setAccessibleTabName(at, caption)
        self._fit()

    def tabSizeHint(self, index: int) -> QSize:
        hint = super().tabSizeHint(index)
        if not self.tabText(index):  # Qt keeps room for a caption all the same
            hint.setWidth(self.iconSize().width() + 2 * _SIDE)
        return hint

    def minimumTabSizeHint(self, index: int) -> QSize:
        hint = super().minimumTabSizeHint(index)
        return hint if self.tabText(index) else self.tabSizeHint(index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        for at, caption in enumerate(self._captions):
            self.setTabText(at, caption)
        whole = sum(self.tabSizeHint(at).width() for at in range(self.count()))
        if whole > self.width():
            for at in range(self.count()):
                if at != self.currentIndex():
                    self.setTabText(at, "")
