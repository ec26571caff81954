"""One tab: where it is, what it lists, how it gets from place to place.

GUI thread only. It lists and shows; whatever changes something is asked of the window.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.base.errors import NotFoundError
from explorer.base.shown import shown
from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.gui.bridge import Bridge
from explorer.gui.browse import rules
from explorer.gui.browse.arranger import Arranger
from explorer.gui.browse.columns import Columns
from explorer.gui.browse.counting import counted
from explorer.gui.browse.history import History
from explorer.gui.browse.kept import Kept
from explorer.gui.browse.lister import Lister
from explorer.gui.browse.listing_model import ListingModel
from explorer.gui.browse.listing_view import ListingView
from explorer.gui.browse.narrowing import Narrowing
from explorer.gui.browse.navigation import NavigationBar
from explorer.gui.browse.rows import Row, RowKind
from explorer.gui.browse.sorting import Column
from explorer.gui.browse.stage import Stage
from explorer.gui.browse.telling import PaneNotice
from explorer.gui.browse.wanted import Wanted
from explorer.gui.browse.words import Status, path_text
from explorer.gui.colours import Tone
from explorer.gui.errors import ErrorText, describe
from explorer.service.events import BlobArrived, FolderChanged
from explorer.service.model import Ability, Connection, Location
from explorer.storage.access import Verdict


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
        self._columns = columns
        self._connection_of = connection_of
        self.history = History()
        self._words: ErrorText | None = None
        self._is_missing = False
        self._is_waiting = False
        self.is_flat = False
        """Everything below is listed, not only what is directly here."""
        self._only_name = ""
        self._counted: Status | None = None
        self._kept: Kept | None = None
        self.model = ListingModel(self)
        self.arranger = Arranger(self.model, workers, scope, self)
        self.lister = Lister(bridge, scope, self.model, self.arranger, self)
        self.view = ListingView(self.model, columns)
        self.wanted = Wanted(self.view, self.model, self.lister)
        self.navigation = NavigationBar()
        self._narrowing = Narrowing(self.navigation, self.view, self.model, self.arranger, self)
        self.notice = PaneNotice()
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
        bar.stop_requested.connect(self.lister.stop)
        bar.all_below_requested.connect(self.show_all_below)
        bar.path_entered.connect(self.path_entered)
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
        self.notice.credential_requested.connect(self.credential_requested)
        self.notice.details_requested.connect(self.failure_shown)
        lister = self.lister
        lister.began.connect(self._began)
        lister.progressed.connect(self._progressed)
        lister.adopting.connect(self._adopting)
        lister.adopted.connect(self._adopted)
        lister.failed.connect(self._failed)
        lister.ended.connect(self._settle)
        lister.ended.connect(self._update_bar)
        lister.rows_changed.connect(self._settle)
        lister.found.connect(self.found)
        lister.listed.connect(self.listed)

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
        return self.lister.is_listing

    @property
    def title(self) -> str:
        """For the tab."""
        place, connection = self.location, self.connection
        if place is None:
            return "New tab"
        return shown(place.name or (connection.name if connection is not None else ""))

    def place(self) -> rules.Place:
        """What an action here would be about."""
        status = self._counted or self.status()
        return rules.Place(
            self.connection,
            self.location,
            status.folders_selected + status.blobs_selected,
            status.blobs_selected,
            is_missing=self._is_missing,
            deleted_selected=status.deleted_selected,
        )

    def selection(self) -> list[Row]:
        """Selected rows in the order they are shown."""
        return list(self.model.taken(self.view.spans()))

    def status(self) -> Status:
        """Counted when asked for, and remembered for `place`."""
        spans = self.view.spans()
        self._counted = counted(self.model, spans, is_scanning=self.is_listing)
        return self._counted

    def _selection_changed(self) -> None:
        self._counted = None
        self.state_changed.emit()

    # -- going --------------------------------------------------------------------

    def go(self, location: Location, *, select: str = "") -> None:
        """Show a place, and `select` the name in it."""
        came_from = self.location
        self.history.go(location)
        self._arrive(select or self._name_below(came_from), only=select)

    def wait_at(self, location: Location) -> None:
        """Be at a place that is listed when it is first looked at."""
        self.history.go(location)
        self._is_waiting = True
        self.location_changed.emit(location)
        self._update_bar()

    def meet(self) -> None:
        """It is looked at."""
        if self._is_waiting:
            self.refresh()

    def _name_below(self, came_from: Location | None) -> str:
        """After going up: the folder that was left."""
        if came_from is not None and came_from.parent == self.location != came_from:
            return came_from.name
        return ""

    def _arrive(self, select: str = "", only: str = "") -> None:
        place = self.location
        if place is None:
            return
        self.wanted.want(select)
        self._only_name = only
        self.is_flat = False
        self._narrowing.end()
        self.notice.hide()
        self.location_changed.emit(place)
        self.lister.forget()
        self.refresh()

    def show_all_below(self, is_flat: bool) -> None:
        """List everything below this folder, for searching in it; or only what is here again."""
        place = self.location
        if place is None or not place.container or is_flat == self.is_flat:
            self._update_bar()
            return
        self.is_flat = is_flat
        self.lister.forget()
        self.refresh()

    def search(self) -> None:
        """Ctrl+Shift+F: everything below, narrowed by what is typed."""
        self.show_all_below(True)
        self.navigation.edit_filter()

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
        if row.is_deleted and row.kind is RowKind.CONTAINER:
            self.notice.say(rules.DELETED, Tone.INFO)
        elif row.is_folder:
            self.go(place.child(row.name))
        else:
            self.blob_opened.emit(row)

    # -- listing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """List again; what is shown stays until the new listing is whole."""
        place, connection = self.location, self.connection
        if place is None:
            return
        self._words = None
        self._is_missing = self._is_waiting = False
        self.view.drop_refusal = rules.upload(self.place())
        ability = Ability.LIST if place.container else Ability.LIST_CONTAINERS
        claim = connection.claim(ability) if connection is not None else None
        if claim is None or claim.verdict is not Verdict.NO:
            self.lister.list(place, is_flat=self.is_flat)
        elif only := self._blob_alone(place):
            self.notice.say(f"{claim.reason} So only ‘{shown(only)}’ is shown here.", Tone.INFO)
            self.lister.list(place, only=only)
        else:
            self.lister.show_nothing(place)
            self.stage.show_by_path(claim.reason)
        self._update_bar()
        self.state_changed.emit()

    def _blob_alone(self, place: Location) -> str:
        """Where nothing may be listed: the blob that was asked for here, or pasted."""
        connection = self.connection
        if self._only_name or connection is None or not place.container:
            return self._only_name
        return connection.start_blob if place == connection.start else ""

    def _began(self, is_quiet: bool) -> None:
        self._words = None
        if not is_quiet:
            self.stage.show_table()
        self._update_bar()
        self.state_changed.emit()

    def _adopting(self) -> None:
        self._kept = Kept.of(self.view, self.model)

    def _adopted(self) -> None:
        if self._kept is not None:
            self._kept.restore(self.view, self.model)
            self._kept = None

    def _failed(self, error: Exception) -> None:
        self._words = describe(error)
        self._is_missing = isinstance(error, NotFoundError)
        if self.lister.is_listed or len(self.model.rows):
            self.notice.say_failure(self._words)
        else:
            self.stage.show_failure(self._words)

    def _progressed(self) -> None:
        self.wanted.look()
        self.state_changed.emit()

    def _settle(self) -> None:
        """After a change of rows: the right widget, the right counts."""
        self._counted = None
        if self._words is None or len(self.model.rows):
            self._choose_stage()
        self.wanted.look()
        self.state_changed.emit()

    def _choose_stage(self) -> None:
        place, is_listed = self.location, self.lister.is_listed
        if place is None:
            return
        if self.model.rowCount() or (self.is_listing and not is_listed):
            self.stage.show_table()
        elif len(self.model.rows):
            self.stage.show_no_match(self.navigation.filter_text())
        elif is_listed:
            what = "folder" if place.path else "container" if place.container else "account"
            self.stage.show_empty(rules.upload(self.place()), what)

    def _update_bar(self) -> None:
        place = self.location
        self.navigation.show_state(
            text="" if place is None else path_text(place),
            can_go_back=self.history.can_go_back,
            can_go_forward=self.history.can_go_forward,
            can_go_up=self.can_go_up,
            is_listing=self.is_listing,
            has_place=place is not None,
            is_flat=self.is_flat,
            can_be_flat=place is not None and bool(place.container),
        )

    # -- order ---------------------------------------------------------------

    def sort_by(self, column: Column, descending: bool) -> None:
        """Sort this tab; new tabs will follow."""
        self._columns.sorted_by, self._columns.descending = column, descending
        self.view.header.show_sorting(column, descending=descending)
        self.arranger.sort_by(column, descending=descending)
        self.view.columns_changed.emit()

    # -- what happens elsewhere -------------------------------------------------------------

    def blob_arrived(self, event: BlobArrived) -> None:
        """A blob was written somewhere."""
        self.lister.arrived(event)

    def folder_changed(self, event: FolderChanged) -> None:
        """Something came or went somewhere."""
        here = self.location
        if event.folder == here or (self.is_flat and here and here.holds(event.folder)):
            self.lister.list_again()

    def connection_changed(self, connection: Connection) -> None:
        """Its claims, credential or name changed."""
        place = self.location
        if place is None or place.connection_id != connection.id:
            return
        self.view.drop_refusal = rules.upload(self.place())
        self._update_bar()
        if not self.lister.is_listed and not self.is_listing:
            self.refresh()
        self.state_changed.emit()

    def forget(self, connection_id: str) -> None:
        """A connection that is shown elsewhere is gone: no way back to it."""
        self.history.forget(connection_id)
        self._update_bar()

    def _ask_credential(self) -> None:
        if self.location is not None:
            self.credential_requested.emit(self.location.connection_id)

    def _dropped(self, paths: list[str], name: str) -> None:
        place = self.location
        if place is not None:
            self.paths_dropped.emit(paths, place.child(name) if name else place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.is_listing:
            self.lister.stop()
            return
        super().keyPressEvent(event)

    def close_pane(self) -> None:
        """End what is under way; the widget is about to go."""
        self.lister.drop()
        self.arranger.stop()
