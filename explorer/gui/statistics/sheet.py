"""Statistics of one place or selection, live while they are counted. GUI thread only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from explorer.base.shown import shown
from explorer.base.tasks import TaskScope
from explorer.base.units import format_bytes, format_exact_bytes
from explorer.gui.browse.cells import local_time
from explorer.gui.colours import Tone
from explorer.gui.errors import describe
from explorer.gui.help.desk import add_help_key
from explorer.gui.parts.busy import BusyIndicator
from explorer.gui.parts.buttons import push_button, tool_button
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.room import on_screen
from explorer.gui.parts.texts import ElidedLabel, explain, plain_label
from explorer.gui.parts.views import dress_table
from explorer.gui.statistics.tiles import Tile, View, tiles_of
from explorer.gui.statistics.tiles_model import Col, TilesModel
from explorer.gui.statistics.treemap import Treemap
from explorer.service.tally import Statistics

Count = Callable[[], AsyncGenerator[Statistics, None]]
_WIDTHS = {Col.BLOBS: 84, Col.SIZE: 92, Col.SHARE: 76}


class StatisticsWindow(QDialog):
    """A window of its own: one goes on working beside it. Closing it stops the count."""

    place_requested = Signal(str)
    """A folder relative to what was counted, or a blob with its container."""

    def __init__(
        self, title: str, count: Count, scope: TaskScope, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Statistics of {shown(title)}")
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint, True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, True)
        self.resize(on_screen(860, 560, self.screen()))
        self.counted = Statistics()
        self.view = View.FOLDER
        self.folder = ""
        self._count = count
        self._scope = scope
        self._task: asyncio.Task[None] | None = None
        self._build(title)
        add_help_key(self)
        self.start()

    # -- making -----------------------------------------------------------------

    def _build(self, title: str) -> None:
        self.figures = plain_label("")
        self.times = plain_label("", muted=True)
        self.busy = BusyIndicator("Counting")
        self.stop_button = push_button("&Stop")
        self.stop_button.clicked.connect(self.stop)
        self.again_button = push_button("Count &again", icon_name="refresh")
        self.again_button.clicked.connect(self.start)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(ElidedLabel(shown(title)))
        words.addWidget(self.figures)
        words.addWidget(self.times)
        top = QHBoxLayout()
        top.addLayout(words, 1)
        for widget in (self.busy, self.stop_button, self.again_button):
            top.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        self.notice = NoticeBar()
        self.model = TilesModel(self)
        self.table = QTableView()
        dress_table(self.table, "Shares")
        self.table.setModel(self.model)
        self.table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        for column, width in _WIDTHS.items():
            self.table.setColumnWidth(column, width)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(Col.NAME, QHeaderView.ResizeMode.Stretch)
        self.table.activated.connect(self._activated)
        self.treemap = Treemap()
        self.treemap.opened.connect(self._open)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setChildrenCollapsible(False)
        halves.addWidget(self.table)
        halves.addWidget(self.treemap)
        halves.setSizes([440, 400])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 14, 16, 14)
        outer.setSpacing(10)
        outer.addLayout(top)
        outer.addWidget(self.notice)
        outer.addLayout(self._views())
        outer.addWidget(halves, 1)
        self.table.setFocus()

    def _views(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        group = QButtonGroup(self)
        self.view_buttons = {}
        for view in View:
            button = push_button(view.value)
            button.setCheckable(True)
            button.setChecked(view is self.view)
            button.clicked.connect(lambda _=False, view=view: self.choose(view))
            group.addButton(button)
            self.view_buttons[view] = button
            row.addWidget(button)
        row.addSpacing(12)
        self.up_button = tool_button("up", "One folder up")
        self.up_button.clicked.connect(self.up)
        self.where = ElidedLabel("")
        self.go_button = push_button("&Open in tab", icon_name="open-external")
        self.go_button.clicked.connect(lambda: self.place_requested.emit(self.folder))
        row.addWidget(self.up_button)
        row.addWidget(self.where, 1)
        row.addWidget(self.go_button)
        return row

    # -- counting ---------------------------------------------------------------

    def start(self) -> None:
        """Count from the beginning."""
        self.stop()
        self.notice.dismiss()
        self.counted = Statistics()
        self._show_tiles()
        self._task = self._scope.spawn(self._run(), name="count statistics")
        self._show_state()

    def stop(self) -> None:
        """Leave it at what was counted."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
            self._show_state()

    async def _run(self) -> None:
        own = asyncio.current_task()
        try:
            async with aclosing(self._count()) as growing:
                async for counted in growing:
                    self._show(counted)
        except Exception as error:
            self.notice.tell(f"It could not be counted: {describe(error).line}", Tone.BAD)
        finally:
            if self._task is own:
                self._task = None
                self._show_state()

    def closeEvent(self, event: object) -> None:
        self.stop()
        super().closeEvent(event)  # type: ignore[arg-type]

    def done(self, code: int) -> None:
        self.stop()
        super().done(code)

    # -- showing ----------------------------------------------------------------

    def _show(self, counted: Statistics) -> None:
        self.counted = counted
        if counted.is_complete and self.folder not in counted.by_folder:
            self.folder = ""
        self._show_tiles()
        self._show_state()

    def _show_state(self) -> None:
        counted, is_counting = self.counted, self._task is not None
        blobs = f"{counted.blobs:,} blob{'' if counted.blobs == 1 else 's'}"
        text = f"{blobs}, {format_bytes(counted.size_bytes)}"
        if counted.folders:
            text += f", {counted.folders:,} folder{'' if counted.folders == 1 else 's'}"
        if is_counting:
            text += " so far…"
        elif not counted.is_complete:
            text += " when it was stopped"
        self.figures.setText(text)
        explain(self.figures, format_exact_bytes(counted.size_bytes))
        has_times = bool(counted.newest_s)
        self.times.setText(
            f"Changed between {local_time(counted.oldest_s)} and {local_time(counted.newest_s)}"
            if has_times
            else ""
        )
        self.busy.start() if is_counting else self.busy.stop()
        stop, again = self.stop_button, self.again_button
        comes, goes = (stop, again) if is_counting else (again, stop)
        had_focus = goes.hasFocus()
        comes.show()
        if had_focus:
            comes.setFocus()
        goes.hide()

    def choose(self, view: View) -> None:
        """Tell this apart."""
        self.view = view
        self.view_buttons[view].setChecked(True)
        self._show_tiles()

    def up(self) -> None:
        """One folder up, in the view of folders."""
        self.folder = self.folder[: self.folder.rfind("/", 0, -1) + 1]
        self._show_tiles()

    def _show_tiles(self) -> None:
        tiles = tiles_of(self.counted, self.view, self.folder)
        self.model.show_tiles(tiles, sum(tile.size_bytes for tile in tiles))
        self.treemap.show_tiles(tiles)
        is_folders = self.view is View.FOLDER
        self.where.set_text(f"/{shown(self.folder)}" if is_folders else "")
        self.up_button.setEnabled(is_folders and bool(self.folder))
        self.go_button.setVisible(is_folders)

    def _activated(self, index: QModelIndex) -> None:
        self._open(self.model.tiles[index.row()])

    def _open(self, tile: Tile) -> None:
        if not tile.opens:
            return
        if tile.opens.endswith("/") and self.view is View.FOLDER:
            self.folder = tile.opens
            self._show_tiles()
        else:
            self.place_requested.emit(tile.opens)
