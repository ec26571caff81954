"""Opens the help at the page for what is in front; one viewer for the whole program.

A viewer has no parent, so that a dialog that is open does not block it. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from explorer.base.help_pages import INDEX
from explorer.gui.help.topics import topic_of

if TYPE_CHECKING:
    from explorer.gui.help.viewer import HelpViewer


class HelpDesk(QObject):
    """One for the whole program, `help_desk()`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.viewer: HelpViewer | None = None

    def open(self, topic: str) -> HelpViewer:
        """Show that page, in the viewer that is open already or in a new one."""
        from explorer.gui.help.viewer import HelpViewer  # late: few open it

        if self.viewer is None:
            self.viewer = HelpViewer()
            self.viewer.destroyed.connect(self._gone)
        self.viewer.show_topic(topic)
        self.viewer.show()
        self.viewer.activateWindow()
        return self.viewer

    def open_about(self, window: QWidget, otherwise: str = INDEX) -> HelpViewer:
        """Show the page about what has the focus in `window`; `otherwise` where it has none."""
        return self.open(topic_of(_modules(window.focusWidget() or window), otherwise))

    def close(self) -> None:
        """Close the viewer, if there is one."""
        if self.viewer is not None:
            self.viewer.close()

    def _gone(self) -> None:
        self.viewer = None


def _modules(widget: QWidget) -> Iterator[str]:
    """Where the classes of the widget and of all that it stands in are, from the inside out."""
    at: QWidget | None = widget
    while at is not None:
        yield type(at).__module__
        at = None if at.isWindow() else at.parentWidget()


def help_desk() -> HelpDesk:
    """The program's own."""
    app = QGuiApplication.instance()
    if app is None:
        raise RuntimeError("there is no program with a window")
    found = app.findChild(HelpDesk)
    if found is None:
        found = HelpDesk(app)
        app.aboutToQuit.connect(found.close)
    return found


def add_help_key(window: QWidget) -> None:
    """F1 in `window` opens the page about what has the focus there."""
    key = QShortcut(QKeySequence("F1"), window)
    key.activated.connect(lambda: help_desk().open_about(window))
