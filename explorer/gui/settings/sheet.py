"""All settings on one sheet, by section, with a search. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from explorer.base import settings
from explorer.base.settings import Section, Settings
from explorer.gui.colours import Tone
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.fields import line_field
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.texts import plain_label
from explorer.gui.settings.row import SettingRow
from explorer.gui.sheet import Sheet
from explorer.gui.theme import scaled

WIDTH, HEIGHT = 640, 460
AROUND = 260
"""So much of a small screen's height stands above and below what scrolls."""


class SettingsSheet(Sheet):
    """Changes are asked for one by one and at once; there is nothing to save at the end."""

    change_requested = Signal(str, object)
    reset_requested = Signal()

    def __init__(self, now: Settings, parent: QWidget | None = None) -> None:
        super().__init__("Settings", parent, width=WIDTH)
        self.search = line_field("Search settings", placeholder="Search", icon_name="search")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._narrow)
        self.notice = NoticeBar()
        self.rows = {name: self._row(name) for name in settings.NAMES}
        self._titles: dict[Section, QLabel] = {}
        self._none = plain_label("No setting is called so.", muted=True)
        self._none.hide()
        self.body.addWidget(self.search)
        self.body.addWidget(self.notice)
        self.body.addWidget(self._scroll(), 1)
        self.reset_button = self.add_button("&Reset all", at_left=True)
        self.reset_button.clicked.connect(self.reset_requested)
        close = self.add_button("Close", rank=Rank.PRIMARY)
        close.clicked.connect(self.accept)
        # Enter in a field takes the field over; it does not close the sheet.
        close.setAutoDefault(False)
        close.setDefault(False)
        self.show_settings(now)
        self.search.setFocus()

    def _row(self, name: str) -> SettingRow:
        row = SettingRow(name)
        row.change_requested.connect(self.change_requested)
        row.editor.field.installEventFilter(self)
        return row

    def _scroll(self) -> QScrollArea:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 12, 0)
        column.setSpacing(4)
        column.addWidget(self._none)
        for section in Section:
            title = plain_label(section.value)
            title.setFont(scaled(self.font(), 1.1, QFont.Weight.DemiBold))
            title.setContentsMargins(0, 10, 0, 2)
            self._titles[section] = title
            column.addWidget(title)
            for name in settings.NAMES:
                if settings.about(name).section is section:
                    column.addWidget(self.rows[name])
        column.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidget(page)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        room = self.screen().availableGeometry().height() - AROUND
        self._area.setMinimumHeight(min(HEIGHT, room))
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setAccessibleName("Settings")
        return self._area

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A field that is reached by keys comes into view; the wheel scrolls the page, it does
        not turn the fields under it."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QWidget):
            self._area.ensureWidgetVisible(watched, 0, 40)
        if event.type() == QEvent.Type.Wheel and not watched.property("focus"):
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def show_settings(self, now: Settings) -> None:
        """What is in force, in every field."""
        for name, row in self.rows.items():
            row.show_value(getattr(now, name))
        self.reset_button.setEnabled(now != Settings())

    def show_one(self, name: str, now: Settings) -> None:
        """One field, after its change was kept; the others may hold something half typed."""
        self.rows[name].show_value(getattr(now, name))
        self.reset_button.setEnabled(now != Settings())
        self.notice.dismiss()

    def tell_failure(self, text: str) -> None:
        self.notice.tell(text, Tone.BAD)

    def narrow_to(self, text: str) -> None:
        """Show only what is about `text`."""
        self.search.setText(text)

    def _narrow(self, text: str) -> None:
        words = text.casefold().split()
        shown: set[Section] = set()
        for name, row in self.rows.items():
            is_meant = row.matches(words)
            row.setVisible(is_meant)
            if is_meant:
                shown.add(settings.about(name).section)
        for section, title in self._titles.items():
            title.setVisible(section in shown)
        self._none.setVisible(not shown)
