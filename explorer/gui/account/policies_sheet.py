"""The stored access policies of a container: up to five, checked as they are typed.

GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from explorer.base.errors import ConflictError, InputError, PreconditionFailedError
from explorer.base.tasks import TaskScope
from explorer.gui.account.access_words import TIME_HINT, letters_text, read_time, time_text
from explorer.gui.bridge import Bridge
from explorer.gui.colours import Tone
from explorer.gui.errors import describe
from explorer.gui.parts.buttons import Rank, tool_button
from explorer.gui.parts.fields import line_field, mark_invalid
from explorer.gui.parts.texts import explain, plain_label, tooltip
from explorer.gui.work_sheet import WorkSheet
from explorer.service.model import Location
from explorer.storage.control_model import (
    MAX_POLICIES,
    ContainerAccess,
    StoredPolicy,
    check_policies,
)
from explorer.storage.sas import SasKind
from explorer.storage.sas_wish import LETTERS, PERMISSIONS, in_order

_LETTERS_HINT = "\n".join(
    f"{letter}  {LETTERS[letter]}" for letter in PERMISSIONS[SasKind.CONTAINER]
)
HEADERS = ("Id", "Permissions", "Start", "Expiry")


class PolicyRow(QObject):
    """The fields of one policy. Times that are not touched keep what cannot be seen of them."""

    changed = Signal()
    remove_requested = Signal()

    def __init__(self, number: int, policy: StoredPolicy, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was = policy
        self.id = line_field(f"Id of policy {number}", policy.id, placeholder="readers")
        self.letters = line_field(
            f"Permissions of policy {number}", policy.permissions, placeholder="rl"
        )
        self.letters.setToolTip(tooltip(_LETTERS_HINT))
        self.starts = line_field(
            f"Start of policy {number}", time_text(policy.starts), placeholder=TIME_HINT
        )
        self.expires = line_field(
            f"Expiry of policy {number}", time_text(policy.expires), placeholder=TIME_HINT
        )
        self.remove = tool_button("close", f"Remove policy {number}")
        for field in self.fields:
            field.textChanged.connect(self.changed)
        self.remove.clicked.connect(self.remove_requested)

    @property
    def fields(self) -> tuple[QLineEdit, ...]:
        return (self.id, self.letters, self.starts, self.expires)

    def policy(self) -> StoredPolicy:
        """What is typed. Raises InputError, with the field marked."""
        was = self._was
        for field in self.fields:
            mark_invalid(field, False)
        field = self.id
        try:
            name = self.id.text().strip()
            check_policies((StoredPolicy(name),))
            field = self.letters
            letters = in_order(SasKind.CONTAINER, self.letters.text().strip().lower())
            field = self.starts
            starts = read_time(self.starts.text())
            if self.starts.text() == time_text(was.starts):
                starts = was.starts
            field = self.expires
            expires = read_time(self.expires.text())
            if self.expires.text() == time_text(was.expires):
                expires = was.expires
            found = StoredPolicy(name, letters, starts, expires)
            check_policies((found,))
        except InputError:
            mark_invalid(field, True)
            raise
        return found


class PoliciesSheet(WorkSheet):
    """Looks at once. What somebody else changed meanwhile is not overwritten."""

    def __init__(
        self, bridge: Bridge, scope: TaskScope, place: Location, parent: QWidget | None
    ) -> None:
        super().__init__(
            f"Stored access policies of {place.container}",
            scope,
            parent,
            icon_name="shield",
            width=720,
        )
        self._bridge = bridge
        self._place = place
        self._seen: ContainerAccess | None = None
        self.rows: list[PolicyRow] = []
        self.body.addWidget(
            plain_label(
                "A SAS can refer to one of these by its id. Changing or removing a policy ends "
                "every SAS made by it, within half a minute. Times are this computer's.",
                muted=True,
                wrap=True,
            )
        )
        self._holder = QWidget()
        self._grid = QGridLayout(self._holder)
        self._grid.setContentsMargins(0, 0, 0, 0)
        for column, (title, stretch) in enumerate(zip(HEADERS, (4, 3, 4, 4), strict=True)):
            self._grid.addWidget(plain_label(title, muted=True), 0, column)
            self._grid.setColumnStretch(column, stretch)
        self.body.addWidget(self._holder)
        self.line = plain_label(wrap=True)
        self.line.setMinimumHeight(self.line.fontMetrics().lineSpacing() * 2)
        self.body.addWidget(self.line)
        self.add_policy = self.add_button("A&dd policy", icon_name="plus", at_left=True)
        self.add_policy.clicked.connect(self._add)
        self.reload = self.add_button("&Look again", icon_name="refresh", at_left=True)
        self.reload.clicked.connect(self.look)
        cancel = self.add_button("Cancel")
        cancel.clicked.connect(self.reject)
        self.save_button = self.add_button("&Save", rank=Rank.PRIMARY)
        self.save_button.clicked.connect(lambda: self.begin(self._save(), "save policies"))
        self.show_state()

    def look(self) -> None:
        """Ask how it is now; what is typed goes."""
        self.begin(self._look(), "look at stored policies")

    async def _look(self) -> None:
        seen = await self._bridge.call(lambda it: it.administration.container_access(self._place))
        self._seen = seen
        self.notice.hide()
        self._show(seen.policies)
        (self.rows[0].id if self.rows else self.add_policy).setFocus()

    def _show(self, policies: Sequence[StoredPolicy]) -> None:
        for row in self.rows:
            self._take_out(row)
        self.rows = []
        for policy in policies:
            self._put(policy)
        self.show_state()

    def _put(self, policy: StoredPolicy) -> PolicyRow:
        number = len(self.rows) + 1
        row = PolicyRow(number, policy, self)
        widgets: tuple[QWidget, ...] = (*row.fields, row.remove)
        for column, widget in enumerate(widgets):
            self._grid.addWidget(widget, number, column)
            widget.show()  # at once, since the focus goes there next
        row.changed.connect(self.show_state)
        row.remove_requested.connect(lambda: self._remove(row))
        self.rows.append(row)
        self._order()
        return row

    def _order(self) -> None:
        """Tab goes along the rows, then to the buttons."""
        chain: list[QWidget] = []
        for row in self.rows:
            chain += [*row.fields, row.remove]
        chain.append(self.add_policy)
        for one, other in pairwise(chain):
            QWidget.setTabOrder(one, other)

    def _add(self) -> None:
        row = self._put(StoredPolicy(""))
        self.show_state()
        row.id.setFocus()
        self.fit()

    def _remove(self, row: PolicyRow) -> None:
        kept = [one for one in self.rows if one is not row]
        at = self.rows.index(row)
        self._take_out(row)
        self.rows = kept
        for number, one in enumerate(kept, 1):
            for column, widget in enumerate((*one.fields, one.remove)):
                self._grid.addWidget(widget, number, column)
        self.show_state()
        (kept[min(at, len(kept) - 1)].id if kept else self.add_policy).setFocus()
        self.fit()

    def _take_out(self, row: PolicyRow) -> None:
        for widget in (*row.fields, row.remove):
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        row.deleteLater()

    def policies(self) -> tuple[StoredPolicy, ...]:
        """What is typed. Raises InputError."""
        found = tuple(row.policy() for row in self.rows)
        check_policies(found)
        return found

    async def _save(self) -> None:
        seen = self._seen
        if seen is None:
            return
        wish = replace(seen, policies=self.policies())
        try:
            await self._bridge.call(
                lambda it: it.administration.set_container_access(self._place, wish, seen=seen)
            )
        except (ConflictError, PreconditionFailedError) as error:
            told = describe(error)
            self.notice.tell(f"{told.line} Press 'Look again'; what you typed goes.", Tone.WARN)
            self.fit()
            return
        self.accept()

    def show_state(self) -> None:
        """Say what the policies come to, or why they cannot be."""
        seen, problem = self._seen, ""
        found: tuple[StoredPolicy, ...] = ()
        try:
            found = self.policies()
        except InputError as error:
            problem = str(error)
        self.line.setText(problem or _summary(found) if seen is not None else "Looking…")
        full = f"A container has at most {MAX_POLICIES} stored policies."
        is_full = len(self.rows) >= MAX_POLICIES
        self.add_policy.setEnabled(seen is not None and not is_full)
        explain(self.add_policy, full if is_full else "")
        is_other = seen is not None and not problem and found != seen.policies
        self.save_button.setEnabled(is_other and not self.is_busy)
        explain(self.save_button, problem or ("" if is_other else "Nothing is changed."))


def _summary(policies: Sequence[StoredPolicy]) -> str:
    """What each allows, in words."""
    if not policies:
        return "No stored policies."
    return "; ".join(
        f"{one.id}: {letters_text(one.permissions) or 'as the SAS says'}" for one in policies
    )
