"""A sheet about the state of one blob or container that is read anew after each deed."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from PySide6.QtWidgets import QWidget

from explorer.base.errors import QuaysideError
from explorer.base.tasks import TaskScope
from explorer.gui.bridge import Bridge
from explorer.gui.parts.texts import plain_label
from explorer.gui.work_sheet import WorkSheet
from explorer.service.model import Location
from explorer.storage.model import BlobRef


class StateSheet(WorkSheet):
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
        super().__init__(headline, scope, parent, icon_name=icon_name, width=500)
        self._bridge = bridge
        self._location = location
        self._name = name
        self.says = plain_label("Looking…", wrap=True)
        self.body.addWidget(self.says)

    @property
    def ref(self) -> BlobRef:
        """What it is about; without a name the container."""
        path = self._location.path + self._name if self._name else ""
        return BlobRef(self._location.container, path)

    def do(self, work: Coroutine[Any, Any, object] | None = None) -> None:
        """Do this, if anything, and read the state again."""
        self.begin(self._do(work), "look after one blob")

    async def _do(self, work: Coroutine[Any, Any, object] | None) -> None:
        self.notice.hide()
        if work is not None:
            try:
                await work
            except QuaysideError as error:
                self.tell_error(error)
        await self.look()

    async def look(self) -> None:
        """Read the state."""
        raise NotImplementedError
