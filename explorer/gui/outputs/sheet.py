"""The runs of a folder, newest first, as they are found. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from explorer.base.shown import shown
from explorer.base.units import format_bytes, iso_time
from explorer.gui.parts.busy import BusyIndicator
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.lines_model import Line, LinesModel
from explorer.gui.parts.texts import plain_label
from explorer.gui.parts.views import dress_table
from explorer.gui.sheet import Sheet
from explorer.workflows.outputs import RULE, Outputs, Run

HEADERS = ("Run", "State", "Changed", "Size", "Files")
_NUMBERS = (3, 4)


class OutputsSheet(Sheet):
    """Tells what is wanted of a run: its files, or its log."""

    download_requested = Signal(object)
    log_requested = Signal(object)

    def __init__(self, place: str, parent: QWidget | None = None) -> None:
        super().__init__(f"Job outputs in {place}", parent, width=680)
        self._runs: tuple[Run, ...] = ()
        self._is_complete = False
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
        self._left.addWidget(self.busy)
        self.busy.start()
        self.log_button = self.add_button("Show &log", icon_name="file-log")
        self.run_button = self.add_button("Download &run…", icon_name="download")
        self.latest_button = self.add_button("&Download the latest…", rank=Rank.PRIMARY)
        self.log_button.clicked.connect(self._ask_log)
        self.run_button.clicked.connect(self._ask_run)
        self.latest_button.clicked.connect(self._ask_latest)
        self.table.selectionModel().selectionChanged.connect(self._update)
        self._update()

    def tell(self, outputs: Outputs) -> None:
        """What is known by now; what was selected stays selected."""
        chosen = self.chosen
        self._runs = outputs.runs
        self.model.show([_line(run) for run in outputs.runs])
        for row, run in enumerate(outputs.runs):
            if chosen is not None and run.name == chosen.name:
                self.table.selectRow(row)
        count = f"{len(outputs.runs):,} run{'' if len(outputs.runs) == 1 else 's'}"
        if outputs.is_complete:
            self.busy.stop()
            self.figures.setText(f"{count}, newest first." if outputs.runs else "No runs here.")
        else:
            self.figures.setText(f"{count} so far…")
        self._is_complete = outputs.is_complete
        self._update()

    @property
    def chosen(self) -> Run | None:
        """The selected run."""
        rows = self.table.selectionModel().selectedRows()
        return self._runs[rows[0].row()] if rows else None

    def _update(self) -> None:
        chosen = self.chosen
        self.run_button.setEnabled(chosen is not None)
        self.log_button.setEnabled(chosen is not None and bool(chosen.log))
        self.log_button.setToolTip("" if chosen is None or chosen.log else "There is no log in it.")
        # Which one is the latest is known only at the end.
        self.latest_button.setEnabled(self._is_complete and bool(self._runs))

    def _ask_log(self) -> None:
        if self.chosen is not None:
            self.log_requested.emit(self.chosen)

    def _ask_run(self) -> None:
        if self.chosen is not None:
            self.download_requested.emit(self.chosen)

    def _ask_latest(self) -> None:
        self.download_requested.emit(self._runs[0])


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
