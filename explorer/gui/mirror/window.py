"""The preview of a mirror: a grid of what would be done and why, then Start. GUI thread only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from explorer.base.shown import shown
from explorer.base.tasks import TaskScope
from explorer.gui import ask
from explorer.gui.bridge import Bridge
from explorer.gui.browse.operations import job_options
from explorer.gui.colours import Tone
from explorer.gui.errors import describe
from explorer.gui.help.desk import add_help_key
from explorer.gui.icons import icon
from explorer.gui.mirror import words
from explorer.gui.mirror.plan_model import ICONS, WORDS, Col, PlanModel
from explorer.gui.parts.busy import BusyIndicator
from explorer.gui.parts.buttons import Rank, push_button
from explorer.gui.parts.fields import filter_field
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.room import on_screen
from explorer.gui.parts.texts import ElidedLabel, explain, plain_label
from explorer.gui.parts.views import dress_table
from explorer.workflows.mirror_model import Deed, Limit, Wish
from explorer.workflows.mirror_session import Ended, Moving, Preview, Session
from explorer.workflows.mirror_sides import End

KINDS: Final = (Deed.ADD, Deed.UPDATE, Deed.DELETE, Deed.EXTRA, Deed.REFUSE, Deed.SKIP, Deed.SAME)
TICK_MS: Final = 250
_WIDTHS: Final = {Col.DEED: 110, Col.SIZE: 96, Col.REASON: 230}


class MirrorWindow(QDialog):
    """A window of its own: one goes on working beside it. Closing it before Start gives up,
    after it lets what moves go on, and nothing is deleted."""

    def __init__(
        self,
        bridge: Bridge,
        scope: TaskScope,
        source: End,
        target: End,
        names: tuple[str, str],
        started: Callable[[int], None],
        parent: QWidget | None = None,
        *,
        delete_refusal: str = "",
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Mirror {shown(names[0])} to {shown(names[1])}")
        self.resize(on_screen(900, 560, self.screen()))
        self.preview: Preview | None = None
        self.ended: Ended | None = None
        self._bridge = bridge
        self._scope = scope
        self._ends = (source, target)
        self._started = started
        self._session: Session | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_moving = False
        self._may_delete = not delete_refusal
        self._build(names, delete_refusal)
        add_help_key(self)
        self.look()

    # -- making -----------------------------------------------------------------

    def _build(self, names: tuple[str, str], delete_refusal: str) -> None:
        self.figures = plain_label("")
        self.busy = BusyIndicator("Looking at both sides")
        title = QVBoxLayout()
        title.setSpacing(2)
        title.addWidget(ElidedLabel(f"{shown(names[0])}  →  {shown(names[1])}"))
        title.addWidget(self.figures)
        top = QHBoxLayout()
        top.addLayout(title, 1)
        top.addWidget(self.busy)
        self.notice = NoticeBar()
        self.delete_box = QCheckBox("&Delete what is only at the target")
        if delete_refusal:
            explain(self.delete_box, delete_refusal)
        self.checksum_box = QCheckBox("Compare the &bytes (MD5)")
        explain(
            self.checksum_box,
            "Reads all files of the same size; otherwise ETag, size and time tell",
        )
        self.delete_box.toggled.connect(lambda _: self.look())
        self.checksum_box.toggled.connect(lambda _: self.look())
        boxes = QHBoxLayout()
        boxes.setSpacing(16)
        boxes.addWidget(self.delete_box)
        boxes.addWidget(self.checksum_box)
        boxes.addStretch(1)
        self.model = PlanModel(self)
        self.table = QTableView()
        dress_table(self.table, "What would be done")
        self.table.setModel(self.model)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(Col.NAME, Qt.SortOrder.AscendingOrder)
        header = self.table.horizontalHeader()
        for column, width in _WIDTHS.items():
            self.table.setColumnWidth(column, width)
        header.setSectionResizeMode(Col.NAME, QHeaderView.ResizeMode.Stretch)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 14, 16, 14)
        outer.setSpacing(10)
        outer.addLayout(top)
        outer.addLayout(boxes)
        outer.addWidget(self.notice)
        outer.addLayout(self._filters())
        outer.addWidget(self.table, 1)
        outer.addLayout(self._buttons())
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._show_reading)

    def _filters(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        self.kind_buttons: dict[Deed, QPushButton] = {}
        for kind in KINDS:
            button = push_button(WORDS[kind])
            button.setIcon(icon(ICONS[kind]))
            button.setCheckable(True)
            button.setChecked(kind is not Deed.SAME)
            button.toggled.connect(lambda _: self._narrow())
            self.kind_buttons[kind] = button
            row.addWidget(button)
        row.addStretch(1)
        self.filter = filter_field("Filter by name", placeholder="Filter by name")
        self.filter.setMaximumWidth(220)
        self.filter.textChanged.connect(lambda _: self._narrow())
        row.addWidget(self.filter)
        return row

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.again_button = push_button("Look &again", icon_name="refresh")
        self.again_button.clicked.connect(self.look)
        self.close_button = push_button("Close")
        self.close_button.clicked.connect(self.close)
        self.start_button = push_button("&Start", Rank.PRIMARY)
        self.start_button.clicked.connect(
            lambda: self._scope.spawn(self._ask_and_go(), name="start a mirror")
        )
        row.addWidget(self.again_button)
        row.addStretch(1)
        row.addWidget(self.close_button)
        row.addWidget(self.start_button)
        return row

    # -- looking ----------------------------------------------------------------

    def look(self) -> None:
        """Compare both sides anew, as the boxes say."""
        before, self._task = self._task, None
        if before is not None:
            before.cancel()
        self.preview, self.ended = None, None
        self.notice.dismiss()
        self._task = self._scope.spawn(self._run(before), name="mirror")
        self._show_state()

    async def _run(self, before: asyncio.Task[None] | None) -> None:
        own = asyncio.current_task()
        try:
            if before is not None:
                await asyncio.wait([before])
            settings = await self._bridge.get(lambda service: service.settings)
            session = self._session = Session(
                *self._ends,
                Wish(
                    delete=self.delete_box.isChecked(),
                    by_checksum=self.checksum_box.isChecked(),
                    limit=Limit(percent=100.0),  # a person looks, and types the number
                    options=job_options(settings),
                ),
            )
            async with aclosing(self._bridge.stream(session.tell)) as telling:
                async for told in telling:
                    self._hear(told)
        except Exception as error:
            self.notice.tell(describe(error).line, Tone.BAD)
        finally:
            if self._task is own:
                self._task, self._is_moving = None, False
                self._show_state()

    def _hear(self, told: Preview | Moving | Ended) -> None:
        if isinstance(told, Preview):
            self.preview, self._is_moving = told, False
            self.model.show(told.rows)
            if warning := words.warning_of(told):
                self.notice.tell(shown(warning), Tone.WARN)
        elif isinstance(told, Moving):
            self._is_moving = True
            self._started(told.job_id)
        else:
            self.ended, self._is_moving = told, False
            is_good = not (told.failed or told.stopped or told.not_deleted)
            self.notice.tell(shown(words.ending(told)), Tone.OK if is_good else Tone.WARN)
        self._show_state()

    # -- starting ---------------------------------------------------------------

    async def _ask_and_go(self) -> None:
        preview, session = self.preview, self._session
        if preview is None or session is None or not await self._is_agreed(preview):
            return
        if preview is self.preview:
            self._is_moving = True
            self._show_state()
            await self._bridge.get(session.go)

    async def _is_agreed(self, preview: Preview) -> bool:
        count = preview.files[Deed.DELETE]
        if not count or words.warning_of(preview):
            return True
        headline, text = f"Delete {count:,} files?", words.deletion_text(preview)
        if count <= words.TYPED_ABOVE:
            return await ask.confirm(self, headline, text, go="Mirror and delete", is_danger=True)
        typed = await ask.text(
            self,
            headline,
            f"{text}\nType the number of files to delete:",
            go="Mirror and delete",
            check=lambda text: words.check_count(text, count),
        )
        return typed is not None

    # -- ending -----------------------------------------------------------------

    def stop(self) -> None:
        """Give up what has not begun."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._tick.stop()

    def done(self, code: int) -> None:
        self.stop()
        super().done(code)
        self.deleteLater()

    # -- showing ----------------------------------------------------------------

    def _narrow(self) -> None:
        kinds = [kind for kind, button in self.kind_buttons.items() if button.isChecked()]
        self.model.narrow(kinds, self.filter.text())

    def _show_reading(self) -> None:
        if self._session is not None and self.preview is None:
            self.figures.setText(f"{self._session.read:,} files looked at so far…")

    def _show_state(self) -> None:
        preview, is_working = self.preview, self._task is not None
        is_looking = is_working and preview is None
        if preview is not None:
            self.figures.setText(words.figures(preview))
            self._narrow()
        elif is_looking:
            self.figures.setText("Looking at both sides…")
        else:
            self.figures.setText("")
            self.model.show(())
        for kind, button in self.kind_buttons.items():
            count = preview.files[kind] if preview is not None else 0
            button.setText(f"{WORDS[kind]} {count:,}")
            button.setVisible(bool(count) or kind in (Deed.ADD, Deed.UPDATE, Deed.SAME))
        is_busy = is_looking or self._is_moving
        self.busy.start("Mirroring" if self._is_moving else "Looking at both sides")
        if not is_busy:
            self.busy.stop()
        self._tick.start() if is_looking else self._tick.stop()
        can_start = preview is not None and is_working and not self._is_moving
        self.start_button.setEnabled(
            can_start and preview is not None and not preview.is_nothing and self.ended is None
        )
        self.delete_box.setEnabled(self._may_delete and not self._is_moving)
        self.checksum_box.setEnabled(not self._is_moving)
        self.again_button.setEnabled(not self._is_moving)
