"""A second program that takes what is dropped on its window: `drop_target KIND FOLDER`.

`saves` speaks XDS, as file managers do, for that folder; `elsewhere` names a folder of another
machine; `files` takes local files only. What came of a drop is its title.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel

from explorer.gui.carry.direct_save import MIME
from explorer.gui.carry.xcb import DragWindow

HOSTS = {"saves": "", "elsewhere": "far.example"}


class Target(QLabel):
    """One folder."""

    def __init__(self, kind: str, folder: Path) -> None:
        super().__init__(str(folder))
        self._kind = kind
        self._folder = folder
        self.setAcceptDrops(True)
        self.setWindowTitle("Drop target")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        mime = event.mimeData()
        if self._kind in HOSTS and mime.hasFormat(MIME):
            mime.data(MIME)  # some file managers ask while the mouse is only above them
            event.acceptProposedAction()
        elif self._kind == "files" and mime.hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        source = DragWindow(MIME)
        source.take()
        name = source.read().decode()
        path = (self._folder / name).as_uri().removeprefix("file://")
        source.write(f"file://{HOSTS[self._kind]}{path}".encode())
        answer = bytes(event.mimeData().data(MIME).data()).decode()
        source.close()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.setWindowTitle(f"Dropped {name}: {answer}")


def main() -> None:
    app = QApplication(sys.argv)
    target = Target(sys.argv[1], Path(sys.argv[2]))
    target.resize(300, 300)
    target.show()
    sys.exit(app.exec())


if __name__ == "__main__":
    main()
