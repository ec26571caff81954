"""Targets that exist already, and what is to happen to each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from explorer.base.records import dataclass
from explorer.base.shown import shown
from explorer.base.units import format_bytes, format_exact_bytes
from explorer.gui import icons
from explorer.gui.parts.texts import tooltip
from explorer.gui.transfers.words import clock_time, exact_time
from explorer.transfer.model import Conflict, ConflictPolicy, Side

Index = QModelIndex | QPersistentModelIndex

LABELS = {
    ConflictPolicy.OVERWRITE: "Overwrite",
    ConflictPolicy.NEWER: "If newer",
    ConflictPolicy.DIFFERENT: "If different",
    ConflictPolicy.RENAME: "Keep both",
    ConflictPolicy.SKIP: "Skip",
}
"""What a person may choose."""
_RESULTS = {
    ConflictPolicy.OVERWRITE: "replaced",
    ConflictPolicy.NEWER: "replaced if newer",
    ConflictPolicy.DIFFERENT: "replaced if different",
    ConflictPolicy.RENAME: "kept beside what is there",
    ConflictPolicy.SKIP: "skipped",
}
_SAME_S = 1.0
"""The service keeps whole seconds."""


class Col(IntEnum):
    """The columns, in their order."""

    NAME = 0
    NEW_SIZE = 1
    NEW_TIME = 2
    OLD_SIZE = 3
    OLD_TIME = 4
    DIFFERENCE = 5
    CHOICE = 6


TITLES = (
    "Name",
    "New size",
    "New modified",
    "Size there",
    "Modified there",
    "Difference",
    "What happens",
)
_NEW = (Col.NEW_SIZE, Col.NEW_TIME)
_SIZES = (Col.NEW_SIZE, Col.OLD_SIZE)
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Decision:
    """What was answered for listed files by their names, and for all that have no answer of
    their own."""

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
            last = self.index(len(self._conflicts) - 1, Col.CHOICE)
            self.dataChanged.emit(self.index(0, Col.CHOICE), last)

    def decision(self) -> Decision:
        """The answer so far. Where not all are listed, the rule for the rest covers the listed
        ones that have the same."""
        names = (conflict.name for conflict in self._conflicts)
        each = {
            name: policy
            for name, policy in zip(names, self._policies, strict=True)
            if policy is not self._for_the_rest
        }
        return Decision(each, self._for_the_rest)

    def summary(self) -> str:
        """`2 replaced, 298 skipped`."""
        counts = Counter(self._policies)
        parts = [f"{counts[policy]:,} {_RESULTS[policy]}" for policy in LABELS if counts[policy]]
        return ", ".join(parts)

    def summary_of_rest(self) -> str:
        """What happens to those that are not listed: `skipped`."""
        return _RESULTS[self._for_the_rest]

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
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(TITLES):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section in _SIZES else _LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        conflict, column = self._conflicts[index.row()], Col(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(index.row(), column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(_tip(conflict, column))
        if role == Qt.ItemDataRole.DecorationRole and column is Col.NAME:
            return icons.file_icon(conflict.name)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column in _SIZES else _LEFT
        return None

    def _text(self, row: int, column: Col) -> str:
        conflict = self._conflicts[row]
        if column is Col.NAME:
            return shown(conflict.name)
        if column is Col.DIFFERENCE:
            return difference(conflict)
        if column is Col.CHOICE:
            return LABELS[self._policies[row]]
        side = conflict.source if column in _NEW else conflict.target
        if column in _SIZES:
            return format_bytes(side.size_bytes)
        return clock_time(side.modified_s or None)


def _tip(conflict: Conflict, column: Col) -> str:
    if column in (Col.NAME, Col.DIFFERENCE, Col.CHOICE):
        new, old = _side_text(conflict.source), _side_text(conflict.target)
        return f"{shown(conflict.name)}\n\nThe new one: {new}\n\nWhat is there: {old}"
    return _side_text(conflict.source if column in _NEW else conflict.target)


def _side_text(side: Side) -> str:
    md5 = f"MD5 {side.md5.hex()}" if side.md5 else ""
    lines = (format_exact_bytes(side.size_bytes), exact_time(side.modified_s or None), md5)
    return "\n".join(line for line in lines if line)


def difference(conflict: Conflict) -> str:
    """How the new one differs: `newer, larger`, or in what it is the same, as far as known."""
    new, old = conflict.source, conflict.target
    told = []
    knows_times = bool(new.modified_s and old.modified_s)
    if knows_times and abs(new.modified_s - old.modified_s) > _SAME_S:
        told.append("newer" if new.modified_s > old.modified_s else "older")
    if new.size_bytes != old.size_bytes:
        told.append("larger" if new.size_bytes > old.size_bytes else "smaller")
    elif new.md5 and old.md5:
        told.append("same content" if new.md5 == old.md5 else "other content")
    if told:
        return ", ".join(told)
    return "same size and time" if knows_times else "same size"
