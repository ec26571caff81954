"""The entries of one scope with what it takes to add and remove them. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from explorer.base.errors import InputError
from explorer.gui.inspect.access_draft import Draft, why_it_stays
from explorer.gui.inspect.access_model import EntriesModel, TickDelegate
from explorer.gui.inspect.access_words import Names
from explorer.gui.parts.buttons import Rank, push_button, tool_button
from explorer.gui.parts.fields import line_field, mark_invalid
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.parts.views import dress_table
from explorer.storage.acl import AclEntry, AclKind, AclScope, checked_principal

FIRST_PERMISSIONS = "r-x"
TICK_WIDTH = 58
_TITLES = {AclScope.ACCESS: "Access entries", AclScope.DEFAULT: "Default entries"}
_ABOUT = {
    AclScope.ACCESS: "",
    AclScope.DEFAULT: "What is made in this folder begins with these.",
}
_KINDS = (("User", AclKind.USER), ("Group", AclKind.GROUP))


class _Table(QTableView):
    """As high as its rows: the page scrolls, not the table."""

    remove_requested = Signal()

    def fit(self) -> None:
        one = self.verticalHeader().defaultSectionSize()
        rows = self.model().rowCount() * one
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + rows + 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.remove_requested.emit()
            return
        super().keyPressEvent(event)


class EntriesEditor(QWidget):
    """Tells what is wanted; `show_draft` shows what came of it."""

    letter_ticked = Signal(object, str, bool)
    entry_added = Signal(object)
    entry_removed = Signal(object)
    """The key of an entry."""
    defaults_requested = Signal(bool)
    """Begin with the access entries; or, if False, have no default entries at all."""

    def __init__(self, scope: AclScope) -> None:
        super().__init__()
        self.scope = scope
        self._refusal = ""
        self._draft: Draft | None = None
        title = plain_label(_TITLES[scope])
        font = QFont(title.font())
        font.setWeight(QFont.Weight.DemiBold)
        title.setFont(font)
        self.remove_button = tool_button("minus", f"Remove from {_TITLES[scope].lower()}")
        self.model = EntriesModel(self)
        self.table = _Table()
        dress_table(self.table, _TITLES[scope])
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setAlternatingRowColors(False)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setModel(self.model)
        self._ticks = TickDelegate(self.table)
        columns = self.table.horizontalHeader()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        columns.setSectionsMovable(False)
        for column in range(1, self.model.columnCount()):
            self.table.setItemDelegateForColumn(column, self._ticks)
            self.table.setColumnWidth(column, TICK_WIDTH)
        self.about = plain_label(_ABOUT[scope], muted=True, wrap=True)
        self.copy_button = push_button("Begin with the access entries", icon_name="copy")
        self.clear_button = push_button("Remove all default entries", Rank.FLAT)
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(self.remove_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(4)
        whole.addLayout(head)
        whole.addWidget(self.about)
        whole.addWidget(self.table)
        whole.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignLeft)
        whole.addLayout(self._adding())
        whole.addWidget(self.problem)
        whole.addWidget(self.clear_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.about.setVisible(bool(self.about.text()))
        self.model.letter_ticked.connect(self.letter_ticked)
        self.table.selectionModel().selectionChanged.connect(self._update)
        self.model.modelReset.connect(self._update)
        self.table.remove_requested.connect(self._remove)
        self.remove_button.clicked.connect(self._remove)
        self.copy_button.clicked.connect(lambda: self.defaults_requested.emit(True))
        self.clear_button.clicked.connect(lambda: self.defaults_requested.emit(False))

    def _adding(self) -> QHBoxLayout:
        what = "entry" if self.scope is AclScope.ACCESS else "default entry"
        self.kind = QComboBox()
        self.kind.setAccessibleName(f"Whom to add as {what}")
        for text, _ in _KINDS:
            self.kind.addItem(text)
        self.who = line_field(f"Name or object id for the {what}", placeholder="Name or object id")
        self.add_button = push_button("Add", icon_name="plus")
        self.add_button.setAccessibleName(f"Add {what}")
        self.problem = plain_label("", muted=True, wrap=True)
        self.problem.hide()
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.kind)
        row.addWidget(self.who, 1)
        row.addWidget(self.add_button)
        self.who.textChanged.connect(self._look)
        self.kind.currentIndexChanged.connect(lambda _: self._look())
        self.who.returnPressed.connect(self._add)
        self.add_button.clicked.connect(self._add)
        return row

    # -- showing --------------------------------------------------------------------

    def show_draft(self, draft: Draft, names: Names, refusal: str) -> None:
        """The entries as they are now; `refusal` is why they cannot be changed."""
        self._draft, self._refusal = draft, refusal
        entries = draft.entries(self.scope)
        self.model.show(entries, names, refusal)
        self.table.fit()
        self.table.setVisible(bool(entries))
        self.copy_button.setVisible(not entries)
        self.clear_button.setVisible(bool(entries) and self.scope is AclScope.DEFAULT)
        for widget in (self.kind, self.who, self.copy_button, self.clear_button):
            widget.setEnabled(not refusal)
            explain(widget, refusal)
        self._look()
        self._update()

    def forget_typing(self) -> None:
        """Another path is shown."""
        self.who.clear()

    @property
    def chosen(self) -> AclEntry | None:
        """The entry whose row is selected."""
        rows = self.table.selectionModel().selectedRows()
        return self.model.entries[rows[0].row()] if rows else None

    def choose(self, entry: AclEntry) -> None:
        """Select the row of an entry about the same."""
        for row, one in enumerate(self.model.entries):
            if one.key == entry.key:
                self.table.selectRow(row)
                self.table.scrollTo(self.model.index(row, 0))

    def _update(self) -> None:
        entry, draft = self.chosen, self._draft
        if entry is None or draft is None:
            refusal = "Select an entry."
        else:
            refusal = self._refusal or why_it_stays(entry, draft.acl)
        self.remove_button.setEnabled(not refusal)
        explain(self.remove_button, refusal or "Remove the selected entry (Del)")

    # -- doing ------------------------------------------------------------------------

    def _typed(self) -> AclEntry:
        """Raises InputError."""
        kind = _KINDS[self.kind.currentIndex()][1]
        entry = AclEntry(self.scope, kind, checked_principal(self.who.text()), FIRST_PERMISSIONS)
        if any(one.key == entry.key for one in self.model.entries):
            raise InputError(f"There is an entry about this {kind.value} already.")
        return entry

    def _look(self) -> None:
        problem = ""
        if self.who.text().strip():
            try:
                self._typed()
            except InputError as error:
                problem = str(error)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        mark_invalid(self.who, bool(problem))
        is_ready = bool(self.who.text().strip()) and not problem and not self._refusal
        self.add_button.setEnabled(is_ready)

    def _add(self) -> None:
        if not self.add_button.isEnabled():
            return
        entry = self._typed()
        self.who.clear()
        self.entry_added.emit(entry)
        self.choose(entry)

    def _remove(self) -> None:
        entry = self.chosen
        if entry is None or not self.remove_button.isEnabled():
            return
        row = self.table.currentIndex().row()
        self.entry_removed.emit(entry.key)
        left = self.model.rowCount()
        if left:
            self.table.setCurrentIndex(QModelIndex(self.model.index(min(row, left - 1), 0)))
