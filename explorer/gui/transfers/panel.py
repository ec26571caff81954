"""The transfers panel: kinds at the left, jobs, and the details of the chosen one."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.base.units import format_rate
from explorer.gui import icons
from explorer.gui.colours import Tone
from explorer.gui.parts.buttons import tool_button
from explorer.gui.parts.empty import EmptyState
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.progress import ProgressDelegate
from explorer.gui.parts.room import Stack, stretched
from explorer.gui.parts.texts import ElidedLabel, plain_label
from explorer.gui.transfers import jobs_model, words
from explorer.gui.transfers.controller import TransfersController, can_remove
from explorer.gui.transfers.details import JobDetails
from explorer.gui.transfers.jobs_model import JOB_ROLE, PROGRESS_ROLE, JobFilter, ShownJobs
from explorer.gui.transfers.kinds import KindsList
from explorer.gui.transfers.plans import JOBS
from explorer.gui.transfers.table import ColumnTable, SentenceDelegate
from explorer.gui.transfers.verbs import ALL_VERBS, VERBS, Verb
from explorer.transfer.model import JobSnapshot
from explorer.transfer.state import JobState

_C = jobs_model.Col
_SELECT_ROW = (
    QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
)
NARROW_BELOW = 620
READING = ("Reading the transfers…", "Those of the last time come back in a moment.")
NOTHING = ("No transfers yet", "Drop files on a folder, or download or copy a selection.")
NOT_ENDED = "A transfer that has not ended stays in the list. Cancel it first."
FLAT_BELOW = 380
"""A panel lower than this shows the details beside the jobs instead of below them."""
JOBS_LEAST = 250
"""So much shows what a job is called, and how far it is."""


class TransfersPanel(QWidget):
    """The whole bottom dock; shows what the controller knows."""

    destination_requested = Signal(object)
    """The `JobSnapshot` whose destination is to be shown."""
    credential_requested = Signal(str)
    """The id of a connection that needs a new SAS or key."""

    def __init__(self, controller: TransfersController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._awaited = 0
        self._shown = ShownJobs(controller.jobs, self)
        self.kinds = KindsList()
        self.jobs = ColumnTable("Transfers", self._shown, JOBS)
        self.jobs.setSortingEnabled(True)
        self.jobs.sortByColumn(_C.NUMBER, Qt.SortOrder.DescendingOrder)
        self.jobs.setItemDelegateForColumn(_C.PROGRESS, ProgressDelegate(PROGRESS_ROLE, self.jobs))
        self.jobs.setItemDelegateForColumn(_C.STATUS, SentenceDelegate(self.jobs))
        self.details = JobDetails(controller)
        self.notice = NoticeBar()
        self.actions_of: dict[str, QAction] = {verb.name: self._action(verb) for verb in VERBS}
        self.open_action = QAction(icons.icon("open-external"), "Open destination", self)
        self.open_action.triggered.connect(self._open_destination)
        self.copy_action = QAction(icons.icon("copy"), "Copy error", self)
        self.copy_action.triggered.connect(self._copy_failures)
        self._total = ElidedLabel()
        self._total.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._total.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        # Many jobs change at once: what depends on all of them is looked at once, after them.
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.timeout.connect(self._show_counts)
        self._lay_out()
        self._connect()
        self._show_counts()

    # -- making ---------------------------------------------------------------

    def _action(self, verb: Verb) -> QAction:
        action = QAction(icons.icon(verb.icon_name), verb.name, self)
        action.setToolTip(verb.hint or verb.name)
        action.triggered.connect(lambda: verb.act(self._controller, self._fitting(verb), self))
        if verb.fits is can_remove and verb.is_button:
            action.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            self.jobs.addAction(action)
        return action

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(6, 4, 6, 4)
        bar.setSpacing(2)
        for verb in VERBS:
            if verb.is_button:
                name = verb.name.removesuffix("…")
                button = tool_button(verb.icon_name, name, hint=verb.hint)
                button.setDefaultAction(self.actions_of[verb.name])
                button.setAccessibleName(name)
                bar.addWidget(button)
        bar.addStretch(1)
        bar.addWidget(self._total)
        bar.addSpacing(8)
        self.clear_button = tool_button(
            "check", "Clear finished", hint="Take everything done out of the list", with_text=True
        )
        self.clear_button.clicked.connect(self._controller.remove_finished)
        bar.addWidget(self.clear_button)
        columns = tool_button("columns", "Columns", hint="Choose the columns")
        columns.clicked.connect(lambda: self._pop_up_columns(columns))
        bar.addWidget(columns)
        return bar

    def _pop_up_columns(self, button: QToolButton) -> None:
        menu = self.jobs.header.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def _lay_out(self) -> None:
        self._empty = EmptyState("transfers", *READING)
        self._none_of_kind = plain_label(muted=True)
        self._none_of_kind.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._halves = QSplitter(Qt.Orientation.Vertical)
        self._halves.setChildrenCollapsible(False)
        self.jobs.setMinimumWidth(stretched(JOBS_LEAST, self.fontMetrics()))
        self._halves.addWidget(self.jobs)
        self._halves.addWidget(self.details)
        self._halves.setStretchFactor(0, 3)
        self._halves.setStretchFactor(1, 2)
        self.details.hide()
        self._rows = QWidget()
        rows = QVBoxLayout(self._rows)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(self._bar())
        rows.addWidget(self.notice)
        self._stack = Stack()
        self._stack.addWidget(self._halves)
        self._stack.addWidget(self._none_of_kind)
        rows.addWidget(self._stack, 1)
        sides = QSplitter(Qt.Orientation.Horizontal)
        sides.setChildrenCollapsible(False)
        sides.addWidget(self.kinds)
        sides.addWidget(self._rows)
        sides.setStretchFactor(1, 1)
        sides.setSizes([self.kinds.sizeHint().width(), 900])
        self._whole = Stack()
        self._whole.addWidget(self._empty)
        self._whole.addWidget(sides)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._whole)

    def _connect(self) -> None:
        self._controller.jobs_changed.connect(self._jobs_changed)
        self._controller.jobs_changed.connect(self._job_came)
        self.kinds.kind_changed.connect(self._show_kind)
        self.jobs.selectionModel().selectionChanged.connect(self._selection_changed)
        self.jobs.activated.connect(self._open_destination)
        self.jobs.space_pressed.connect(lambda: self._controller.pause_or_resume(self.selected()))
        self.jobs.delete_pressed.connect(self._delete_pressed)
        self.jobs.menu_requested.connect(self._show_menu)
        self.details.credential_requested.connect(self.credential_requested)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = event.size().width() < stretched(NARROW_BELOW, self.fontMetrics())
        style = Qt.ToolButtonStyle
        self.clear_button.setToolButtonStyle(
            style.ToolButtonIconOnly if is_narrow else style.ToolButtonTextBesideIcon
        )
        is_flat = event.size().height() < FLAT_BELOW
        wanted = Qt.Orientation.Horizontal if is_flat else Qt.Orientation.Vertical
        if self._halves.orientation() != wanted:
            self._halves.setOrientation(wanted)
            room = event.size().width() if is_flat else event.size().height()
            self._halves.setSizes([room * 3 // 5, room * 2 // 5])

    @property
    def is_empty(self) -> bool:
        """Whether it says that there are no transfers yet."""
        return self._whole.currentWidget() is self._empty

    def says(self) -> str:
        """What stands in place of the jobs; empty where there are some. For whoever looks."""
        return self._empty.headline() if self.is_empty else ""

    # -- following ------------------------------------------------------------

    def selected(self) -> list[JobSnapshot]:
        """The jobs whose rows are selected, from the top."""
        rows = self.jobs.selectionModel().selectedRows()
        return [index.data(JOB_ROLE) for index in sorted(rows, key=lambda index: index.row())]

    def _fitting(self, verb: Verb) -> list[JobSnapshot]:
        return [job for job in self.selected() if verb.fits(job)]

    def select(self, job_id: int) -> None:
        """Select a job's row and show it, whatever kind was looked at; as soon as it has come."""
        job = self._controller.jobs.job(job_id)
        self._awaited = job_id if job is None else 0
        if job is None:
            return
        if not self._shown.shows(job):
            self.kinds.choose(JobFilter.ALL)
        for row in range(self._shown.rowCount()):
            index = self._shown.index(row, _C.NAME)
            if index.data(JOB_ROLE).id == job_id:
                # Not by the view, which looks at the keys that are held down.
                self.jobs.selectionModel().setCurrentIndex(index, _SELECT_ROW)
                self.jobs.scrollTo(index)

    def _jobs_changed(self) -> None:
        """The first job brings up the table at once, since the keys go to what is seen."""
        if self.is_empty and self._controller.jobs.jobs():
            self._show_counts()
        else:
            self._refresh.start()

    def _delete_pressed(self) -> None:
        """Remove what can be removed; say why nothing can."""
        if any(map(can_remove, self.selected())):
            self._controller.remove(self.selected())
        elif self.selected():
            self.notice.tell(NOT_ENDED, Tone.INFO)

    def _job_came(self) -> None:
        if self._controller.jobs.job(self._awaited) is not None:
            self.select(self._awaited)

    def _show_counts(self) -> None:
        jobs = self._controller.jobs.jobs()
        self._whole.setCurrentIndex(1 if jobs else 0)
        self._empty.set_texts(*(NOTHING if self._controller.is_loaded else READING))
        self.kinds.show_counts(jobs)
        is_none = self._shown.rowCount() == 0
        self._none_of_kind.setText(f"No transfer is {self.kinds.kind.value.lower()}.")
        self._stack.setCurrentIndex(1 if is_none else 0)
        running = sum(job.state is JobState.RUNNING for job in jobs)
        rate = self._controller.total_rate
        told = f"{running:,} running · {format_rate(rate)}" if running else ""
        self._total.set_text(told)
        ended = (JobState.DONE, JobState.CANCELLED)
        self.clear_button.setEnabled(any(job.state in ended for job in jobs))
        self._update_actions()
        self.details.refresh()

    def _show_kind(self, kind: JobFilter) -> None:
        self._shown.show_only(kind)
        self._selection_changed()
        self._show_counts()

    def _selection_changed(self) -> None:
        chosen = self.selected()
        current = self.jobs.currentIndex().data(JOB_ROLE)
        job = current if current in chosen else chosen[0] if chosen else None
        self.notice.hide()
        self.details.setVisible(job is not None)
        if (job.id if job else 0) != self._controller.files.job_id:
            self.details.show_job(job)
        self._update_actions()

    def _update_actions(self) -> None:
        chosen = self.selected()
        for verb in VERBS:
            self.actions_of[verb.name].setEnabled(any(map(verb.fits, chosen)))
        self.open_action.setEnabled(len(chosen) == 1)
        self.copy_action.setEnabled(any(job.failure for job in chosen))

    # -- menu -----------------------------------------------------------------

    def row_menu(self) -> QMenu:
        """What can be done to the selected jobs."""
        menu = QMenu(self)
        for verb in VERBS:
            if self.actions_of[verb.name].isEnabled():
                menu.addAction(self.actions_of[verb.name])
            if verb.ends_group and not menu.isEmpty() and not menu.actions()[-1].isSeparator():
                menu.addSeparator()
        menu.addActions([self.open_action, self.copy_action])
        menu.addSeparator()
        every = menu.addMenu(icons.icon("transfers"), "All transfers")
        for verb in ALL_VERBS:
            action = every.addAction(icons.icon(verb.icon_name), verb.name)
            jobs = [job for job in self._controller.jobs.jobs() if verb.fits(job)]
            action.setEnabled(bool(jobs))
            action.triggered.connect(
                lambda _=False, verb=verb, jobs=jobs: verb.act(self._controller, jobs, self)
            )
        return menu

    def _show_menu(self, at: QPoint) -> None:
        if self.selected():
            menu = self.row_menu()
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(at)

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
        return self.jobs.header.saved()

    def restore_columns(self, saved: str) -> None:
        """What `save_columns` gave; anything else is ignored."""
        self.jobs.header.restore(saved)
