"""What a tab shows: one pane, or two beside each other, of which one has the keys.

GUI thread only.
"""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QSplitter, QVBoxLayout, QWidget

from explorer.gui import colours
from explorer.gui.browse.pane import Pane
from explorer.gui.local.pane import LocalPane

Side = Pane | LocalPane
LINE = 2


class FrontLine(QWidget):
    """A line above a side: coloured over the one that has the keys."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(LINE)
        self.is_front = False

    def show_front(self, is_front: bool) -> None:
        self.is_front = is_front
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = colours.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), scheme.accent if self.is_front else scheme.border)
        painter.end()


class Frame(QWidget):
    """One side with its line."""

    def __init__(self, side: Side) -> None:
        super().__init__()
        self.side = side
        self.line = FrontLine()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.line)
        column.addWidget(side)


class Sides(QWidget):
    """The left side is always a pane of the storage; the right one may be a local folder."""

    front_changed = Signal()
    """The other side has the keys, or a side came or went."""
    changed = Signal()
    """A side came or went."""

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self._frames = [Frame(pane)]
        self._front: Side = pane
        self._pane = pane
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self._frames[0])
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.column.addWidget(self.splitter, 1)
        self._show_lines()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_changed)

    # -- what is there ----------------------------------------------------------

    @property
    def front(self) -> Side:
        """The side that has, or last had, the keys."""
        return self._front

    @property
    def pane(self) -> Pane:
        """The side of the storage that has, or last had, the keys."""
        return self._pane

    @property
    def left(self) -> Side:
        return self._frames[0].side

    @property
    def right(self) -> Side | None:
        """None where there is but one side."""
        return self._frames[1].side if len(self._frames) > 1 else None

    @property
    def beside(self) -> Side | None:
        """The side that does not have the keys."""
        return self.left if self._front is self.right else self.right

    @property
    def local(self) -> LocalPane | None:
        return self.right if isinstance(self.right, LocalPane) else None

    def panes(self) -> list[Pane]:
        """Those of the storage, from left to right."""
        return [frame.side for frame in self._frames if isinstance(frame.side, Pane)]

    def lines(self) -> list[FrontLine]:
        """Above each side, from left to right."""
        return [frame.line for frame in self._frames]

    # -- coming and going --------------------------------------------------------

    def put_beside(self, side: Side) -> None:
        """Show a second side at the right, in place of the one that is there."""
        self.close_right()
        frame = Frame(side)
        self._frames.append(frame)
        self.splitter.addWidget(frame)
        self.splitter.setSizes([self.width() // 2, self.width() // 2])
        self._show_lines()
        self.changed.emit()

    def close_right(self) -> None:
        """One side is left."""
        if len(self._frames) < 2:
            return
        self._close(self._frames[1])

    def drop(self, pane: Pane) -> bool:
        """Close one side of the storage; False where the other would be none of it."""
        if len(self.panes()) < 2:
            return False
        self._close(next(frame for frame in self._frames if frame.side is pane))
        return True

    def _close(self, frame: Frame) -> None:
        self._frames.remove(frame)
        had_focus = frame.isAncestorOf(QApplication.focusWidget() or self)
        frame.hide()
        frame.setParent(None)
        frame.side.close_pane()
        frame.deleteLater()
        left = self._frames[0].side
        self._front = left
        if isinstance(left, Pane):
            self._pane = left
        self._show_lines()
        if had_focus:
            left.stage.focus_shown()
        self.front_changed.emit()
        self.changed.emit()

    def close_all(self) -> None:
        """The tab is about to go."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.disconnect(self._focus_changed)
        for frame in self._frames:
            frame.side.close_pane()

    def meet(self) -> None:
        """It is looked at."""
        for pane in self.panes():
            pane.meet()

    # -- who has the keys --------------------------------------------------------

    def turn_to(self, side: Side) -> None:
        """Give it the keys."""
        self._turned(side)
        if self.isVisible():
            side.stage.focus_shown()

    def turn(self) -> None:
        """Give the keys to the other side."""
        if (other := self.beside) is not None:
            self.turn_to(other)

    def _turned(self, side: Side) -> None:
        if side is self._front:
            return
        self._front = side
        if isinstance(side, Pane):
            self._pane = side
        self._show_lines()
        self.front_changed.emit()

    def _focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is None:
            return
        for frame in tuple(self._frames):
            # The focus also moves while a window is taken down, piece by piece.
            if shiboken6.isValid(frame) and frame.isAncestorOf(new):
                self._turned(frame.side)

    def _show_lines(self) -> None:
        for frame in self._frames:
            frame.line.setVisible(len(self._frames) > 1)
            frame.line.show_front(frame.side is self._front)

    def focusNextPrevChild(self, is_next: bool) -> bool:
        """Tab goes from one listing to the other; from anywhere else as everywhere."""
        focus = QApplication.focusWidget()
        is_in_front = focus is not None and (
            focus is self._front.stage or self._front.stage.isAncestorOf(focus)
        )
        if is_next and is_in_front and self.right is not None:
            self.turn()
            return True
        return super().focusNextPrevChild(is_next)
