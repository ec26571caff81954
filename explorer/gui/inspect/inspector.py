"""The inspector: pages about what is selected, the one in front up to date. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QFont, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from explorer.base.shown import shown
from explorer.base.tasks import TaskScope
from explorer.gui.colours import Tone
from explorer.gui.icons import icon
from explorer.gui.inspect.page import InspectorPage
from explorer.gui.inspect.selection import Selection
from explorer.gui.parts.empty import EmptyState
from explorer.gui.parts.page_tabs import PageTabs
from explorer.gui.parts.room import Stack, stretched
from explorer.gui.parts.texts import ElidedLabel
from explorer.gui.parts.tone_icon import ToneIcon
from explorer.gui.theme import scaled

SETTLE_MS = 150
"""How long a selection must stand before it is looked at: keys held down ask for nothing."""
HINT_WIDTH = 240
LEAST_WIDTH = 240


class Inspector(QWidget):
    """Told of each selection by `follow`; shows it in the page in front, if it is seen."""

    page_changed = Signal()

    def __init__(self, scope: TaskScope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scope = scope
        self.setAccessibleName("Inspector")
        self._pages: list[InspectorPage] = []
        self._selection: Selection | None = None
        self._shown: tuple[InspectorPage, Selection] | None = None
        self._icon = ToneIcon("info", Tone.NEUTRAL, 18)
        self._title = ElidedLabel()
        self._title.setFont(scaled(self.font(), 1.05, QFont.Weight.DemiBold))
        self.tabs = PageTabs("Pages of the inspector")
        self._hint = EmptyState("panel-right", "Nothing is selected", width=HINT_WIDTH)
        self._stack = Stack()
        self._stack.addWidget(self._hint)
        head = QHBoxLayout()
        head.setContentsMargins(12, 8, 12, 2)
        head.setSpacing(8)
        head.addWidget(self._icon)
        head.addWidget(self._title, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.tabs)
        column.addWidget(self._stack, 1)
        self.setFocusProxy(self.tabs)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._update)
        self.tabs.currentChanged.connect(self._turned)

    def minimumSizeHint(self) -> QSize:
        least = QSize(stretched(LEAST_WIDTH, self.fontMetrics()), 0)
        return super().minimumSizeHint().expandedTo(least)

    # -- pages ----------------------------------------------------------------------

    def add_page(self, page: InspectorPage) -> None:
        """Put a page behind those that are there."""
        self._pages.append(page)
        self._stack.addWidget(page)
        self.tabs.add(page.title, icon(page.icon_name, Tone.NEUTRAL))
        page.reload_requested.connect(self.reload)

    @property
    def page(self) -> InspectorPage:
        """The one in front."""
        return self._pages[self.tabs.currentIndex()]

    def bring(self, key: str) -> None:
        """Put the page of that key in front; an unknown one changes nothing."""
        for at, page in enumerate(self._pages):
            if page.key == key:
                self.tabs.setCurrentIndex(at)

    def refusal(self, key: str, selection: Selection) -> str:
        """Why the page of that key cannot show it; empty where it can."""
        return next((page.refusal(selection) for page in self._pages if page.key == key), "")

    def _turned(self) -> None:
        self._update()
        self.page_changed.emit()

    # -- what is shown ----------------------------------------------------------------

    @property
    def selection(self) -> Selection | None:
        """What was selected last."""
        return self._selection

    def follow(self, selection: Selection | None) -> None:
        """This is selected now; shown when it has stood for a moment."""
        if selection != self._selection:
            self._selection = selection
            self._timer.start()

    def reload(self) -> None:
        """Show the same again, read anew."""
        self._forget()
        self._update()

    def _update(self) -> None:
        self._timer.stop()
        selection = self._selection
        if not self.isVisible() or not self._pages:
            return
        if self._scope.is_closed:  # the window is going: nothing more is looked at
            return
        self._icon.set_state(selection.icon_name if selection else "info", Tone.NEUTRAL)
        self._title.set_text(shown(selection.title) if selection else "Inspector")
        if selection is None:
            self._forget()
            self._tell("panel-right", "Nothing is selected", "Choose a blob in the listing.")
            return
        page = self.page
        if self._shown == (page, selection):
            return
        self._forget()
        if refusal := page.refusal(selection):
            self._tell(page.icon_name, page.title, refusal)
            return
        self._stack.setCurrentWidget(page)
        self._shown = page, selection
        page.show_selection(selection)

    def _tell(self, icon_name: str, headline: str, text: str) -> None:
        self._hint.set_texts(headline, text, icon_name)
        self._stack.setCurrentWidget(self._hint)

    def _forget(self) -> None:
        if self._shown is not None:
            page, self._shown = self._shown[0], None
            page.clear()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
        self._forget()

    def hint(self) -> str:
        """What is said in place of a page; empty where one is shown."""
        is_hint = self._stack.currentWidget() is self._hint
        return self._hint.accessibleDescription() if is_hint else ""
