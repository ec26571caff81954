"""A place held against a manifest: which one, then what differs as it is found. GUI thread only."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from enum import Enum
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHeaderView,
    QProgressBar,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from explorer.base.records import dataclass
from explorer.base.shown import shown
from explorer.base.tasks import TaskScope
from explorer.gui import ask
from explorer.gui.colours import Tone
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.lines_model import LinesModel
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.parts.views import dress_table
from explorer.gui.verify import words
from explorer.gui.work_sheet import WorkSheet
from explorer.service.model import Location
from explorer.workflows.mirror_runs import KeptRun
from explorer.workflows.mirror_sides import End
from explorer.workflows.verify import Finding, Verdict

MOST_SHOWN: Final = 100_000
"""Findings beyond this are counted, not listed."""
WHAT_WIDTH: Final = 120
READS_HINT: Final = (
    "Compares the MD5 of their bytes where the manifest knows it. Otherwise their size, ETag and "
    "stored MD5 tell, and nothing is downloaded. Files of this computer are always read."
)


class Stage(Enum):
    CHOOSE = 0
    FINDINGS = 1


@dataclass(frozen=True, slots=True)
class VerifyCalls:
    """What the sheet has done for it: the runs that are known, a manifest's file opened, the
    findings of one at a place (reading blobs, too), whether a file is there, and a text written
    to one."""

    runs: Callable[[], Awaitable[list[KeptRun]]]
    open: Callable[[Path], Awaitable[KeptRun]]
    findings: Callable[[Path, End, bool], AsyncGenerator[list[Finding], None]]
    exists: Callable[[Path], Awaitable[bool]]
    save: Callable[[Path, str], Awaitable[None]]


class VerifySheet(WorkSheet):
    """For `place`, which manifests name `label`. Closing it stops the check."""

    def __init__(
        self,
        place: Location,
        label: str,
        calls: VerifyCalls,
        scope: TaskScope,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Verify with a manifest", scope, parent, icon_name="check", width=760)
        self._place = place
        self._label = label
        self._calls = calls
        self._files = 0
        self._is_checking = False
        self._places: list[End] = []
        self.runs: list[KeptRun] = []
        self.findings: list[Finding] = []
        self.counts: Counter[Verdict] = Counter()
        self.is_whole = False
        """Whether the check came to its end."""
        self.stage = Stage.CHOOSE
        self.runs_model = LinesModel(words.RUN_HEADERS, self, numbers=(1, 2))
        self.runs_table = _table("Runs, newest first", self.runs_model)
        self.runs_table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        _widths(self.runs_table, stretched=(3, 4))
        self.where = QComboBox()
        self.where.setAccessibleName("Look in")
        self.reads = QCheckBox("&Read the blobs, too")
        explain(self.reads, READS_HINT)
        self.model = LinesModel(words.FINDING_HEADERS, self)
        self.table = _table("What is not as the run left it", self.model)
        _widths(self.table, stretched=(1, 2))
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.table.setColumnWidth(0, WHAT_WIDTH)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Files checked")
        self.bar.setTextVisible(False)
        self.figures = plain_label("Looking for runs of mirrors…", muted=True, wrap=True)
        self.pages = QStackedWidget()
        self.pages.addWidget(self._choices())
        self.pages.addWidget(self._results())
        self.body.insertWidget(0, self.figures)
        self.body.addWidget(self.pages)
        self._make_buttons()
        self.runs_table.selectionModel().selectionChanged.connect(self._chose)
        self.where.currentIndexChanged.connect(self.show_state)
        self._chose()
        self.begin(self._find_runs(), "find runs of mirrors")

    # -- making -----------------------------------------------------------------

    def _choices(self) -> QWidget:
        page = QWidget()
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.addRow("&Look in", self.where)
        form.addRow("", self.reads)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.runs_table)
        column.addLayout(form)
        return page

    def _results(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.bar)
        column.addWidget(self.table)
        return page

    def _make_buttons(self) -> None:
        self.file_button = self.add_button("Manifest &file…", icon_name="file", at_left=True)
        self.copy_button = self.add_button("&Copy", icon_name="copy", at_left=True)
        self._left.setSpacing(8)
        self.save_button = self.add_button("&Export…", icon_name="list", at_left=True)
        self.stop_button = self.add_button("&Stop", icon_name="stop")
        self.back_button = self.add_button("&Back", icon_name="back")
        self.close_button = self.add_button("Close")
        self.go_button = self.add_button("&Verify", rank=Rank.PRIMARY)
        self.file_button.clicked.connect(
            lambda: self.begin(self._choose_file(), "choose a manifest")
        )
        self.copy_button.clicked.connect(self.copy)
        self.save_button.clicked.connect(lambda: self.begin(self._save(), "export what differs"))
        self.stop_button.clicked.connect(self._stop)
        self.back_button.clicked.connect(self._back)
        self.close_button.clicked.connect(self.reject)
        self.go_button.clicked.connect(self.verify)
        keys = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.table)
        keys.setContext(Qt.ShortcutContext.WidgetShortcut)
        keys.activated.connect(self.copy)

    # -- which one --------------------------------------------------------------

    async def _find_runs(self) -> None:
        self.runs = await self._calls.runs()
        self.runs_model.show([words.run_line(kept) for kept in self.runs])
        ours = (n for n, kept in enumerate(self.runs) if words.concerns(kept.run, self._label))
        if self.runs:
            self._choose(next(ours, 0))

    def _choose(self, row: int) -> None:
        self.runs_table.selectRow(row)
        self.runs_table.setCurrentIndex(self.runs_model.index(row, 0))

    async def _choose_file(self) -> None:
        self.notice.hide()
        chosen = await ask.files_to_open(self, "The manifest of a run of a mirror")
        if not chosen:
            return
        kept = await self._calls.open(chosen[0])
        self.runs.insert(0, kept)
        self.runs_model.show([words.run_line(kept) for kept in self.runs])
        self._choose(0)

    @property
    def chosen(self) -> KeptRun | None:
        """The selected run."""
        rows = self.runs_table.selectionModel().selectedRows()
        return self.runs[rows[0].row()] if rows else None

    def _chose(self) -> None:
        """Where to look: here, or in the folder of this computer that the run is of."""
        folder = words.folder_in(self.chosen.run) if self.chosen is not None else None
        self._places = [self._place] if folder is None else [self._place, folder]
        self.where.clear()
        self.where.addItems([words.place_title(place) for place in self._places])
        self.show_state()

    @property
    def _looked_in(self) -> End:
        return self._places[max(self.where.currentIndex(), 0)]

    # -- checking ---------------------------------------------------------------

    def verify(self) -> None:
        """Hold the chosen place against the chosen manifest."""
        kept = self.chosen
        if kept is None:
            return
        self._is_checking, self.is_whole = True, False
        self.findings, self.counts = [], Counter()
        self._files = kept.run.counts.get("files", 0)
        self.model.show(())
        self.bar.setRange(0, max(self._files, 1))
        self.bar.setValue(0)
        self._turn_to(Stage.FINDINGS)
        self.begin(self._verify(kept, self._looked_in), "verify")
        self.stop_button.setFocus()

    async def _verify(self, kept: KeptRun, place: End) -> None:
        try:
            await self._check(kept, place)
        finally:
            self._is_checking = False
        self.is_whole = True
        self.bar.setValue(self.bar.maximum())
        if self.counts.total() == self.counts[Verdict.GOOD]:
            self.notice.tell("Nothing is missing, and nothing differs.", Tone.OK, closable=False)
        self.close_button.setFocus()

    async def _check(self, kept: KeptRun, place: End) -> None:
        stream = self._calls.findings(kept.path, place, self.reads.isChecked())
        async with aclosing(stream) as batches:
            async for batch in batches:
                self._tell(batch)

    def _tell(self, batch: list[Finding]) -> None:
        self.counts.update(finding.verdict for finding in batch)
        bad = [finding for finding in batch if finding.verdict is not Verdict.GOOD]
        bad = bad[: MOST_SHOWN - len(self.findings)]
        self.findings += bad
        self.model.add([words.finding_line(finding) for finding in bad])
        self.bar.setValue(min(self.counts.total(), self.bar.maximum()))
        self.show_state()

    def _stop(self) -> None:
        self.stop()
        self._is_checking = False
        self.show_state()
        self.back_button.setFocus()

    def _back(self) -> None:
        self._turn_to(Stage.CHOOSE)
        self.runs_table.setFocus()

    def _turn_to(self, stage: Stage) -> None:
        self.stage = stage
        self.pages.setCurrentIndex(stage.value)
        self.notice.hide()
        self.show_state()

    # -- what was found ---------------------------------------------------------

    def copy(self) -> None:
        """The selected findings, or all of them, on the clipboard."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        found = [self.findings[row] for row in rows] or self.findings
        if found:
            QGuiApplication.clipboard().setText(words.as_text(found))

    async def _save(self) -> None:
        path = await ask.file_to_save(self, "Export what differs (.csv)", "differences.csv")
        if path is None:
            return
        if await self._calls.exists(path) and not await ask.confirm(
            self, f"Replace '{shown(path.name)}'?", "It exists already.", go="&Replace"
        ):
            return
        await self._calls.save(path, words.as_csv(self.findings))
        self.notice.tell(f"Wrote {shown(str(path))}.", Tone.OK)

    # -- showing ----------------------------------------------------------------

    def show_state(self) -> None:
        is_choosing, busy = self.stage is Stage.CHOOSE, self.is_busy
        self.figures.setText(self._figures())
        for button in (self.file_button, self.go_button):
            button.setVisible(is_choosing)
        for button in (self.copy_button, self.save_button, self.back_button):
            button.setVisible(not is_choosing)
        self.back_button.setEnabled(not busy)
        for button in (self.copy_button, self.save_button):
            button.setEnabled(not busy and bool(self.findings))
        self.stop_button.setVisible(not is_choosing)
        self.stop_button.setEnabled(self._is_checking)
        self.file_button.setEnabled(not busy)
        self.go_button.setEnabled(not busy and self.chosen is not None)
        explain(self.go_button, "" if self.chosen is not None else "Choose a run or a file.")
        self.reads.setEnabled(not isinstance(self._looked_in, Path))

    def _figures(self) -> str:
        if self.stage is Stage.CHOOSE:
            if self.runs or self.is_busy:
                return "Which run of a mirror is it to be compared with? The newest is first."
            return "No run of a mirror is known here. Choose the file of a manifest."
        if self._is_checking:
            return words.progress(self.counts, self._files)
        text = words.ending(self.counts, self._files, is_whole=self.is_whole)
        if len(self.findings) == MOST_SHOWN:
            text += f" The first {MOST_SHOWN:,} are listed."
        return text


def _table(name: str, model: LinesModel) -> QTableView:
    table = QTableView()
    dress_table(table, name)
    table.setModel(model)
    table.setMinimumHeight(260)
    return table


def _widths(table: QTableView, *, stretched: tuple[int, ...]) -> None:
    columns = table.horizontalHeader()
    columns.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    for column in stretched:
        columns.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
