"""A secret on the clipboard for a minute: put there at a person's word, taken away unchanged."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QObject, QTimer
from PySide6.QtGui import QClipboard, QGuiApplication

KEPT_MS = 60_000
KEPT_WORDS = "It is taken off the clipboard in a minute."
_HINT = "x-kde-passwordManagerHint"
"""Clipboard histories of Linux desktops leave out what is marked so."""


class SecretClip(QObject):
    """One for the whole program, `secret_clip()`. GUI thread only."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(KEPT_MS)
        self.timer.timeout.connect(self.take_away)

    def put(self, text: str) -> None:
        """Copy it; the minute begins anew."""
        mime = QMimeData()
        mime.setText(text)
        mime.setData(_HINT, b"secret")
        _clipboard().setMimeData(mime)
        self._text = text
        self.timer.start()

    def take_away(self) -> None:
        """Empty the clipboard, unless somebody copied something else since."""
        self.timer.stop()
        text, self._text = self._text, ""
        if text and _clipboard().text() == text:
            _clipboard().clear()


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
