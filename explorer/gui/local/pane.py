"""A folder of this computer as one side of a tab: the same table, bar, filter and keys.

GUI thread only; the disk is read in worker threads.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.base.errors import QuaysideError
from explorer.base.shown import shown
from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.gui.browse.arranger import Arranger
from explorer.gui.browse.columns import Columns
from explorer.gui.browse.filler import Filler
from explorer.gui.browse.history import Trail
from explorer.gui.browse.kept import Kept
from explorer.gui.browse.listing_model import ListingModel
from explorer.gui.browse.listing_view import ListingView
from explorer.gui.browse.narrowing import Narrowing
from explorer.gui.browse.navigation import NavigationBar
from explorer.gui.browse.rows import Row, Rows
from explorer.gui.browse.sorting import Column
from explorer.gui.browse.stage import Stage
from explorer.gui.browse.telling import PaneNotice
from explorer.gui.browse.words import Status
from explorer.gui.errors import ErrorText, describe
from explorer.gui.local import reading

SETTLE_MS = 400
"""So long after something changed in the folder it is read again."""
REMOTE_COLUMNS = frozenset({Column.TIER, Column.BLOB_TYPE, Column.LEASE})
DROP_HINT = "Drop blobs and folders here to download them."


class LocalPane(QWidget):
    """Where it is, its history and filter, and the table of one folder."""

    location_changed = Signal(object)
    """The `Path` that is shown now."""
    state_changed = Signal()
    file_opened = Signal(object)
    """The `Path` of a file that was double-clicked."""
    parcel_dropped = Signal(object, object)
    """A `Parcel`, and the `Path` of the folder it was dropped on."""
    menu_requested = Signal(QPoint)
    failure_shown = Signal(object)

    def __init__(self, scope: TaskScope, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scope = scope
        self._workers = workers
        self._task: asyncio.Task[None] | None = None
        self._words: ErrorText | None = None
        self._wanted = ""
        self._is_listed = False
        self._is_stale = False
        self.history: Trail[Path] = Trail()
        columns = Columns()
        columns.hidden = set(REMOTE_COLUMNS)
        self._columns = columns
        self.model = ListingModel(self)
        self.arranger = Arranger(self.model, workers, scope, self)
        self._filler = Filler(self.model, self.arranger, self)
        self.view = ListingView(self.model, columns)
        self.view.setAccessibleName("Files and folders of this computer")
        self.view.drop_refusal = "Files of this computer are not copied here."
        self.navigation = NavigationBar()
        self._narrowing = Narrowing(self.navigation, self.view, self.model, self.arranger, self)
        self.navigation.all_below.hide()
        self.notice = PaneNotice()
        self.stage = Stage(self.view)
        self.stage.drop_refusal = lambda: self.view.drop_refusal
        self._watcher = QFileSystemWatcher(self)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLE_MS)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.navigation)
        column.addWidget(self.notice)
        column.addWidget(self.stage, 1)
        self._connect()

    def _connect(self) -> None:
        bar, view, stage = self.navigation, self.view, self.stage
        bar.back_requested.connect(self.back)
        bar.forward_requested.connect(self.forward)
        bar.up_requested.connect(self.up)
        bar.refresh_requested.connect(self.refresh)
        bar.stop_requested.connect(self._stop)
        bar.path_entered.connect(self._enter)
        bar.left.connect(stage.focus_shown)
        view.opened.connect(self.open_row)
        view.sort_requested.connect(self.sort_by)
        view.selection_changed.connect(self.state_changed)
        view.menu_requested.connect(
            lambda at: self.menu_requested.emit(view.viewport().mapToGlobal(at))
        )
        view.parcel_dropped.connect(lambda parcel, name, _: self._dropped(parcel, name))
        stage.parcel_dropped.connect(lambda parcel, _: self._dropped(parcel, ""))
        stage.retry_requested.connect(self.refresh)
        stage.filter_cleared.connect(bar.clear_filter)
        stage.details_requested.connect(lambda: self.failure_shown.emit(self._words))
        self.notice.details_requested.connect(self.failure_shown)
        self.arranger.arranged.connect(self._settle)
        self._filler.progressed.connect(lambda _: self._progressed())
        self._watcher.directoryChanged.connect(lambda _: self._settling.start())
        self._settling.timeout.connect(self._changed_on_disk)

    # -- where it is ----------------------------------------------------------

    @property
    def folder(self) -> Path:
        """What is shown; the home before anything else."""
        return self.history.current or Path.home()

    @property
    def is_listing(self) -> bool:
        return self._task is not None

    @property
    def can_go_up(self) -> bool:
        return self.folder.parent != self.folder

    def path_of(self, name: str) -> Path:
        """The folder of that name in here; what is shown itself for ''."""
        return self.folder / name if name else self.folder

    def selection(self) -> list[Row]:
        """Selected rows in the order they are shown."""
        return list(self.model.taken(self.view.spans()))

    def selected_paths(self) -> list[str]:
        """Absolute, in the order they are shown."""
        return [str(self.folder / row.name) for row in self.selection()]

    def status(self) -> Status:
        """Counted when asked for."""
        folders, files, size_bytes = self.model.weigh(self.view.spans())
        return Status(
            items=len(self.model.rows),
            shown=self.model.rowCount(),
            is_scanning=self.is_listing,
            folders_selected=folders,
            blobs_selected=files,
            bytes_selected=size_bytes,
        )

    # -- going --------------------------------------------------------------------

    def go(self, folder: Path, *, select: str = "") -> None:
        """Show a folder, and `select` the name in it."""
        came_from = self.history.current
        self.history.go(folder)
        is_above = came_from is not None and came_from.parent == folder != came_from
        self._arrive(select or (came_from.name if is_above and came_from is not None else ""))

    def show_new(self, name: str) -> None:
        """Something of that name has come: list again, and select it."""
        self._wanted = name
        self.refresh()

    def _arrive(self, select: str = "") -> None:
        self._wanted = select
        self._is_listed = False
        self._narrowing.end()
        self.notice.hide()
        if watched := self._watcher.directories():
            self._watcher.removePaths(watched)
        self._watcher.addPath(str(self.folder))
        self.location_changed.emit(self.folder)
        self.refresh()

    def back(self) -> None:
        if self.history.back() is not None:
            self._arrive()

    def forward(self) -> None:
        if self.history.forward() is not None:
            self._arrive()

    def up(self) -> None:
        if self.can_go_up:
            self.go(self.folder.parent)

    def open_row(self, row: Row) -> None:
        """A folder is gone into, a file handed out."""
        if row.is_folder:
            self.go(self.folder / row.name)
        else:
            self.file_opened.emit(self.folder / row.name)

    def _enter(self, text: str) -> None:
        self._scope.spawn(self._find(text), name="find a folder")

    async def _find(self, text: str) -> None:
        try:
            folder, name = await self._workers.run(reading.find, text, self.folder)
        except QuaysideError as error:
            self.notice.say_failure(describe(error))
            return
        self.go(folder, select=name)
        self.stage.focus_shown()

    # -- reading ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Read again; what is shown stays until the new listing is whole."""
        self._stop()
        if self._scope.is_closed:  # the window is going
            return
        self._words = None
        self._is_stale = False
        work = self._read(self.folder, is_quiet=self._is_listed)
        self._task = self._scope.spawn(work, name="read a folder")
        self._update_bar()
        self.state_changed.emit()

    def _changed_on_disk(self) -> None:
        if self.is_listing:
            self._is_stale = True
        else:
            self.refresh()

    def _stop(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    async def _read(self, folder: Path, *, is_quiet: bool) -> None:
        own = asyncio.current_task()
        try:
            pages = reading.pages(self._workers, folder)
            if is_quiet:
                rows, order = await self._filler.collect("", pages)
                kept = Kept.of(self.view, self.model)
                self.arranger.adopt(rows, order)
                kept.restore(self.view, self.model)
            else:
                self.stage.show_table()
                await self._filler.fill("", pages)
            self._is_listed = True
        except QuaysideError as error:
            self._words = describe(error)
            self._is_listed = False
            self.model.start(Rows())
        finally:
            if self._task is own:
                self._task = None
                self._settle()

    def _progressed(self) -> None:
        self._select_wanted()
        self.state_changed.emit()

    def _settle(self) -> None:
        """After a change of rows: the right widget, the right counts."""
        if self._words is not None:
            self.stage.show_failure(self._words)
        elif self.model.rowCount() or self.is_listing:
            self.stage.show_table()
        elif len(self.model.rows):
            self.stage.show_no_match(self.navigation.filter_text())
        else:
            self.stage.show_empty(DROP_HINT, "folder")
        self._select_wanted()
        self._update_bar()
        self.state_changed.emit()
        if self._is_stale and not self.is_listing:
            self.refresh()

    def _select_wanted(self) -> None:
        if self._wanted and (row := self.model.position(self._wanted)) is not None:
            self.view.go_to(row)
            self._wanted = ""
        elif self._is_listed and self.view.current_row() is None and self.model.rowCount():
            self.view.setCurrentIndex(self.model.index(0, 0))
            self.view.clearSelection()

    def _update_bar(self) -> None:
        self.navigation.show_state(
            text=shown(str(self.folder)),
            can_go_back=self.history.can_go_back,
            can_go_forward=self.history.can_go_forward,
            can_go_up=self.can_go_up,
            is_listing=self.is_listing,
            has_place=True,
            is_flat=False,
            can_be_flat=False,
        )

    # -- order, drops -----------------------------------------------------------

    def sort_by(self, column: Column, descending: bool) -> None:
        self._columns.sorted_by, self._columns.descending = column, descending
        self.view.header.show_sorting(column, descending=descending)
        self.arranger.sort_by(column, descending=descending)

    def _dropped(self, parcel: object, name: str) -> None:
        self.parcel_dropped.emit(parcel, self.path_of(name))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.is_listing:
            self._stop()
            self._settle()
            return
        super().keyPressEvent(event)

    def close_pane(self) -> None:
        """End what is under way; the widget is about to go."""
        self._stop()
        self._settling.stop()
        self.arranger.stop()
