"""Apply to everything below: what, how, told before it is done; progress, failures, again.

GUI thread only.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QRadioButton,
    QTableView,
    QWidget,
)

from explorer.base.shown import shown
from explorer.base.tasks import TaskScope
from explorer.gui.bridge import Bridge
from explorer.gui.colours import Tone
from explorer.gui.errors import tell
from explorer.gui.icons import icon
from explorer.gui.inspect import access_words as words
from explorer.gui.inspect.access_draft import Draft
from explorer.gui.inspect.access_words import Below, Names
from explorer.gui.parts.busy import BusyIndicator
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.lines_model import Line, LinesModel
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.parts.views import VIEW_ICON_SIZE, dress_table
from explorer.gui.sheet import Sheet
from explorer.service.access_control import AccessCount
from explorer.service.model import Location
from explorer.storage.acl import AclEntry, AclKind, AclScope, checked

_HOWS = (
    (Below.MERGE, "&Add or change these entries, keep the others"),
    (Below.SET, "&Replace all entries by these"),
    (Below.REMOVE, "&Take these entries out"),
)
_ENTRY = Qt.ItemDataRole.UserRole

Counts = AsyncGenerator[AccessCount, None]


class BelowSheet(Sheet):
    """Open until it is closed; `has_begun` tells that something may be different now."""

    def __init__(
        self,
        bridge: Bridge,
        scope: TaskScope,
        location: Location,
        title: str,
        draft: Draft,
        names: Names,
        owner_refusal: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(f"Apply to everything below '{title}'", parent, width=600)
        self._bridge = bridge
        self._scope = scope
        self._location = location
        self._title = title
        self._draft = draft
        self._names = names
        self._owner_refusal = owner_refusal
        self._task: asyncio.Task[None] | None = None
        self.count = AccessCount()
        self.has_begun = False
        self._choices()
        self._outcome()
        self._buttons()
        self.choose(Below.MERGE)

    # -- making -----------------------------------------------------------------

    def _choices(self) -> None:
        self.hows: dict[Below, QRadioButton] = {}
        group = QButtonGroup(self)
        for how, text in _HOWS:
            button = QRadioButton(text)
            button.setAccessibleName(text.replace("&", ""))
            button.clicked.connect(lambda _=False, how=how: self.choose(how))
            group.addButton(button)
            self.hows[how] = button
            self.body.addWidget(button)
        self.entries = QListWidget()
        self.entries.setAccessibleName("Entries to apply")
        self.entries.setMinimumHeight(150)
        self.entries.setIconSize(VIEW_ICON_SIZE)
        self.entries.itemChanged.connect(lambda _: self._tell_plan())
        self.body.addWidget(self.entries)
        owner = self._names.get(self._draft.owner, self._draft.owner)
        group_name = self._names.get(self._draft.group, self._draft.group)
        self.owner = QCheckBox(f"Make {shown(owner)} the owner".replace("&", "&&"))
        self.group = QCheckBox(f"Make {shown(group_name)} the owning group".replace("&", "&&"))
        for box in (self.owner, self.group):
            box.toggled.connect(self._tell_plan)
            self.body.addWidget(box)
        self.plan = plain_label("", wrap=True)
        self.body.addWidget(self.plan)

    def _outcome(self) -> None:
        self.busy = BusyIndicator("Changing access")
        self.progress = plain_label("")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.busy)
        row.addWidget(self.progress, 1)
        self.notice = NoticeBar()
        self.failures = LinesModel(("Path", "Reason"), self)
        self.table = QTableView()
        dress_table(self.table, "What could not be changed")
        self.table.setProperty("bare", False)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setModel(self.failures)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.setMinimumHeight(120)
        self.table.hide()
        self.body.addLayout(row)
        self.body.addWidget(self.notice)
        self.body.addWidget(self.table)

    def _buttons(self) -> None:
        self.retry_button = self.add_button("Retry &failed", icon_name="retry", at_left=True)
        self.retry_button.clicked.connect(lambda: self._begin(self._again()))
        self.retry_button.hide()
        self.stop_button = self.add_button("&Stop")
        self.stop_button.clicked.connect(self.stop)
        self.stop_button.hide()
        self.close_button = self.add_button("&Close")
        self.close_button.clicked.connect(self.reject)
        self.go_button = self.add_button("A&pply", rank=Rank.PRIMARY)
        self.go_button.clicked.connect(lambda: self._begin(self._counts()))

    # -- choosing -----------------------------------------------------------------

    def choose(self, how: Below) -> None:
        """Do it this way, with what goes with it ticked."""
        self.how = how
        self.hows[how].setChecked(True)
        changed = {entry.key for entry in self._draft.changes}
        self.entries.blockSignals(True)
        self.entries.clear()
        for entry in self._fitting(how):
            item = QListWidgetItem(
                icon(words.icon_of(entry)), shown(words.entry_line(entry, self._names))
            )
            item.setData(_ENTRY, entry)
            plain = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            if how is not Below.SET:
                item.setFlags(plain | Qt.ItemFlag.ItemIsUserCheckable)
                is_meant = how is Below.MERGE and entry.key in changed
                state = Qt.CheckState
                item.setCheckState(state.Checked if is_meant else state.Unchecked)
            else:
                item.setFlags(plain)
            self.entries.addItem(item)
        self.entries.blockSignals(False)
        can_own = how is Below.MERGE and not self._owner_refusal
        for box in (self.owner, self.group):
            box.setEnabled(can_own)
            if not can_own:
                box.setChecked(False)
            why = "" if how is Below.MERGE else "Owners are set along with added entries."
            explain(box, why or self._owner_refusal)
        self._tell_plan()

    def _fitting(self, how: Below) -> Sequence[AclEntry]:
        """Entries that can be meant: of those that go, the ones that are gone already, too."""
        if how is Below.SET:
            return checked(self._draft.acl)
        if how is Below.MERGE:
            return self._draft.acl
        access = [entry for entry in self._draft.before.acl if _can_go(entry)]
        known = {entry.key for entry in access}
        return [
            *access,
            *(one for one in self._draft.acl if _can_go(one) and one.key not in known),
        ]

    def ticked(self) -> tuple[AclEntry, ...]:
        """The entries that are meant."""
        items = (self.entries.item(row) for row in range(self.entries.count()))
        checked_ = Qt.CheckState.Checked
        return tuple(
            item.data(_ENTRY)
            for item in items
            if self.how is Below.SET or item.checkState() is checked_
        )

    def tick(self, entry: AclEntry) -> None:
        """Mean the entry about the same."""
        for row in range(self.entries.count()):
            item = self.entries.item(row)
            if item.data(_ENTRY).key == entry.key:
                item.setCheckState(Qt.CheckState.Checked)

    def _owners(self) -> tuple[str, str]:
        draft = self._draft
        return (
            draft.owner if self.owner.isChecked() else "",
            draft.group if self.group.isChecked() else "",
        )

    def _tell_plan(self) -> None:
        entries, owners = self.ticked(), self._owners()
        self.plan.setText(words.sentence(self.how, self._title, entries, *owners, self._names))
        self.go_button.setEnabled(bool(entries or any(owners)) and self._task is None)

    # -- doing --------------------------------------------------------------------

    def _counts(self) -> Counts:
        self.count = AccessCount()
        place, entries, how, owners = self._location, self.ticked(), self.how, self._owners()
        if how is Below.SET:
            return self._bridge.stream(
                lambda service: service.access.replace_below(place, "", entries)
            )
        edit = words.edit_of(how, entries, *owners)
        return self._bridge.stream(lambda service: service.access.change_below(place, "", edit))

    def _again(self) -> Counts:
        failures, place, entries = self.count.failures, self._location, self.ticked()
        edit = entries if self.how is Below.SET else words.edit_of(
            self.how, entries, *self._owners()
        )  # fmt: skip
        return self._bridge.stream(lambda service: service.access.retry(place, edit, failures))

    def _begin(self, counts: Counts) -> None:
        if self._task is None:
            self.has_begun = True
            self._task = self._scope.spawn(self._run(counts), name="access below")

    async def _run(self, counts: Counts) -> None:
        self._show_running(True)
        try:
            async with aclosing(counts):
                async for count in counts:
                    self._show_count(count)
        except Exception as error:
            tell(self.notice, error)
        finally:
            self._task = None
            if shiboken6.isValid(self):  # closed while it ran, it may be gone already
                self._show_running(False)

    def stop(self) -> None:
        """Leave it at what is done. Doing it again later does no harm."""
        if self._task is not None:
            self._task.cancel()

    def _show_running(self, is_running: bool) -> None:
        if is_running:
            self.notice.hide()
            self.busy.start()
        else:
            self.busy.stop()
        for widget in (*self.hows.values(), self.entries):
            widget.setEnabled(not is_running)
        self.stop_button.setVisible(is_running)
        self.close_button.setVisible(not is_running)
        self.retry_button.setVisible(not is_running and bool(self.count.failures))
        if not is_running and not self.count.is_complete and self.notice.isHidden():
            text = f"Stopped: {words.count_line(self.count)}. The rest is as it was."
            self.notice.tell(text, Tone.INFO)
        self._tell_plan()
        self.fit()

    def _show_count(self, count: AccessCount) -> None:
        self.count = count
        line = words.count_line(count)
        self.progress.setText(f"{line}." if count.is_complete else f"{line} so far…")
        shown_failures = self.failures.rowCount()
        if len(count.failures) != shown_failures or not count.failures:
            self.failures.show(
                [
                    Line(
                        (failure.path, failure.reason),
                        "folder" if failure.is_directory else "file",
                        f"{failure.path}\n{failure.reason}",
                    )
                    for failure in count.failures
                ]
            )
        self.table.setVisible(bool(count.failures))

    def done(self, code: int) -> None:
        self.stop()
        super().done(code)


def _can_go(entry: AclEntry) -> bool:
    """Whether a recursive removal takes it."""
    if entry.scope is AclScope.DEFAULT:
        return True
    return entry.is_named or entry.kind is AclKind.MASK
