"""'Get shared access signature': filled in, made, copied, tried. GUI thread only."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from explorer.base.errors import InputError, QuaysideError
from explorer.base.tasks import TaskScope
from explorer.gui.bridge import Bridge
from explorer.gui.errors import describe
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.scrolling import ScrollArea
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.share.form import SasForm, Shareable
from explorer.gui.share.result import SasResult
from explorer.gui.share.signing import BY_KEY, Ways
from explorer.gui.share.words import trial_text
from explorer.gui.work_sheet import WorkSheet
from explorer.service.claims import utc_now
from explorer.service.model import Connection, Location
from explorer.service.sharing import Shared, SignedBy
from explorer.storage.sas import SasKind
from explorer.storage.sas_delegation import checked_for_delegation
from explorer.storage.sas_wish import SasWish, checked, wish_warnings

if TYPE_CHECKING:
    from explorer.service.service import Service

READ_ONLY = "This connection is set to read-only: it makes no SAS that changes anything."
_ROOM = 190
"""Of the screen's height, for what stands above and below the fields."""


class _Scroller(ScrollArea):
    """As high as what is in it, as far as the screen allows."""

    def __init__(self, content: QWidget) -> None:
        super().__init__(content)
        self._content = content

    def sizeHint(self) -> QSize:
        content = self._content.sizeHint()
        most = self.screen().availableGeometry().height() - _ROOM
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(content.width() + bar, min(content.height(), max(most, 160)))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class SasSheet(WorkSheet):
    """For one of `choices`, or for each of `blobs` (whole names in the container)."""

    def __init__(
        self,
        bridge: Bridge,
        scope: TaskScope,
        connection: Connection,
        title: str,
        choices: tuple[Shareable, ...],
        *,
        blobs: tuple[str, ...] = (),
        remark: str = "",
        ways: Ways = BY_KEY,
        parent: QWidget | None = None,
    ) -> None:
        headline = f"Shared access signature for {title}"
        super().__init__(headline, scope, parent, icon_name="key", width=580)
        self._bridge = bridge
        self._connection = connection
        self._blobs = blobs
        refusal = READ_ONLY if connection.is_read_only else ""
        is_https = connection.endpoint.startswith("https://")
        self.form = SasForm(choices, is_https=is_https, refusal=refusal, ways=ways)
        self.remark = plain_label(remark, muted=True, wrap=True)
        self.remark.setVisible(bool(remark))
        self.warnings = plain_label(wrap=True)
        self.warnings.setAccessibleName("Warnings")
        self.made_page = SasResult()
        self.made_page.trial_requested.connect(self.try_out)
        self.pages = QStackedWidget()
        self.pages.addWidget(_Scroller(self.form))
        self.pages.addWidget(self.made_page)
        self.body.addWidget(self.remark)
        self.body.addWidget(self.pages)
        self.body.addWidget(self.warnings)
        self.back_button = self.add_button("&Back", at_left=True)
        self.back_button.clicked.connect(self.show_form)
        self.close_button = self.add_button("Close")
        self.close_button.clicked.connect(self.reject)
        self.make_button = self.add_button("&Make SAS", rank=Rank.PRIMARY)
        self.make_button.clicked.connect(self.make)
        self.form.changed.connect(self.show_state)
        self.finished.connect(lambda _: self.made_page.forget())
        self.show_form()
        (self.form.target if len(choices) > 1 else self.form.letters.boxes["r"]).setFocus()
        if choices[0].container and not self.form.signing.by.refusal(SignedBy.POLICY):
            place = Location(connection.id, choices[0].container)
            self._scope.spawn(self._look_for_policies(place), name="stored policies")

    # -- filling in --------------------------------------------------------------------

    def show_form(self) -> None:
        """Back to the fields; what was made is forgotten here."""
        self.made_page.forget()
        self._turn(0)
        self.back_button.hide()
        self.make_button.show()
        self.make_button.setDefault(True)
        self.show_state()

    def _turn(self, page: int) -> None:
        """Only the page that is seen has a say in the height."""
        for at in range(self.pages.count()):
            widget = self.pages.widget(at)
            if widget is not None:
                policy = QSizePolicy.Policy.Preferred if at == page else QSizePolicy.Policy.Ignored
                widget.setSizePolicy(policy, policy)
        self.pages.setCurrentIndex(page)

    def show_state(self) -> None:
        now = utc_now()
        wish = self.form.wish(now)
        problem = ""
        try:
            if self.form.signing.way is SignedBy.DELEGATION:
                wish = checked_for_delegation(wish, now)
            else:
                wish = checked(wish)
        except InputError as error:
            problem = str(error)
        problem = self.form.signing.problem or problem
        if wish.policy and self._connection.is_read_only:
            problem = READ_ONLY
        self.make_button.setEnabled(not problem and not self.is_busy)
        explain(self.make_button, problem)
        told = (problem,) if problem else wish_warnings(wish, now)
        self.warnings.setText("\n".join(told))
        self.warnings.setVisible(bool(told) and self.pages.currentIndex() == 0)
        if self.isVisible():
            self.fit()

    async def _look_for_policies(self, place: Location) -> None:
        """Names to choose from; without them one can still be typed."""
        try:
            access = await self._bridge.call(lambda it: it.administration.container_access(place))
        except QuaysideError:
            return
        self.form.signing.show_policies(tuple(policy.id for policy in access.policies))

    # -- making ------------------------------------------------------------------------

    def make(self) -> None:
        """Sign it and show it."""
        self.begin(self._make(), "make a SAS")

    async def _make(self) -> None:
        wish = self.form.wish(utc_now())
        wishes = [wish]
        if self._blobs and wish.kind is SasKind.BLOB:
            wishes = [replace(wish, path=name) for name in self._blobs]
        at = self._connection.id
        by = self.form.signing.way
        made = [await self._bridge.call(partial(_make, at, one, by)) for one in wishes]
        self.made_page.show_made(tuple(made))
        self._turn(1)
        self.warnings.hide()
        self.remark.hide()
        self.notice.hide()
        self.back_button.show()
        self.make_button.hide()
        self.close_button.setDefault(True)
        first = (
            self.made_page.copy_all_button if len(made) > 1 else self.made_page.copy_buttons["URL"]
        )
        first.setFocus()

    def try_out(self) -> None:
        """Connect with what was made and nothing else."""
        if self.made_page.made:
            self.begin(self._try_out(self.made_page.made[0].url), "test a SAS")

    async def _try_out(self, url: str) -> None:
        self.made_page.trial_button.setEnabled(False)
        self.made_page.show_trial("Trying it…")
        self.fit()
        is_http = not self._connection.endpoint.startswith("https://")
        try:
            test = await self._bridge.call(
                lambda it: it.sharing.test_sas(url, is_http_allowed=is_http)
            )
            self.made_page.show_trial(trial_text(test))
        except QuaysideError as error:
            told = describe(error)
            self.made_page.show_trial(f"It is of no use: {told.title}. {told.line}")
        finally:
            self.made_page.trial_button.setEnabled(True)


async def _make(connection_id: str, wish: SasWish, by: SignedBy | None, service: Service) -> Shared:
    return await service.sharing.make(connection_id, wish, by)
