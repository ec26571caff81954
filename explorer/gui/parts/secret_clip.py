"""A secret on the clipboard for a minute: put there at a person's word, taken away unchanged.

With it goes what X11 calls the primary selection: what was selected with the mouse is
pasted by the middle button. Nothing is touched that somebody else has copied since.
"""

from __future__ import annotations

import sys
from typing import Final

from PySide6.QtCore import QMimeData, QObject, QTimer
from PySide6.QtGui import QClipboard, QGuiApplication

KEPT_MS = 60_000
KEPT_WORDS = "It is taken off the clipboard in a minute."
BACK_MS: Final = 3_000
"""A program that keeps the clipboard may put back what was taken away, within this time."""
BACK_TIMES: Final = 3
_HINTS: Final = {"x-kde-passwordManagerHint": b"secret"}
"""Clipboard histories of Linux desktops leave out what is marked so."""
_HINTS_OF_WINDOWS: Final = {
    f'application/x-qt-windows-mime;value="{name}"': bytes(4)
    for name in (
        "ExcludeClipboardContentFromMonitorProcessing",
        "CanIncludeInClipboardHistory",
        "CanUploadToCloudClipboard",
    )
}
"""See 'Clipboard Formats' in Microsoft's Win32 reference; four zero bytes say no."""

Mode = QClipboard.Mode


class SecretClip(QObject):
    """One for the whole program, `secret_clip()`. GUI thread only."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._texts: dict[Mode, str] = {}
        self._taken: dict[Mode, str] = {}
        self._put_back = 0
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(KEPT_MS)
        self.timer.timeout.connect(self.take_away)
        self.watch = QTimer(self)
        self.watch.setSingleShot(True)
        self.watch.setInterval(BACK_MS)
        self.watch.timeout.connect(self._taken.clear)
        _clipboard().changed.connect(self._changed)

    def put(self, text: str) -> None:
        """Copy it; the minute begins anew."""
        mime = QMimeData()
        mime.setText(text)
        for name, value in (_HINTS_OF_WINDOWS if sys.platform == "win32" else _HINTS).items():
            mime.setData(name, value)
        self._keep(Mode.Clipboard, text)
        _clipboard().setMimeData(mime)

    def selected(self, text: str) -> None:
        """It was selected with the mouse, which may be all it takes to copy it."""
        if text and _clipboard().supportsSelection():
            self._keep(Mode.Selection, text)

    def _keep(self, mode: Mode, text: str) -> None:
        self._texts[mode] = text
        self._taken.pop(mode, None)
        self.timer.start()

    def take_away(self) -> None:
        """Empty the clipboard, and the selection if the secret is there, too; unless somebody
        copied something else since."""
        self.timer.stop()
        texts = dict(self._texts)
        self._texts.clear()
        if Mode.Clipboard in texts and _clipboard().supportsSelection():
            texts.setdefault(Mode.Selection, texts[Mode.Clipboard])
        for mode, text in texts.items():
            if _clipboard().text(mode) == text:
                self._taken[mode] = text
                _clipboard().clear(mode)
        self._put_back = 0
        self.watch.start()

    def _changed(self, mode: Mode) -> None:
        """What a program that keeps clipboards puts back is taken away again, a few times."""
        text = self._taken.get(mode)
        if text and self._put_back < BACK_TIMES and _clipboard().text(mode) == text:
            self._put_back += 1
            _clipboard().setText("", mode)


def _clipboard() -> QClipboard:
    return QGuiApplication.clipboard()


def secret_clip() -> SecretClip:
    """The program's own; what it put is taken away at the program's end at the latest."""
    app = QGuiApplication.instance()
    if not isinstance(app, QGuiApplication):
        raise RuntimeError("there is no program with a window")
    found = app.findChild(SecretClip)
    if found is None:
        found = SecretClip(app)
        app.aboutToQuit.connect(found.take_away)
    return found
