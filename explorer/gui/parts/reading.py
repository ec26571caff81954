"""Windows that read from right to left: mirrored cells, and names that keep their own order.

Names, paths, sizes and times read from left to right in every language; without isolation
`.env` becomes `env.` and `14 GiB` becomes `GiB 14` there. Source: Unicode UAX #9, 2.4.
GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QStyle, QStyledItemDelegate, QStyleOptionViewItem

Index = QModelIndex | QPersistentModelIndex
RTL = Qt.LayoutDirection.RightToLeft
_ISOLATE = "\u2066"
_POP = "\u2069"


def isolated(text: str, direction: Qt.LayoutDirection) -> str:
    """`text` as it is to be painted in a window of that direction."""
    return f"{_ISOLATE}{text}{_POP}" if direction == RTL and text else text


def placed(option: QStyleOptionViewItem, rect: QRect) -> QRect:
    """Where `rect`, thought of as in a cell that reads from left to right, is painted."""
    return QStyle.visualRect(option.direction, option.rect, rect)


def reads_from_left(field: QAbstractSpinBox) -> None:
    """Keep the parts of a field (year, month, day) in their order."""
    field.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


class Cells(QStyledItemDelegate):
    """What every list, tree and table paints its cells with, unless it has more to paint."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        if getattr(option.widget, "frames_rows", False):
            option.state &= ~QStyle.StateFlag.State_HasFocus
        if option.direction == RTL:
            option.text = isolated(option.text, RTL)
