"""What this program has on the clipboard when it ends.

Qt deletes it after Python is gone, and what Python has made would take the process with it.
GUI thread only.
"""

from __future__ import annotations

import shiboken6
from PySide6.QtGui import QGuiApplication


def leave_clipboard() -> None:
    """Its text stays, for a clipboard manager to keep; what only we could give goes. What
    another program has put there is not touched."""
    clipboard = QGuiApplication.clipboard()
    mime = clipboard.mimeData()
    if mime is None or not shiboken6.createdByPython(mime):
        return
    if text := mime.text():
        clipboard.setText(text)
    else:
        clipboard.clear()
