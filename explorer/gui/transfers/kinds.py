"""The list of kinds at the left of the transfers, each with how many there are."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyleOptionViewItem,
    QWidget,
)

from explorer.gui import colours, icons
from explorer.gui.parts.reading import Cells, placed
from explorer.gui.parts.views import ROW_HEIGHT, VIEW_ICON_SIZE
from explorer.gui.theme import tabular
from explorer.gui.transfers.jobs_model import JobFilter
from explorer.transfer.model import JobSnapshot

_ICONS = {
    JobFilter.ALL: "list",
    JobFilter.ACTIVE: "play",
    JobFilter.QUEUED: "clock",
    JobFilter.PAUSED: "pause",
    JobFilter.DONE: "done",
    JobFilter.FAILED: "error",
}
_MARGIN = 10


class _Role(IntEnum):
    COUNT = int(Qt.ItemDataRole.UserRole) + 1


class _CountDelegate(Cells):
    """Paints an item as usual, and its count at the right edge."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        count = index.data(_Role.COUNT)
        if not count:
            return
        scheme = colours.current()
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setFont(tabular(option.font))
        painter.setPen(QColor(scheme.on_selection if is_selected else scheme.muted))
        room = placed(option, QRect(option.rect).adjusted(0, 0, -_MARGIN, 0))
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(room, align, f"{count:,}")
        painter.restore()

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), max(hint.height(), ROW_HEIGHT))


class KindsList(QListWidget):
    """Tells which kind is to be shown; `show_counts` brings the numbers up to date."""

    kind_changed = Signal(object)
    """A `JobFilter`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Kinds of transfers")
        self.setProperty("bare", True)
        self.setIconSize(VIEW_ICON_SIZE)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setItemDelegate(_CountDelegate(self))
        self._items: dict[JobFilter, QListWidgetItem] = {}
        for kind in JobFilter:
            item = QListWidgetItem(icons.icon(_ICONS[kind]), kind.value)
            self._items[kind] = item
            self.addItem(item)
        self.setCurrentRow(0)
        self.currentRowChanged.connect(lambda row: self.kind_changed.emit(list(JobFilter)[row]))

    @property
    def kind(self) -> JobFilter:
        return list(JobFilter)[self.currentRow()]

    def choose(self, kind: JobFilter) -> None:
        self.setCurrentRow(list(JobFilter).index(kind))

    def counted(self, kind: JobFilter) -> int:
        """The number that is shown for `kind`."""
        return self._items[kind].data(_Role.COUNT) or 0

    def show_counts(self, jobs: Iterable[JobSnapshot]) -> None:
        """Show how many of `jobs` are of each kind."""
        known = tuple(jobs)
        for kind, item in self._items.items():
            number = sum(kind.takes(job) for job in known)
            if item.data(_Role.COUNT) != number:
                item.setData(_Role.COUNT, number)
                things = "transfer" if number == 1 else "transfers"
                item.setData(
                    Qt.ItemDataRole.AccessibleTextRole, f"{kind.value}, {number:,} {things}"
                )

    def _width(self, count: str) -> int:
        """With a count of so many digits beside the longest name."""
        metrics = self.fontMetrics()
        name = max(metrics.horizontalAdvance(kind.value) for kind in JobFilter)
        return VIEW_ICON_SIZE.width() + name + metrics.horizontalAdvance(count) + 4 * _MARGIN

    def sizeHint(self) -> QSize:
        return QSize(self._width("9,999"), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._width("99"), super().minimumSizeHint().height())
