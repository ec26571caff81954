"""What is deleted in a folder, container or account, and can come back. GUI thread only."""

from __future__ import annotations

from contextlib import aclosing

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHeaderView, QTableView, QWidget

from explorer.base.tasks import TaskScope
from explorer.base.units import format_bytes
from explorer.gui.bridge import Bridge
from explorer.gui.browse.cells import local_time
from explorer.gui.browse.restore_words import ended_text, failures_text
from explorer.gui.browse.words import path_text
from explorer.gui.colours import Tone
from explorer.gui.file_kinds import file_icon_name
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.lines_model import Line, LinesModel
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.parts.views import dress_table
from explorer.gui.work_sheet import WorkSheet
from explorer.service.history import NO_LAKE
from explorer.service.model import Location
from explorer.service.restore_plan import RestorePlan
from explorer.storage.access import Action
from explorer.storage.history import BlobState, DeletedContainer

MOST_SHOWN = 20_000
"""Of more deleted blobs only so many are listed; restoring all restores all."""


class DeletedSheet(WorkSheet):
    """Lists at once; restores what is selected, or all."""

    def __init__(
        self,
        bridge: Bridge,
        scope: TaskScope,
        place: Location,
        *,
        is_hierarchical: bool,
        parent: QWidget | None,
    ) -> None:
        where = path_text(place) if place.container else "this account"
        super().__init__(f"Deleted in {where}", scope, parent, icon_name="delete", width=680)
        self._bridge = bridge
        self._place = place
        self._is_hierarchical = is_hierarchical
        self._states: list[BlobState] = []
        self._containers: tuple[DeletedContainer, ...] = ()
        self._refusal = ""
        self.is_listed = False
        self.model = LinesModel(("Name", "Size", "Deleted", "Left"), self, numbers=(1,))
        self.table = QTableView()
        dress_table(self.table, "Deleted")
        self.table.setModel(self.model)
        self.table.setMinimumHeight(240)
        columns = self.table.horizontalHeader()
        columns.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        digits = self.table.fontMetrics().horizontalAdvance("0")
        for column, width in ((1, 11), (2, 19), (3, 15)):
            self.table.setColumnWidth(column, width * digits)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.below = QCheckBox("&Folders below as well")
        self.below.setVisible(bool(place.container))
        self.below.toggled.connect(self.look)
        self.line = plain_label(muted=True, wrap=True)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.below)
        self.body.addWidget(self.line)
        self.all_button = self.add_button("Restore &all", at_left=True)
        self.all_button.setVisible(bool(place.container))
        close = self.add_button("Close")
        close.clicked.connect(self.reject)
        self.restore_button = self.add_button("&Restore", rank=Rank.PRIMARY)
        self.restore_button.clicked.connect(lambda: self.begin(self._restore_chosen(), "restore"))
        self.all_button.clicked.connect(lambda: self.begin(self._restore_all(), "restore all"))
        self.table.selectionModel().selectionChanged.connect(self.show_state)
        self.show_state()

    def look(self) -> None:
        """List what is deleted, anew."""
        self.begin(self._look(), "list what is deleted")

    # -- looking ----------------------------------------------------------------------

    async def _look(self) -> None:
        self.is_listed = False
        self._states, self._containers = [], ()
        self.model.show(())
        self.line.setText("Looking…")
        self.show_state()
        if self._is_hierarchical:
            self.line.setText(NO_LAKE)
            return
        at = self._place.connection_id
        action = Action.WRITE if self._place.container else Action.CREATE_CONTAINER
        self._refusal = await self._bridge.get(lambda it: it.history.why_not(at, action))
        await (self._look_for_blobs() if self._place.container else self._look_for_containers())
        self.is_listed = True

    async def _look_for_blobs(self) -> None:
        place, is_deep = self._place, self.below.isChecked()
        pages = self._bridge.stream(lambda it: it.history.deleted(place, recursive=is_deep))
        count = 0
        async with aclosing(pages):
            async for page in pages:
                count += len(page.states)
                fresh = page.states[: MOST_SHOWN - len(self._states)]
                self._states += fresh
                self.model.add([self._blob_line(state) for state in fresh])
                self.line.setText(f"{count:,} so far…")
        await self._tell_count(count)

    async def _tell_count(self, count: int) -> None:
        if count:
            shown = f", the first {MOST_SHOWN:,} are shown" if count > MOST_SHOWN else ""
            noun = "blob" if count == 1 else "blobs"
            self.line.setText(f"{count:,} deleted {noun} can come back{shown}.")
            return
        at = self._place.connection_id
        kept = await self._bridge.call(lambda it: it.history.keeping(at, is_hierarchical=False))
        if kept.blob_days == 0:
            self.line.setText(
                "Nothing. Soft delete is off for this account: without versions, what is deleted "
                "is gone at once."
            )
        else:
            self.line.setText("Nothing that is deleted here can come back.")

    async def _look_for_containers(self) -> None:
        at = self._place.connection_id
        self._containers = await self._bridge.call(lambda it: it.history.deleted_containers(at))
        self.model.show([_container_line(item) for item in self._containers])
        count = len(self._containers)
        noun = "container" if count == 1 else "containers"
        self.line.setText(
            f"{count:,} deleted {noun} can come back."
            if count
            else "No deleted container can come back."
        )

    def _blob_line(self, state: BlobState) -> Line:
        name = state.name.removeprefix(self._place.path)
        if state.is_deleted:
            when = local_time(state.deleted_s)
            left = f"{state.remaining_days} {'day' if state.remaining_days == 1 else 'days'}"
        else:
            when, left = "Unknown", "As a version"
        cells = (name, format_bytes(state.blob.size_bytes), when, left)
        return Line(cells, file_icon_name(name, state.blob.content_type), name)

    # -- restoring ----------------------------------------------------------------------

    def show_state(self) -> None:
        is_busy = self.is_busy
        chosen = self.table.selectionModel().selectedRows()
        refusal = self._refusal or ("" if chosen else "Select what should come back.")
        self.restore_button.setEnabled(not refusal and not is_busy)
        explain(self.restore_button, refusal)
        self.all_button.setEnabled(bool(self._states) and not self._refusal and not is_busy)
        explain(self.all_button, self._refusal)

    async def _restore_chosen(self) -> None:
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        if self._place.container:
            names = tuple(self._states[row].name.removeprefix(self._place.path) for row in rows)
            await self._restore(names)
            return
        for row in rows:
            await self._restore_container(self._containers[row])
        self.notice.tell(
            "The container is back." if len(rows) == 1 else f"{len(rows)} containers are back.",
            Tone.OK,
        )
        await self._look()

    async def _restore_container(self, gone: DeletedContainer) -> None:
        at = self._place.connection_id
        await self._bridge.call(lambda it: it.history.restore_container(at, gone))

    async def _restore_all(self) -> None:
        if self.below.isChecked():
            await self._restore(("",))
        else:
            await self._restore(
                tuple(state.name.removeprefix(self._place.path) for state in self._states)
            )

    async def _restore(self, names: tuple[str, ...]) -> None:
        place = self._place
        plan = RestorePlan()
        plans = self._bridge.stream(lambda it: it.history.plan_back(place, names))
        async with aclosing(plans):
            async for plan in plans:
                self.line.setText(f"Looking at {plan.restored:,}…")
        counts = self._bridge.stream(lambda it: it.history.apply(place, plan))
        async with aclosing(counts):
            async for count in counts:
                self.line.setText(f"Restored {count.done:,} of {count.total:,}…")
        tone = Tone.BAD if count.failed else Tone.OK
        self.notice.tell(f"{ended_text(count)} {failures_text(count)}".strip(), tone)
        await self._look()


def _container_line(gone: DeletedContainer) -> Line:
    left = f"{gone.remaining_days} {'day' if gone.remaining_days == 1 else 'days'}"
    return Line((gone.name, "", local_time(gone.deleted_s), left), "container", gone.name)
