"""The bar above a listing: back, forward, up, refresh, the path, the filter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from explorer.gui.icons import icon
from explorer.gui.parts.busy import BusyIndicator
from explorer.gui.parts.buttons import tool_button
from explorer.gui.parts.fields import filter_field, line_field, mark_invalid
from explorer.gui.parts.texts import explain, tooltip

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
        self.filter.setMaximumWidth(240)
        self.all_below = tool_button(
            "search", "Everything below", hint="List everything below, to search in (Ctrl+Shift+F)"
        )
        self.all_below.setCheckable(True)
        self.busy = BusyIndicator("Listing")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 8, 6)
        row.setSpacing(2)
        for button in (self.back, self.forward, self.up, self.refresh):
            row.addWidget(button)
        row.addSpacing(6)
        row.addWidget(self.path, 3)
        row.addSpacing(4)
        row.addWidget(self.busy)
        row.addSpacing(4)
        row.addWidget(self.filter, 1)
        row.addWidget(self.all_below)
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
