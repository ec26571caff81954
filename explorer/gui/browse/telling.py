"""The bar above a listing that says what happened there, with a button that leads on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from explorer.gui.colours import Tone
from explorer.gui.errors import ErrorText
from explorer.gui.parts.notice import NoticeBar


class PaneNotice(NoticeBar):
    """One per pane."""

    credential_requested = Signal(str)
    """The id of a connection that needs a new SAS or key."""
    details_requested = Signal(object)
    """The `ErrorText` of which all is to be shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._act: Callable[[], None] | None = None
        self.action_requested.connect(self._do)

    def say(
        self,
        text: str,
        tone: Tone,
        *,
        action: str = "",
        act: Callable[[], None] | None = None,
        closable: bool = True,
    ) -> None:
        """`act` is what the bar's button does, named `action`."""
        self._act = act
        self.tell(text, tone, action=action, closable=closable)

    def say_failure(self, words: ErrorText) -> None:
        """What went wrong, with a way to all of it."""
        self.say(
            f"{words.title}. {words.line}",
            Tone.BAD,
            action="Details…",
            act=lambda: self.details_requested.emit(words),
        )

    def ask_for_credential(self, text: str, connection_id: str) -> None:
        """Work waits for a new SAS or key; the button leads to giving it."""

        def give() -> None:
            self.credential_requested.emit(connection_id)
            self.dismiss()

        self.say(text, Tone.WARN, action="Replace credential…", act=give)

    def _do(self) -> None:
        if self._act is not None:
            self._act()
