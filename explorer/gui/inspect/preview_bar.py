"""The bar above a preview: how it is shown, from which end, wrapped or not, followed or not."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from explorer.gui.parts.buttons import tool_button
from explorer.preview.look import As
from explorer.preview.model import Preview, Text


class PreviewBar(QWidget):
    """Says what is wanted; `offer` says what makes sense for what is shown."""

    changed = Signal()
    """Another way to show it, or another end, is wanted."""
    follow_toggled = Signal()
    wrap_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.way = QComboBox()
        self.way.setAccessibleName("Show as")
        self.way.addItems([way.value for way in As])
        self.end = tool_button("bottom", "End", hint="Show the end of the blob")
        self.follow = tool_button(
            "follow", "Follow", hint="Show what is written to it from now on, as it comes"
        )
        self.wrap = tool_button("wrap", "Wrap lines", hint="Break long lines at the edge")
        for button in (self.end, self.follow, self.wrap):
            button.setCheckable(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 2)
        row.setSpacing(4)
        row.addWidget(self.way)
        row.addStretch()
        row.addWidget(self.wrap)
        row.addWidget(self.end)
        row.addWidget(self.follow)
        self.way.activated.connect(lambda _: self.changed.emit())
        self.end.clicked.connect(lambda _: self.changed.emit())
        self.follow.clicked.connect(self._followed)
        self.wrap.toggled.connect(self.wrap_toggled)
        self.offer(None)

    def _followed(self, is_on: bool) -> None:
        self._hold(is_on)
        self.follow_toggled.emit()

    def _hold(self, is_followed: bool) -> None:
        """What is followed is text, from its end."""
        self.end.setEnabled(not is_followed)
        self.way.setEnabled(not is_followed)

    def start_following(self) -> None:
        """As if it had been pressed, and tells nobody: for what is about to be shown."""
        self.follow.setChecked(True)
        self._hold(True)

    @property
    def shown_as(self) -> As:
        return list(As)[self.way.currentIndex()]

    @property
    def from_end(self) -> bool:
        return self.end.isChecked()

    @property
    def is_following(self) -> bool:
        return self.follow.isChecked()

    def start_over(self) -> None:
        """For another blob: by itself, from its beginning, not followed."""
        self.way.setCurrentIndex(0)
        self.way.setEnabled(True)
        self.end.setChecked(False)
        self.end.setEnabled(True)
        self.follow.setChecked(False)

    def offer(self, preview: Preview | None) -> None:
        """Show the buttons that make sense for it."""
        self.end.setVisible(preview is not None and preview.has_ends)
        self.follow.setVisible(preview is not None and preview.can_follow)
        self.wrap.setVisible(preview is not None and isinstance(preview.body, Text))
        self.way.setVisible(preview is not None)
