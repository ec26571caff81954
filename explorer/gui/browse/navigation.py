"""The bar above a listing: back, forward, up, refresh, the path, the filter.

Where it is narrow, as beside another pane, the filter stands below the path.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from explorer.gui.icons import icon
from explorer.gui.parts.busy import BusyIndicator
from explorer.gui.parts.buttons import tool_button
from explorer.gui.parts.fields import filter_field, line_field, mark_invalid
from explorer.gui.parts.room import stretched
from explorer.gui.parts.texts import explain, tooltip

NARROW = 440
"""Below this width a path beside the filter shows little of itself."""
FILTER_MOST = 240

FILTER_HINT = (
    "Part of a name, or a pattern such as *.csv; also size>10M, newer:7d, older:2026-01-31, "
    "type:image, tier:cool, is:file, is:deleted, re:^run-\\d+"
)


class NavigationBar(QWidget):
    """Tells what is wanted; `show_state` shows what is so."""

    back_requested = Signal()
    forward_requested = Signal()
    up_requested = Signal()
    refresh_requested = Signal()
    stop_requested = Signal()
    path_entered = Signal(str)
    filter_changed = Signal(str)
    all_below_requested = Signal(bool)
    left = Signal()
    """Escape, Return or Down: on to the listing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown_path = ""
        self._is_listing = False
        self.back = tool_button("back", "Back", hint="Back (Alt+Left)")
        self.forward = tool_button("forward", "Forward", hint="Forward (Alt+Right)")
        self.up = tool_button("up", "Up", hint="Up (Alt+Up, Backspace)")
        self.refresh = tool_button("refresh", "Refresh", hint="Refresh (F5)")
        self.path = line_field("Path", placeholder="A path or any URL (Ctrl+L)")
        self.filter = filter_field("Filter", placeholder="Filter (Ctrl+F)")
        explain(self.filter, FILTER_HINT)
        self.all_below = tool_button(
            "search", "Everything below", hint="List everything below, to search in (Ctrl+Shift+F)"
        )
        self.all_below.setCheckable(True)
        self.busy = BusyIndicator("Listing")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 6, 8, 6)
        rows.setSpacing(4)
        row, self._beside, self._below = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for each in (row, self._beside, self._below):
            each.setSpacing(2)
        rows.addLayout(row)
        rows.addLayout(self._below)
        for button in (self.back, self.forward, self.up, self.refresh):
            row.addWidget(button)
        row.addSpacing(6)
        row.addWidget(self.path, 3)
        row.addSpacing(4)
        row.addWidget(self.busy)
        row.addSpacing(4)
        row.addLayout(self._beside, 1)
        self._is_narrow = False
        self._put_filter()
        self.back.clicked.connect(self.back_requested)
        self.forward.clicked.connect(self.forward_requested)
        self.up.clicked.connect(self.up_requested)
        self.refresh.clicked.connect(self._refresh_or_stop)
        self.path.returnPressed.connect(self._enter)
        self.filter.textChanged.connect(self.filter_changed)
        self.all_below.clicked.connect(self.all_below_requested)
        self.filter.returnPressed.connect(self.left)
        self.path.installEventFilter(self)
        self.filter.installEventFilter(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < stretched(NARROW, self.fontMetrics())
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            self._put_filter()

    def _put_filter(self) -> None:
        here, other = self._beside, self._below
        if self._is_narrow:
            here, other = other, here
        for widget, share in ((self.filter, 1), (self.all_below, 0)):
            other.removeWidget(widget)
            here.addWidget(widget, share)
        self.filter.setMaximumWidth(self.maximumWidth() if self._is_narrow else FILTER_MOST)

    def show_state(
        self,
        *,
        text: str,
        can_go_back: bool,
        can_go_forward: bool,
        can_go_up: bool,
        is_listing: bool,
        has_place: bool,
        is_flat: bool,
        can_be_flat: bool,
    ) -> None:
        """Show where we are and where we can go."""
        self._shown_path = text
        if not self.path.hasFocus() or not self.path.isModified():
            self.path.setText(text)
        self.back.setEnabled(can_go_back)
        self.forward.setEnabled(can_go_forward)
        self.up.setEnabled(can_go_up)
        self.refresh.setEnabled(has_place)
        self.filter.setEnabled(has_place)
        self.all_below.setEnabled(can_be_flat)
        self.all_below.setChecked(is_flat)
        self._is_listing = is_listing
        name = "Stop" if is_listing else "Refresh"
        self.refresh.setIcon(icon("close" if is_listing else "refresh"))
        self.refresh.setAccessibleName(name)
        self.refresh.setToolTip(tooltip("Stop listing (Esc)" if is_listing else "Refresh (F5)"))
        if is_listing:
            self.busy.start()
        else:
            self.busy.stop()

    def _refresh_or_stop(self) -> None:
        if self._is_listing:
            self.stop_requested.emit()
        else:
            self.refresh_requested.emit()

    def _enter(self) -> None:
        if text := self.path.text().strip():
            self.path.setModified(False)
            self.path_entered.emit(text)

    def filter_text(self) -> str:
        return self.filter.text()

    def refuse_filter(self, problem: str) -> None:
        """Mark a pattern that cannot be, or, with an empty text, take the mark away."""
        mark_invalid(self.filter, bool(problem))
        explain(self.filter, problem or FILTER_HINT)

    def clear_filter(self) -> None:
        self.filter.clear()

    def edit_path(self) -> None:
        """Ctrl+L."""
        self.path.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.path.selectAll()

    def edit_filter(self) -> None:
        """Ctrl+F."""
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                if watched is self.path:
                    self.path.setText(self._shown_path)
                else:
                    self.clear_filter()
                self.left.emit()
                return True
            if event.key() == Qt.Key.Key_Down:
                self.left.emit()
                return True
        return super().eventFilter(watched, event)
