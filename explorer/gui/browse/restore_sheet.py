"""'Restore to…': a folder as it was at a time, looked at before it is done. GUI thread only."""

from __future__ import annotations

from contextlib import aclosing

from PySide6.QtCore import QDateTime, QTimer
from PySide6.QtWidgets import QCheckBox, QDateTimeEdit, QHBoxLayout, QWidget

from explorer.base.errors import QuaysideError
from explorer.base.tasks import TaskScope
from explorer.gui.bridge import Bridge
from explorer.gui.browse.restore_words import blobs, ended_text, failures_text, plan_lines
from explorer.gui.browse.words import path_text
from explorer.gui.colours import Tone
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.reading import reads_from_left
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.work_sheet import WorkSheet
from explorer.service.model import Location
from explorer.service.restore_plan import RestorePlan
from explorer.service.restoring import RestoreCount
from explorer.storage.access import Action

SETTLE_MS = 500
"""How long a time must stand before what it means is looked for."""
HOUR_S = 3600


class RestoreSheet(WorkSheet):
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
        super().__init__(f"Restore {what} to a time", scope, parent, icon_name="history", width=520)
        self._bridge = bridge
        self._place = place
        self._names = names
        self._refusals = ("", "")
        self.plan = RestorePlan()
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
        self.delete_box.toggled.connect(self.show_state)
        self.body.addLayout(row)
        self.body.addWidget(self.lines)
        self.body.addWidget(self.delete_box)
        self.close_button = self.add_button("Cancel")
        self.close_button.clicked.connect(self.reject)
        self.restore_button = self.add_button("&Restore", rank=Rank.PRIMARY)
        self.restore_button.clicked.connect(lambda: self.begin(self._apply(), "restore"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self.look)
        self.time.dateTimeChanged.connect(self._time_changed)
        self._show(self.plan)

    def stop(self) -> None:
        """End what is under way, and what was to begin."""
        self._timer.stop()
        super().stop()

    def look(self) -> None:
        """See what the time means."""
        self.begin(self._look(), "plan a restore")

    def _time_changed(self) -> None:
        self.stop()
        self._show(RestorePlan())
        self._timer.start()

    def tell_error(self, error: QuaysideError) -> None:
        """Say in the bar what went wrong; what would be restored is not known."""
        super().tell_error(error)
        self._show(RestorePlan())

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
        self.show_state()

    def show_state(self) -> None:
        writes, deletes = self._refusals
        self.delete_box.setEnabled(not deletes)
        explain(self.delete_box, deletes)
        is_wanted = self.plan.restored or (self.delete_box.isChecked() and self.plan.deleted)
        refusal = "Nothing has to be restored." if not is_wanted else writes
        if not self.plan.is_complete:
            refusal = "It is not known yet what would be restored."
        self.restore_button.setEnabled(not refusal and not self.is_busy)
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
