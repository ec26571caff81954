"""What is dropped on the table of a folder: local files, or what is carried within the window.

It follows the mouse, says which row is meant, and paints the frame around it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import QWidget

from explorer.gui import colours
from explorer.gui.browse.drops import local_paths
from explorer.gui.carry.parcel import Parcel, parcel_in

Judge = Callable[[Parcel, str, bool], Qt.DropAction]
"""What dropping a parcel on the folder of that name ('' for what is shown) does, and whether
Shift is held: copy, move, or nothing."""


def nothing(_parcel: Parcel, _name: str, _wants_move: bool) -> Qt.DropAction:
    """The parcel is not wanted here."""
    return Qt.DropAction.IgnoreAction


class Hovering:
    """One drag over one widget, from its coming to its end."""

    def __init__(self) -> None:
        self.judge: Judge = nothing
        self._parcel: Parcel | None = None
        self._has_files = False

    def enter(self, event: QDragEnterEvent, file_refusal: str) -> bool:
        """Whether it brings anything that may be dropped somewhere here."""
        self._parcel = parcel_in(event.mimeData())
        self._has_files = self._parcel is None and bool(local_paths(event.mimeData()))
        is_wanted = self._parcel is not None or (self._has_files and not file_refusal)
        if is_wanted:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()
        return is_wanted

    def over(self, event: QDropEvent, name: str) -> bool:
        """Whether it may be dropped on `name`; tells the mouse's arrow so."""
        action = Qt.DropAction.CopyAction
        if self._parcel is not None:
            wants_move = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            action = self.judge(self._parcel, name, wants_move)
        if action == Qt.DropAction.IgnoreAction:
            event.ignore()
            return False
        event.setDropAction(action)
        event.accept()
        return True

    def dropped(self, event: QDropEvent, name: str) -> tuple[Parcel | None, list[str], bool]:
        """What was dropped: a parcel, or local paths; and whether the parcel is to be moved."""
        mime: QMimeData = event.mimeData()
        self._parcel = parcel_in(mime)
        if not self.over(event, name):
            return None, [], False
        is_move = event.dropAction() == Qt.DropAction.MoveAction
        paths = [] if self._parcel is not None else local_paths(mime)
        parcel, self._parcel = self._parcel, None
        return parcel, paths, is_move


class RowDrops:
    """Of one table. `row` is the folder under the mouse, None where the place itself is meant."""

    def __init__(self, viewport: QWidget) -> None:
        self._viewport = viewport
        self.hovering = Hovering()
        self.row: int | None = None
        self.is_shown = False

    def enter(self, event: QDragEnterEvent, file_refusal: str) -> bool:
        self.is_shown = self.hovering.enter(event, file_refusal)
        self._viewport.update()
        return self.is_shown

    def move(self, event: QDragMoveEvent, row: int | None, name: str) -> None:
        """The mouse is over `row`, a folder called `name`, or over the place itself."""
        is_shown = self.hovering.over(event, name)
        if (row, is_shown) != (self.row, self.is_shown):
            self.row, self.is_shown = row, is_shown
            self._viewport.update()

    def end(self) -> None:
        self.is_shown, self.row = False, None
        self._viewport.update()

    def paint(self, rect: QRect) -> None:
        """The frame around where it would be dropped."""
        painter = QPainter(self._viewport)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = colours.current().accent
        painter.setPen(QPen(QColor(accent), 2))
        painter.setBrush(colours.translucent(accent, 0.08))
        painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()
