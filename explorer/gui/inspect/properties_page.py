"""The Properties page: all that is known of what is selected, to be read and copied."""

from __future__ import annotations

import asyncio
from typing import Any

from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from explorer.base.errors import NotFoundError, QuaysideError
from explorer.base.tasks import TaskScope
from explorer.gui.bridge import Bridge
from explorer.gui.browse.rows import Row, RowKind
from explorer.gui.colours import Tone
from explorer.gui.errors import describe
from explorer.gui.inspect import facts
from explorer.gui.inspect.facts import Fact, Section
from explorer.gui.inspect.page import InspectorPage
from explorer.gui.inspect.selection import Selection
from explorer.gui.parts.buttons import Rank, push_button
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.scrolling import ScrollArea
from explorer.gui.parts.texts import plain_label, tooltip
from explorer.service.model import Location

LIST_AGAIN = "List the folder again (F5)."
ACCOUNT = "Select a container, a folder or a blob."


class PropertiesPage(InspectorPage):
    """See `InspectorPage`."""

    title = "Properties"
    key = "properties"
    icon_name = "info"

    def __init__(self, bridge: Bridge, scope: TaskScope) -> None:
        super().__init__()
        self._bridge = bridge
        self._scope = scope
        self._task: asyncio.Task[Any] | None = None
        self._sections: tuple[Section, ...] = ()
        self.notice = NoticeBar()
        self.copy_button = push_button("&Copy all", Rank.FLAT, icon_name="copy")
        self.copy_button.clicked.connect(self._copy)
        self._area = ScrollArea()
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 6, 12, 8)
        foot.addStretch()
        foot.addWidget(self.copy_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice)
        column.addWidget(self._area, 1)
        column.addLayout(foot)
        self.notice.action_requested.connect(self.reload_requested)
        self.clear()

    # -- the seam -------------------------------------------------------------------------

    def refusal(self, selection: Selection) -> str:
        return ACCOUNT if not selection.count and selection.subject.is_account else ""

    def show_selection(self, selection: Selection) -> None:
        if selection.is_many:
            self._show(facts.many_sections(selection))
        else:
            self._task = self._scope.spawn(self._look(selection), name="properties")

    def clear(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self.notice.hide()
        self._show(())

    # -- looking ----------------------------------------------------------------------------

    async def _look(self, selection: Selection) -> None:
        try:
            self._show(await self._find(selection))
        except QuaysideError as error:
            words = describe(error)
            self.notice.tell(
                f"{words.title}. {words.line}", Tone.BAD, action="Try again", closable=False
            )

    async def _find(self, selection: Selection) -> tuple[Section, ...]:
        subject, place = selection.subject, selection.subject.location
        if subject.deleted and not selection.is_past:
            return await self._find_deleted(place, subject.deleted[0])
        if (row := subject.blob) is not None:
            found = await self._bridge.call(
                lambda service: service.properties(
                    place,
                    row.name,
                    snapshot=selection.snapshot,
                    version_id=selection.version_id,
                )
            )
            return facts.blob_sections(found, place)
        if (container := subject.container) is not None:
            about = await self._bridge.call(lambda service: service.container_properties(container))
            return facts.container_sections(about)
        if selection.is_directory and selection.named is not None:
            above, name = selection.named
            about_it = await self._bridge.call(lambda service: service.properties(above, name))
            return facts.directory_sections(about_it, above.child(name))
        return facts.place_sections(subject.place or subject.location, "Folder")

    async def _find_deleted(self, place: Location, row: Row) -> tuple[Section, ...]:
        if row.kind is RowKind.BLOB:
            state = await self._bridge.call(lambda it: it.history.last_of(place, row.name))
            if state is None:
                raise NotFoundError(f"Of '{row.name}' nothing is kept any more.", cure=LIST_AGAIN)
            return facts.deleted_sections(state, place)
        if row.kind is RowKind.CONTAINER:
            at = place.connection_id
            gone = await self._bridge.call(lambda it: it.history.latest_deleted(at, row.name))
            return facts.deleted_container_sections(gone)
        folder = facts.place_sections(place.child(row.name), "Folder")
        return (*folder, facts.section("Deleted", (Fact("Deleted", "everything in it"),)))

    # -- showing ------------------------------------------------------------------------------

    @property
    def sections(self) -> tuple[Section, ...]:
        """What is shown."""
        return self._sections

    def _show(self, sections: tuple[Section, ...]) -> None:
        self._sections = tuple(part for part in sections if part.facts)
        room = QWidget()
        grid = QGridLayout(room)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        row = 0
        for part in self._sections:
            title = plain_label(part.title)
            font = QFont(title.font())
            font.setWeight(QFont.Weight.DemiBold)
            title.setFont(font)
            title.setContentsMargins(0, 10 if row else 0, 0, 2)
            grid.addWidget(title, row, 0, 1, 2)
            row += 1
            for fact in part.facts:
                label = plain_label(fact.label, muted=True)
                value = self._field(fact)
                label.setBuddy(value)
                grid.addWidget(label, row, 0)
                grid.addWidget(value, row, 1)
                row += 1
        grid.setRowStretch(row, 1)
        self._area.setWidget(room)
        self.copy_button.setVisible(bool(self._sections))

    def _field(self, fact: Fact) -> QLineEdit:
        """Text that can be selected with mouse and keys, and never is markup."""
        field = QLineEdit(fact.value)
        field.setReadOnly(True)
        field.setFrame(False)
        field.setProperty("bare", True)
        field.setCursorPosition(0)
        field.setAccessibleName(fact.label)
        field.setAccessibleDescription(fact.exact)
        field.setToolTip(tooltip(fact.exact or fact.value))
        return field

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(facts.as_text(self._sections))
