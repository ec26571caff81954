"""The main window: panels, tabs, bars, and who tells whom. GUI thread only."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.gui import errors
from explorer.gui.bridge import Bridge
from explorer.gui.browse import rules
from explorer.gui.browse.operations import Operations
from explorer.gui.browse.pane import Pane
from explorer.gui.browse.rules import Place
from explorer.gui.browse.stage import Stage
from explorer.gui.browse.tree_controller import TreeController
from explorer.gui.browse.tree_model import TreeModel
from explorer.gui.browse.tree_view import TreeView
from explorer.gui.carry.outward import Outward
from explorer.gui.carry.room import CarryRoom
from explorer.gui.colours import Tone
from explorer.gui.connect.controller import Connecting
from explorer.gui.connect.local_storage import LocalStorage
from explorer.gui.help.desk import help_desk
from explorer.gui.inspect.access_page import AccessPage
from explorer.gui.inspect.versions_page import VersionsPage
from explorer.gui.local.room import LocalRoom
from explorer.gui.parts.room import on_screen
from explorer.gui.settings.controller import SettingsRoom
from explorer.gui.transfers.controller import TransfersController
from explorer.gui.transfers.panel import TransfersPanel
from explorer.gui.transfers.start import TransferStarter
from explorer.gui.window import menus
from explorer.gui.window.actions import Act, Actions
from explorer.gui.window.areas import make_areas
from explorer.gui.window.commanding import Commanding
from explorer.gui.window.context_menus import ContextMenus
from explorer.gui.window.deeds import Deeds
from explorer.gui.window.going import Going
from explorer.gui.window.hearing import Hearing
from explorer.gui.window.inspect_area import InspectArea
from explorer.gui.window.inspecting import Inspecting
from explorer.gui.window.left_panel import make_left_panel
from explorer.gui.window.marked import Marked
from explorer.gui.window.memory import Memory
from explorer.gui.window.relocation_area import RelocationArea
from explorer.gui.window.session import Session
from explorer.gui.window.showing_deleted import ShowingDeleted
from explorer.gui.window.start_page import StartPage
from explorer.gui.window.status import StatusLine
from explorer.gui.window.surroundings import Surroundings
from explorer.gui.window.tabs import Tab, Tabs
from explorer.gui.window.theme_menu import ThemeMenu
from explorer.gui.window.two_panes import TwoPanes
from explorer.gui.window.wiring import Call, connect_actions
from explorer.service.events import JobAdded
from explorer.service.model import Connection, Location
from explorer.transfer.model import JobSnapshot

SAVE_AFTER_MS = 1000
KEYRING_WAIT_S = 3.0


class MainWindow(QMainWindow):
    """Made and shown before the service runs; what needs it waits by itself."""

    close_requested = Signal()
    memory_changed = Signal()
    theme_chosen = Signal(object)
    """A `ThemeChoice` from the menu."""

    def __init__(
        self,
        bridge: Bridge,
        scope: TaskScope,
        workers: Workers,
        local_storage: LocalStorage,
        memory: Memory,
    ) -> None:
        super().__init__()
        self.setObjectName("main")
        self.setWindowTitle("Quayside")
        self._bridge = bridge
        self._scope = scope
        self._workers = workers
        self._memory = memory
        self.may_close = False
        self._has_shown_transfers = False
        self.actions_ = Actions(self)
        self.tree_model = TreeModel(self)
        self.tree = TreeView(self.tree_model)
        self.tree_controller = TreeController(bridge, scope, self.tree_model, self)
        self.connecting = Connecting(bridge, scope, workers, local_storage, self)
        self.transfers = TransfersController(bridge, scope, self)
        self.transfers_panel = TransfersPanel(self.transfers)
        starter = TransferStarter(bridge, self, self.transfers_panel.select)
        self.operations = Operations(bridge, scope, workers, starter, self)
        self.inspecting = Inspecting(bridge, scope, workers, self)
        self.inspecting.add_versions(VersionsPage(bridge, scope, starter))
        self.inspecting.add_page(AccessPage(bridge, scope))
        self.tabs = Tabs(self._make_tab)
        self.going = Going(bridge, self.tree_controller, self.tabs, self.connecting)
        self.deeds = Deeds(
            scope, self.tabs, self.tree_controller, self.operations, self.connecting, self
        )
        around = Surroundings(
            bridge,
            scope,
            workers,
            starter,
            self.tabs,
            self.tree_controller,
            self.connecting,
            self.inspecting,
            self,
            self.deeds.do,
        )
        self.relocation = RelocationArea(around)
        self.showing_deleted = ShowingDeleted(around, self.actions_[Act.SHOW_DELETED])
        self.carry = CarryRoom(around, self.deeds.paste)
        self.carry.take_in_tree(self.tree)
        local = LocalRoom(around, self.operations)
        self.carry.outward = Outward(self, local.download, self.deeds.download)
        self.two_panes = TwoPanes(
            around,
            self.carry,
            local,
            self._make_pane,
            self.deeds.upload,
        )
        self._session = Session(memory, self.tabs, self.tree_controller, self.two_panes.put_beside)
        rooms = (self.relocation, self.carry, InspectArea(self.inspecting))
        self.areas = (*make_areas(around), *rooms)
        self._menus = ContextMenus(
            self.actions_, self.areas, self.deeds, self.tree_controller, self
        )
        self.commanding = Commanding(
            self.actions_, self.areas, self.tabs, self.tree_controller, self
        )
        self.settings = SettingsRoom(bridge, scope, self)
        self.status = StatusLine()
        self._state_timer = QTimer(self)
        self._state_timer.setSingleShot(True)
        self._state_timer.setInterval(0)
        self._state_timer.timeout.connect(self._show_state)
        self._save_timer = QTimer(self)
        self._save_timer.setSingleShot(True)
        self._save_timer.setInterval(SAVE_AFTER_MS)
        self._save_timer.timeout.connect(self.memory_changed)
        self._lay_out()
        self._connect_tree()
        self._connect_actions()
        bridge.events.on(JobAdded, lambda _: self._bring_up_transfers())
        hearing = Hearing(bridge, self.tabs, self.tree_controller, self)
        hearing.connections_changed.connect(self._show_title)
        hearing.connections_changed.connect(self._state_timer.start)
        self.tabs.open_tab()
        self._transfers_dock.hide()
        self._restore()

    # -- making -----------------------------------------------------------------

    def _lay_out(self) -> None:
        self.resize(on_screen(1180, 760, self.screen()))
        self.setDockNestingEnabled(True)
        self.marked = Marked(self.tabs)
        self.setCentralWidget(self.marked)
        self.setStatusBar(self.status)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        left = make_left_panel(self._bridge, self.tree, self.tree_controller, self.deeds)
        self._tree_dock = self._dock("Connections", "connections", left)
        self._transfers_dock = self._dock("Transfers", "transfers", self.transfers_panel)
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self._tree_dock)
        self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self._transfers_dock)
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.resizeDocks([self._tree_dock], [260], Qt.Orientation.Horizontal)
        self.resizeDocks([self._transfers_dock], [210], Qt.Orientation.Vertical)
        tree_switch = self._switch(self._tree_dock, "&Connections", "panel-left")
        transfers_switch = self._switch(self._transfers_dock, "&Transfers", "panel-bottom")
        self.themes = ThemeMenu(self)
        self.themes.chosen.connect(self.theme_chosen)
        self.inspecting.place_dock()
        self.inspecting.changed.connect(self._changed)
        panels = [tree_switch, self.inspecting.switch, transfers_switch]
        menus.build_menu_bar(self, self.actions_, panels, [self.themes])
        menus.build_tool_bar(self, self.actions_, panels[1:])

    def _dock(self, title: str, name: str, widget: QWidget) -> QDockWidget:
        dock = QDockWidget(title)
        dock.setObjectName(name)
        dock.setWidget(widget)
        dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
        dock.setTitleBarWidget(QWidget())  # no bar: the panel says what it is by itself
        return dock

    def _switch(self, dock: QDockWidget, text: str, icon_name: str) -> QAction:
        action = menus.panel_action(text, icon_name, self)
        action.setChecked(True)
        action.toggled.connect(dock.setVisible)
        dock.visibilityChanged.connect(lambda _: action.setChecked(not dock.isHidden()))
        dock.visibilityChanged.connect(self._changed)
        return action

    def _make_tab(self) -> Tab:
        start = StartPage()
        start.connect_requested.connect(self.connecting.open_dialog)
        start.local_storage_requested.connect(self.deeds.explore_local_storage)
        return Tab(self._make_pane(), start)

    def _make_pane(self) -> Pane:
        pane = Pane(
            self._bridge,
            self._scope,
            self._workers,
            self._memory.columns,
            self.tree_controller.connection,
        )
        self.actions_.add_to_listing(pane.stage)
        self.carry.take_in(pane)
        self.showing_deleted.take_in(pane)
        pane.location_changed.connect(self._location_changed)
        pane.state_changed.connect(self._state_timer.start)
        pane.blob_opened.connect(lambda row: self.inspecting.look_at(pane, row))
        pane.paths_dropped.connect(self.deeds.upload)
        pane.menu_requested.connect(lambda at: self._listing_menu(pane, at))
        pane.path_entered.connect(lambda text: self.deeds.do(self.going.go_to(pane, text), "go to"))
        pane.credential_requested.connect(self._replace_credential)
        pane.failure_shown.connect(self.deeds.show_words)
        pane.upload_files_requested.connect(self.deeds.upload_files)
        pane.upload_folder_requested.connect(self.deeds.upload_folder)
        pane.new_container_requested.connect(self.deeds.new_container)
        pane.view.columns_changed.connect(self._changed)
        pane.listed.connect(self._listed)
        pane.found.connect(self._found)
        return pane

    def _connect_tree(self) -> None:
        tree = self.tree
        tree.open_requested.connect(self.deeds.open_here)
        tree.open_in_tab_requested.connect(self.deeds.open_in_tab)
        tree.menu_requested.connect(self._menus.tree)
        tree.paths_dropped.connect(self.deeds.upload)
        tree.rename_requested.connect(self._rename_in_tree)
        self.connecting.connected.connect(self._connected)
        self.transfers_panel.destination_requested.connect(self._show_destination)
        self.transfers_panel.credential_requested.connect(self._replace_credential)
        self.transfers.jobs_changed.connect(self._transfers_changed)

    def _connect_actions(self) -> None:
        own: dict[Act, Call] = {
            Act.QUIT: self.close,
            Act.REFRESH: self._refresh,
            Act.EDIT_PATH: self._edit_path,
            Act.NEXT_PANEL: self._next_panel,
            Act.PEEK: self.inspecting.peek,
            Act.PROPERTIES: self.inspecting.show_properties,
            Act.MOVE_TO: self.relocation.move_to,
            Act.CUT: self.carry.cut,
            Act.COPY: self.carry.copy,
            Act.PASTE: self.carry.paste,
            Act.DUPLICATE: self.carry.duplicate,
            **self.two_panes.deeds(self.deeds, self.relocation),
            Act.SHOW_DELETED: self.showing_deleted.toggle,
            Act.RESTORE_DELETED: self.showing_deleted.open_sheet,
            Act.COMMANDS: lambda: self.deeds.do(self.commanding.open(), "commands"),
            Act.SETTINGS: lambda: self.deeds.do(self.settings.open(), "settings"),
        }
        connect_actions(self.actions_, self.deeds, self.tabs, self.connecting, own)
        self.tabs.pane_changed.connect(self._pane_changed)
        self.two_panes.changed.connect(self._state_timer.start)
        self.two_panes.changed.connect(self._changed)

    # -- remembering --------------------------------------------------------------

    def _restore(self) -> None:
        memory = self._memory
        if memory.geometry:
            self.restoreGeometry(memory.geometry)
        if memory.layout:
            self.restoreState(memory.layout)
        if memory.transfers:
            self.transfers_panel.restore_columns(memory.transfers)
        self.inspecting.inspector.bring(memory.inspector_page)

    def remember(self) -> bytes:
        """The state of the window as it is to be kept."""
        memory = self._memory
        memory.geometry = bytes(self.saveGeometry().data())
        memory.layout = bytes(self.saveState().data())
        memory.transfers = self.transfers_panel.save_columns()
        memory.inspector_page = self.inspecting.page_key
        self._session.keep()
        return memory.to_bytes()

    def _changed(self) -> None:
        if not self._save_timer.isActive():
            self._save_timer.start()

    async def start(self, *, restore_tabs: bool, secrets: asyncio.Task[None] | None = None) -> None:
        """Once the service runs: show its connections, and, with their `secrets`, last tabs."""
        await self.tree_controller.load()
        if secrets is not None:
            await asyncio.wait((secrets,), timeout=KEYRING_WAIT_S)
        self._session.start(restore=restore_tabs)

    # -- going ----------------------------------------------------------------------

    @property
    def pane(self) -> Pane:
        return self.tabs.pane

    def _connected(self, connection: Connection) -> None:
        """Open what was pasted: the tree at the very folder, and the folder itself."""
        self.tree_controller.model.put_connection(connection)
        pane = self.pane if self.pane.location is None else None
        for open_pane in self.tabs.panes():
            if open_pane.location == connection.start:
                self.tabs.bring(open_pane)
                if connection.start_blob:
                    open_pane.go(connection.start, select=connection.start_blob)
                return
        if pane is None:
            pane = self.tabs.open_tab()
        pane.go(connection.start, select=connection.start_blob)
        self.tree.expand(self.tree_model.index_of(connection.root))
        if connection.notice:
            pane.notice.say(connection.notice, Tone.WARN)

    def _location_changed(self, location: Location) -> None:
        if self.pane.location == location:
            if self.tree_model.index_of(location).isValid():
                self.tree.reveal(location)
            self._show_title()
        self._changed()

    def _found(self, location: Location) -> None:
        """It exists: now the tree may show it, too."""
        if self.pane.location == location:
            self.tree.reveal(location)

    def _pane_changed(self, pane: Pane) -> None:
        place = pane.location
        if place is not None and self.tree_model.index_of(place).isValid():
            self.tree.reveal(place)
        self._show_title()
        self._state_timer.start()
        self._changed()

    def _show_title(self) -> None:
        pane = self.pane
        title = pane.title if pane.location is not None else ""
        # Qt takes [*] for the mark of something unsaved, and two of them for one.
        title = title.replace("[*]", "[*][*]")
        self.setWindowTitle(f"{title} — Quayside" if title else "Quayside")
        self.marked.follow(pane.connection)

    def _show_state(self) -> None:
        pane, front = self.pane, self.tabs.front
        status = front.status()
        self.actions_.update(pane.place(), self.two_panes.refusals())
        self.actions_[Act.BACK].setEnabled(front.history.can_go_back)
        self.actions_[Act.FORWARD].setEnabled(front.history.can_go_forward)
        self.actions_[Act.UP].setEnabled(front.can_go_up)
        self.status.tell(status, has_place=front.history.current is not None)
        self.inspecting.follow(pane)

    def _refresh(self) -> None:
        self.tabs.front.refresh()
        if self.tabs.front is self.pane and self.pane.location is not None:
            self.tree_controller.refresh(self.pane.location)

    def _edit_path(self) -> None:
        if self.pane.location is None:
            self.connecting.open_dialog()
        else:
            self.tabs.front.navigation.edit_path()

    def _next_panel(self) -> None:
        """F6: tree, listing, inspector, transfers, and round again."""
        sides = self.tabs.tab.sides
        stages = [side.stage for side in (sides.left, sides.right) if side is not None]
        panels = [self.tree, *stages, self.inspecting.inspector, self.transfers_panel]
        shown: list[QWidget] = [panel for panel in panels if panel.isVisible()]
        focus = self.focusWidget()
        own = [panel for panel in shown if focus is panel or (focus and panel.isAncestorOf(focus))]
        at = shown.index(own[0]) + 1 if own else 0
        target = shown[at % len(shown)]
        if isinstance(target, Stage):
            target.focus_shown()
        elif target is self.transfers_panel:
            self.transfers_panel.jobs.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _listed(self, location: Location, folders: list[str]) -> None:
        self.tree_controller.offer(location, folders)

    # -- menus --------------------------------------------------------------------------

    def _listing_menu(self, pane: Pane, at: QPoint) -> None:
        self._show_state()
        self._menus.listing(pane, at)

    def _rename_in_tree(self, location: Location) -> None:
        connection = self.tree_controller.connection(location.connection_id)
        if connection is not None and location == connection.root:
            self.deeds.do(self.connecting.rename(connection), "rename a connection")
        elif connection is not None and not rules.relocate_folder(Place(connection, location)):
            self.relocation.rename_place(location)

    # -- telling ---------------------------------------------------------------------------

    def _transfers_changed(self) -> None:
        self.status.tell_rate(self.transfers.total_rate)
        if any(not job.state.is_final for job in self.transfers.jobs.line()):
            self._bring_up_transfers()

    def _bring_up_transfers(self) -> None:
        """The first transfer of a run, new or left by the last one, brings the panel up;
        hidden again, it stays so."""
        if not self._has_shown_transfers:
            self._has_shown_transfers = True
            self._transfers_dock.show()

    def tell(self, error: BaseException) -> None:
        """An error nobody expected, in the bar of the tab in front."""
        self.pane.notice.say_failure(errors.describe(error))

    def _replace_credential(self, connection_id: str) -> None:
        connection = self.tree_controller.connection(connection_id)
        if connection is not None:
            self.deeds.do(self.connecting.replace(connection), "replace a credential")

    def _show_destination(self, job: JobSnapshot) -> None:
        self.deeds.do(self.going.show_destination(job), "show a destination")

    # -- closing ----------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Not at once: whoever runs the program asks, drains, and closes for good."""
        if self.may_close:
            help_desk().close()
            event.accept()
            return
        event.ignore()
        self.close_requested.emit()
