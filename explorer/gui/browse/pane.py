"""One tab: where it is, what it lists, how it gets from place to place.

GUI thread only. It lists and shows; whatever changes something is asked of the window.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.base.errors import InputError
from explorer.base.match import matcher
from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.gui.bridge import Bridge
from explorer.gui.browse import rules
from explorer.gui.browse.arranger import Arranger
from explorer.gui.browse.arrivals import Arrivals
from explorer.gui.browse.columns import Columns
from explorer.gui.browse.filler import Filler, Pages
from explorer.gui.browse.history import History
from explorer.gui.browse.listing_model import ListingModel
from explorer.gui.browse.listing_view import ListingView
from explorer.gui.browse.navigation import NavigationBar
from explorer.gui.browse.rows import Row, RowKind
from explorer.gui.browse.sorting import Column
from explorer.gui.browse.stage import Stage
from explorer.gui.colours import Tone
from explorer.gui.errors import ErrorText, describe
from explorer.gui.parts.notice import NoticeBar
from explorer.service.events import BlobArrived, FolderChanged
from explorer.service.model import Ability, Connection, Location
from explorer.storage.access import Verdict

MAX_KEPT_SELECTION = 1_000


@dataclass(frozen=True, slots=True)
class Status:
    """What the status bar tells about a tab."""

    items: int = 0
    shown: int = 0
    is_scanning: bool = False
    folders_selected: int = 0
    blobs_selected: int = 0
    bytes_selected: int = 0


def path_text(location: Location) -> str:
    """A place as the path field shows it."""
    return "/" + "".join([f"{location.container}/" if location.container else "", location.path])


class Pane(QWidget):
    """History, path, filter, and the table of one place."""

    location_changed = Signal(object)
    found = Signal(object)
    """The Location was reached: something of it has come."""
    state_changed = Signal()
    """Selection, counts, or what is allowed."""
    listed = Signal(object, list)
    """A Location was listed to its end, and the names of its folders (or containers)."""
    blob_opened = Signal(object)
    paths_dropped = Signal(list, object)
    """Local paths and the Location they were dropped on."""
    menu_requested = Signal(QPoint)
    path_entered = Signal(str)
    credential_requested = Signal(str)
    failure_shown = Signal(object)
    upload_files_requested = Signal()
    upload_folder_requested = Signal()
    new_container_requested = Signal()

    def __init__(
        self,
        bridge: Bridge,
        scope: TaskScope,
        workers: Workers,
        columns: Columns,
        connection_of: Callable[[str], Connection | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._scope = scope
        self._columns = columns
        self._connection_of = connection_of
        self.history = History()
        self._task: asyncio.Task[None] | None = None
        self._is_listed = False
        self._is_stale = False
        self._is_found = False
        self._words: ErrorText | None = None
        self._wanted_name = ""
        self._credential_for = ""
        self._counted: Status | None = None
        self.model = ListingModel(self)
        self.arranger = Arranger(self.model, workers, scope, self)
        self._filler = Filler(self.model, self.arranger, self)
        self._arrivals = Arrivals(self.model, self.arranger, self)
        self.view = ListingView(self.model, columns)
        self.navigation = NavigationBar()
        self.notice = NoticeBar()
        self.stage = Stage(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.navigation)
        column.addWidget(self.notice)
        column.addWidget(self.stage, 1)
        self.arranger.sort_by(columns.sorted_by, descending=columns.descending)
        self._connect()

    def _connect(self) -> None:
        bar, view, stage = self.navigation, self.view, self.stage
        bar.back_requested.connect(self.back)
        bar.forward_requested.connect(self.forward)
        bar.up_requested.connect(self.up)
        bar.refresh_requested.connect(self.refresh)
        bar.stop_requested.connect(self.stop)
        bar.path_entered.connect(self.path_entered)
        bar.filter_changed.connect(self._filter)
        bar.left.connect(stage.focus_shown)
        view.opened.connect(self.open_row)
        view.sort_requested.connect(self.sort_by)
        view.selection_changed.connect(self._selection_changed)
        view.menu_requested.connect(
            lambda at: self.menu_requested.emit(view.viewport().mapToGlobal(at))
        )
        view.paths_dropped.connect(self._dropped)
        stage.drop_refusal = lambda: rules.upload(self.place())
        stage.paths_dropped.connect(lambda paths: self._dropped(paths, ""))
        stage.retry_requested.connect(self.refresh)
        stage.filter_cleared.connect(bar.clear_filter)
        stage.path_entered.connect(self.path_entered)
        stage.upload_files_requested.connect(self.upload_files_requested)
        stage.upload_folder_requested.connect(self.upload_folder_requested)
        stage.new_container_requested.connect(self.new_container_requested)
        stage.credential_requested.connect(self._ask_credential)
        stage.details_requested.connect(lambda: self.failure_shown.emit(self._words))
        self.notice.action_requested.connect(self._notice_action)
        self._filler.progressed.connect(self._progressed)
        self.arranger.arranged.connect(self._settle)
        self._arrivals.changed.connect(self._settle)

    # -- where it is ----------------------------------------------------------

    @property
    def location(self) -> Location | None:
        return self.history.current

    @property
    def connection(self) -> Connection | None:
        place = self.location
        return None if place is None else self._connection_of(place.connection_id)

    @property
    def is_listing(self) -> bool:
        return self._task is not None

    @property
    def title(self) -> str:
        """For the tab."""
        place, connection = self.location, self.connection
        if place is None:
            return "New tab"
        return place.name or (connection.name if connection is not None else "")

    def place(self) -> rules.Place:
        """What an action here would be about."""
        status = self._counted or self.status()
        return rules.Place(
            self.connection,
            self.location,
            status.folders_selected + status.blobs_selected,
            status.blobs_selected,
        )

    def selection(self) -> list[Row]:
        """Selected rows in the order they are shown."""
        return list(self.model.taken(self.view.spans()))

    def status(self) -> Status:
        """Counted when asked for, and remembered for `place`."""
        folders, blobs, size_bytes = self.model.weigh(self.view.spans())
        self._counted = Status(
            items=len(self.model.rows),
            shown=self.model.rowCount(),
            is_scanning=self.is_listing,
            folders_selected=folders,
            blobs_selected=blobs,
            bytes_selected=size_bytes,
        )
        return self._counted

    def _selection_changed(self) -> None:
        self._counted = None
        self.state_changed.emit()

    # -- going --------------------------------------------------------------------

    def go(self, location: Location, *, select: str = "") -> None:
        """Show a place, and `select` the name in it."""
        came_from = self.location
        self.history.go(location)
        self._arrive(select or self._name_below(came_from))

    def _name_below(self, came_from: Location | None) -> str:
        """After going up: the folder that was left."""
        if came_from is not None and came_from.parent == self.location != came_from:
            return came_from.name
        return ""

    def _arrive(self, select: str = "") -> None:
        place = self.location
        if place is None:
            return
        self._wanted_name = select
        self.navigation.clear_filter()
        self.notice.hide()
        self.location_changed.emit(place)
        self._list(is_quiet=False)

    def back(self) -> None:
        came_from = self.location
        if self.history.back() is not None:
            self._arrive(self._name_below(came_from))

    def forward(self) -> None:
        if self.history.forward() is not None:
            self._arrive()

    def up(self) -> None:
        if self.can_go_up and self.location is not None:
            self.go(self.location.parent)

    @property
    def can_go_up(self) -> bool:
        place, connection = self.location, self.connection
        if place is None or connection is None or not place.container:
            return False
        root = connection.root
        return place != root and (not root.container or place.container == root.container)

    def open_row(self, row: Row) -> None:
        """A folder is gone into, a blob handed out."""
        place = self.location
        if place is None:
            return
        if row.is_folder:
            self.go(place.child(row.name))
        else:
            self.blob_opened.emit(row)

    @staticmethod
    def leaf(text: str) -> str:
        """The last name in what was typed into the path field, to be selected if it is a blob."""
        path = text.split("?", 1)[0].rstrip("/")
        name = path.rpartition("/")[2]
        return unquote(name) if "://" in text else name

    # -- listing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """List again; what is shown stays until the new listing is whole."""
        self._list(is_quiet=self._is_listed)

    def stop(self) -> None:
        """No further pages; what has come stays."""
        if self._task is not None:
            self._task.cancel()

    def _list(self, *, is_quiet: bool) -> None:
        place, connection = self.location, self.connection
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if place is None:
            return
        self._is_stale = False
        self._words = None
        self.view.drop_refusal = rules.upload(self.place())
        if not is_quiet:
            self._is_listed = self._is_found = False
            self._arrivals.reset(place)
        claim = Ability.LIST if place.container else Ability.LIST_CONTAINERS
        known = connection.claim(claim) if connection is not None else None
        if known is not None and known.verdict is Verdict.NO:
            self.model.start(type(self.model.rows)(place.path))
            self.stage.show_by_path(known.reason)
            self._update_bar()
            self.state_changed.emit()
            return
        self._task = self._scope.spawn(
            self._list_pages(place, is_quiet=is_quiet), name="list a folder"
        )
        self._update_bar()
        self.state_changed.emit()

    def _pages(self, place: Location) -> Pages:
        if place.container:
            return self._bridge.stream(lambda service: service.list_folder(place))
        return self._bridge.stream(lambda service: service.list_containers(place.connection_id))

    async def _list_pages(self, place: Location, *, is_quiet: bool) -> None:
        own = asyncio.current_task()
        try:
            if is_quiet:
                rows, order = await self._filler.collect(place.path, self._pages(place))
                kept = self._keep()
                self.arranger.adopt(rows, order)
                self._restore(kept)
            else:
                self.stage.show_table()
                await self._filler.fill(place.path, self._pages(place))
            self._is_listed = True
        except Exception as error:
            self._failed(error)
        finally:
            if self._task is own:
                self._task = None
                self._ended()

    def _ended(self) -> None:
        self._arrivals.listed(self._is_listed)
        self._settle()
        self._update_bar()
        if self._is_listed and self.location is not None:
            if not self.location.path:
                self._tell_found()
            rows = self.model.rows
            kinds = rows.kinds
            folders = [name for at, name in enumerate(rows.names) if kinds[at] != RowKind.BLOB]
            self.listed.emit(self.location, folders)
        if self._is_stale and self._is_listed:
            self._list(is_quiet=True)

    def _failed(self, error: Exception) -> None:
        self._words = describe(error)
        if self._is_listed or len(self.model.rows):
            self.tell_failure(self._words)
        else:
            self.stage.show_failure(self._words)

    def _progressed(self, count: int) -> None:
        if count:
            self._tell_found()
        self._select_wanted()
        self.state_changed.emit()

    def _tell_found(self) -> None:
        if not self._is_found and self.location is not None:
            self._is_found = True
            self.found.emit(self.location)

    def _settle(self) -> None:
        """After a change of rows: the right widget, the right counts."""
        if self._words is None or len(self.model.rows):
            self._choose_stage()
        self._select_wanted()
        self.state_changed.emit()

    def _choose_stage(self) -> None:
        place = self.location
        if place is None:
            return
        if self.model.rowCount() or (self.is_listing and not self._is_listed):
            self.stage.show_table()
        elif len(self.model.rows):
            self.stage.show_no_match(self.navigation.filter_text())
        elif not self._is_listed:
            return
        elif place.container:
            what = "folder" if place.path else "container"
            self.stage.show_empty(rules.upload(self.place()), what)
        else:
            self.stage.show_no_containers()

    def _select_wanted(self) -> None:
        """Select the name that was asked for, as soon as it has come."""
        if not self._wanted_name:
            if self._is_listed and self.view.current_row() is None and self.model.rowCount():
                self.view.setCurrentIndex(self.model.index(0, 0))
                self.view.clearSelection()
            return
        row = self.model.position(self._wanted_name)
        if row is not None:
            self.view.go_to(row)
        if row is not None or self._is_listed:
            self._wanted_name = ""

    def _keep(self) -> tuple[list[tuple[str, bool]], str, int]:
        """What was selected, what was current, how far it was scrolled."""
        spans = self.view.spans()
        count = sum(last - first + 1 for first, last in spans)
        rows = list(self.model.taken(spans)) if count <= MAX_KEPT_SELECTION else []
        current = self.view.current_row()
        name = self.model.at(current).name if current is not None else ""
        return (
            [(row.name, row.is_folder) for row in rows],
            name,
            self.view.verticalScrollBar().value(),
        )

    def _restore(self, kept: tuple[list[tuple[str, bool]], str, int]) -> None:
        selected, current, scrolled = kept
        if current and (row := self.model.position(current)) is not None:
            self.view.setCurrentIndex(self.model.index(row, 0))
        self.view.clearSelection()
        if selected:
            self.view.select_names(set(selected))
        self.view.verticalScrollBar().setValue(scrolled)

    def _update_bar(self) -> None:
        place = self.location
        self.navigation.show_state(
            text="" if place is None else path_text(place),
            can_go_back=self.history.can_go_back,
            can_go_forward=self.history.can_go_forward,
            can_go_up=self.can_go_up,
            is_listing=self.is_listing,
            has_place=place is not None,
        )

    # -- order and filter ---------------------------------------------------------------

    def sort_by(self, column: Column, descending: bool) -> None:
        """Sort this tab; new tabs will follow."""
        self._columns.sorted_by, self._columns.descending = column, descending
        self.view.show_sorting(column, descending=descending)
        self.arranger.sort_by(column, descending=descending)
        self.view.columns_changed.emit()

    def _filter(self, text: str) -> None:
        """Part of a name, a pattern, or `re:` and an expression."""
        wanted = text.strip()
        try:
            match = matcher(wanted) if wanted else None
        except InputError as error:
            self.navigation.refuse_filter(str(error))
            return
        self.navigation.refuse_filter("")
        self.arranger.filter(match)

    # -- what happens elsewhere -------------------------------------------------------------

    def blob_arrived(self, event: BlobArrived) -> None:
        """A blob was written somewhere: here, or in a folder below that may be new."""
        place = self.location
        if place is not None and self._arrivals.arrived(place, event):
            QTimer.singleShot(0, self, self._arrivals.settle)

    def folder_changed(self, event: FolderChanged) -> None:
        """Something came or went: list again, once whatever is under way has ended."""
        if event.folder != self.location:
            return
        if self._task is not None:
            self._is_stale = True
        else:
            self._list(is_quiet=self._is_listed)

    def connection_changed(self, connection: Connection) -> None:
        """Its claims, credential or name changed."""
        place = self.location
        if place is None or place.connection_id != connection.id:
            return
        self.view.drop_refusal = rules.upload(self.place())
        self._update_bar()
        if not self._is_listed and self._task is None:
            self.refresh()
        self.state_changed.emit()

    def ask_for_credential(self, text: str, connection_id: str) -> None:
        """Say that work waits for a new SAS or key, with the way to give it."""
        self._credential_for = connection_id
        self.notice.tell(text, Tone.WARN, action="Replace credential…")

    def tell_failure(self, words: ErrorText) -> None:
        """Say in the bar what went wrong, with a way to all of it."""
        self._words, self._credential_for = words, ""
        self.notice.tell(f"{words.title}. {words.line}", Tone.BAD, action="Details…")

    def _notice_action(self) -> None:
        if self._credential_for:
            self.credential_requested.emit(self._credential_for)
            self.notice.dismiss()
        elif self._words is not None:
            self.failure_shown.emit(self._words)

    def _ask_credential(self) -> None:
        if self.location is not None:
            self.credential_requested.emit(self.location.connection_id)

    def _dropped(self, paths: list[str], name: str) -> None:
        place = self.location
        if place is not None:
            self.paths_dropped.emit(paths, place.child(name) if name else place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.is_listing:
            self.stop()
            return
        super().keyPressEvent(event)

    def close_pane(self) -> None:
        """End what is under way; the widget is about to go."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self.arranger.stop()
