"""The Versions page: what the service keeps of one blob, and the way back. GUI thread only."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractItemView, QGridLayout, QHeaderView, QTableView, QVBoxLayout

from explorer.base.errors import QuaysideError
from explorer.base.tasks import TaskScope
from explorer.gui import ask
from explorer.gui.bridge import Bridge
from explorer.gui.browse.operations import job_options
from explorer.gui.errors import tell
from explorer.gui.inspect import versions_words as words
from explorer.gui.inspect.page import InspectorPage
from explorer.gui.inspect.selection import Selection
from explorer.gui.inspect.versions_words import Reasons
from explorer.gui.parts.buttons import push_button
from explorer.gui.parts.lines_model import LinesModel
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.parts.views import dress_table
from explorer.gui.transfers.start import TransferStarter
from explorer.service.history import etag_now
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.storage.access import Action
from explorer.storage.history import BlobState
from explorer.transfer.model import DownloadRequest, DownloadSource


class VersionsPage(InspectorPage):
    """See `InspectorPage`."""

    title = "Versions"
    key = "versions"
    icon_name = "history"

    preview_requested = Signal(object)
    """A Selection: the blob as it was."""

    def __init__(self, bridge: Bridge, scope: TaskScope, starter: TransferStarter) -> None:
        super().__init__()
        self._bridge = bridge
        self._scope = scope
        self._starter = starter
        self._task: asyncio.Task[Any] | None = None
        self._place: Location | None = None
        self._name = ""
        self._selection: Selection | None = None
        self._states: tuple[BlobState, ...] = ()
        self._reasons = Reasons()
        self.is_listed = False
        """What is shown is all there is."""
        self.notice = NoticeBar()
        self.model = LinesModel(("State", "Made", "Size"), self, numbers=(2,))
        self.table = QTableView()
        dress_table(self.table, "Versions")
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setAlternatingRowColors(False)
        self.table.setModel(self.model)
        columns = self.table.horizontalHeader()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        columns.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        columns.setSectionsMovable(False)
        self.footnote = plain_label(muted=True, wrap=True)
        self.footnote.setContentsMargins(12, 4, 12, 0)
        self.promote_button = push_button("&Make current", icon_name="undo")
        self.save_button = push_button("&Save as…", icon_name="download")
        self.preview_button = push_button("Pre&view", icon_name="eye")
        self.delete_button = push_button("De&lete…", icon_name="delete")
        self.snapshot_button = push_button("&Take snapshot", icon_name="plus")
        buttons = QGridLayout()
        buttons.setContentsMargins(12, 6, 12, 8)
        buttons.setSpacing(6)
        buttons.addWidget(self.promote_button, 0, 0)
        buttons.addWidget(self.preview_button, 0, 1)
        buttons.addWidget(self.save_button, 1, 0)
        buttons.addWidget(self.delete_button, 1, 1)
        buttons.addWidget(self.snapshot_button, 2, 0, 1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice)
        column.addWidget(self.table, 1)
        column.addWidget(self.footnote)
        column.addLayout(buttons)
        self.notice.action_requested.connect(self.reload_requested)
        self.table.selectionModel().selectionChanged.connect(self._update)
        self.promote_button.clicked.connect(lambda: self._do(self._promote(), "promote"))
        self.preview_button.clicked.connect(self._preview)
        self.table.doubleClicked.connect(self._preview)
        self.save_button.clicked.connect(lambda: self._do(self._save(), "save a version"))
        self.delete_button.clicked.connect(lambda: self._do(self._delete(), "delete a version"))
        self.snapshot_button.clicked.connect(lambda: self._do(self._snapshot(), "snapshot"))
        self.clear()

    # -- the seam -------------------------------------------------------------------

    def refusal(self, selection: Selection) -> str:
        if selection.subject.blob is None:
            return "Select one blob to see its versions and snapshots."
        if selection.subject.connection.is_hierarchical:
            return "A Data Lake account keeps no versions."
        return ""

    def show_selection(self, selection: Selection) -> None:
        row = selection.subject.blob
        if row is not None:
            self._place, self._name = selection.subject.location, row.name
            self._selection = selection
            self._task = self._scope.spawn(self._look(), name="versions")

    def clear(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._place, self._name, self._selection = None, "", None
        self.notice.hide()
        self._show((), Reasons())
        self.is_listed = False

    # -- looking ----------------------------------------------------------------------

    async def _look(self) -> None:
        place, name = self._place, self._name
        if place is None:
            return
        try:
            reasons = await self._bridge.get(lambda service: _reasons(service, place))
            states = await self._bridge.call(lambda service: service.history.states(place, name))
        except QuaysideError as error:
            tell(self.notice, error, action="Try again")
            return
        self._show(states, reasons)
        self.footnote.setText(words.footnote(states))
        self.footnote.setVisible(bool(self.footnote.text()))
        self.is_listed = True

    def _show(self, states: tuple[BlobState, ...], reasons: Reasons) -> None:
        self._states, self._reasons = states, reasons
        self.model.show([words.state_line(state) for state in states])
        self.footnote.setText("")
        self.footnote.hide()
        self._update()

    @property
    def chosen(self) -> BlobState | None:
        """The state whose row is selected."""
        rows = self.table.selectionModel().selectedRows()
        return self._states[rows[0].row()] if rows else None

    def _update(self) -> None:
        state, reasons = self.chosen, self._reasons
        is_deleted = state is not None and state.is_deleted
        self.promote_button.setText("&Undelete" if is_deleted else "&Make current")
        nothing = "" if self._place is not None else "Select a blob first."
        for button, refusal in (
            (self.promote_button, words.promote_refusal(state, reasons)),
            (self.preview_button, words.save_refusal(state, reasons)),
            (self.save_button, words.save_refusal(state, reasons)),
            (self.delete_button, words.delete_refusal(state, reasons)),
            (self.snapshot_button, nothing or reasons.create),
        ):
            button.setEnabled(not refusal)
            explain(button, refusal)

    # -- doing --------------------------------------------------------------------------

    def _do(self, work: Coroutine[Any, Any, None], name: str) -> None:
        async def told() -> None:
            try:
                await work
            except QuaysideError as error:
                tell(self.notice, error)

        self._scope.spawn(told(), name=name)

    async def _promote(self) -> None:
        place, name, state = self._place, self._name, self.chosen
        if place is None or state is None:
            return
        etag = etag_now(self._states)
        if state.is_deleted:
            await self._bridge.call(lambda service: service.history.undelete(place, name))
        else:
            await self._bridge.call(
                lambda service: service.history.promote(place, state, etag_now=etag)
            )
        self.reload_requested.emit()

    def _preview(self) -> None:
        state, selection = self.chosen, self._selection
        if state is None or selection is None or words.save_refusal(state, self._reasons):
            return
        ref = state.ref("")
        meant = replace(selection, snapshot=ref.snapshot, version_id=ref.version_id)
        self.preview_requested.emit(meant)

    async def _save(self) -> None:
        place, name, state = self._place, self._name, self.chosen
        if place is None or state is None:
            return
        path = await ask.file_to_save(self.window(), f"Save '{name}' as", name)
        if path is None:
            return
        ref = state.ref(place.container)
        source = DownloadSource(
            ref.name,
            is_prefix=False,
            target=path.name,
            snapshot=ref.snapshot,
            version_id=ref.version_id,
        )
        container = Location(place.connection_id, place.container)
        remote = await self._bridge.get(lambda service: service.place(container))
        options = job_options(await self._bridge.get(lambda service: service.settings))
        await self._starter.start(DownloadRequest((source,), remote, str(path.parent), options))

    async def _delete(self) -> None:
        place, name, state = self._place, self._name, self.chosen
        if place is None or state is None:
            return
        what = "snapshot" if state.snapshot else "version"
        is_sure = await ask.confirm(
            self.window(),
            f"Delete this {what} of '{name}'?",
            f"It is of {words.state_line(state).cells[1]}. The blob as it is now stays.",
            go="&Delete",
            is_danger=True,
        )
        if is_sure:
            await self._bridge.call(lambda service: service.history.delete_state(place, state))
            self.reload_requested.emit()

    async def _snapshot(self) -> None:
        place, name = self._place, self._name
        if place is not None:
            await self._bridge.call(lambda service: service.history.snapshot(place, name))
            self.reload_requested.emit()


def _reasons(service: Service, place: Location) -> Reasons:
    why_not = service.history.why_not
    at = place.connection_id
    return Reasons(
        read=why_not(at, Action.READ),
        write=why_not(at, Action.WRITE),
        create=why_not(at, Action.CREATE),
        delete=why_not(at, Action.DELETE),
        delete_version=why_not(at, Action.DELETE_VERSION),
    )
