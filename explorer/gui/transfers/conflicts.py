"""The question before a transfer starts: these exist already, what shall happen to each?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from explorer.base.units import format_bytes, format_exact_bytes
from explorer.gui import icons
from explorer.gui.ask import answer
from explorer.gui.colours import Tone
from explorer.gui.parts.buttons import Rank, push_button
from explorer.gui.parts.texts import plain_label, tooltip
from explorer.gui.parts.tone_icon import ToneIcon
from explorer.gui.theme import scaled
from explorer.gui.transfers.words import clock_time
from explorer.transfer.model import Conflict, ConflictPolicy, Side

Index = QModelIndex | QPersistentModelIndex

POLICIES = {
    ConflictPolicy.OVERWRITE: ("&Overwrite", "Replace what is there"),
    ConflictPolicy.NEWER: ("If &newer", "Replace what is there where the new one is newer"),
    ConflictPolicy.DIFFERENT: ("If &different", "Replace where size, MD5 or time differ"),
    ConflictPolicy.RENAME: ("&Keep both", "The new one gets a number before its ending"),
    ConflictPolicy.SKIP: ("&Skip", "Leave what is there, do not transfer this one"),
}
TITLES = ("Name", "New size", "New modified", "There: size", "There: modified", "What happens")
NAME, NEW_SIZE, NEW_TIME, OLD_SIZE, OLD_TIME, ACTION = range(6)


@dataclass(frozen=True, slots=True)
class Decision:
    """What was answered for each listed file by its name, and for all that were not listed."""

    for_each: dict[str, ConflictPolicy]
    for_the_rest: ConflictPolicy


class ConflictsModel(QAbstractTableModel):
    """The conflicts and what is to happen to each; skipping until a person says otherwise.

    `has_more`: there are conflicts beyond the listed ones. A file that exists when its turn
    comes, and did not when we looked, is never covered by the answer: it fails.
    """

    def __init__(
        self, conflicts: Sequence[Conflict], *, has_more: bool, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._conflicts = tuple(conflicts)
        self._policies = [ConflictPolicy.SKIP] * len(self._conflicts)
        self._has_more = has_more
        self._for_the_rest = ConflictPolicy.SKIP if has_more else ConflictPolicy.FAIL

    def choose(self, rows: Sequence[int], policy: ConflictPolicy) -> None:
        """Decide for these rows; for every row, and what is not listed, when there are none."""
        if not rows or len(rows) == len(self._conflicts):
            rows = range(len(self._conflicts))
            if self._has_more:
                self._for_the_rest = policy
        for row in rows:
            self._policies[row] = policy
        if self._conflicts:
            last = self.index(len(self._conflicts) - 1, ACTION)
            self.dataChanged.emit(self.index(0, ACTION), last)

    def decision(self) -> Decision:
        """The answer so far."""
        names = (conflict.name for conflict in self._conflicts)
        return Decision(dict(zip(names, self._policies, strict=True)), self._for_the_rest)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._conflicts)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(TITLES)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        conflict, column = self._conflicts[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(index.row(), column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(_tip(conflict, column))
        if role == Qt.ItemDataRole.DecorationRole and column == NAME:
            return icons.file_icon(conflict.name)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (NEW_SIZE, OLD_SIZE):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, row: int, column: int) -> str:
        conflict = self._conflicts[row]
        if column == NAME:
            return conflict.name
        if column == ACTION:
            return POLICIES[self._policies[row]][0].replace("&", "")
        side = conflict.source if column in (NEW_SIZE, NEW_TIME) else conflict.target
        if column in (NEW_SIZE, OLD_SIZE):
            return format_bytes(side.size_bytes)
        return clock_time(side.modified_s or None)


def _tip(conflict: Conflict, column: int) -> str:
    if column == NAME:
        return f"{conflict.name}\n{difference(conflict)}"
    side = conflict.source if column in (NEW_SIZE, NEW_TIME) else conflict.target
    return _side_text(side) if column != ACTION else difference(conflict)


def _side_text(side: Side) -> str:
    md5 = f"\nMD5 {side.md5.hex()}" if side.md5 else ""
    return f"{format_exact_bytes(side.size_bytes)}\n{clock_time(side.modified_s or None)}{md5}"


def difference(conflict: Conflict) -> str:
    """`The new one is newer and larger`, or `Both look the same`."""
    new, old = conflict.source, conflict.target
    told = []
    if new.modified_s and old.modified_s and int(new.modified_s) != int(old.modified_s):
        told.append("newer" if new.modified_s > old.modified_s else "older")
    if new.size_bytes != old.size_bytes:
        told.append("larger" if new.size_bytes > old.size_bytes else "smaller")
    elif new.md5 and old.md5 and new.md5 != old.md5:
        told.append("of other content")
    return f"The new one is {' and '.join(told)}" if told else "Both look the same"


class ConflictDialog(QDialog):
    """Both sides of each conflict in a table; buttons decide for the selection, or for all."""

    def __init__(
        self, conflicts: Sequence[Conflict], total: int, place: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Some files exist already")
        self.setModal(True)
        self.model = ConflictsModel(conflicts, has_more=total > len(conflicts), parent=self)
        self.table = _table(self.model)
        self._scope = plain_label(muted=True)
        headline = plain_label(_headline(total))
        headline.setFont(scaled(self.font(), 1.2, QFont.Weight.DemiBold))
        target = plain_label(f"in {place}", muted=True)

        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(ToneIcon("question", Tone.WARN, 32))
        titles = QVBoxLayout()
        titles.setSpacing(2)
        titles.addWidget(headline)
        titles.addWidget(target)
        top.addLayout(titles, 1)

        choices = QHBoxLayout()
        choices.addWidget(self._scope, 1)
        for policy, (name, hint) in POLICIES.items():
            button = push_button(name, hint=hint)
            button.clicked.connect(lambda _=False, policy=policy: self._choose(policy))
            choices.addWidget(button)

        ends = QHBoxLayout()
        if total > len(conflicts):
            rest = (
                f"{total - len(conflicts):,} more are not listed; a choice for all is for them too."
            )
            ends.addWidget(plain_label(rest, muted=True))
        ends.addStretch(1)
        cancel = push_button("Cancel", hint="Transfer nothing")
        cancel.clicked.connect(self.reject)
        self.go_on = push_button("&Transfer", Rank.PRIMARY)
        self.go_on.setDefault(True)
        self.go_on.clicked.connect(self.accept)
        ends.addWidget(cancel)
        ends.addWidget(self.go_on)

        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 16, 16, 16)
        outer.setSpacing(12)
        outer.addLayout(top)
        outer.addWidget(self.table, 1)
        outer.addLayout(choices)
        outer.addLayout(ends)
        self.resize(860, 420)
        self.table.selectionModel().selectionChanged.connect(self._say_scope)
        self._say_scope()

    def _selected(self) -> list[int]:
        return [index.row() for index in self.table.selectionModel().selectedRows()]

    def _say_scope(self) -> None:
        count = len(self._selected())
        self._scope.setText(f"For the {count:,} selected:" if count else "For all of them:")

    def _choose(self, policy: ConflictPolicy) -> None:
        self.model.choose(self._selected(), policy)
        self.go_on.setFocus()

    def decision(self) -> Decision:
        return self.model.decision()


def _headline(total: int) -> str:
    return "One file exists already" if total == 1 else f"{total:,} files exist already"


def _table(model: ConflictsModel) -> QTableView:
    table = QTableView()
    table.setAccessibleName("Files that exist already")
    table.setModel(model)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setAlternatingRowColors(True)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    table.verticalHeader().hide()
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
    for column, width in ((NEW_SIZE, 90), (NEW_TIME, 130), (OLD_SIZE, 90), (OLD_TIME, 130)):
        table.setColumnWidth(column, width)
    return table


async def ask(
    conflicts: Sequence[Conflict], total: int, place: str, parent: QWidget | None
) -> Decision | None:
    """Show the dialog; None where the person cancelled. `total` may exceed what is listed."""
    dialog = ConflictDialog(conflicts, total, place, parent)
    if await answer(dialog) != QDialog.DialogCode.Accepted:
        return None
    return dialog.decision()
