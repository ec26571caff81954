"""The inspector in the window: its dock, its switch, and what it is told of. GUI thread only."""

from __future__ import annotations

from itertools import islice

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.gui.bridge import Bridge
from explorer.gui.browse.pane import Pane
from explorer.gui.browse.rows import Row
from explorer.gui.inspect.inspector import Inspector
from explorer.gui.inspect.labels_page import LabelsPage
from explorer.gui.inspect.page import InspectorPage
from explorer.gui.inspect.preview_page import PreviewPage
from explorer.gui.inspect.properties_page import PropertiesPage
from explorer.gui.inspect.selection import ROWS, Selection
from explorer.gui.inspect.versions_page import VersionsPage
from explorer.gui.window import menus
from explorer.gui.window.subject import Subject
from explorer.service.model import Location

WIDTH = 360


def selection_of(pane: Pane) -> Selection | None:
    """What the pane has selected; its place where it has nothing selected."""
    place, connection = pane.location, pane.connection
    if place is None or connection is None:
        return None
    status = pane.status()
    rows = tuple(islice(pane.model.taken(pane.view.spans()), ROWS))
    return Selection(
        Subject(connection, place, rows),
        status.folders_selected,
        status.blobs_selected,
        status.bytes_selected,
    )


class Inspecting(QObject):
    """One per window. Hidden until it is asked for."""

    changed = Signal()
    """Shown, hidden, or turned to another page: to be remembered."""

    def __init__(
        self, bridge: Bridge, scope: TaskScope, workers: Workers, window: QMainWindow
    ) -> None:
        super().__init__(window)
        self._window = window
        self._pane: Pane | None = None
        self._held: tuple[Selection | None, Selection] | None = None
        """What was selected when a place of the tree was asked for, and that place."""
        self.inspector = Inspector(scope)
        self.preview = PreviewPage(bridge, scope, workers)
        self.properties = PropertiesPage(bridge, scope)
        self.dock = QDockWidget("Inspector")
        self.dock.setObjectName("inspector")
        self.dock.setWidget(self.inspector)
        self.dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
        self.dock.setTitleBarWidget(QWidget())
        self.switch: QAction = menus.panel_action("&Inspector", "panel-right", window)
        self.switch.toggled.connect(self.dock.setVisible)
        self.dock.visibilityChanged.connect(self._shown_or_hidden)
        self.inspector.page_changed.connect(self.changed)
        self.add_page(self.preview)
        self.add_page(self.properties)
        self.add_page(LabelsPage(bridge, scope))

    def place_dock(self) -> None:
        """Put the dock at the right, down to the status bar, hidden."""
        self._window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self._window.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        self._window.resizeDocks([self.dock], [WIDTH], Qt.Orientation.Horizontal)
        self.dock.hide()

    def add_page(self, page: InspectorPage) -> None:
        """One more page, behind the others."""
        self.inspector.add_page(page)

    def add_versions(self, page: VersionsPage) -> None:
        """The page whose states the preview shows."""
        self.add_page(page)
        page.preview_requested.connect(self._preview)

    def _preview(self, selection: Selection) -> None:
        self.inspector.follow(selection)
        self.bring(self.preview.key)

    def follow(self, pane: Pane) -> None:
        """The selection, or the pane in front, may be another one. Costs nothing while hidden."""
        self._pane = pane
        if self.dock.isHidden():
            return
        selection = selection_of(pane)
        if self._held is not None:
            before, held = self._held
            if before == selection:
                selection = held
            else:
                self._held = None
        self.inspector.follow(selection)

    def _follow_again(self) -> None:
        if self._pane is not None and shiboken6.isValid(self._pane):
            self.follow(self._pane)

    def _shown_or_hidden(self) -> None:
        self.switch.setChecked(not self.dock.isHidden())
        if self.dock.isHidden():
            self._held = None
        self._follow_again()
        self.changed.emit()

    @property
    def page_key(self) -> str:
        """Which page is in front, for the window's memory."""
        return self.inspector.page.key

    def peek(self) -> None:
        """Show the preview; hide it again if it is what is shown."""
        if not self.dock.isHidden() and self.inspector.page is self.preview:
            self.dock.hide()
        else:
            self._select_current()
            self._held = None
            self.bring(self.preview.key)
            self._follow_again()

    def _select_current(self) -> None:
        """Where nothing is selected, the row that has the keys is meant."""
        if self._pane is None or not shiboken6.isValid(self._pane):
            return
        view = self._pane.view
        row = view.current_row()
        if row is not None and view.hasFocus() and not view.spans():
            view.selectRow(row)

    def look_at(self, pane: Pane, row: Row) -> None:
        """Show the preview of a blob that was chosen in the pane by a double click or Return."""
        chosen = list(islice(pane.model.taken(pane.view.spans()), 2))
        if chosen != [row]:
            pane.view.clearSelection()
            pane.view.select_names({(row.name, row.is_folder)})
        self._held = None
        self.bring(self.preview.key)
        self.follow(pane)

    def look_at_log(self, place: Location, name: str, *, is_growing: bool) -> None:
        """Show the preview of a blob that is about to be selected in the pane in front; of one
        that grows, what comes."""
        self._held = None
        if is_growing:
            self.preview.follow_next(place, name)
        self.bring(self.preview.key)

    def show_properties(self) -> None:
        """Show the properties, whatever was shown."""
        self._held = None
        self.bring(self.properties.key)
        self._follow_again()

    def inspect(self, subject: Subject, key: str) -> None:
        """Show that page about what a menu was opened for: rows are what the pane in front has
        selected; a place stays shown until something else is selected there."""
        self.bring(key)
        if not subject.rows:
            pane = self._pane
            is_there = pane is not None and shiboken6.isValid(pane)
            before = selection_of(pane) if pane is not None and is_there else None
            self._held = before, Selection(subject)
            self.inspector.follow(Selection(subject))
        else:
            self._held = None
            self._follow_again()

    def refusal(self, subject: Subject, key: str) -> str:
        """Why the page of that key has nothing to show of it; empty where it has."""
        folders = sum(row.is_folder for row in subject.rows)
        return self.inspector.refusal(key, Selection(subject, folders, len(subject.rows) - folders))

    def bring(self, key: str) -> None:
        """Show the inspector with that page in front."""
        self.inspector.bring(key)
        self.dock.show()
