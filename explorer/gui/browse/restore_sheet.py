"""'Restore to…': a folder as it was at a time, looked at before it is done. GUI thread only."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import aclosing
from typing import Any

from PySide6.QtCore import QDateTime, QTimer
from PySide6.QtWidgets import QCheckBox, QDateTimeEdit, QHBoxLayout, QWidget

from explorer.base.errors import QuaysideError
from explorer.base.tasks import TaskScope
from explorer.gui.bridge import Bridge
from explorer.gui.browse.restore_words import blobs, ended_text, failures_text, plan_lines
from explorer.gui.browse.words import path_text
from explorer.gui.colours import Tone
from explorer.gui.errors import describe
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.reading import reads_from_left
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.sheet import Sheet
from explorer.service.model import Location
from explorer.service.restore_plan import RestorePlan
from explorer.service.restoring import RestoreCount
from explorer.storage.access import Action

SETTLE_MS = 500
"""How long a time must stand before what it means is looked for."""
HOUR_S = 3600


class RestoreSheet(Sheet):
    """Looks at once at the time it opens with, and again whenever another is chosen."""

    def __init__(
        self,
        bridge: Bridge,
        scope: TaskScope,
        place: Location,
        names: tuple[str, ...],
        parent: QWidget | None,
    ) -> None:
        what = path_text(place) if names == ("",) else f"{len(names)} selected"
        if len(names) == 1 and names[0]:
            what = names[0].rstrip("/")
        super().__init__(f"Restore {what} to a time", parent, icon_name="history", width=520)
        self._bridge = bridge
        self._scope = scope
        self._place = place
        self._names = names
        self._refusals = ("", "")
        self._task: asyncio.Task[Any] | None = None
        self.plan = RestorePlan()
        self.notice = NoticeBar()
        caption = plain_label("As it was &at")
        self.time = QDateTimeEdit(QDateTime.currentDateTime().addSecs(-HOUR_S))
        self.time.setCalendarPopup(True)
        self.time.setDisplayFormat("yyyy-MM-dd HH:mm:ss")
        self.time.setAccessibleName("As it was at")
        reads_from_left(self.time)
        caption.setBuddy(self.time)
        self.time.setMaximumDateTime(QDateTime.currentDateTime())
        row = QHBoxLayout()
        row.addWidget(caption)
        row.addWidget(self.time)
        row.addStretch(1)
        self.lines = plain_label(wrap=True)
        self.lines.setMinimumHeight(self.lines.fontMetrics().lineSpacing() * 5)
        self.delete_box = QCheckBox()
        self.delete_box.toggled.connect(self._update)
        self.body.addWidget(self.notice)
        self.body.addLayout(row)
        self.body.addWidget(self.lines)
        self.body.addWidget(self.delete_box)
        self.close_button = self.add_button("Cancel")
        self.close_button.clicked.connect(self.reject)
        self.restore_button = self.add_button("&Restore", rank=Rank.PRIMARY)
        self.restore_button.clicked.connect(lambda: self._begin(self._apply(), "restore"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self.look)
        self.time.dateTimeChanged.connect(self._time_changed)
        self.finished.connect(lambda _: self.stop())
        self._show(self.plan)

    def stop(self) -> None:
        """End what is under way."""
        self._timer.stop()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def look(self) -> None:
        """See what the time means."""
        self._begin(self._look(), "plan a restore")

    def _time_changed(self) -> None:
        self.stop()
        self._show(RestorePlan())
        self._timer.start()

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self.stop()
        self._task = self._scope.spawn(self._told(work), name=name)
        self._update()

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        own = asyncio.current_task()
        try:
            await work
        except QuaysideError as error:
            told = describe(error)
            self.notice.tell(f"{told.title}. {told.line}", Tone.BAD)
            self._show(RestorePlan())
        finally:
            if self._task is own:
                self._task = None
                self._update()

    # -- looking ----------------------------------------------------------------------

    async def _look(self) -> None:
        place, names = self._place, self._names
        when_s = self.time.dateTime().toMSecsSinceEpoch() / 1000
        at = place.connection_id
        self.notice.hide()
        self._refusals = await self._bridge.get(
            lambda it: (
                it.history.why_not(at, Action.READ) or it.history.why_not(at, Action.WRITE),
                it.history.why_not(at, Action.DELETE),
            )
        )
        plans = self._bridge.stream(lambda it: it.history.plan_to(place, when_s, names))
        async with aclosing(plans):
            async for plan in plans:
                self._show(plan)

    def _show(self, plan: RestorePlan) -> None:
        self.plan = plan
        lines = plan_lines(plan)
        self.lines.setText("\n".join(lines if plan.is_complete else (*lines, "Looking…")))
        self.delete_box.setText(f"&Delete {blobs(plan.deleted)} made since")
        self.delete_box.setVisible(bool(plan.deleted))
        if not plan.deleted:
            self.delete_box.setChecked(False)
        self._update()

    def _update(self) -> None:
        writes, deletes = self._refusals
        self.delete_box.setEnabled(not deletes)
        explain(self.delete_box, deletes)
        is_wanted = self.plan.restored or (self.delete_box.isChecked() and self.plan.deleted)
        refusal = "Nothing has to be restored." if not is_wanted else writes
        if not self.plan.is_complete:
            refusal = "It is not known yet what would be restored."
        self.restore_button.setEnabled(not refusal and self._task is None)
        explain(self.restore_button, refusal)

    # -- restoring ----------------------------------------------------------------------

    async def _apply(self) -> None:
        place, plan, with_deletions = self._place, self.plan, self.delete_box.isChecked()
        self.time.setEnabled(False)
        self.delete_box.setEnabled(False)
        counts = self._bridge.stream(
            lambda it: it.history.apply(place, plan, with_deletions=with_deletions)
        )
        count = RestoreCount()
        try:
            async with aclosing(counts):
                async for count in counts:
                    self.lines.setText(f"Restored {count.done:,} of {count.total:,}…")
        finally:
            self.time.setEnabled(True)
        self.plan = RestorePlan(is_complete=True)
        self.delete_box.setVisible(False)
        self.lines.setText("")
        tone = Tone.BAD if count.failed else Tone.OK
        self.notice.tell(f"{ended_text(count)} {failures_text(count)}".strip(), tone)
        self.close_button.setText("Close")
