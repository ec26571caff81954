"""What a panel shows when it has nothing to show: what this is, and what to do."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from explorer.gui.colours import Tone
from explorer.gui.parts.buttons import Rank, push_button
from explorer.gui.parts.texts import plain_label
from explorer.gui.parts.tone_icon import ToneIcon
from explorer.gui.theme import scaled

_WIDTH = 440
LEAST_WIDTH = 180
WITH_ICON_ABOVE = 200
"""In a lower room the words stand alone."""


class EmptyState(QWidget):
    """An icon, a headline, a sentence, and the buttons that lead on, in the middle."""

    def __init__(
        self,
        icon_name: str,
        headline: str,
        text: str = "",
        parent: QWidget | None = None,
        *,
        width: int = _WIDTH,
    ) -> None:
        super().__init__(parent)
        self._icon = ToneIcon(icon_name, Tone.NEUTRAL, 48)
        self._headline = plain_label(headline, wrap=True)
        self._headline.setFont(scaled(self.font(), 1.35, QFont.Weight.DemiBold))
        self._text = plain_label(text, muted=True, wrap=True)
        for label in (self._headline, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(8)
        self._actions.addStretch()
        self._actions.addStretch()
        # One column of a fixed width: wrapped labels get their height from it.
        self._width = width
        self._margin = min(24, width // 16)
        self._middle = QWidget()
        self._middle.setFixedWidth(width)
        self._column = QVBoxLayout(self._middle)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addSpacing(4)
        self._column.addWidget(self._headline)
        self._column.addWidget(self._text)
        self._column.addSpacing(8)
        self._column.addLayout(self._actions)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(*(self._margin,) * 4)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self._middle)
        row.addStretch()
        outer.addStretch(2)
        outer.addLayout(row)
        outer.addStretch(3)
        self.set_texts(headline, text)

    def minimumSizeHint(self) -> QSize:
        least = min(self._width, self._least()) + 2 * self._margin
        icon = 0 if self._icon.isHidden() else self._icon.height() + self._column.spacing()
        return QSize(least, super().minimumSizeHint().height() - icon)

    def _least(self) -> int:
        return max(LEAST_WIDTH, self._actions.minimumSize().width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = event.size().width() - 2 * self._margin
        self._middle.setFixedWidth(min(self._width, max(room, self._least())))
        self._icon.setVisible(event.size().height() >= WITH_ICON_ABOVE)

    def set_texts(self, headline: str, text: str = "", icon_name: str = "") -> None:
        """Say something else in the same place."""
        self._headline.setText(headline)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        if icon_name:
            self._icon.set_state(icon_name, Tone.NEUTRAL)
        self.setAccessibleName(headline)
        self.setAccessibleDescription(text)

    def headline(self) -> str:
        return self._headline.text()

    def add_action(
        self, text: str, rank: Rank = Rank.SECONDARY, *, icon_name: str = ""
    ) -> QPushButton:
        """Add a button below the text; connect to its `clicked`."""
        button = push_button(text, rank, icon_name=icon_name)
        self._actions.insertWidget(self._actions.count() - 1, button)
        return button

    def add_widget(self, widget: QWidget) -> None:
        """Add a field of its own above the buttons, as wide as the text."""
        self._column.insertWidget(self._column.indexOf(self._actions), widget)
