"""The Preview page: what is in the selected blob, from a few ranges of it. GUI thread only.

Reading and decoding happen in threads of the service, pixels in one of the window's; each
look has a number, and what belongs to an older one is dropped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from explorer.base.errors import QuaysideError
from explorer.base.tasks import TaskScope
from explorer.base.units import format_bytes
from explorer.base.workers import Workers
from explorer.gui.bridge import Bridge
from explorer.gui.browse import rules
from explorer.gui.colours import Tone
from explorer.gui.errors import describe
from explorer.gui.inspect.body_view import BodyView
from explorer.gui.inspect.page import InspectorPage
from explorer.gui.inspect.picture_view import decode
from explorer.gui.inspect.preview_bar import PreviewBar
from explorer.gui.inspect.saving import save_member
from explorer.gui.inspect.selection import Selection
from explorer.gui.parts.buttons import push_button
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.texts import plain_label
from explorer.preview import look as door
from explorer.preview.look import As
from explorer.preview.model import Archive, Member, Picture, Preview, Text
from explorer.preview.source import Source, Unreadable
from explorer.preview.text import GrowingText
from explorer.service.model import Ability, Location
from explorer.service.ranges import POLL_S, BlobRanges, Grown

T = TypeVar("T")
Work = Callable[[], Coroutine[Any, Any, None]]

FOLLOWED_SLICE_BYTES = 32 * 1024
ARCHIVED = (
    "It is in the archive tier and cannot be read there. Change its tier to Hot or Cool; "
    "the service then takes some hours to bring it back."
)
REHYDRATING = "It is on its way back from the archive tier. This takes some hours."


class PreviewPage(InspectorPage):
    """See `InspectorPage`."""

    title = "Preview"
    key = "preview"
    icon_name = "eye"

    def __init__(self, bridge: Bridge, scope: TaskScope, workers: Workers) -> None:
        super().__init__()
        self._bridge = bridge
        self._scope = scope
        self._workers = workers
        self._task: asyncio.Task[Any] | None = None
        self._saving: asyncio.Task[Any] | None = None
        self._selection: Selection | None = None
        self._ranges: BlobRanges | None = None
        self._source: Source | None = None
        self._preview: Preview | None = None
        self._to_follow: tuple[Location, str] | None = None
        self.follow_poll_s = POLL_S
        self.bar = PreviewBar()
        self.facts = plain_label(muted=True, wrap=True)
        self.facts.setContentsMargins(12, 2, 12, 6)
        self.facts.setMinimumWidth(1)  # one word of a stranger may be very long
        self.notice = NoticeBar()
        self.notice.setMinimumWidth(1)
        self.body = BodyView()
        self.more_button = push_button("Load more")
        self.line = plain_label(muted=True)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 6, 12, 8)
        foot.addWidget(self.line, 1)
        foot.addWidget(self.more_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.facts)
        column.addWidget(self.notice)
        column.addWidget(self.body, 1)
        column.addLayout(foot)
        self.bar.changed.connect(self._look_again)
        self.bar.follow_toggled.connect(self._look_again)
        self.bar.wrap_toggled.connect(self.body.text.set_wrapping)
        self.more_button.clicked.connect(self._load_more)
        self.body.table_chosen.connect(self._update_foot)
        self.body.save_requested.connect(self._save_member)
        self.notice.action_requested.connect(self._notice_action)
        self.clear()

    # -- the seam -------------------------------------------------------------------------

    def refusal(self, selection: Selection) -> str:
        if selection.is_many:
            return "Select one blob to look inside."
        row = selection.subject.blob
        if row is None:
            return "Select a blob to look inside."
        if row.is_deleted and not selection.is_past:
            return rules.DELETED
        if reason := rules.refusal(selection.subject.as_place(), Ability.READ):
            return reason
        return ARCHIVED if row.tier == "Archive" else ""

    def show_selection(self, selection: Selection) -> None:
        self._selection = selection
        self.bar.start_over()
        row = selection.subject.blob
        if row is not None and (selection.subject.location, row.name) == self._to_follow:
            self._to_follow = None
            self.bar.start_following()
        self._begin()

    def follow_next(self, place: Location, name: str) -> None:
        """The blob of that name is about to be selected: follow it as it grows."""
        self._to_follow = place, name

    def clear(self) -> None:
        self._stop()
        self._selection = self._ranges = self._source = self._preview = None
        self._empty()

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _empty(self) -> None:
        self.body.show_body(None)
        self.facts.hide()
        self.notice.hide()
        self.line.setText("")
        self.more_button.hide()
        self.bar.offer(None)

    # -- looking ----------------------------------------------------------------------------

    def _run(self, work: Work, name: str) -> None:
        """One thing at a time; what a person sees of its failure is the bar."""
        self._stop()
        self._task = self._scope.spawn(self._told(work), name=name)

    async def _told(self, work: Work) -> None:
        try:
            await work()
        except QuaysideError as error:
            words = describe(error)
            self.notice.tell(
                f"{words.title}. {words.line}", Tone.BAD, action="Try again", closable=False
            )
            self._update_foot()
        except Unreadable as error:
            self.notice.tell(f"Nothing more can be shown. {error}", Tone.WARN, closable=False)
            self.more_button.hide()

    def _begin(self) -> None:
        self._run(self._look, "preview")

    def _look_again(self) -> None:
        if self._selection is not None:
            self._begin()

    async def _reading(self, work: Callable[[Source], T]) -> T:
        """Run what reads of the source in a thread of the service."""
        source, ranges = self._source, self._ranges
        if source is None or ranges is None:
            raise RuntimeError("nothing is open")
        return await self._bridge.call(
            lambda service: service.ranges.work(ranges, lambda: work(source))
        )

    async def _look(self) -> None:
        selection = self._selection
        row = selection.subject.blob if selection is not None else None
        if selection is None or row is None:
            return
        self.line.setText("Reading…")
        self.notice.hide()
        self.more_button.setEnabled(False)
        place, bar = selection.subject.location, self.bar
        ranges = await self._bridge.call(
            lambda service: service.ranges.open(
                place, row.name, version_id=selection.version_id, snapshot=selection.snapshot
            )
        )
        self._ranges, self._source = ranges, Source(ranges)
        if ranges.properties.headers.tier == "Archive":
            self._empty()
            is_coming = bool(ranges.properties.archive_status)
            text = REHYDRATING if is_coming else ARCHIVED
            self.notice.tell(text, Tone.INFO, closable=False)
            return
        shown_as = As.TEXT if bar.is_following else bar.shown_as
        from_end = bar.is_following or bar.from_end
        content_type = ranges.properties.headers.content_type
        found = await self._reading(
            lambda source: door.look(
                source, row.name, content_type, shown_as=shown_as, from_end=from_end
            )
        )
        self._show(found, from_end=from_end)
        if isinstance(found.body, Picture):
            await self._show_picture(found.body)
        if bar.is_following and isinstance(found.body, Text) and not selection.is_past:
            await self._follow(selection, row.name, found.body)

    def _show(self, found: Preview, *, from_end: bool) -> None:
        self._preview = found
        self.bar.offer(found)
        facts = " · ".join((found.title, *(f"{name}: {value}" for name, value in found.facts)))
        self.facts.setText(facts)
        self.facts.show()
        if found.notes:
            self.notice.tell("\n".join(found.notes), Tone.INFO, closable=False)
        self.body.show_body(found.body, at_end=from_end)
        self._update_foot()

    async def _show_picture(self, picture: Picture) -> None:
        image = await self._workers.run(decode, picture)
        if image is None:
            self.notice.tell(
                "The picture is damaged, or too large to be decoded.", Tone.WARN, closable=False
            )
        else:
            self.body.show_image(image, picture)

    def _update_foot(self) -> None:
        source, table = self._source, self.body.chosen_table
        self.line.setText(source.line if source is not None else "")
        is_earlier = isinstance(self.body.body, Text) and self.body.body.is_earlier
        is_unread = table is not None and not table.rows
        words = "Load rows" if is_unread else "Load earlier" if is_earlier else "Load more"
        self.more_button.setText(words)
        self.more_button.setVisible(self.body.has_more and not self.bar.is_following)
        self.more_button.setEnabled(True)

    # -- more --------------------------------------------------------------------------------

    def _load_more(self) -> None:
        if self._source is not None and self.body.has_more:
            self.more_button.setEnabled(False)
            self._run(self._more, "preview, more")

    async def _more(self) -> None:
        body, table = self.body.body, self.body.chosen_table
        if table is not None:
            self.body.add_rows(await self._reading(lambda it: door.more_rows(it, table)))
        elif body is not None:
            part = await self._reading(lambda it: door.more(it, body))
            if isinstance(part, Text):
                self.body.add_text(part)
            elif isinstance(part, Archive):
                self.body.add_members(part)
                if part.lacking:
                    self.notice.tell(part.lacking, Tone.WARN, closable=False)
        self._update_foot()

    async def _follow(self, selection: Selection, name: str, shown: Text) -> None:
        """Put what is written from now on behind what is shown, until the task is cancelled."""
        place, view = selection.subject.location, self.body.text
        view.keep_last_lines()
        growing = GrowingText(shown.encoding)
        poll_s, start = self.follow_poll_s, shown.end
        items = self._bridge.stream(
            lambda service: service.ranges.follow(place, name, start, poll_s=poll_s)
        )
        self.line.setText(f"Following: {format_bytes(shown.end)}")
        async with aclosing(items):
            async for grown in items:
                if grown.is_anew:
                    view.clear_text()
                    start, growing = 0, GrowingText(shown.encoding)
                    self.notice.tell("It was written anew.", Tone.INFO)
                if grown.offset > start:
                    growing = GrowingText(shown.encoding)
                    left_out = format_bytes(grown.offset - start)
                    view.add_text(f"\n… {left_out} left out …\n", keeps_end=True)
                start = grown.offset + len(grown.data)
                await self._grow(grown, growing)

    async def _grow(self, grown: Grown, growing: GrowingText) -> None:
        """In slices, so that the window answers between them."""
        for at in range(0, len(grown.data), FOLLOWED_SLICE_BYTES):
            data = grown.data[at : at + FOLLOWED_SLICE_BYTES]
            self.body.text.add_text(growing.take(data), keeps_end=True)
            await asyncio.sleep(0)
        self.line.setText(f"Following: {format_bytes(grown.size_bytes)}")

    # -- members --------------------------------------------------------------------------------

    def _save_member(self, archive: Archive, member: Member) -> None:
        """Goes on when another blob is selected; one at a time."""
        ranges = self._ranges
        if ranges is None or self._is_saving:
            return

        async def save() -> None:
            await save_member(
                self._bridge, self, ranges, archive, member, self.notice, self._workers
            )

        self._saving = self._scope.spawn(self._told(save), name="save a member")

    @property
    def _is_saving(self) -> bool:
        return self._saving is not None and not self._saving.done()

    def _notice_action(self) -> None:
        if self._saving is not None and self._is_saving:
            self._saving.cancel()
            self.notice.tell("Saving was stopped; nothing is left of it.", Tone.INFO)
        else:
            self.reload_requested.emit()
