"""The Access page: owner, group, permissions and entries of a real file or folder.

What is changed stays a draft until it is applied; a draft is kept while another row is
looked at. GUI thread only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from explorer.base.errors import InputError, PreconditionFailedError, QuaysideError
from explorer.base.records import dataclass
from explorer.base.tasks import TaskScope
from explorer.gui import ask
from explorer.gui.bridge import Bridge
from explorer.gui.browse import rules
from explorer.gui.colours import Tone
from explorer.gui.errors import tell
from explorer.gui.inspect.access_below import BelowSheet
from explorer.gui.inspect.access_draft import Draft
from explorer.gui.inspect.access_entries import EntriesEditor
from explorer.gui.inspect.access_owners import OwnersEditor
from explorer.gui.inspect.access_words import FLAT, Names, names_of
from explorer.gui.inspect.page import InspectorPage
from explorer.gui.inspect.selection import Selection
from explorer.gui.parts.buttons import Rank, push_button
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.scrolling import ScrollArea
from explorer.gui.parts.texts import explain, plain_label
from explorer.service.model import Ability, Location
from explorer.storage.acl import AclScope
from explorer.storage.directories import PathAccess

MAX_KEPT = 50
"""So many drafts of paths that are not looked at any more."""
NOTHING_CHANGED = "Nothing is changed."


@dataclass(frozen=True, slots=True)
class Path:
    """What the page is about: a file or folder of a location, or with no name the location."""

    location: Location
    name: str
    is_directory: bool
    title: str

    @classmethod
    def of(cls, selection: Selection) -> Path | None:
        """Of a selection; None for the account and for several."""
        subject = selection.subject
        if selection.is_many or (subject.is_account and not subject.rows):
            return None
        if (row := subject.blob) is not None:
            return cls(subject.location, row.name, False, row.name)
        place = subject.place
        return None if place is None else cls(place, "", True, place.name)


class AccessPage(InspectorPage):
    """See `InspectorPage`."""

    title = "Access"
    key = "access"
    icon_name = "shield"

    def __init__(self, bridge: Bridge, scope: TaskScope) -> None:
        super().__init__()
        self._bridge = bridge
        self._scope = scope
        self._task: asyncio.Task[Any] | None = None
        self._names: Names = {}
        self._kept: dict[Path, Draft] = {}
        self._entries_refusal = ""
        self._owner_refusal = ""
        self.path: Path | None = None
        """What is looked at."""
        self.draft: Draft | None = None
        """What is shown; None until it was read."""
        self.notice = NoticeBar()
        self.owners = OwnersEditor()
        self.access = EntriesEditor(AclScope.ACCESS)
        self.defaults = EntriesEditor(AclScope.DEFAULT)
        self.problem = plain_label("", muted=True, wrap=True)
        self.apply_button = push_button("&Apply", Rank.PRIMARY)
        self.revert_button = push_button("Revert", icon_name="undo")
        self.below_button = push_button("Apply to everything &below…", icon_name="folder")
        self._lay_out()
        self._connect()
        self.clear()

    def _lay_out(self) -> None:
        self._room = QWidget()
        inner = QVBoxLayout(self._room)
        inner.setContentsMargins(12, 8, 12, 8)
        inner.setSpacing(14)
        for part in (self.owners, self.access, self.defaults):
            inner.addWidget(part)
        inner.addStretch(1)
        area = ScrollArea(self._room)
        first = QHBoxLayout()
        first.setSpacing(6)
        first.addWidget(self.apply_button, 1)
        first.addWidget(self.revert_button, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(12, 6, 12, 8)
        foot.setSpacing(6)
        foot.addWidget(self.problem)
        foot.addLayout(first)
        foot.addWidget(self.below_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice)
        column.addWidget(area, 1)
        column.addLayout(foot)

    def _connect(self) -> None:
        self.notice.action_requested.connect(self._read_again)
        self.owners.owner_typed.connect(lambda who: self._edit(lambda it: replace(it, owner=who)))
        self.owners.group_typed.connect(lambda who: self._edit(lambda it: replace(it, group=who)))
        self.owners.mode_typed.connect(lambda text: self._edit(lambda it: it.with_mode(text)))
        self.owners.sticky_ticked.connect(
            lambda is_on: self._edit(lambda it: replace(it, is_sticky=is_on))
        )
        for editor in (self.access, self.defaults):
            editor.letter_ticked.connect(
                lambda key, letter, is_on: self._edit(
                    lambda it: it.with_letter(key, letter, is_on=is_on)
                )
            )
            editor.entry_added.connect(lambda one: self._edit(lambda it: it.with_entry(one)))
            editor.entry_removed.connect(lambda key: self._edit(lambda it: it.without(key)))
        self.defaults.defaults_requested.connect(
            lambda wants: self._edit(
                lambda it: it.with_defaults_from_access() if wants else it.without_defaults()
            )
        )
        self.apply_button.clicked.connect(lambda: self._do(self._apply(), "set access"))
        self.revert_button.clicked.connect(self._revert)
        self.below_button.clicked.connect(lambda: self._do(self._below(), "set access below"))

    # -- the seam -------------------------------------------------------------------

    def refusal(self, selection: Selection) -> str:
        if Path.of(selection) is None:
            return "Select one file, folder or container to see who may do what with it."
        if selection.subject.deleted:
            return rules.DELETED
        if selection.subject.connection.is_hierarchical is False:
            return FLAT
        return ""

    def show_selection(self, selection: Selection) -> None:
        self.path = Path.of(selection)
        place = selection.subject.as_place()
        self._entries_refusal = rules.refusal(place, Ability.SET_ACL)
        self._owner_refusal = rules.refusal(place, Ability.SET_OWNER)
        self._task = self._scope.spawn(self._look(), name="access")

    def clear(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._keep()
        self.path = self.draft = None
        self.notice.hide()
        for editor in (self.access, self.defaults):
            editor.forget_typing()
        self._room.hide()
        self._show()

    def _keep(self) -> None:
        """What was edited and not applied waits for its path to be looked at again."""
        if self.path is None or self.draft is None:
            return
        self._kept.pop(self.path, None)
        if self.draft.is_changed:
            self._kept[self.path] = self.draft
            if len(self._kept) > MAX_KEPT:
                self._kept.pop(next(iter(self._kept)))

    # -- looking ----------------------------------------------------------------------

    async def _look(self) -> None:
        path = self.path
        if path is None:
            return
        try:
            found = await self._get(path, by_name=False)
        except QuaysideError as error:
            tell(self.notice, error, action="Try again")
            return
        self._take(path, found)
        try:
            named = await self._get(path, by_name=True)
        except QuaysideError:
            return  # ids say the same
        self._names = {**self._names, **names_of(found, named)}
        self._show()

    async def _get(self, path: Path, *, by_name: bool) -> PathAccess:
        return await self._bridge.call(
            lambda service: service.access.get(path.location, path.name, by_name=by_name)
        )

    def _take(self, path: Path, found: PathAccess) -> None:
        self.draft = Draft.of(found, is_directory=path.is_directory)
        kept = self._kept.pop(path, None)
        if kept is not None and kept.before == found:
            self.draft = kept
            self.notice.tell("Your changes from before are not applied yet.", Tone.INFO)
        self.owners.forget_typing()
        self._room.show()
        self._show()

    def _read_again(self) -> None:
        self.draft = None
        self.reload_requested.emit()

    # -- showing --------------------------------------------------------------------------

    def _show(self) -> None:
        draft, path = self.draft, self.path
        problem = waits = ""
        if draft is None or path is None:
            waits = "Nothing is shown yet."
        else:
            self.owners.show_draft(
                draft, self._names, owner=self._owner_refusal, entries=self._entries_refusal
            )
            self.access.show_draft(draft, self._names, self._entries_refusal)
            self.defaults.show_draft(draft, self._names, self._entries_refusal)
            problem = self.owners.problem or draft.problem
        self.defaults.setVisible(path is not None and path.is_directory)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        is_changed = draft is not None and (draft.is_changed or bool(self.owners.problem))
        unchanged = "" if is_changed else NOTHING_CHANGED
        denied = self._entries_refusal if self._owner_refusal else ""
        is_file = path is not None and not path.is_directory
        for button, refusal in (
            (self.apply_button, waits or denied or problem or unchanged),
            (self.revert_button, waits or unchanged),
            (
                self.below_button,
                waits
                or ("A file has nothing below it." if is_file else "")
                or self._entries_refusal
                or problem,
            ),
        ):
            button.setEnabled(not refusal)
            explain(button, refusal)

    def _edit(self, change: Callable[[Draft], Draft]) -> None:
        if self.draft is None:
            return
        try:
            self.draft = change(self.draft)
        except InputError as error:
            tell(self.notice, error)
        self._show()

    def _revert(self) -> None:
        if self.draft is not None:
            self.draft = Draft.of(self.draft.before, is_directory=self.draft.is_directory)
            self.owners.forget_typing()
            self.notice.hide()
            self._show()

    # -- doing --------------------------------------------------------------------------

    def _do(self, work: Coroutine[Any, Any, None], name: str) -> None:
        async def told() -> None:
            try:
                await work
            except PreconditionFailedError:
                self.notice.tell(
                    "Somebody else has changed this meanwhile. Nothing was applied.",
                    Tone.WARN,
                    action="Read it again",
                )
            except QuaysideError as error:
                tell(self.notice, error)

        self._scope.spawn(told(), name=name)

    async def _apply(self) -> None:
        path, draft = self.path, self.draft
        if path is None or draft is None:
            return
        self.setEnabled(False)
        try:
            found = await self._set(path, draft)
        finally:
            self.setEnabled(True)
        self._kept.pop(path, None)
        if self.path == path:
            self.draft = Draft.of(found, is_directory=path.is_directory)
            self.notice.tell("Applied.", Tone.OK)
            self._show()

    async def _set(self, path: Path, draft: Draft) -> PathAccess:
        """All of it only while it is what was read; the sticky bit goes by itself, since the
        service takes either a list or permissions."""
        found = draft.before
        acl = draft.acl if draft.changes or draft.removals else ()
        if acl or draft.new_owner or draft.new_group:
            found = await self._bridge.call(
                lambda service: service.access.set(
                    path.location,
                    path.name,
                    owner=draft.new_owner,
                    group=draft.new_group,
                    acl=acl,
                    etag=draft.before.etag,
                )
            )
        if draft.is_sticky_changed:
            etag = found.etag
            found = await self._bridge.call(
                lambda service: service.access.set(
                    path.location, path.name, permissions=draft.mode, etag=etag
                )
            )
        return found

    async def _below(self) -> None:
        path, draft = self.path, self.draft
        if path is None or draft is None:
            return
        sheet = BelowSheet(
            self._bridge,
            self._scope,
            path.location,
            path.title,
            draft,
            self._names,
            self._owner_refusal,
            self.window(),
        )
        await ask.answer(sheet)
        if sheet.has_begun and self.path == path:
            self._read_again()
