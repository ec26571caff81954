"""How far a deletion is, in the bar of the tab it began in, with a way to stop it.

GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from explorer.gui.browse.pane import Pane
from explorer.gui.colours import Tone
from explorer.gui.window.tabs import Tabs
from explorer.service.model import DeleteCount

LOOKING = "Looking for what is to be deleted…"


class Deletion:
    """One that runs. Where its tab is closed meanwhile, the tab in front tells of it.

    `call_off` ends it at once; used only while nothing has been deleted.
    """

    def __init__(self, tabs: Tabs, call_off: Callable[[], object]) -> None:
        self._tabs = tabs
        self._call_off = call_off
        self._began_in = tabs.pane
        self._last = DeleteCount()
        self._is_wanted = True

    def _pane(self) -> Pane:
        is_there = self._began_in in self._tabs.panes()
        return self._began_in if is_there else self._tabs.pane

    def progressed(self, count: DeleteCount) -> bool:
        """Tell how far it is; whether to go on."""
        self._last = count
        if self._is_wanted:
            text = f"Deleting… {count.blobs:,} so far" if count.blobs else LOOKING
            self._pane().notice.say(text, Tone.INFO, action="Stop", act=self._stop, closable=False)
        return self._is_wanted

    def _stop(self) -> None:
        """What the service is busy with is still finished, so that the count is right."""
        self._is_wanted = False
        if not self._last.blobs and not self._last.failed:
            self._call_off()
            return
        text = f"Stopping… {self._last.blobs:,} deleted so far"
        self._pane().notice.say(text, Tone.INFO, closable=False)

    def forget(self) -> None:
        """It broke off, which somebody else tells of."""
        self._pane().notice.dismiss()

    def ended(self, count: DeleteCount) -> None:
        """Tell what is left to tell."""
        pane = self._pane()
        if count.failed:
            first = f" {count.failures[0][1]}" if count.failures else ""
            total = count.failed + count.blobs
            pane.notice.say(f"{count.failed:,} of {total:,} could not be deleted.{first}", Tone.BAD)
        elif not self._is_wanted and not count.is_complete:
            text = f"Stopped: {count.blobs:,} deleted, the rest is still there."
            pane.notice.say(text, Tone.INFO)
        else:
            pane.notice.dismiss()
