"""A second program whose window offers one folder or file to be dragged: `drag_source PATH`."""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


class Draggable(QLabel):
    """Starts a drag as soon as the mouse moves with the button down."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._path = path
        self._is_dragging = False
        self.setWindowTitle("Drag source")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_dragging or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        self._is_dragging = True
        drag = QDrag(self)
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(self._path)])
        drag.setMimeData(data)
        drag.exec(Qt.DropAction.CopyAction)
        self._is_dragging = False


def main() -> None:
    app = QApplication(sys.argv)
    label = Draggable(sys.argv[1])
    label.resize(300, 200)
    label.show()
    sys.exit(app.exec())


if __name__ == "__main__":
    main()
