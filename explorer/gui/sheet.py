"""A dialog of the house: an icon and a headline, a body, a row of buttons. Opened, never exec'd."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from explorer.base.shown import shown
from explorer.gui.colours import Tone
from explorer.gui.help.desk import add_help_key
from explorer.gui.parts.buttons import Rank, push_button
from explorer.gui.parts.texts import plain_label
from explorer.gui.parts.tone_icon import ToneIcon
from explorer.gui.theme import scaled


class Sheet(QDialog):
    """What goes between goes into `body`. Escape rejects; Enter presses the default button."""

    def __init__(
        self,
        headline: str,
        parent: QWidget | None = None,
        *,
        icon_name: str = "",
        tone: Tone = Tone.NEUTRAL,
        width: int = 460,
    ) -> None:
        super().__init__(parent)
        headline = shown(headline)  # it may hold a name
        self.setWindowTitle(headline.rstrip(".?"))
        self.setWindowFlag(Qt.WindowType.WindowContextHelpButtonHint, False)
        self.setMinimumWidth(width)
        self._headline = plain_label(headline, wrap=True)
        self._headline.setFont(scaled(self.font(), 1.25, QFont.Weight.DemiBold))
        top = QHBoxLayout()
        top.setSpacing(12)
        if icon_name:
            top.addWidget(ToneIcon(icon_name, tone, 28), 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self._headline, 1, Qt.AlignmentFlag.AlignVCenter)
        self.body = QVBoxLayout()
        self.body.setSpacing(10)
        self._left = QHBoxLayout()
        self._right = QHBoxLayout()
        self._right.setSpacing(8)
        row = QHBoxLayout()
        row.setContentsMargins(0, 8, 0, 0)
        row.addLayout(self._left)
        row.addStretch(1)
        row.addLayout(self._right)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(12)
        outer.addLayout(top)
        outer.addLayout(self.body)
        outer.addLayout(row)
        add_help_key(self)

    def fit(self) -> None:
        """As high as what is shown in this width, no higher."""
        layout = self.layout()
        if layout is None:
            return
        layout.activate()
        width = max(self.width(), self.minimumWidth(), layout.minimumSize().width())
        has_lines = layout.hasHeightForWidth()
        height = layout.totalHeightForWidth(width) if has_lines else layout.sizeHint().height()
        self.resize(width, height)

    def event(self, event: QEvent) -> bool:
        is_done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self._grow()
        return is_done

    def _grow(self) -> None:
        """What has been added must not squeeze what was there."""
        if (layout := self.layout()) is None:
            return
        least = layout.totalMinimumSize()
        width = max(self.width(), least.width())
        height = least.height()
        if layout.hasHeightForWidth():
            height = max(height, layout.totalMinimumHeightForWidth(width))
        if width > self.width() or height > self.height():
            self.resize(
                width, max(self.height(), min(height, self.screen().availableSize().height()))
            )

    def showEvent(self, event: QShowEvent) -> None:
        self.fit()
        super().showEvent(event)

    def headline(self) -> str:
        return self._headline.text()

    def add_button(
        self,
        text: str,
        *,
        rank: Rank = Rank.SECONDARY,
        icon_name: str = "",
        at_left: bool = False,
    ) -> QPushButton:
        """A button at the right end, or at the left one; a primary one answers to Enter."""
        button = push_button(text, rank, icon_name=icon_name)
        button.setAccessibleName(text.replace("&", ""))
        (self._left if at_left else self._right).addWidget(button)
        if rank is Rank.PRIMARY:
            button.setAutoDefault(True)
            button.setDefault(True)
        return button
