"""The 'Metadata and tags' page: headers, metadata and tags of one blob, edited in place; of a
real directory its metadata.

What is saved is the difference to what was shown, and only while the blob is still the
one that was shown. What is not saved yet waits for its blob until the window closes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import aclosing
from dataclasses import field
from typing import Any

from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from explorer.base.errors import ConflictError, QuaysideError
from explorer.base.records import dataclass
from explorer.base.tasks import TaskScope
from explorer.gui.bridge import Bridge
from explorer.gui.browse import rules
from explorer.gui.colours import Tone
from explorer.gui.errors import describe, tell
from explorer.gui.inspect import directory_labels
from explorer.gui.inspect.labels import Labels, wish_between
from explorer.gui.inspect.page import InspectorPage
from explorer.gui.inspect.selection import Selection
from explorer.gui.parts.buttons import Rank, push_button
from explorer.gui.parts.fields import line_field
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.pairs_table import PairsTable
from explorer.gui.parts.scrolling import ScrollArea
from explorer.gui.parts.texts import explain, plain_label
from explorer.service.change_plan import HEADERS, ChangePlan
from explorer.service.model import Ability, Location
from explorer.storage.access import Action
from explorer.storage.labels import check_metadata, check_tags
from explorer.storage.model import BlobRef

ONE_BLOB = (
    "Choose one blob. For several, and for what is in folders: Change properties in the menu."
)
PAST = "A version or snapshot keeps what it has."
NOT_SAVED = "Not saved yet."
CHANGED = "The blob has changed since it was shown; nothing was saved."
TABLE_HEIGHT = 148
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Draft:
    """Edits that wait, and what they were made to."""

    before: Labels
    after: Labels
    etag: str


@dataclass(slots=True)
class _Shown:
    """What the fields are about."""

    selection: Selection
    before: Labels = field(default_factory=Labels)
    etag: str = ""


class LabelsPage(InspectorPage):
    """See `InspectorPage`."""

    title = "Metadata and tags"
    key = "labels"
    icon_name = "tag"

    def __init__(self, bridge: Bridge, scope: TaskScope) -> None:
        super().__init__()
        self._bridge = bridge
        self._scope = scope
        self._task: asyncio.Task[Any] | None = None
        self._shown: _Shown | None = None
        self._drafts: dict[Key, _Draft] = {}
        self.notice = NoticeBar()
        self.notice.action_requested.connect(self.reload_requested)
        self.headers = {
            name: line_field(f"{title[:1].upper()}{title[1:]}") for name, title in HEADERS.items()
        }
        self.metadata = PairsTable("Metadata", check_metadata, rows_seen=3)
        self.tags = PairsTable("Tags", check_tags, rows_seen=3)
        self.tags_note = plain_label(muted=True, wrap=True)
        self.save_button = push_button("&Save", Rank.PRIMARY)
        self.save_button.clicked.connect(self.save)
        self.undo_button = push_button("&Undo edits", icon_name="undo")
        self.undo_button.clicked.connect(self.undo)
        self._lay_out()
        for line in self.headers.values():
            line.textEdited.connect(lambda _: self._update())
        self.metadata.changed.connect(self._update)
        self.tags.changed.connect(self._update)
        self.clear()

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(8)
        self._header_room = QWidget()
        form = QFormLayout(self._header_room)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for name, line in self.headers.items():
            caption = plain_label(f"{HEADERS[name][:1].upper()}{HEADERS[name][1:]}", muted=True)
            caption.setBuddy(line)
            form.addRow(caption, line)
        column.addWidget(self._header_room)
        self._tags_title = plain_label("Tags")
        for title, table in (
            (plain_label("Metadata"), self.metadata),
            (self._tags_title, self.tags),
        ):
            column.addWidget(title)
            table.table.setMaximumHeight(TABLE_HEIGHT)
            column.addWidget(table)
        column.addWidget(self.tags_note)
        column.addStretch()
        area = ScrollArea(content)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 6, 12, 8)
        foot.setSpacing(8)
        foot.addStretch()
        foot.addWidget(self.undo_button)
        foot.addWidget(self.save_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.notice)
        whole.addWidget(area, 1)
        whole.addLayout(foot)

    # -- the seam -------------------------------------------------------------------------

    def refusal(self, selection: Selection) -> str:
        if selection.is_past:
            return PAST
        if selection.subject.deleted:
            return rules.DELETED
        is_one = selection.subject.blob is not None or selection.is_directory
        return "" if is_one else ONE_BLOB

    def show_selection(self, selection: Selection) -> None:
        for part in (self._header_room, self._tags_title, self.tags):
            part.setVisible(not selection.is_directory)
        self._begin(self._look(selection), "metadata and tags")

    def clear(self) -> None:
        self._keep_draft()
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._shown = None
        self.notice.hide()
        self._fill(Labels())

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = self._scope.spawn(self._told(work), name=name)
        # Cancelled before its first step it has not come to `work`.
        self._task.add_done_callback(lambda _: work.close())
        self._update()

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        own = asyncio.current_task()
        try:
            await work
        except QuaysideError as error:
            tell(self.notice, error, action="Read again")
        finally:
            if self._task is own:
                self._task = None
                self._update()

    # -- looking --------------------------------------------------------------------------

    @staticmethod
    def _key(selection: Selection) -> Key:
        place, name = _named(selection)
        return (place.connection_id, place.container, place.path + name)

    async def _look(self, selection: Selection) -> None:
        place, name = _named(selection)
        if selection.is_directory:
            before, etag = await directory_labels.read(self._bridge, place, name)
            self._take(_Shown(selection, before, etag))
            return
        ref = BlobRef(place.container, place.path + name)
        found = await self._bridge.call(lambda it: it.properties(place, name))
        tags: dict[str, str] | None = None
        why = rules.refusal(selection.subject.as_place(), Ability.TAG)
        try:
            tags = await self._bridge.call(lambda it: it.management.tags(place, ref))
        except QuaysideError as error:
            why = describe(error).line
        headers = {name: getattr(found.headers, name) for name in HEADERS}
        before = Labels(headers, dict(found.headers.metadata), tags)
        self._take(_Shown(selection, before, found.etag), f"Tags: {why}" if why else "")

    def _take(self, shown: _Shown, note: str = "") -> None:
        """Show what was read, or what was edited of it before."""
        self._shown = shown
        draft = self._drafts.pop(self._key(shown.selection), None)
        if draft is not None and (draft.etag, draft.before) == (shown.etag, shown.before):
            self._fill(draft.after)
            self.notice.tell(NOT_SAVED)
        else:
            self._fill(shown.before)
        self.tags_note.setText(note)
        self.tags_note.setVisible(bool(note))

    # -- fields ---------------------------------------------------------------------------

    def _fill(self, labels: Labels) -> None:
        for name, line in self.headers.items():
            line.setText(labels.headers.get(name, ""))
            line.setCursorPosition(0)
        self.metadata.show_pairs(labels.metadata)
        self.tags.show_pairs(labels.tags or {})
        self._update()

    @property
    def edited(self) -> Labels:
        """What the fields hold now."""
        has_tags = self._shown is not None and self._shown.before.tags is not None
        is_directory = self._shown is not None and self._shown.selection.is_directory
        headers = {name: line.text().strip() for name, line in self.headers.items()}
        return Labels(
            {} if is_directory else headers,
            self.metadata.pairs,
            self.tags.pairs if has_tags else None,
        )

    @property
    def is_edited(self) -> bool:
        """Whether there is anything to save."""
        return self._shown is not None and self.edited != self._shown.before

    def _keep_draft(self) -> None:
        shown = self._shown
        if shown is not None and self.is_edited:
            self._drafts[self._key(shown.selection)] = _Draft(shown.before, self.edited, shown.etag)

    def undo(self) -> None:
        """Back to what the blob has."""
        if self._shown is not None:
            self.notice.hide()
            self._fill(self._shown.before)

    def _update(self) -> None:
        shown, is_busy = self._shown, self._task is not None
        change = tag = ""
        if shown is not None:
            place = shown.selection.subject.as_place()
            change = rules.refusal(place, Ability.OVERWRITE)
            tag = rules.refusal(place, Ability.TAG)
        has_tags = shown is not None and shown.before.tags is not None
        is_ready = shown is not None and not is_busy
        for line in self.headers.values():
            line.setReadOnly(not is_ready or bool(change))
            explain(line, change)
        self.metadata.set_editable(is_ready and not change)
        explain(self.metadata, change)
        self.tags.set_editable(is_ready and has_tags and not tag)
        explain(self.tags, tag)
        problem = self.metadata.problem or self.tags.problem
        self.save_button.setEnabled(is_ready and self.is_edited and not problem)
        explain(self.save_button, problem)
        self.undo_button.setEnabled(is_ready and self.is_edited)

    # -- saving ---------------------------------------------------------------------------

    def save(self) -> None:
        """Change what was edited, and nothing else."""
        if self._shown is not None and self.is_edited:
            self._begin(self._save(self._shown, self.edited), "save metadata and tags")

    async def _save(self, shown: _Shown, edited: Labels) -> None:
        if shown.selection.is_directory:
            place, name = _named(shown.selection)
            await directory_labels.save(self._bridge, place, name, edited.metadata, shown.etag)
        else:
            await self._save_blob(shown, edited)
        self._shown = None  # what was edited is there now
        await self._look(shown.selection)
        self.notice.tell("Saved.", Tone.OK)

    async def _save_blob(self, shown: _Shown, edited: Labels) -> None:
        place, name = _named(shown.selection)
        wish = wish_between(shown.before, edited)
        plan: ChangePlan | None = None
        looked = self._bridge.stream(lambda it: it.management.plan_changes(place, (name,), wish))
        async with aclosing(looked):
            async for step in looked:
                plan = step.plan or plan
        if plan is None:
            return
        for left in plan.left:
            raise left.error or ConflictError(left.reason, cure="Nothing was saved.")
        needs_same = Action.WRITE in wish.actions
        if needs_same and any(change.etag != shown.etag for change in plan.changes):
            raise ConflictError(CHANGED, cure="Read it again, and edit what is there now.")
        if plan.changes:
            done = self._bridge.stream(lambda it: it.management.apply(place, plan))
            async with aclosing(done):
                async for outcome in done:
                    for _, error in outcome.failures:
                        raise error


def _named(selection: Selection) -> tuple[Location, str]:
    """Folder and name of what the page is about."""
    if selection.named is None:
        raise ValueError("the page is about one blob or directory")
    return selection.named
