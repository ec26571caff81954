"""Colours of connections in the window: a strip on each tab, a line for what is in production.

GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QTabWidget, QVBoxLayout, QWidget

from explorer.base.shown import shown
from explorer.gui import colours
from explorer.gui.browse.pane import Pane
from explorer.gui.browse.tree_words import PRODUCTION
from explorer.gui.colours import Tone
from explorer.gui.connect import marks
from explorer.service.model import Connection

STRIP = 3
"""Height of a tab's strip, in logical pixels."""


class TabStrips(QWidget):
    """Lies over the tab bar, lets every click through, and paints the strips."""

    def __init__(self, tabs: QTabWidget) -> None:
        super().__init__(tabs.tabBar())
        self._tabs = tabs
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        tabs.tabBar().installEventFilter(self)
        self.resize(tabs.tabBar().size())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.resize(self._tabs.tabBar().size())
        return super().eventFilter(watched, event)

    def colours_shown(self) -> list[str]:
        """Of each tab, from left to right; empty for none."""
        found = []
        for at in range(self._tabs.count()):
            pane = getattr(self._tabs.widget(at), "pane", None)
            connection = pane.connection if isinstance(pane, Pane) else None
            found.append(connection.colour if connection is not None else "")
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for at, colour in enumerate(self.colours_shown()):
            if colour:
                room = self._tabs.tabBar().tabRect(at)
                strip = QRect(room.left() + 2, room.top(), room.width() - 4, STRIP)
                painter.fillRect(strip, QColor(marks.hue(colour)))
        painter.end()


class ProductionLine(QWidget):
    """Says that what is in front is in production; hidden for everything else."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    def tell(self, connection: Connection | None) -> None:
        """Follow the connection in front."""
        is_production = connection is not None and connection.colour == PRODUCTION
        self.text = ""
        if connection is not None and is_production:
            ending = " (read-only)" if connection.is_read_only else ""
            self.text = f"Production: {shown(connection.name)}{ending}"
        self.setAccessibleName(self.text)
        self.setVisible(is_production)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().height() + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = colours.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(scheme.soft(Tone.BAD)))
        strip = QRect(0, self.height() - 2, self.width(), 2)
        painter.fillRect(strip, QColor(marks.hue(PRODUCTION)))
        painter.setPen(QColor(scheme.strong(Tone.BAD)))
        room = self.rect().adjusted(12, 0, -12, -2)
        text = self.fontMetrics().elidedText(self.text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()


class Marked(QWidget):
    """The tabs, with the line above them."""

    def __init__(self, tabs: QTabWidget) -> None:
        super().__init__()
        self.line = ProductionLine()
        self.strips = TabStrips(tabs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.line)
        column.addWidget(tabs, 1)

    def follow(self, connection: Connection | None) -> None:
        """Another connection is in front, or the same one is marked otherwise."""
        self.line.tell(connection)
        self.strips.raise_()
        self.strips.update()
