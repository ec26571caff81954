"""Below the jobs: what went wrong with the chosen one, its files, its speed."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QStackedLayout,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.gui import errors, icons
from explorer.gui.colours import Tone
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.progress import ProgressDelegate
from explorer.gui.parts.room import stretched
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.transfers import files_model, words
from explorer.gui.transfers.controller import TransfersController
from explorer.gui.transfers.file_bar import FileBar
from explorer.gui.transfers.file_verbs import FILE_VERBS, FileVerb
from explorer.gui.transfers.files_model import TRANSFER_ROLE
from explorer.gui.transfers.job_files import FileFilter
from explorer.gui.transfers.jobs_model import PROGRESS_ROLE
from explorer.gui.transfers.plans import FILES
from explorer.gui.transfers.speed import SpeedGraph
from explorer.gui.transfers.table import ColumnTable, SentenceDelegate
from explorer.transfer.model import JobSnapshot, TransferSnapshot
from explorer.transfer.state import JobState

Index = QModelIndex | QPersistentModelIndex
_C = files_model.Col
LEAST_WIDTH = 220
"""So much shows what a file is called, and how far it is."""
TIGHT_BELOW = 240, 420
"""Height and width: where there is less of both, a failure shows its headline only."""
_NOTHING = {
    FileFilter.ALL: "No files yet.",
    FileFilter.RUNNING: "No file is being transferred right now.",
    FileFilter.FAILED: "No file failed.",
    FileFilter.SKIPPED: "No file was skipped.",
}


class JobDetails(QWidget):
    """Follows the controller; `show_job` says whose details are wanted."""

    credential_requested = Signal(str)
    """The id of a connection that needs a new SAS or key."""

    def __init__(self, controller: TransfersController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._job_id = 0
        self.notice = NoticeBar()
        self.files = ColumnTable("Files of the transfer", controller.files.model, FILES)
        self.files.setItemDelegateForColumn(
            _C.PROGRESS, ProgressDelegate(PROGRESS_ROLE, self.files)
        )
        self.files.setItemDelegateForColumn(_C.STATUS, SentenceDelegate(self.files))
        self.files.header.setSectionsClickable(False)
        self.files.setMinimumHeight(64)
        self._nothing = plain_label(muted=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._speed = SpeedGraph()
        self._tabs = QTabWidget()
        self._tabs.setDocumentMode(True)
        self._tabs.addTab(self._files_page(), "Files")
        self._tabs.addTab(self._speed, "Speed")
        self.file_actions = {verb.name: self._action(verb) for verb in FILE_VERBS}
        self.bar = FileBar(self.file_actions)
        self._tabs.setCornerWidget(self.bar, Qt.Corner.TopRightCorner)
        notice_room = QHBoxLayout()
        notice_room.setContentsMargins(8, 6, 8, 6)
        notice_room.addWidget(self.notice)
        self._notice_room = QWidget()
        self._notice_room.setLayout(notice_room)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._notice_room)
        column.addWidget(self._tabs, 1)
        self._connect()
        self.show_job(None)

    def _action(self, verb: FileVerb) -> QAction:
        action = QAction(icons.icon(verb.icon_name), verb.name, self)
        action.setToolTip(verb.hint)
        action.triggered.connect(lambda: self._act_on_files(verb))
        action.setEnabled(False)
        return action

    def _act_on_files(self, verb: FileVerb) -> None:
        ids = [file.id for file in self._fitting(verb)]
        if ids:
            self._controller.act_on_files(verb, self._job_id, ids)

    def _fitting(self, verb: FileVerb) -> list[TransferSnapshot]:
        job = self._controller.jobs.job(self._job_id)
        return [file for file in self.selected() if job is not None and verb.fits(job, file)]

    def _update_actions(self) -> None:
        for verb in FILE_VERBS:
            self.file_actions[verb.name].setEnabled(bool(self._fitting(verb)))

    def _files_page(self) -> QWidget:
        page = QWidget()
        self._table_or_nothing = QStackedLayout()
        self._table_or_nothing.addWidget(self.files)
        self._table_or_nothing.addWidget(self._nothing)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._table_or_nothing, 1)
        return page

    def _connect(self) -> None:
        files = self._controller.files
        files.fetched.connect(self._look_whether_empty)
        files.model.rowsInserted.connect(self._look_whether_empty)
        files.model.rowsRemoved.connect(self._look_whether_empty)
        files.model.modelReset.connect(self._look_whether_empty)
        self._controller.speed_changed.connect(self._speed_changed)
        self._tabs.currentChanged.connect(lambda at: self.bar.setVisible(at == 0))
        self.bar.kind_chosen.connect(self._show_kind)
        self.notice.action_requested.connect(self._act_on_failure)
        self.files.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.files.menu_requested.connect(self._show_menu)
        self.files.activated.connect(self._explain)
        self.files.selectionModel().selectionChanged.connect(self._update_actions)
        files.model.dataChanged.connect(self._update_actions)
        files.model.modelReset.connect(self._update_actions)

    # -- how wide ---------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        least = stretched(LEAST_WIDTH, self.fontMetrics())
        return QSize(least, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_bar()
        self._tell_failure(self._controller.jobs.job(self._job_id))

    def _is_tight(self) -> bool:
        """Whether a sentence would take the room of the files."""
        low, narrow = (stretched(side, self.fontMetrics()) for side in TIGHT_BELOW)
        return self.height() < low and self.width() < narrow

    def _fit_bar(self) -> None:
        self.bar.fit(self.width() - self._tabs.tabBar().sizeHint().width())

    # -- what is shown ----------------------------------------------------------

    def show_job(self, job: JobSnapshot | None) -> None:
        """Show this one from now on; its later states come by `refresh`."""
        self._job_id = job.id if job else 0
        self.bar.choose(FileFilter.ALL)
        self._controller.files.show(job)
        self.refresh()

    def refresh(self) -> None:
        """Show the newest state of the job."""
        job = self._controller.jobs.job(self._job_id)
        self.bar.show_counts(job)
        self._fit_bar()
        self._tell_failure(job)
        self._show_speed()
        self._update_actions()

    def _tell_failure(self, job: JobSnapshot | None) -> None:
        failure = job.failure if job else None
        if job is None or failure is None or job.state in (JobState.DONE, JobState.CANCELLED):
            self._notice_room.hide()
            self.notice.hide()
            return
        waits = job.state is JobState.NEEDS_CREDENTIALS and not words.needs_sign_in(failure)
        is_over = job.state is JobState.FAILED
        said = errors.describe(failure)
        whole = " ".join(part for part in (said.message, said.cure) if part)
        text = said.title if self._is_tight() else whole
        if self.notice.text() == text and not self.notice.isHidden():
            return
        explain(self.notice, whole)
        self.notice.tell(
            text,
            Tone.BAD if is_over else Tone.WARN,
            action="Replace the SAS or key…" if waits else "Details…",
            closable=False,
        )
        self._notice_room.show()

    def _act_on_failure(self) -> None:
        job = self._controller.jobs.job(self._job_id)
        if job is None or job.failure is None:
            return
        if job.state is JobState.NEEDS_CREDENTIALS and not words.needs_sign_in(job.failure):
            self.credential_requested.emit(job.place.connection_id)
        else:
            errors.show(self, job.failure)

    def _speed_changed(self, job_id: int) -> None:
        if job_id == self._job_id:
            self._show_speed()

    def _show_speed(self) -> None:
        job = self._controller.jobs.job(self._job_id)
        limit = job.limit_bytes_per_s if job else 0
        self._speed.show_history(self._controller.history(self._job_id), limit)

    def filter_button(self, kind: FileFilter) -> QToolButton:
        return self.bar.button(kind)

    # -- files --------------------------------------------------------------------

    def _show_kind(self, kind: FileFilter) -> None:
        self._controller.files.show(self._controller.jobs.job(self._job_id), kind)

    def _look_whether_empty(self) -> None:
        files = self._controller.files
        is_empty = files.model.rowCount() == 0
        self._nothing.setText("" if files.is_fetching else _NOTHING[files.kind])
        self._table_or_nothing.setCurrentWidget(self._nothing if is_empty else self.files)

    def _scrolled(self, value: int) -> None:
        bar = self.files.verticalScrollBar()
        if value >= bar.maximum() - bar.pageStep():
            self._controller.files.fetch_more()

    def selected(self) -> list[TransferSnapshot]:
        """The files whose rows are selected."""
        return [index.data(TRANSFER_ROLE) for index in self.files.selectionModel().selectedRows()]

    def _explain(self, index: Index) -> None:
        transfer = index.data(TRANSFER_ROLE)
        if transfer.failure is not None:
            errors.show(self, transfer.failure)

    def _show_menu(self, at: QPoint) -> None:
        chosen = self.selected()
        if not chosen:
            return
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        acts = [action for action in self.file_actions.values() if action.isEnabled()]
        menu.addActions(acts)
        if acts:
            menu.addSeparator()
        names = [transfer.remote_name for transfer in chosen]
        copy = menu.addAction(icons.icon("copy"), "Copy name" if len(names) == 1 else "Copy names")
        copy.triggered.connect(lambda: _to_clipboard(names))
        failures = [transfer.failure for transfer in chosen if transfer.failure]
        error = menu.addAction(
            icons.icon("copy"), "Copy error" if len(failures) < 2 else "Copy errors"
        )
        error.setEnabled(bool(failures))
        error.triggered.connect(lambda: _to_clipboard(list(map(words.failure_text, failures))))
        if len(failures) == 1:
            more = menu.addAction(icons.icon("info"), "What went wrong…")
            more.triggered.connect(lambda: errors.show(self, failures[0]))
        menu.popup(at)


def _to_clipboard(texts: list[str]) -> None:
    QGuiApplication.clipboard().setText("\n".join(texts))
