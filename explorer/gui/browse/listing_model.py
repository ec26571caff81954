"""The table of one folder: a view of Rows through an order, told to Qt in small steps.

GUI thread only. The order (which row number stands where) comes from outside for
whatever takes long; appending and putting in single rows is done here.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from explorer.gui.browse import cells
from explorer.gui.browse.matching import RowMatch
from explorer.gui.browse.rows import NO_SIZE, Row, RowKind, Rows
from explorer.gui.browse.sorting import Column, sort_key
from explorer.gui.colours import Tone

Index = QModelIndex | QPersistentModelIndex
Marks = Mapping[tuple[str, bool], tuple[str, Tone]]
"""By name and whether it is a folder (or container): a word, and its tone."""
ROOT = QModelIndex()
FEW = 4
"""So many rows are looked for one by one, more in one walk."""

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_DECORATION = int(Qt.ItemDataRole.DecorationRole)
_TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)
_ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
_ACCESSIBLE = int(Qt.ItemDataRole.AccessibleTextRole)
_FLAGS = (
    Qt.ItemFlag.ItemIsEnabled
    | Qt.ItemFlag.ItemIsSelectable
    | Qt.ItemFlag.ItemIsDragEnabled
    | Qt.ItemFlag.ItemNeverHasChildren
)
_FOLDER_FLAGS = _FLAGS | Qt.ItemFlag.ItemIsDropEnabled


class ListingModel(QAbstractTableModel):
    """Rows as they are shown. `is_ordered` tells whether they follow `column` already."""

    sort_wanted = Signal(object, bool)
    """A column, and whether descending."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows = Rows()
        self.column = Column.NAME
        self.descending = False
        self.is_ordered = True
        self.marks: Marks = {}
        """Said of rows beside their names, while they are compared."""
        self._order = array("I")
        self._shown = self._order
        self._match: RowMatch | None = None

    # -- what Qt asks ---------------------------------------------------------

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        if role == _DISPLAY:
            return cells.text(self.rows, self._shown[index.row()], index.column())
        if role == _DECORATION:
            if index.column() == Column.NAME:
                return cells.icon(self.rows, self._shown[index.row()])
            return None
        if role == _ALIGNMENT:
            return cells.RIGHT if index.column() == Column.SIZE else None
        if role == _TOOLTIP:
            return cells.tooltip(self.rows, self._shown[index.row()], index.column())
        if role == _ACCESSIBLE:
            number = self._shown[index.row()]
            text = cells.spoken(self.rows, number, index.column())
            mark = self.mark(number) if index.column() == Column.NAME else None
            return text if mark is None else f"{text}, {mark[0]}"
        return None

    def mark(self, number: int) -> tuple[str, Tone] | None:
        """What is said of the row of that number."""
        if not self.marks:
            return None
        return self.marks.get((self.rows.names[number], self.rows.kinds[number] != RowKind.BLOB))

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        is_blob = self.rows.kinds[self._shown[index.row()]] == RowKind.BLOB
        return _FLAGS if is_blob else _FOLDER_FLAGS

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        if role in (_DISPLAY, _TOOLTIP):
            return cells.HEADERS[section]
        if role == _ALIGNMENT and section == Column.SIZE:
            return cells.RIGHT
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """What a click on the header calls: told on, since sorting takes its time."""
        if 0 <= column < len(Column):
            self.sort_wanted.emit(Column(column), order == Qt.SortOrder.DescendingOrder)

    # -- what is in it ----------------------------------------------------------

    @property
    def filter(self) -> RowMatch | None:
        """Which rows are shown; None shows all."""
        return self._match

    @property
    def order(self) -> array[int]:
        """All row numbers as they are ordered, shown or not. Not to be changed."""
        return self._order

    def beginning(self, text: str, first: int, end: int) -> int | None:
        """The first row from `first` on, before `end`, whose name begins with `text`."""
        names, length = self.rows.names, len(text)
        for place, number in enumerate(self._shown[first:end], first):
            if names[number][:length].casefold() == text:
                return place
        return None

    def number(self, row: int) -> int:
        """The row number in `rows` of what stands at `row`."""
        return self._shown[row]

    def at(self, row: int) -> Row:
        """What stands at `row`."""
        return self.rows.row(self._shown[row])

    def taken(self, spans: Iterable[tuple[int, int]]) -> Iterator[Row]:
        """Rows in these spans, first and last included, in their order."""
        for first, last in spans:
            for number in self._shown[first : last + 1]:
                yield self.rows.row(number)

    def weigh(self, spans: Iterable[tuple[int, int]]) -> tuple[int, int, int]:
        """Folders, blobs and bytes of the blobs in these spans."""
        folders = blobs = size_bytes = 0
        kinds, sizes = self.rows.kinds, self.rows.sizes
        for first, last in spans:
            # In C all the way: everything may be selected.
            numbers = self._shown[first : last + 1]
            is_all = len(numbers) == len(kinds)
            own = kinds if is_all else bytes(map(kinds.__getitem__, numbers))
            weights = sizes if is_all else map(sizes.__getitem__, numbers)
            own_blobs = own.count(RowKind.BLOB)
            others = len(numbers) - own_blobs
            blobs += own_blobs
            folders += others
            size_bytes += sum(weights) - others * NO_SIZE
        return folders, blobs, size_bytes

    def count_deleted(self, spans: Iterable[tuple[int, int]]) -> int:
        """How many of the rows in these spans are deleted."""
        rows, numbers = self.rows, self._shown
        return sum(rows.count_deleted(numbers[first : last + 1]) for first, last in spans)

    def position(self, name: str, *, is_folder: bool | None = None) -> int | None:
        """Where the row of that name stands, if it is shown."""
        names, kinds = self.rows.names, self.rows.kinds
        for place, number in enumerate(self._shown):
            if names[number] == name and (
                is_folder is None or (kinds[number] != RowKind.BLOB) is is_folder
            ):
                return place
        return None

    # -- changes ------------------------------------------------------------------

    def start(self, rows: Rows, order: array[int] | None = None) -> None:
        """Show other rows: none of them yet, or all in `order` (filtered already or not)."""
        self.beginResetModel()
        self.rows = rows
        self._order = array("I") if order is None else order
        self._shown = self._order if self._match is None else self._filtered(self._order)
        self.is_ordered = True
        self.endResetModel()

    def _filtered(self, numbers: Iterable[int]) -> array[int]:
        if self._match is None:
            return array("I", numbers)
        return self._match.among(self.rows, numbers)

    def show_new(self) -> None:
        """Put the rows that were appended to `rows` at the end; at most 500 at a time, please."""
        fresh = range(len(self._order), len(self.rows))
        if not fresh:
            return
        if self.is_ordered:
            self.is_ordered = self._continues(fresh)
        visible = fresh if self._match is None else self._filtered(fresh)
        first = len(self._shown)
        if not visible:
            self._order.extend(fresh)
            return
        self.beginInsertRows(ROOT, first, first + len(visible) - 1)
        self._order.extend(fresh)
        if self._shown is not self._order:
            self._shown.extend(visible)
        self.endInsertRows()

    def _continues(self, fresh: range) -> bool:
        """Whether these rows, as they come, follow the order of those before."""
        key = sort_key(self.rows, self.column, descending=self.descending)
        start = fresh.start
        last = key(self._order[-1]) if self._order else key(start)
        for number in range(start, fresh.stop):
            own = key(number)
            if own < last:
                return False
            last = own
        return True

    def put_in(self, number: int) -> None:
        """Put the newest row of `rows`, `number`, where it belongs."""
        if number != len(self._order) or number >= len(self.rows):
            raise ValueError("rows are put in one by one, as they come")
        match = self._match
        is_visible = match is None or match.holds(self.rows, number)
        key = sort_key(self.rows, self.column, descending=self.descending)
        own = key(number)
        place = _bisect(self._shown, own, key)
        if self._shown is self._order:
            self.beginInsertRows(ROOT, place, place)
            self._order.insert(place, number)
            self.endInsertRows()
            return
        self._order.insert(_bisect(self._order, own, key), number)
        if is_visible:
            self.beginInsertRows(ROOT, place, place)
            self._shown.insert(place, number)
            self.endInsertRows()

    def refreshed(self, number: int) -> None:
        """The row of that number changed, and stays where it is; `is_ordered` tells the rest."""
        if self.is_ordered:
            self.is_ordered = self._is_in_order(self._order.index(number))
        try:
            place = self._shown.index(number)
        except ValueError:
            return
        self.dataChanged.emit(self.index(place, 0), self.index(place, len(Column) - 1))

    def _is_in_order(self, place: int) -> bool:
        """Whether what stands at `place` of all rows is between its neighbours."""
        key = sort_key(self.rows, self.column, descending=self.descending)
        around = [key(number) for number in self._order[max(0, place - 1) : place + 2]]
        return all(not after < before for before, after in pairwise(around))

    def arrange(self, order: array[int], column: Column, *, descending: bool) -> None:
        """Take over an order made elsewhere; rows that came since stay at the end.

        `order` holds each of the first `len(order)` numbers once. While a filter is
        on, what is shown follows.
        """
        late = array("I", range(len(order), len(self._order)))
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        numbers = [self._shown[index.row()] for index in held]
        order.extend(late)
        if self._shown is self._order:
            self._shown = self._order = order
        else:
            visible = bytearray(len(order))
            for number in self._shown:
                visible[number] = 1
            self._order = order
            self._shown = array("I", [number for number in order if visible[number]])
        self.column, self.descending = column, descending
        self.is_ordered = not late
        if held:
            places = self._places(set(numbers))
            self.changePersistentIndexList(
                held,
                [
                    self.index(places[number], index.column())
                    for number, index in zip(numbers, held, strict=True)
                ],
            )
        self.layoutChanged.emit()

    def _places(self, wanted: set[int]) -> dict[int, int]:
        """Where the rows of these numbers are shown."""
        if len(wanted) <= FEW:
            return {number: self._shown.index(number) for number in wanted}
        return {number: place for place, number in enumerate(self._shown) if number in wanted}

    def show_only(self, match: RowMatch | None, shown: array[int] | None, seen: int) -> None:
        """Show other names: `shown` are those of `order` that match, None shows all.

        `seen` is how many rows had been looked at; those that came since are looked at here.
        """
        self.beginResetModel()
        self._match = match
        if match is None or shown is None:
            self._shown = self._order
        else:
            late = [number for number in self._order if number >= seen]
            shown.extend(self._filtered(late))
            self._shown = shown
        self.endResetModel()


def _bisect(numbers: array[int], own: Any, key: Callable[[int], Any]) -> int:
    """Behind every row that is not after `own`."""
    low, high = 0, len(numbers)
    while low < high:
        middle = (low + high) // 2
        if own < key(numbers[middle]):
            high = middle
        else:
            low = middle + 1
    return low
