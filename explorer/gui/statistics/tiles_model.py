"""The tiles as a table: name, blobs, size, share. GUI thread only."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from explorer.base.shown import shown
from explorer.base.units import format_bytes, format_exact_bytes
from explorer.gui.icons import icon
from explorer.gui.parts.texts import tooltip
from explorer.gui.statistics.tiles import Tile

Index = QModelIndex | QPersistentModelIndex
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Col(IntEnum):
    """The columns, in their order."""

    NAME = 0
    BLOBS = 1
    SIZE = 2
    SHARE = 3


TITLES = ("Name", "Blobs", "Size", "Share")


class TilesModel(QAbstractTableModel):
    """In the order it is given."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tiles: list[Tile] = []
        self._total = 0

    def show_tiles(self, tiles: list[Tile], total_bytes: int) -> None:
        """Shares are of `total_bytes`."""
        if len(tiles) == len(self.tiles) and tiles:
            self.tiles, self._total = tiles, total_bytes
            self.dataChanged.emit(self.index(0, 0), self.index(len(tiles) - 1, Col.SHARE))
            return
        self.beginResetModel()
        self.tiles, self._total = tiles, total_bytes
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.tiles)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(TITLES)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section != Col.NAME:
            return int(_RIGHT)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        tile, column = self.tiles[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(tile, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            if column == Col.SIZE:
                return tooltip(format_exact_bytes(tile.size_bytes))
            return tooltip(shown(tile.label)) if column == Col.NAME else None
        if role == Qt.ItemDataRole.TextAlignmentRole and column != Col.NAME:
            return int(_RIGHT)
        if role == Qt.ItemDataRole.DecorationRole and column == Col.NAME:
            return icon("folder") if tile.opens.endswith("/") else None
        return None

    def _text(self, tile: Tile, column: int) -> str:
        if column == Col.NAME:
            return shown(tile.label)
        if column == Col.BLOBS:
            return f"{tile.blobs:,}"
        if column == Col.SIZE:
            return format_bytes(tile.size_bytes)
        return f"{tile.size_bytes / self._total:.1%}" if self._total else ""
