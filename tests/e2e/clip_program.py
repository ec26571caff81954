"""A program with a secret on the clipboard, told what to do line by line; `test_clipboard.py`
runs it on a real X server.

`put TEXT`, `select TEXT` (with the mouse, all of a field), `end` (the minute is over),
`quit`. Each is answered by `done`.
"""

from __future__ import annotations

import sys
import threading

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from explorer.gui.parts.secret_clip import secret_clip
from explorer.gui.parts.secret_line import SecretLine

BACK_MS = 100_000
"""The other program may be slow to come."""


class Ears(QObject):
    told = Signal(str)


def main() -> None:
    app = QApplication([])
    line = SecretLine()
    line.resize(500, 40)
    line.show()
    QTest.qWaitForWindowExposed(line)
    secret_clip().watch.setInterval(BACK_MS)
    ears = Ears()

    def do(text: str) -> None:
        word, _, rest = text.strip().partition(" ")
        if word == "put":
            secret_clip().put(rest)
        elif word == "select":
            line.setText(rest)
            start, end = QPoint(2, 20), QPoint(490, 20)
            QTest.mousePress(line, Qt.MouseButton.LeftButton, pos=start)
            QTest.mouseMove(line, end)
            QTest.mouseRelease(line, Qt.MouseButton.LeftButton, pos=end)
        elif word == "end":
            secret_clip().timer.timeout.emit()
        elif word == "quit":
            app.quit()
        print("done", flush=True)

    def listen() -> None:
        for text in sys.stdin:
            ears.told.emit(text)

    ears.told.connect(do, Qt.ConnectionType.QueuedConnection)
    threading.Thread(target=listen, daemon=True).start()
    app.exec()


if __name__ == "__main__":
    main()
