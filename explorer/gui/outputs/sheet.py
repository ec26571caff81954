"""The runs of a folder, newest first, as they are found and as they go on. GUI thread only."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from explorer.base.records import dataclass
from explorer.base.shown import shown
from explorer.base.tasks import TaskScope
from explorer.base.units import format_bytes, iso_time
from explorer.gui.colours import Tone
from explorer.gui.parts.busy import BusyIndicator
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.lines_model import Line, LinesModel
from explorer.gui.parts.texts import plain_label
from explorer.gui.parts.views import dress_table
from explorer.gui.work_sheet import WorkSheet
from explorer.workflows.outputs import RULE, Outputs, Run, RunState

HEADERS = ("Run", "State", "Changed", "Size", "Files")
_NUMBERS = (3, 4)
AGAIN_MS: Final = 10_000
"""Runs that go on are looked at so often."""


@dataclass(frozen=True, slots=True)
class Looks:
    """How the sheet looks at storage: at all runs, and at one of them again (None: it is gone)."""

    all: Callable[[], AsyncGenerator[Outputs, None]]
    again: Callable[[Run], Awaitable[Run | None]]


class OutputsSheet(WorkSheet):
    """Tells what is wanted of a run: its files, or its log."""

    download_requested = Signal(object)
    log_requested = Signal(object)

    def __init__(
        self, place: str, looks: Looks, scope: TaskScope, parent: QWidget | None = None
    ) -> None:
        super().__init__(f"Job outputs in {place}", scope, parent, width=680)
        self._looks = looks
        self._outputs = Outputs((), is_complete=False)
        self.model = LinesModel(HEADERS, self, numbers=_NUMBERS)
        self.table = QTableView()
        dress_table(self.table, "Runs, newest first")
        self.table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.table.setModel(self.model)
        self.table.setMinimumHeight(280)
        columns = self.table.horizontalHeader()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        columns.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.figures = plain_label("Looking for runs…", muted=True)
        self.body.addWidget(self.figures)
        self.body.addWidget(self.table)
        self.body.addWidget(plain_label(RULE, muted=True, wrap=True))
        self.busy = BusyIndicator("Looking for runs")
        self.again_button = self.add_button("Re&fresh", icon_name="refresh", at_left=True)
        self.again_button.clicked.connect(self.look)
        self._left.addSpacing(10)
        self._left.addWidget(self.busy)
        self._timer = QTimer(self)
        self._timer.setInterval(AGAIN_MS)
        self._timer.timeout.connect(self.look_at_running)
        self.finished.connect(lambda _: self._timer.stop())
        self.log_button = self.add_button("Show &log", icon_name="file-log")
        self.run_button = self.add_button("Download &run…", icon_name="download")
        self.latest_button = self.add_button("&Download the latest…", rank=Rank.PRIMARY)
        self.log_button.clicked.connect(lambda: self.begin(self._ask_log(), "look at a run again"))
        self.run_button.clicked.connect(self._ask_run)
        self.latest_button.clicked.connect(self._ask_latest)
        self.table.selectionModel().selectionChanged.connect(self.show_state)
        self.show_state()

    # -- looking ----------------------------------------------------------------

    def look(self) -> None:
        """List all runs, from now on look at those that go on."""
        self.begin(self._list(), "list job outputs")
        self._timer.start()

    def look_at_running(self) -> None:
        """See how the runs that go on are now."""
        if not self.is_busy and self._running:
            self.begin(self._look_at_running(), "look at running jobs")

    async def _list(self) -> None:
        self.notice.hide()
        async with aclosing(self._looks.all()) as found:
            async for outputs in found:
                self.tell(outputs)

    async def _look_at_running(self) -> None:
        for run in self._running:
            self._put(run, await self._looks.again(run))

    @property
    def _running(self) -> list[Run]:
        return [run for run in self._outputs.runs if run.state is RunState.RUNNING]

    def _put(self, run: Run, now: Run | None) -> None:
        """In place of what is known of a run; None takes it out."""
        runs = [one for one in self._outputs.runs if one.name != run.name]
        runs += [now] if now is not None else []
        runs.sort(key=lambda one: (-one.modified_s, one.name))
        self.tell(replace(self._outputs, runs=tuple(runs)))

    def tell(self, outputs: Outputs) -> None:
        """What is known by now; what was selected stays selected."""
        chosen = self.chosen
        self._outputs = outputs
        self.model.show([_line(run) for run in outputs.runs])
        for row, run in enumerate(outputs.runs):
            if chosen is not None and run.name == chosen.name:
                self.table.selectRow(row)
        count = f"{len(outputs.runs):,} run{'' if len(outputs.runs) == 1 else 's'}"
        if outputs.is_complete:
            self.figures.setText(f"{count}, newest first." if outputs.runs else "No runs here.")
        else:
            self.figures.setText(f"{count} so far…")
        self.show_state()

    @property
    def chosen(self) -> Run | None:
        """The selected run."""
        rows = self.table.selectionModel().selectedRows()
        return self._outputs.runs[rows[0].row()] if rows else None

    def show_state(self) -> None:
        chosen, outputs = self.chosen, self._outputs
        if self.is_busy:
            self.busy.start()
        else:
            self.busy.stop()
        self.again_button.setEnabled(outputs.is_complete or not self.is_busy)
        self.run_button.setEnabled(chosen is not None)
        self.log_button.setEnabled(chosen is not None and bool(chosen.log))
        self.log_button.setToolTip("" if chosen is None or chosen.log else "There is no log in it.")
        # Which one is the latest is known only at the end.
        self.latest_button.setEnabled(outputs.is_complete and bool(outputs.runs))

    async def _ask_log(self) -> None:
        """Whether the run goes on may be another thing than when it was listed."""
        run = self.chosen
        if run is None:
            return
        now = await self._looks.again(run)
        self._put(run, now)
        if now is None or not now.log:
            self.notice.tell("The log is not there any more.", Tone.WARN)
        else:
            self.log_requested.emit(now)

    def _ask_run(self) -> None:
        if self.chosen is not None:
            self.download_requested.emit(self.chosen)

    def _ask_latest(self) -> None:
        self.download_requested.emit(self._outputs.runs[0])


def _line(run: Run) -> Line:
    return Line(
        (
            shown(run.name.rstrip("/")),
            run.state.value,
            iso_time(run.modified_s),
            format_bytes(run.size_bytes),
            f"{run.blobs:,}",
        )
    )
