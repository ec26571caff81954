"""The help in a window of its own: topics, a search over all of them, and the page. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from explorer.base import help_pages
from explorer.gui.help.browser import HelpBrowser
from explorer.gui.icons import app_icon
from explorer.gui.parts.buttons import tool_button
from explorer.gui.parts.fields import line_field
from explorer.gui.parts.room import on_screen
from explorer.gui.parts.texts import plain_label

_TOPIC = Qt.ItemDataRole.UserRole
_NOTHING = "No page has these words."


class HelpViewer(QWidget):
    """Without a parent: it can be read beside an open dialog. Gone when it is closed."""

    def __init__(self) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Help")
        self.setWindowIcon(app_icon())
        self.resize(on_screen(940, 680, self.screen()))
        self._trail: list[str] = []
        self.page = HelpBrowser()
        self.page.topic_chosen.connect(self.show_topic)
        self.search = line_field(
            "Search the help", placeholder="Search all pages", icon_name="search"
        )
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._narrow)
        self.search.returnPressed.connect(lambda: self.page.next_place())
        self.topics = QListWidget()
        self.topics.setAccessibleName("Topics")
        self.topics.setProperty("bare", True)
        self.topics.currentItemChanged.connect(self._chosen)
        self.nothing = plain_label(_NOTHING, muted=True, wrap=True)
        self.nothing.setContentsMargins(10, 6, 10, 6)
        self.nothing.hide()
        self.back_button = tool_button("back", "Back", hint="Back to the last page (Alt+Left)")
        self.back_button.clicked.connect(self.go_back)
        self._lay_out()
        for keys, deed in (
            ("Ctrl+F", self._to_search),
            ("Alt+Left", self.go_back),
            ("F3", lambda: self.page.next_place()),
            ("Shift+F3", lambda: self.page.next_place(back=True)),
            ("Esc", self._leave),
            ("Ctrl+W", self.close),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(deed)
        self._narrow("")
        self.search.setFocus()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(10, 10, 10, 6)
        top.setSpacing(8)
        top.addWidget(self.back_button)
        top.addWidget(self.search, 1)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.nothing)
        column.addWidget(self.topics, 1)
        parts = QSplitter()
        parts.setChildrenCollapsible(False)
        parts.addWidget(left)
        parts.addWidget(self.page)
        parts.setStretchFactor(1, 1)
        parts.setSizes([270, 670])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(parts)

    @property
    def topic(self) -> str:
        """The page that is shown; empty where a search finds none."""
        item = self.topics.currentItem()
        return str(item.data(_TOPIC)) if item is not None else ""

    def show_topic(self, name: str) -> None:
        """Go to that page; a search that does not hold it ends. An unknown one is the index."""
        wanted = name if help_pages.page(name) is not None else help_pages.INDEX
        if self._row_of(wanted) < 0:
            self.search.clear()
        self.topics.setCurrentRow(self._row_of(wanted))

    def go_back(self) -> None:
        """To the page before this one."""
        if len(self._trail) > 1:
            self._trail.pop()
            self.show_topic(self._trail.pop())

    def _row_of(self, name: str) -> int:
        rows = range(self.topics.count())
        return next((row for row in rows if self.topics.item(row).data(_TOPIC) == name), -1)

    def _narrow(self, words: str) -> None:
        """Only the topics that hold the words; the one that is shown stays, where it does."""
        now = self.topic
        pages = help_pages.found(words)
        self.topics.blockSignals(True)
        self.topics.clear()
        for page in pages:
            item = QListWidgetItem(page.title)
            item.setData(_TOPIC, page.name)
            self.topics.addItem(item)
        self.topics.setCurrentRow(max(self._row_of(now), 0) if pages else -1)
        self.topics.blockSignals(False)
        self.nothing.setVisible(not pages)
        if pages and self.topic == now:
            self.page.mark(words)
        else:
            self._chosen()

    def _chosen(self) -> None:
        page = help_pages.page(self.topic)
        if page is None:
            return
        if self._trail[-1:] != [page.name]:
            self._trail.append(page.name)
        self.back_button.setEnabled(len(self._trail) > 1)
        self.page.show_page(page, self.search.text())

    def _to_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _leave(self) -> None:
        """Escape: first out of a search, then out of the help."""
        if self.search.text():
            self.search.clear()
        else:
            self.close()
