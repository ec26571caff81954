"""Paints the cells of a listing: quickly, dimmed where cut, marked where compared."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from explorer.gui.browse import cells
from explorer.gui.browse.listing_model import ListingModel
from explorer.gui.browse.rows import RowKind
from explorer.gui.browse.sorting import Column
from explorer.gui.colours import Tone
from explorer.gui.parts.chip import chip_size, paint_chip
from explorer.gui.parts.reading import Cells, isolated, placed

Index = QModelIndex | QPersistentModelIndex
Key = tuple[str, bool]
"""A row by its name and whether it is a folder (or container)."""
DELETED = ("deleted", Tone.NEUTRAL)
MARGIN = 6
MIN_NAME = 60
"""A mark leaves the name so much room, in logical pixels, or is not painted."""


class RowCells(Cells):
    """Gives a cell its text and icon in one go, where Qt would ask the model eight times.

    Each question takes the interpreter from a thread that may be busy.
    """

    def __init__(self, model: ListingModel, parent: QObject) -> None:
        super().__init__(parent)
        self._rows = model
        self.dimmed: frozenset[Key] = frozenset()
        """Rows that were cut."""

    def _key(self, number: int) -> Key:
        rows = self._rows.rows
        return rows.names[number], rows.kinds[number] != RowKind.BLOB

    def _mark(self, index: Index) -> tuple[str, Tone] | None:
        if index.column() != Column.NAME:
            return None
        number = self._rows.number(index.row())
        if self._rows.rows.is_deleted(number):
            return DELETED
        return self._rows.mark(number)

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        rows, number, column = self._rows.rows, self._rows.number(index.row()), index.column()
        features = QStyleOptionViewItem.ViewItemFeature
        option.text = isolated(cells.text(rows, number, column), option.direction)
        option.features |= features.HasDisplay
        option.state &= ~QStyle.StateFlag.State_HasFocus  # the view frames the whole row
        if self.dimmed and self._key(number) in self.dimmed:
            option.state &= ~QStyle.StateFlag.State_Enabled
        if column == Column.NAME:
            option.icon = cells.icon(rows, number)
            option.features |= features.HasDecoration
            if rows.is_deleted(number):
                font = QFont(option.font)
                font.setStrikeOut(True)
                option.font = font
        elif column == Column.SIZE:
            option.displayAlignment = cells.RIGHT

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        mark = self._mark(index)
        if mark is None:
            super().paint(painter, option, index)
            return
        word, tone = mark
        size = chip_size(word, "", option.font)
        room = QRect(option.rect)
        if room.width() - size.width() < MIN_NAME:
            super().paint(painter, option, index)
            return
        name = QStyleOptionViewItem(option)
        style = option.widget.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, name, painter)
        name.rect = placed(option, room.adjusted(0, 0, -size.width() - 2 * MARGIN, 0))
        super().paint(painter, name, index)
        left = room.right() - size.width() - MARGIN
        top = room.top() + (room.height() - size.height()) // 2
        chip = placed(option, QRect(left, top, size.width(), size.height()))
        paint_chip(painter, chip, word, tone, "", option.font)
