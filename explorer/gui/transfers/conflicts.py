"""The question before a transfer starts: these exist already, what shall happen to each?"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QTableView, QWidget

from explorer.gui import ask as questions
from explorer.gui.colours import Tone
from explorer.gui.parts.buttons import Rank, push_button
from explorer.gui.parts.texts import ElidedLabel, plain_label
from explorer.gui.parts.views import dress_table
from explorer.gui.sheet import Sheet
from explorer.gui.transfers.conflicts_model import Col, ConflictsModel, Decision
from explorer.transfer.model import Conflict, ConflictPolicy

BUTTONS = {
    ConflictPolicy.OVERWRITE: ("&Overwrite", "Replace what is there"),
    ConflictPolicy.NEWER: ("If &newer", "Replace what is there where the new one is newer"),
    ConflictPolicy.DIFFERENT: ("If &different", "Replace where size, MD5 or time differ"),
    ConflictPolicy.RENAME: ("&Keep both", "The new one gets a number before its ending"),
    ConflictPolicy.SKIP: ("&Skip", "Leave what is there, do not transfer this one"),
}
_WIDTHS = {
    Col.NEW_SIZE: 84,
    Col.NEW_TIME: 134,
    Col.OLD_SIZE: 84,
    Col.OLD_TIME: 134,
    Col.DIFFERENCE: 140,
    Col.CHOICE: 104,
}
_MOST_ROWS = 9


class ConflictDialog(Sheet):
    """Both sides of each conflict in a table; buttons decide for the selection, or for all."""

    def __init__(
        self, conflicts: Sequence[Conflict], total: int, place: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(_headline(total), parent, icon_name="question", tone=Tone.WARN, width=1000)
        self.model = ConflictsModel(conflicts, has_more=total > len(conflicts), parent=self)
        self.table = _table(self.model)
        self.buttons = {
            policy: push_button(name, hint=hint) for policy, (name, hint) in BUTTONS.items()
        }
        self._scope = plain_label()
        self._unlisted = total - len(conflicts)
        self._summary = plain_label(muted=True)
        self.body.addWidget(ElidedLabel(f"in {place}"))
        self.body.addWidget(self.table, 1)
        self.body.addLayout(self._choices())
        self.body.addWidget(self._summary)
        self.cancel_button = self.add_button("Cancel")
        self.cancel_button.clicked.connect(self.reject)
        self.go_button = self.add_button("&Transfer", rank=Rank.PRIMARY)
        self.go_button.clicked.connect(self.accept)
        self.table.selectionModel().selectionChanged.connect(self._say_scope)
        self.model.dataChanged.connect(self._say_summary)
        self._say_scope()
        self._say_summary()
        self.table.setFocus()  # a stray Space must not choose to overwrite

    def _choices(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._scope)
        for policy, button in self.buttons.items():
            button.clicked.connect(lambda _=False, policy=policy: self._choose(policy))
            row.addWidget(button)
        row.addStretch(1)
        return row

    def selected_rows(self) -> list[int]:
        return [index.row() for index in self.table.selectionModel().selectedRows()]

    def _say_scope(self) -> None:
        count = len(self.selected_rows())
        if self.model.rowCount() == 1:
            text = "For this file:"
        else:
            text = f"For the {count:,} selected:" if count else "For all of them:"
        self._scope.setText(text)

    def _say_summary(self) -> None:
        text = f"As it stands: {self.model.summary()}."
        if self._unlisted:
            rest = self.model.summary_of_rest()
            text += f" {self._unlisted:,} more are not listed: {rest}."
            text += " A choice for all is for them, too."
        self._summary.setText(text)

    def _choose(self, policy: ConflictPolicy) -> None:
        rows = self.selected_rows()
        self.model.choose(rows, policy)
        # After a choice for some there will be another; after one for all there is nothing left.
        (self.table if rows else self.go_button).setFocus()

    def scope_text(self) -> str:
        """For whom the buttons decide."""
        return self._scope.text()

    def summary_text(self) -> str:
        """What would happen now."""
        return self._summary.text()

    def decision(self) -> Decision:
        return self.model.decision()


def _headline(total: int) -> str:
    return "One file exists already" if total == 1 else f"{total:,} files exist already"


def _table(model: ConflictsModel) -> QTableView:
    table = QTableView()
    dress_table(table, "Files that exist already")
    table.setProperty("bare", False)
    table.setModel(model)
    table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    header = table.horizontalHeader()
    header.setSectionsMovable(False)
    header.setSectionResizeMode(Col.NAME, QHeaderView.ResizeMode.Stretch)
    for column, width in _WIDTHS.items():
        table.setColumnWidth(column, width)
    rows = min(model.rowCount(), _MOST_ROWS)
    height = rows * table.verticalHeader().defaultSectionSize() + header.sizeHint().height() + 4
    table.setMinimumHeight(height)
    if model.rowCount() <= _MOST_ROWS:
        table.setMaximumHeight(height)
    return table


async def ask(
    conflicts: Sequence[Conflict], total: int, place: str, parent: QWidget | None
) -> Decision | None:
    """Show the dialog; None where the person cancelled. `total` may exceed what is listed."""
    dialog = ConflictDialog(conflicts, total, place, parent)
    return await questions.finished(dialog, lambda it: it.decision())
