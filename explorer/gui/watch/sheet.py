"""The watched folders: what each does, and what failed and why. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QHeaderView, QTableView, QWidget

from explorer.base.shown import shown
from explorer.gui.colours import Tone
from explorer.gui.icons import icon
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.lines_model import Line, LinesModel
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.parts.views import dress_table
from explorer.gui.sheet import Sheet
from explorer.gui.watch import words
from explorer.gui.watch.desk import WatchDesk, Watched, WatchState

HEADERS: Final = ("Folder", "To", "State", "Last uploaded", "Waiting", "Failed")
_NUMBERS: Final = (4, 5)
_WIDTHS: Final = (170, 180, 96, 180, 72, 64)
LOOK_MS: Final = 500
"""How many files wait is looked at so often."""
ICONS: Final = {
    WatchState.STOPPED: "stop",
    WatchState.STARTING: "search",
    WatchState.WATCHING: "follow",
    WatchState.STOPPING: "stop",
}


class WatchedSheet(Sheet):
    """Beside the window: one goes on working. Closing it changes nothing."""

    show_requested = Signal(object)
    """The target of a `Watched`."""

    def __init__(
        self, desk: WatchDesk, connection_name: Callable[[str], str], parent: QWidget | None = None
    ) -> None:
        super().__init__("Watched folders", parent, width=820)
        self._desk = desk
        self._connection_name = connection_name
        self._shown: tuple[Watched, ...] = ()
        self.notice = NoticeBar()
        self.figures = plain_label("", muted=True)
        self.model = LinesModel(HEADERS, self, numbers=_NUMBERS)
        self.table = self._table("Watched folders", self.model, 170)
        for column, width in enumerate(_WIDTHS):
            self.table.setColumnWidth(column, width)
        stretched = self.table.horizontalHeader()
        stretched.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.goes_on_box = QCheckBox("&Go on when Quayside starts")
        self.failures_label = plain_label("What &failed, and is tried again")
        self.failures_model = LinesModel(("File", "Why"), self)
        self.failures = self._table("What failed", self.failures_model, 110)
        self.failures.setColumnWidth(0, 220)
        self.failures.setMaximumHeight(170)
        self.failures.horizontalHeader().setStretchLastSection(True)
        self.failures_label.setBuddy(self.failures)
        for widget in (
            self.figures,
            self.table,
            self.notice,
            self.goes_on_box,
            self.failures_label,
            self.failures,
        ):
            self.body.addWidget(widget)
        self.remove_button = self.add_button("&Remove", icon_name="delete", at_left=True)
        self.show_button = self.add_button("Show the &target", icon_name="folder-open")
        self.run_button = self.add_button("&Start", icon_name="play")
        self.close_button = self.add_button("&Close", rank=Rank.PRIMARY)
        self._connect()
        self._tick = QTimer(self, interval=LOOK_MS)
        self._tick.timeout.connect(self.look)
        self._tick.start()
        self.look()
        self.table.setFocus()

    def _table(self, name: str, model: LinesModel, height: int) -> QTableView:
        table = QTableView()
        dress_table(table, name)
        table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # paths differ at their end
        table.setModel(model)
        table.setMinimumHeight(height)
        return table

    def _connect(self) -> None:
        self._desk.changed.connect(self.look)
        self.table.selectionModel().selectionChanged.connect(lambda: self._show_chosen())
        self.goes_on_box.clicked.connect(self._go_on_clicked)
        self.remove_button.clicked.connect(self._remove)
        self.show_button.clicked.connect(self._show_target)
        self.run_button.clicked.connect(self._run_or_stop)
        self.close_button.clicked.connect(self.accept)
        self.finished.connect(lambda _: self._ended())

    def _ended(self) -> None:
        self._tick.stop()
        self._desk.changed.disconnect(self.look)
        self.deleteLater()

    # -- looking ------------------------------------------------------------------

    @property
    def chosen(self) -> Watched | None:
        """The selected one."""
        rows = self.table.selectionModel().selectedRows()
        return self._shown[rows[0].row()] if rows and rows[0].row() < len(self._shown) else None

    def choose(self, watched: Watched) -> None:
        """Select that one."""
        if watched in self._shown:
            self.table.selectRow(self._shown.index(watched))

    def look(self) -> None:
        """Show how things are; what was selected stays selected."""
        chosen, known = self.chosen, self._desk.all
        lines = [self._line(watched) for watched in known]
        if known != self._shown or lines != list(self.model.lines):
            self._shown = known
            self.model.show(lines)
            if known:
                self.table.selectRow(known.index(chosen) if chosen in known else 0)
        self.figures.setText(words.figures(known))
        self._show_chosen()

    def _line(self, watched: Watched) -> Line:
        target = words.target_text(
            watched, self._connection_name(watched.wish.target.connection_id)
        )
        has_ended_badly = watched.state is WatchState.STOPPED and watched.reason
        return Line(
            (
                shown(watched.wish.folder),
                shown(target),
                words.state_text(watched),
                shown(words.last_text(watched)),
                f"{watched.waiting:,}" if watched.is_running else "–",
                f"{len(watched.failures):,}" if watched.failures else "–",
            ),
            "error" if has_ended_badly else ICONS[watched.state],
            watched.reason,
        )

    def _show_chosen(self) -> None:
        chosen = self.chosen
        is_running = chosen is not None and chosen.is_running
        self.run_button.setText("&Stop" if is_running else "&Start")
        self.run_button.setIcon(icon("stop" if is_running else "play"))
        self.run_button.setAccessibleName("Stop" if is_running else "Start")
        self.run_button.setEnabled(chosen is not None and chosen.state is not WatchState.STOPPING)
        self.remove_button.setEnabled(chosen is not None and not is_running)
        explain(self.remove_button, "Stop it first." if is_running else "What is uploaded stays.")
        self.show_button.setEnabled(chosen is not None)
        self.goes_on_box.setEnabled(chosen is not None)
        self.goes_on_box.setChecked(chosen is not None and chosen.wish.goes_on)
        reason = chosen.reason if chosen is not None and not is_running else ""
        if not reason:
            self.notice.hide()
        elif self.notice.isHidden() or self.notice.text() != shown(reason):
            self.notice.tell(shown(reason), Tone.BAD, closable=False)
        failures = chosen.failures if chosen is not None else {}
        lines = [
            Line((shown(name) if name else "all that was to go", words.failure_text(failure)))
            for name, failure in failures.items()
        ]
        if lines != list(self.failures_model.lines):
            self.failures_model.show(lines)
        for widget in (self.failures_label, self.failures):
            widget.setVisible(bool(lines))

    # -- doing --------------------------------------------------------------------

    def _run_or_stop(self) -> None:
        chosen = self.chosen
        if chosen is None:
            return
        if chosen.is_running:
            self._desk.stop(chosen)
        else:
            self._desk.start(chosen)

    def _go_on_clicked(self, goes_on: bool) -> None:
        if self.chosen is not None:
            self._desk.go_on_by_itself(self.chosen, goes_on)

    def _remove(self) -> None:
        if self.chosen is not None:
            self._desk.remove(self.chosen)
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_target(self) -> None:
        if self.chosen is not None:
            self.show_requested.emit(self.chosen.wish.target)
