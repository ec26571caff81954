"""A dialog of the house: an icon and a headline, a body, a row of buttons. Opened, never exec'd.

Where the screen is too small for it, its body scrolls; the headline and the buttons stay in sight.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFont, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from explorer.base.shown import shown
from explorer.gui.colours import Tone
from explorer.gui.help.desk import add_help_key
from explorer.gui.parts.buttons import Rank, push_button
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.scrolling import ScrollArea
from explorer.gui.parts.texts import plain_label
from explorer.gui.parts.tone_icon import ToneIcon
from explorer.gui.theme import scaled

FRAME = 32
"""So much the frame of a window takes of the screen's height, until it is known."""
BAR_GAP = 8
"""Between what scrolls and its bar."""


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
        self.setMinimumWidth(min(width, self.screen().availableGeometry().width()))
        self._scrolling: ScrollArea | None = None
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
        self._sheet_rows = outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(12)
        outer.addLayout(top)
        outer.addLayout(self.body)
        outer.addLayout(row)
        add_help_key(self)

    def fit(self) -> None:
        """As high as what is shown in this width, no higher, and no higher than the screen."""
        layout = self._sheet_rows
        layout.activate()
        width = max(self.width(), self.minimumWidth(), layout.minimumSize().width())
        self._give_room(width)
        has_lines = layout.hasHeightForWidth()
        height = layout.totalHeightForWidth(width) if has_lines else layout.sizeHint().height()
        self.resize(width, min(height, self._screen_room()))

    def event(self, event: QEvent) -> bool:
        is_done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self._grow()
        return is_done

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What comes into the body, and what goes, while it scrolls."""
        area = self._scrolling
        is_body = area is not None and watched is area.widget()
        if is_body and event.type() == QEvent.Type.LayoutRequest:
            self._give_room(self.width())
        return super().eventFilter(watched, event)

    def _grow(self) -> None:
        """What has been added must not squeeze what was there."""
        width = max(self.width(), self._sheet_rows.totalMinimumSize().width())
        self._give_room(width)
        height = self._least_height(width)
        if width > self.width() or height > self.height():
            self.resize(width, max(self.height(), min(height, self._screen_room())))

    def _least_height(self, width: int) -> int:
        layout = self._sheet_rows
        if layout.hasHeightForWidth():
            return layout.totalMinimumHeightForWidth(width)
        return layout.totalMinimumSize().height()

    def _screen_room(self) -> int:
        """So high it can be on this screen, without its frame."""
        frame = self.frameGeometry().height() - self.height()
        return self.screen().availableGeometry().height() - max(frame, FRAME)

    def _give_room(self, width: int) -> None:
        """The body scrolls from when it is first too high; it is as high as may be, then."""
        if self._scrolling is None and self._least_height(width) > self._screen_room():
            self._scrolling = self._scrolled()
        if self._scrolling is None:
            return
        others = self._least_height(width) - self._scrolling.minimumHeight()
        margins = self._sheet_rows.contentsMargins()
        bar = self._scrolling.verticalScrollBar().sizeHint().width()
        inside = width - margins.left() - margins.right() - bar
        wanted = self.body.totalHeightForWidth(inside)
        if wanted < 0:
            wanted = self.body.totalSizeHint().height()
        self._scrolling.setMinimumWidth(self.body.totalMinimumSize().width() + bar)
        self._scrolling.setMinimumHeight(max(0, min(wanted, self._screen_room() - others)))
        self._sheet_rows.activate()  # else the size before is still the least

    def _scrolled(self) -> ScrollArea:
        """The body in an area of its own. What had the keyboard keeps it."""
        focused = self.focusWidget()
        content, area = QWidget(), ScrollArea()
        at = self._sheet_rows.indexOf(self.body)
        self._sheet_rows.takeAt(at)
        self._sheet_rows.insertWidget(at, area, 1)
        area.setMinimumHeight(1)
        area.setWidget(content)
        self.body.setContentsMargins(0, 0, BAR_GAP, 0)
        content.setLayout(self.body)
        content.installEventFilter(self)
        area.verticalScrollBar().rangeChanged.connect(lambda: self._show_notice(area))
        area.show()
        if focused is not None:
            focused.setFocus()
        return area

    def _show_notice(self, area: ScrollArea) -> None:
        """Something is told: that is seen, wherever it stands."""
        for notice in area.findChildren(NoticeBar):
            if notice.isVisible():
                area.ensureWidgetVisible(notice)

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
