"""Names with values, edited in a table and checked while they are typed: metadata, tags."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from explorer.base.errors import InputError
from explorer.gui.parts.buttons import push_button
from explorer.gui.parts.texts import plain_label
from explorer.gui.parts.views import ROW_HEIGHT, dress_table

ROWS_SEEN = 4


class PairsTable(QWidget):
    """`changed` at each edit. `check` raises InputError where the pairs cannot be kept; what
    is wrong stands below the table, and `problem` has it. GUI thread only."""

    changed = Signal()

    def __init__(
        self,
        what: str,
        check: Callable[[Mapping[str, str]], None],
        parent: QWidget | None = None,
        *,
        rows_seen: int = ROWS_SEEN,
    ) -> None:
        super().__init__(parent)
        self._check = check
        self.problem = ""
        self.table = QTableWidget(0, 2)
        self.table.setHorizontalHeaderLabels(["Name", "Value"])
        dress_table(self.table, what)
        self.table.setProperty("bare", False)
        self.table.setEditTriggers(
            QTableWidget.EditTrigger.DoubleClicked
            | QTableWidget.EditTrigger.EditKeyPressed
            | QTableWidget.EditTrigger.AnyKeyPressed
        )
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectItems)
        self.table.setMinimumHeight(ROW_HEIGHT * (rows_seen + 1) + 4)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.add_button = push_button("Add", icon_name="plus")
        self.add_button.setAccessibleName(f"Add: {what}")
        self.add_button.clicked.connect(self.add_row)
        self.remove_button = push_button("Remove", icon_name="minus")
        self.remove_button.setAccessibleName(f"Remove: {what}")
        self.remove_button.clicked.connect(self.remove_rows)
        self.words = plain_label(wrap=True)
        self.words.setAccessibleName(f"Problem: {what}")
        self.words.hide()
        buttons = QHBoxLayout()
        buttons.addWidget(self.add_button)
        buttons.addWidget(self.remove_button)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.table)
        column.addWidget(self.words)
        column.addLayout(buttons)
        self.setFocusProxy(self.table)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # so that a caption may lead here
        self.table.itemChanged.connect(self._look)
        self.table.itemSelectionChanged.connect(self._update)
        self._update()

    # -- pairs ------------------------------------------------------------------------

    def show_pairs(self, pairs: Mapping[str, str]) -> None:
        """These in place of what is there."""
        self.table.blockSignals(True)
        self.table.setRowCount(0)
        for name, value in pairs.items():
            self._append(name, value)
        self.table.blockSignals(False)
        self._look()

    def _append(self, name: str, value: str) -> None:
        row = self.table.rowCount()
        self.table.insertRow(row)
        self.table.setItem(row, 0, QTableWidgetItem(name))
        self.table.setItem(row, 1, QTableWidgetItem(value))

    def _rows(self) -> list[tuple[str, str]]:
        """Those that say anything."""
        found = []
        for row in range(self.table.rowCount()):
            name, value = self.table.item(row, 0), self.table.item(row, 1)
            pair = (name.text().strip() if name else "", value.text() if value else "")
            if pair != ("", ""):
                found.append(pair)
        return found

    @property
    def pairs(self) -> dict[str, str]:
        """What is in the table; rows without anything are none."""
        return dict(self._rows())

    # -- editing ----------------------------------------------------------------------

    def add_row(self) -> None:
        """One more, with its name being typed."""
        self._append("", "")
        item = self.table.item(self.table.rowCount() - 1, 0)
        if item is not None:
            self.table.setCurrentItem(item)
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
            self.table.editItem(item)

    def remove_rows(self) -> None:
        """Take away the rows that have something selected."""
        rows = {index.row() for index in self.table.selectedIndexes()}
        for row in sorted(rows, reverse=True):
            self.table.removeRow(row)
        self._look()

    def set_editable(self, is_editable: bool) -> None:
        """Whether anything can be changed here."""
        self.table.setEnabled(is_editable)
        self.add_button.setEnabled(is_editable)
        self._update()

    def _look(self) -> None:
        rows = self._rows()
        try:
            names = [name for name, _ in rows]
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise InputError(f"'{twice}' is there twice.", cure="Remove one.")
            self._check(dict(rows))
            self.problem = ""
        except InputError as error:
            self.problem = str(error)
        self.words.setText(self.problem)
        self.words.setVisible(bool(self.problem))
        self._update()
        self.changed.emit()

    def _update(self) -> None:
        is_usable = self.table.isEnabled() and bool(self.table.selectedIndexes())
        self.remove_button.setEnabled(is_usable)
