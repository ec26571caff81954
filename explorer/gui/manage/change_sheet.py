"""Properties of one blob or of thousands: filled in, looked at, then changed. GUI thread only."""

from __future__ import annotations

from contextlib import aclosing
from enum import Enum

from PySide6.QtWidgets import QHeaderView, QProgressBar, QStackedWidget, QTableView, QWidget

from explorer.base.errors import InputError, QuaysideError
from explorer.base.tasks import TaskScope
from explorer.gui.bridge import Bridge
from explorer.gui.colours import Tone
from explorer.gui.manage import words
from explorer.gui.manage.forms import WishForm
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.lines_model import LinesModel
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.parts.views import dress_table
from explorer.gui.work_sheet import WorkSheet
from explorer.service.change_plan import ChangePlan, PropertyWish, checked_wish
from explorer.service.management import Applying
from explorer.service.model import Location


class Stage(Enum):
    """Where the sheet is."""

    FORM = "form"
    PLANNING = "planning"
    PREVIEW = "preview"
    APPLYING = "applying"
    ENDED = "ended"


class ChangeSheet(WorkSheet):
    """`names` are relative to `place`, folders with a `/` at their end, as the service's."""

    def __init__(
        self,
        bridge: Bridge,
        scope: TaskScope,
        place: Location,
        names: tuple[str, ...],
        headline: str,
        form: WishForm,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(headline, scope, parent, icon_name="edit", width=620)
        self._bridge = bridge
        self._place = place
        self._names = names
        self.stage = Stage.FORM
        self.plan = ChangePlan(PropertyWish())
        self.outcome = Applying(0)
        self.form = form
        self.says = plain_label(wrap=True)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress")
        self.bar.setTextVisible(False)
        self.model = LinesModel(("Name", "What", "Before", "After"), self)
        self.table = QTableView()
        dress_table(self.table, "What changes")
        self.table.setModel(self.model)
        self.table.setMinimumHeight(220)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.pages = QStackedWidget()
        self.pages.addWidget(form)
        self.pages.addWidget(self.table)
        self.body.addWidget(self.says)
        self.body.addWidget(self.bar)
        self.body.addWidget(self.pages)
        self.back_button = self.add_button("&Back", at_left=True)
        self.back_button.clicked.connect(self.show_form)
        self.close_button = self.add_button("Cancel")
        self.close_button.clicked.connect(self._close_or_stop)
        self.go_button = self.add_button("&Preview", rank=Rank.PRIMARY)
        self.go_button.clicked.connect(self.go_on)
        form.changed.connect(self.show_state)
        self.show_form()
        form.setFocus()

    # -- stages -----------------------------------------------------------------------

    def show_form(self) -> None:
        """Back to the fields."""
        self.notice.hide()
        self._turn(Stage.FORM)
        self.show_state()

    def _turn(self, stage: Stage) -> None:
        self.stage = stage
        is_working = stage in (Stage.PLANNING, Stage.APPLYING)
        self.pages.setCurrentIndex(0 if stage is Stage.FORM else 1)
        self.says.setVisible(stage is not Stage.FORM)
        self.bar.setVisible(is_working)
        self.back_button.setVisible(stage in (Stage.PREVIEW, Stage.ENDED))
        self.close_button.setText(
            "&Stop" if is_working else "Close" if stage is Stage.ENDED else "Cancel"
        )
        failed = stage is Stage.ENDED and self.outcome.failed
        self.go_button.setVisible(stage is not Stage.ENDED or bool(failed))
        self.go_button.setText(
            "&Retry failed"
            if failed
            else "&Preview"
            if stage in (Stage.FORM, Stage.PLANNING)
            else f"&Change {len(self.plan.changes):,}"
        )

    def show_state(self) -> None:
        if self.stage is not Stage.FORM:
            return
        problem = self.form.problem
        if not problem:
            try:
                checked_wish(self.form.wish())
            except InputError as error:
                problem = str(error)
        self.go_button.setEnabled(not problem)
        explain(self.go_button, problem)

    def go_on(self) -> None:
        """Preview, change, or retry, whatever is next."""
        self.notice.hide()
        if self.stage is Stage.FORM:
            self.begin(self._look(self._names), "plan changes of properties")
        elif self.stage is Stage.PREVIEW:
            self.begin(self._apply(), "change properties")
        elif self.stage is Stage.ENDED and self.outcome.failed:
            failed = {name for name, _ in self.outcome.failures}
            names = tuple(name.removeprefix(self._place.path) for name in sorted(failed))
            self.begin(self._look(names), "plan changes of properties")

    def _close_or_stop(self) -> None:
        if self.stage is Stage.PLANNING:
            self.stop()
            self.show_form()
        elif self.stage is Stage.APPLYING:
            self.stop()
            self._show_end(is_stopped=True)
        else:
            self.reject()

    def tell_error(self, error: QuaysideError) -> None:
        """Say in the bar what went wrong, above the fields."""
        self.show_form()
        super().tell_error(error)

    # -- looking and doing ----------------------------------------------------------------

    async def _look(self, names: tuple[str, ...]) -> None:
        place, wish = self._place, self.form.wish()
        self.model.show(())
        self.bar.setRange(0, 0)
        self.says.setText("Looking…")
        self.go_button.setEnabled(False)
        self._turn(Stage.PLANNING)
        steps = self._bridge.stream(lambda it: it.management.plan_changes(place, names, wish))
        async with aclosing(steps):
            async for step in steps:
                self.says.setText(words.planning_text(step))
                if step.plan is not None:
                    self.plan = step.plan
        self.says.setText(words.plan_text(self.plan))
        self.model.show(words.plan_lines(self.plan, place.path))
        self._turn(Stage.PREVIEW)
        self.go_button.setEnabled(bool(self.plan.changes))
        explain(self.go_button, "" if self.plan.changes else "Nothing has to be changed.")
        (self.go_button if self.plan.changes else self.back_button).setFocus()

    async def _apply(self) -> None:
        place, plan = self._place, self.plan
        self.outcome = Applying(len(plan.changes))
        self.bar.setRange(0, max(len(plan.changes), 1))
        self.go_button.setEnabled(False)
        self._turn(Stage.APPLYING)
        steps = self._bridge.stream(lambda it: it.management.apply(place, plan))
        async with aclosing(steps):
            async for step in steps:
                self.outcome = step
                self.bar.setValue(step.done + step.failed)
                self.says.setText(words.applying_text(step))
        self._show_end()

    def _show_end(self, *, is_stopped: bool = False) -> None:
        self.says.setText("")
        self._turn(Stage.ENDED)
        self.says.hide()
        tone = Tone.BAD if self.outcome.failed else Tone.WARN if is_stopped else Tone.OK
        text = words.ended_text(self.outcome, is_stopped=is_stopped)
        self.notice.tell(text, tone, closable=False)
        if self.outcome.failed:
            self.model.show(words.failure_lines(self.outcome, self._place.path))
        self.go_button.setEnabled(bool(self.outcome.failed))
        self.close_button.setFocus()
