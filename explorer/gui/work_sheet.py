"""A dialog that asks the service: one thing at a time, errors in a bar. GUI thread only."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from PySide6.QtWidgets import QWidget

from explorer.base.errors import QuaysideError
from explorer.base.tasks import TaskScope
from explorer.gui import errors
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.sheet import Sheet


class WorkSheet(Sheet):
    """Closing it stops what is under way."""

    def __init__(
        self,
        headline: str,
        scope: TaskScope,
        parent: QWidget | None,
        *,
        icon_name: str = "",
        width: int = 520,
    ) -> None:
        super().__init__(headline, parent, icon_name=icon_name, width=width)
        self._scope = scope
        self._task: asyncio.Task[Any] | None = None
        self.notice = NoticeBar()
        self.body.addWidget(self.notice)
        self.finished.connect(lambda _: self.stop())

    @property
    def is_busy(self) -> bool:
        return self._task is not None

    def begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Do `work` in place of what is under way; our errors are told in the bar."""
        self.stop()
        self._task = self._scope.spawn(self._told(work), name=name)
        self._task.add_done_callback(lambda _: work.close())  # stopped before it had begun
        self.show_state()

    def stop(self) -> None:
        """End what is under way."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def tell_error(self, error: QuaysideError) -> None:
        """Say in the bar what went wrong."""
        errors.tell(self.notice, error)

    def show_state(self) -> None:
        """Enable what can be done now; called whenever work begins or ends."""
        raise NotImplementedError

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        own = asyncio.current_task()
        try:
            await work
        except QuaysideError as error:
            self.tell_error(error)
        finally:
            if self._task is own:
                self._task = None
                self.show_state()
