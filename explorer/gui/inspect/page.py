"""What a page of the inspector is, for those who add one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from explorer.gui.inspect.selection import Selection


class InspectorPage(QWidget):
    """One tab. GUI thread only.

    The inspector tells only the page in front, only while it is seen, and once for each
    selection: `show_selection` begins whatever it takes and returns at once; `clear` ends
    it, and comes before the next selection, when the page is hidden, and at the end.
    """

    title = ""
    """On its tab."""
    key = ""
    """By which the window remembers it."""
    icon_name = ""

    reload_requested = Signal()
    """What is shown has changed: show it again."""

    def refusal(self, selection: Selection) -> str:
        """Why the page has nothing to show or do for it; shown in its place. Empty if it has."""
        return ""

    def show_selection(self, selection: Selection) -> None:
        """Show this."""
        raise NotImplementedError

    def clear(self) -> None:
        """Show nothing, and stop what is under way."""
        raise NotImplementedError
