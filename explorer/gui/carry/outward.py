"""Rows dragged out of the window, onto a folder of the file manager.

On an X display the file manager is asked where things were dropped (XDS), and the ordinary queue
downloads them there: nothing passes through a copy of its own, and no program waits for bytes. A
list of local files is not offered beside it, for two reasons that were measured: file managers
prefer it to XDS, and they ask for it while the mouse is only above them, when nothing has been
downloaded yet. Programs without XDS refuse the drop, and the person is told what to do instead.
GUI thread only.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import shiboken6
from PySide6.QtCore import QByteArray, QEvent, QMetaType, QMimeData, QObject, Qt, QTimer
from PySide6.QtGui import QCursor, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from explorer.base.shown import shown
from explorer.gui.browse.telling import PaneNotice
from explorer.gui.carry import direct_save
from explorer.gui.carry.direct_save import Answer
from explorer.gui.carry.parcel import Parcel, put_into
from explorer.gui.carry.xcb import DragWindow
from explorer.gui.colours import Tone

X11 = "xcb"
KNOWS_WHERE = frozenset({X11, "windows", "cocoa"})
"""Platforms on which one learns where the mouse was let go outside of the own windows."""
NOT_TAKEN = (
    "The program under the mouse does not take files out of this window. Download them to a "
    "folder, or choose Copy as files and paste them there."
)
NOT_THERE = "{place} is no folder of this computer, so nothing can be saved in it from here."

Save = Callable[[Parcel, Path], None]
Answering = Callable[[], Answer]


class Window(Protocol):
    """Where name and URL are exchanged with the other program."""

    def take(self) -> bool: ...
    def write(self, value: bytes) -> None: ...
    def read(self) -> bytes: ...


class OutwardMime(QMimeData):
    """What a drag takes along; `answer` is asked when the other program wants it saved."""

    def __init__(self, parcel: Parcel, answer: Answering | None) -> None:
        super().__init__()
        self._answer = answer
        put_into(self, parcel)

    def formats(self) -> list[str]:
        own = [direct_save.MIME] if self._answer is not None else []
        return [*super().formats(), *own]

    def hasFormat(self, mime_type: str) -> bool:
        return mime_type in self.formats()

    def retrieveData(self, mime_type: str, kind: QMetaType | QMetaType.Type) -> Any:
        if mime_type == direct_save.MIME and self._answer is not None:
            return QByteArray(self._answer().value)
        return super().retrieveData(mime_type, kind)


class Outward(QObject):
    """One per window. `save` downloads a parcel into a folder; `download` asks for a folder for
    what is selected."""

    def __init__(self, parent: QObject, save: Save, download: Callable[[], None]) -> None:
        super().__init__(parent)
        self._save = save
        self._download = download
        self._own_hosts = frozenset({socket.gethostname().lower()})
        self.window: Window | None = None
        """Made at the first drag."""
        self._has_looked = False
        self._parcel: Parcel | None = None
        self._notice: PaneNotice | None = None
        self._is_dragging = self._is_called_off = False

    def mime(self, parcel: Parcel, notice: PaneNotice) -> QMimeData:
        """What the drag that begins now takes along; `notice` tells of it."""
        if not self._has_looked:
            self._has_looked = True
            self.window = _drag_window()
        self.begin(parcel, notice)
        answer = partial(self.answer, parcel) if self.window is not None else None
        return OutwardMime(parcel, answer)

    def begin(self, parcel: Parcel, notice: PaneNotice) -> None:
        """From now on it is about this parcel."""
        self._parcel, self._notice = parcel, notice
        self._is_dragging, self._is_called_off = True, False
        # Once the drag's own event loop runs, the display knows which window drags.
        QTimer.singleShot(0, self, self._began)

    def _began(self) -> None:
        if not self._is_dragging:
            return
        if (app := QApplication.instance()) is not None:
            app.installEventFilter(self)
        if self.window is not None and self._parcel is not None and self.window.take():
            self.window.write(direct_save.property_of(direct_save.name_of(self._parcel)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self._is_called_off = True
        return False

    def answer(self, parcel: Parcel) -> Answer:
        """The other program wants to know what became of it; it asks after the drag has ended,
        and some ask before."""
        window = self.window
        if window is None:
            return Answer.ERROR
        found = window.read()
        if not direct_save.is_url(found):
            return Answer.NOTHING
        folder = direct_save.folder_in(found, self._own_hosts)
        if folder is None:
            place = shown(direct_save.place_of(found))
            QTimer.singleShot(0, self, lambda: self._tell(NOT_THERE.format(place=place)))
            return Answer.ERROR
        # Not again for a program that asks twice.
        window.write(direct_save.property_of(direct_save.name_of(parcel)))
        QTimer.singleShot(0, self, lambda: self._dropped(parcel, folder))
        return Answer.SAVED

    def _dropped(self, parcel: Parcel, folder: Path) -> None:
        window = self.parent()
        if isinstance(window, QWidget):
            QApplication.alert(window)  # it may have to ask what to do about what exists
        self._save(parcel, folder)

    def ended(self, action: Qt.DropAction) -> None:
        """The mouse was let go, or the drag called off."""
        self._is_dragging = False
        if (app := QApplication.instance()) is not None:
            app.removeEventFilter(self)
        is_known = QGuiApplication.platformName() in KNOWS_WHERE
        if action != Qt.DropAction.IgnoreAction or self._is_called_off or not is_known:
            return
        if QGuiApplication.topLevelAt(QCursor.pos()) is None:
            self._tell(NOT_TAKEN)

    def _tell(self, text: str) -> None:
        if self._notice is not None and shiboken6.isValid(self._notice):
            self._notice.say(text, Tone.WARN, action="Download to…", act=self._download)


def _drag_window() -> Window | None:
    """On an X display; None elsewhere."""
    if QGuiApplication.platformName() != X11:
        return None
    try:
        return DragWindow(direct_save.MIME)
    except OSError:
        return None
