"""A sheet about the state of one blob or container that is read anew after each deed."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from PySide6.QtWidgets import QWidget

from explorer.base.errors import QuaysideError
from explorer.base.tasks import TaskScope
from explorer.gui.bridge import Bridge
from explorer.gui.colours import Tone
from explorer.gui.errors import describe
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.texts import plain_label
from explorer.gui.sheet import Sheet
from explorer.service.model import Location
from explorer.storage.model import BlobRef


class StateSheet(Sheet):
    """`location` and `name`: a blob there; without a name the container. GUI thread only."""

    def __init__(
        self,
        bridge: Bridge,
        scope: TaskScope,
        location: Location,
        name: str,
        headline: str,
        icon_name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(headline, parent, icon_name=icon_name, width=500)
        self._bridge = bridge
        self._scope = scope
        self._location = location
        self._name = name
        self._task: asyncio.Task[Any] | None = None
        self.notice = NoticeBar()
        self.says = plain_label("Looking…", wrap=True)
        self.body.addWidget(self.notice)
        self.body.addWidget(self.says)
        self.finished.connect(lambda _: self.stop())

    @property
    def ref(self) -> BlobRef:
        """What it is about; without a name the container."""
        path = self._location.path + self._name if self._name else ""
        return BlobRef(self._location.container, path)

    @property
    def is_busy(self) -> bool:
        return self._task is not None

    def stop(self) -> None:
        """End what is under way."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def begin(self, work: Coroutine[Any, Any, object] | None = None) -> None:
        """Do this, if anything, and read the state again."""
        self.stop()
        self._task = self._scope.spawn(self._run(work), name="look after one blob")
        self.update_state()

    async def _run(self, work: Coroutine[Any, Any, object] | None) -> None:
        own = asyncio.current_task()
        try:
            self.notice.hide()
            if work is not None:
                await self._attempt(work)
            await self._attempt(self.look())
        finally:
            if self._task is own:
                self._task = None
                self.update_state()

    async def _attempt(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except QuaysideError as error:
            told = describe(error)
            self.notice.tell(f"{told.title}. {told.line}", Tone.BAD)

    async def look(self) -> None:
        """Read the state."""
        raise NotImplementedError

    def update_state(self) -> None:
        """Show it, and what can be done."""
        raise NotImplementedError
