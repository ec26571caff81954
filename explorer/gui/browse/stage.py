"""The middle of a pane: the table, or in its place what is to be said instead of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from explorer.gui.browse.row_drops import Hovering
from explorer.gui.errors import ErrorText
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.empty import EmptyState
from explorer.gui.parts.fields import line_field
from explorer.gui.parts.room import Stack


class Stage(Stack):
    """One widget at a time; drops on an empty folder count as drops into it."""

    paths_dropped = Signal(list)
    parcel_dropped = Signal(object, bool)
    """A `Parcel`, and whether it is to be moved."""
    upload_files_requested = Signal()
    upload_folder_requested = Signal()
    new_container_requested = Signal()
    filter_cleared = Signal()
    retry_requested = Signal()
    details_requested = Signal()
    credential_requested = Signal()
    path_entered = Signal(str)

    def __init__(self, view: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self.drop_refusal: Callable[[], str] = str
        self.hovering = Hovering()
        self.setAcceptDrops(True)
        self._empty = EmptyState("folder-open", "This folder is empty")
        self._upload_files = self._empty.add_action("Upload &files…", icon_name="upload")
        self._upload_folder = self._empty.add_action("Upload f&older…", icon_name="folder")
        self._upload_files.clicked.connect(self.upload_files_requested)
        self._upload_folder.clicked.connect(self.upload_folder_requested)
        self._no_containers = EmptyState(
            "container", "No containers yet", "A container holds blobs, as a drive holds files."
        )
        make = self._no_containers.add_action("&Create container…", Rank.PRIMARY)
        make.clicked.connect(self.new_container_requested)
        self._no_match = EmptyState("filter", "Nothing matches the filter")
        clear = self._no_match.add_action("&Clear the filter", icon_name="close")
        clear.clicked.connect(self.filter_cleared)
        self._failed = EmptyState("error", "It could not be listed")
        retry = self._failed.add_action("&Try again", Rank.PRIMARY)
        retry.clicked.connect(self.retry_requested)
        self._renew = self._failed.add_action("&Replace credential…", icon_name="key")
        self._renew.clicked.connect(self.credential_requested)
        details = self._failed.add_action("&Details…")
        details.clicked.connect(self.details_requested)
        self._by_path = EmptyState("lock", "Listing is not allowed here")
        self._path: QLineEdit = line_field(
            "Path to open", placeholder="container/folder/file, or a URL", icon_name="link"
        )
        self._by_path.add_widget(self._path)
        go = self._by_path.add_action("&Open", Rank.PRIMARY)
        go.clicked.connect(self._enter_path)
        self._path.returnPressed.connect(self._enter_path)
        for widget in (
            view,
            self._empty,
            self._no_containers,
            self._no_match,
            self._failed,
            self._by_path,
        ):
            self.addWidget(widget)

    def _enter_path(self) -> None:
        if text := self._path.text().strip():
            self.path_entered.emit(text)

    def _show(self, widget: QWidget) -> None:
        """Switch; whoever had the focus inside keeps it inside."""
        if self.currentWidget() is widget:
            return
        # Its own focusWidget() is whoever inside had it last, also while a field elsewhere has it.
        focus = self.window().focusWidget()
        had_focus = focus is not None and self.isAncestorOf(focus)
        self.setCurrentWidget(widget)
        if had_focus:
            widget.setFocus()

    def focus_shown(self) -> None:
        """Put the focus on what is shown."""
        widget = self.currentWidget()
        if widget is not None:
            widget.setFocus()

    def show_table(self) -> None:
        self._show(self._view)

    def show_empty(self, upload_refusal: str, what: str) -> None:
        """Nothing in the folder or container; uploading is offered where it is allowed. An
        account has containers instead."""
        if what == "account":
            self._show(self._no_containers)
            return
        self._empty.set_texts(
            f"This {what} is empty",
            upload_refusal or "Drop files and folders here, or choose them.",
        )
        for button in (self._upload_files, self._upload_folder):
            button.setVisible(not upload_refusal)
        self._show(self._empty)

    def show_no_match(self, pattern: str) -> None:
        self._no_match.set_texts("Nothing matches the filter", f"No name here fits “{pattern}”.")
        self._show(self._no_match)

    def show_failure(self, words: ErrorText) -> None:
        """It could not be listed, and why."""
        self._failed.set_texts(
            words.title, words.line, "expired" if words.needs_credential else "error"
        )
        self._renew.setVisible(words.needs_credential)
        self._show(self._failed)

    def failed_text(self) -> str:
        """What the failure says; for whoever looks."""
        return f"{self._failed.headline()}. {self._failed.accessibleDescription()}"

    def by_path_text(self) -> str:
        """What is said where nothing can be listed; for whoever looks."""
        return f"{self._by_path.headline()}. {self._by_path.accessibleDescription()}"

    def show_by_path(self, reason: str) -> None:
        """The credential reads but does not list: a path can still be typed."""
        self._by_path.set_texts("Listing is not allowed here", f"{reason}\nOpen something by path.")
        self._show(self._by_path)

    # -- drops ----------------------------------------------------------------

    def _takes_drops(self) -> bool:
        return self.currentWidget() in (self._empty, self._no_containers)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._takes_drops():
            self.hovering.enter(event, self.drop_refusal())
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._takes_drops():
            self.hovering.over(event, "")
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        parcel, paths, is_move = self.hovering.dropped(event, "")
        if parcel is not None:
            self.parcel_dropped.emit(parcel, is_move)
        elif paths:
            self.paths_dropped.emit(paths)
