"""A copy that the service makes to one blob: how far it is, and how it is stopped."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from explorer.base.redact import redact
from explorer.base.shown import shown
from explorer.base.tasks import TaskScope
from explorer.gui.bridge import Bridge
from explorer.gui.colours import Tone
from explorer.gui.manage.state_sheet import StateSheet
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.texts import explain
from explorer.service.model import Location
from explorer.storage.model import BlobProperties

AGAIN_MS = 2000
NOT_UNDER_WAY = "No copy to this blob is under way."
_STATES = {
    "": "No copy was made to this blob, or it was written anew since.",
    "pending": "A copy is under way.",
    "success": "The copy is complete.",
    "failed": "The copy failed.",
    "aborted": "The copy was stopped; the blob is empty.",
}


def copy_text(found: BlobProperties) -> str:
    """The state in sentences."""
    lines = [_STATES.get(found.copy_status, shown(found.copy_status))]
    done, slash, whole = found.copy_progress.partition("/")
    if slash and done.isdecimal() and whole.isdecimal():
        lines.append(f"{int(done):,} of {int(whole):,} bytes.")
    if found.copy_source:
        lines.append(f"From {shown(redact(found.copy_source))}")
    return "\n".join(lines)


class CopyStatusSheet(StateSheet):
    """Looks again while a copy is under way. GUI thread only."""

    def __init__(
        self,
        bridge: Bridge,
        scope: TaskScope,
        location: Location,
        name: str,
        title: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(bridge, scope, location, name, f"Copy to {title}", "copy", parent)
        self.found: BlobProperties | None = None
        self.stop_button = self.add_button("&Stop the copy", rank=Rank.DANGER, at_left=True)
        self.stop_button.clicked.connect(lambda: self.do(self._stop_copy()))
        self.close_button = self.add_button("Close", rank=Rank.PRIMARY)
        self.close_button.clicked.connect(self.accept)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AGAIN_MS)
        self._timer.timeout.connect(self.do)
        self.finished.connect(lambda _: self._timer.stop())
        self.do()

    async def look(self) -> None:
        place, name = self._location, self._name
        self.found = await self._bridge.call(lambda it: it.properties(place, name))

    def show_state(self) -> None:
        is_pending = self.found is not None and self.found.copy_status == "pending"
        if self.found is not None:
            self.says.setText(copy_text(self.found))
        self.stop_button.setEnabled(is_pending and not self.is_busy)
        explain(self.stop_button, "" if is_pending else NOT_UNDER_WAY)
        if is_pending and not self.is_busy and self.isVisible():
            self._timer.start()

    async def _stop_copy(self) -> None:
        at, ref = self._location.connection_id, self.ref
        await self._bridge.call(lambda it: it.upkeep.stop_copy(at, ref))
        self.notice.tell("The copy is stopped. An empty blob stays.", Tone.OK)
