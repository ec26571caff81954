"""The transfers panel: kinds at the left, jobs, and below them the files and the speed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QSplitter,
    QStackedWidget,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from explorer.gui import icons
from explorer.gui.parts.buttons import tool_button
from explorer.gui.parts.empty import EmptyState
from explorer.gui.parts.progress import ProgressDelegate
from explorer.gui.transfers import controller as can
from explorer.gui.transfers import files_model, jobs_model, words
from explorer.gui.transfers.controller import TransfersController
from explorer.gui.transfers.jobs_model import JOB_ROLE, PROGRESS_ROLE, JobFilter, ShownJobs
from explorer.gui.transfers.speed import SpeedGraph
from explorer.transfer.model import JobSnapshot

_JOB_WIDTHS = (44, 200, 90, 180, 220, 90, 80, 90, 60, 240, 240, 120, 120)
_FILE_WIDTHS = (240, 90, 180, 300, 260, 260)


@dataclass(frozen=True, slots=True)
class _Verb:
    """One entry of the row menu and, with `is_button`, of the tool bar."""

    icon_name: str
    name: str
    hint: str
    fits: Callable[[JobSnapshot], bool]
    act: Callable[[TransfersController, list[JobSnapshot]], None]
    is_button: bool = True


def _always(_: JobSnapshot) -> bool:
    return True


def _to_top(controller: TransfersController, jobs: list[JobSnapshot]) -> None:
    controller.move_to(jobs, 0)


def _to_bottom(controller: TransfersController, jobs: list[JobSnapshot]) -> None:
    controller.move_to(jobs, len(controller.jobs.jobs()))


_C = TransfersController
VERBS = (
    _Verb("play", "Resume", "Go on with what is paused", can.can_resume, _C.resume),
    _Verb("pause", "Pause", "Stop at a safe point; nothing is lost", can.can_pause, _C.pause),
    _Verb("cancel", "Cancel", "Give up; finished files stay", can.can_cancel, _C.cancel),
    _Verb("retry", "Retry failed", "Try the failed files again", can.can_retry, _C.retry),
    _Verb("top", "First in the queue", "", can.can_cancel, _to_top, is_button=False),
    _Verb("bottom", "Last in the queue", "", can.can_cancel, _to_bottom, is_button=False),
    _Verb("refresh", "Run again", "", can.can_remove, _C.run_again, is_button=False),
    _Verb("delete", "Remove", "Take it out of the list", can.can_remove, _C.remove),
)


class TransfersPanel(QWidget):
    """The whole bottom dock; shows what the controller knows."""

    destination_requested = Signal(object)
    """The `JobSnapshot` whose destination is to be shown."""

    def __init__(self, controller: TransfersController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._shown = ShownJobs(controller.jobs, self)
        self._kinds = _kinds_list()
        self._jobs = _table("Transfers", _JOB_WIDTHS)
        self._jobs.setModel(self._shown)
        self._jobs.setSortingEnabled(True)
        self._jobs.sortByColumn(0, Qt.SortOrder.DescendingOrder)
        self._jobs.setItemDelegateForColumn(
            jobs_model.PROGRESS, ProgressDelegate(PROGRESS_ROLE, self._jobs)
        )
        self._files = _table("Files of the transfer", _FILE_WIDTHS)
        self._files.setModel(controller.files)
        self._files.setItemDelegateForColumn(
            files_model.PROGRESS, ProgressDelegate(PROGRESS_ROLE, self._files)
        )
        self._speed = SpeedGraph()
        self._actions = [self._make_action(verb) for verb in VERBS]
        self._open = QAction(icons.icon("open-external"), "Open destination", self)
        self._open.triggered.connect(self._open_destination)
        self._copy_errors = QAction(icons.icon("copy"), "Copy the errors", self)
        self._copy_errors.triggered.connect(self._copy_failures)
        self._lay_out()
        self._connect()
        self._jobs_changed()

    # -- making ---------------------------------------------------------------

    def _make_action(self, verb: _Verb) -> QAction:
        action = QAction(icons.icon(verb.icon_name), verb.name, self)
        action.setToolTip(verb.hint or verb.name)
        action.triggered.connect(lambda: verb.act(self._controller, self.selected()))
        if verb.name == "Remove":
            action.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            self._jobs.addAction(action)
        return action

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(6, 4, 6, 4)
        bar.setSpacing(2)
        for verb, action in zip(VERBS, self._actions, strict=True):
            if verb.is_button:
                button = tool_button(verb.icon_name, verb.name, hint=verb.hint)
                button.setDefaultAction(action)
                bar.addWidget(button)
        bar.addStretch(1)
        clear = tool_button("check", "Clear finished", hint="Take everything done out of the list")
        clear.clicked.connect(self._controller.remove_finished)
        bar.addWidget(clear)
        return bar

    def _lay_out(self) -> None:
        self._empty = EmptyState(
            "transfers", "No transfers yet", "Drop files on a folder, or download a selection."
        )
        self._details = QTabWidget()
        self._details.setDocumentMode(True)
        self._details.addTab(self._files, "Files")
        self._details.addTab(self._speed, "Speed")
        self._halves = QSplitter(Qt.Orientation.Vertical)
        self._halves.setChildrenCollapsible(False)
        self._halves.addWidget(self._jobs)
        self._halves.addWidget(self._details)
        self._halves.setStretchFactor(0, 3)
        self._halves.setStretchFactor(1, 2)
        self._details.hide()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._halves)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._bar())
        column.addWidget(self._stack, 1)
        sides = QSplitter(Qt.Orientation.Horizontal)
        sides.addWidget(self._kinds)
        sides.addWidget(right)
        sides.setStretchFactor(1, 1)
        sides.setSizes([130, 900])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(sides)

    def _connect(self) -> None:
        self._controller.jobs_changed.connect(self._jobs_changed)
        self._controller.speed_changed.connect(self._show_speed)
        self._kinds.currentRowChanged.connect(self._show_kind)
        self._jobs.selectionModel().selectionChanged.connect(self._selection_changed)
        self._jobs.doubleClicked.connect(self._open_destination)
        for table in (self._jobs, self._files):
            table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._jobs.customContextMenuRequested.connect(self._show_job_menu)
        self._files.customContextMenuRequested.connect(self._show_file_menu)
        self._files.verticalScrollBar().valueChanged.connect(self._files_scrolled)

    # -- following ------------------------------------------------------------

    def selected(self) -> list[JobSnapshot]:
        """The jobs whose rows are selected."""
        rows = self._jobs.selectionModel().selectedRows()
        return [index.data(JOB_ROLE) for index in rows]

    def select(self, job_id: int) -> None:
        """Select a job's row and show it."""
        for row in range(self._shown.rowCount()):
            index = self._shown.index(row, 0)
            if index.data(JOB_ROLE).id == job_id:
                self._jobs.selectRow(row)
                self._jobs.scrollTo(index)

    def _jobs_changed(self) -> None:
        jobs = self._controller.jobs.jobs()
        self._stack.setCurrentWidget(self._halves if jobs else self._empty)
        for row, kind in enumerate(JobFilter):
            count = sum(kind.takes(job) for job in jobs)
            self._kinds.item(row).setText(f"{kind.value}  {count}" if count else kind.value)
        self._update_actions()

    def _show_kind(self, row: int) -> None:
        self._shown.show_only(list(JobFilter)[row])
        self._selection_changed()

    def _selection_changed(self) -> None:
        jobs = self.selected()
        self._details.setVisible(bool(jobs))
        self._controller.show_files(jobs[0].id if jobs else 0)
        self._show_speed()
        self._update_actions()

    def _update_actions(self) -> None:
        jobs = self.selected()
        for verb, action in zip(VERBS, self._actions, strict=True):
            action.setEnabled(any(verb.fits(job) for job in jobs))
        self._open.setEnabled(len(jobs) == 1)
        self._copy_errors.setEnabled(any(job.failure for job in jobs))

    def _show_speed(self) -> None:
        self._speed.show_history(self._controller.history(self._controller.shown_job))

    def _files_scrolled(self, value: int) -> None:
        bar = self._files.verticalScrollBar()
        if value >= bar.maximum() - bar.pageStep():
            self._controller.fetch_files()

    # -- menus ----------------------------------------------------------------

    def _show_job_menu(self, at: QPoint) -> None:
        if not self.selected():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([action for action in self._actions if action.isEnabled()])
        menu.addSeparator()
        menu.addActions([self._open, self._copy_errors])
        menu.popup(self._jobs.viewport().mapToGlobal(at))

    def _show_file_menu(self, at: QPoint) -> None:
        index = self._files.indexAt(at)
        if not index.isValid():
            return
        transfer = index.data(files_model.TRANSFER_ROLE)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        failure = transfer.failure
        text = words.failure_text(failure) if failure else words.file_status(transfer)
        copy = menu.addAction(icons.icon("copy"), "Copy the status")
        copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(text))
        menu.popup(self._files.viewport().mapToGlobal(at))

    def _open_destination(self) -> None:
        jobs = self.selected()
        if len(jobs) == 1:
            self.destination_requested.emit(jobs[0])

    def _copy_failures(self) -> None:
        failures = [job.failure for job in self.selected() if job.failure]
        QGuiApplication.clipboard().setText("\n\n".join(map(words.failure_text, failures)))

    # -- coming back ----------------------------------------------------------

    def save_columns(self) -> str:
        """Widths, order and sort of the jobs table, for the session file."""
        state: bytes = self._jobs.horizontalHeader().saveState().toBase64().data()
        return state.decode("ascii")

    def restore_columns(self, saved: str) -> None:
        """What `save_columns` gave; anything else is ignored."""
        header = self._jobs.horizontalHeader()
        header.restoreState(QByteArray.fromBase64(QByteArray(saved.encode())))


def _kinds_list() -> QListWidget:
    kinds = QListWidget()
    kinds.setAccessibleName("Kinds of transfers")
    for kind in JobFilter:
        kinds.addItem(QListWidgetItem(kind.value))
    kinds.setCurrentRow(0)
    kinds.setMinimumWidth(90)
    return kinds


def _table(name: str, widths: tuple[int, ...]) -> QTableView:
    table = QTableView()
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    table.setAlternatingRowColors(True)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    table.verticalHeader().hide()
    table.horizontalHeader().setHighlightSections(False)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    for column, width in enumerate(widths):
        table.horizontalHeader().resizeSection(column, width)
    return table
