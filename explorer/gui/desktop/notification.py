"""A notification of the desktop, by its message bus. GUI thread only.

The bus is reached in a thread; then messages are only sent, and answers are read when they
are there: nobody waits for a desktop. Source: the Desktop Notifications Specification 1.2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QSocketNotifier, Signal

from explorer.base.bus import Address, Bus, BusError, Heard, Which
from explorer.base.workers import Workers
from explorer.gui.desktop.words import Words

DESKTOP_ENTRY: Final = "quayside"
_THEM: Final = Address(
    "org.freedesktop.Notifications",
    "/org/freedesktop/Notifications",
    "org.freedesktop.Notifications",
)


class Notification(QObject):
    """The one of this window: a newer text takes the place of the older one."""

    clicked = Signal()

    def __init__(
        self, workers: Workers, instead: Callable[[Words], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._workers = workers
        self._instead = instead
        self._bus: Bus | None = None
        self._notifier: QSocketNotifier | None = None
        self._shown_id = 0
        self._asked: dict[int, Words] = {}

    async def show(self, words: Words) -> None:
        """Show it, or do `instead` where no desktop does."""
        try:
            if self._bus is None:
                self._take(await self._workers.run(_open))
            self._send(words)
        except BusError:
            self.close()
            self._instead(words)

    def _take(self, bus: Bus) -> None:
        if self._bus is not None:  # two texts were on their way
            bus.close()
            return
        self._bus = bus
        self._notifier = QSocketNotifier(bus.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)

    def _send(self, words: Words) -> None:
        if self._bus is None:
            return
        category = "transfer.error" if words.is_bad else "transfer.complete"
        hints = {"desktop-entry": ("s", DESKTOP_ENTRY), "category": ("s", category)}
        serial = self._bus.send(
            _THEM,
            "Notify",
            "susssasa{sv}i",
            "Quayside",
            self._shown_id,
            DESKTOP_ENTRY,
            words.title,
            words.body,
            ["default", "Show"],
            hints,
            -1,
        )
        self._asked[serial] = words

    def _read(self) -> None:
        if self._bus is None:
            return
        try:
            heard = self._bus.heard()
        except BusError:
            self.close()
            return
        for one in heard:
            self._hear(one)

    def _hear(self, heard: Heard) -> None:
        words = self._asked.pop(heard.reply_to, None)
        if words is not None:
            if heard.is_error:
                self._instead(words)
            else:
                self._shown_id = int(heard.body[0])
        elif not self._shown_id or heard.body[:1] != (self._shown_id,):
            return  # of another program
        elif heard.member == "ActionInvoked":
            self.clicked.emit()
        elif heard.member == "NotificationClosed":
            self._shown_id = 0

    def close(self) -> None:
        """Leave the bus; the next `show` comes back."""
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier.deleteLater()
            self._notifier = None
        if self._bus is not None:
            self._bus.close()
            self._bus = None
        self._shown_id = 0
        self._asked.clear()


def _open() -> Bus:
    bus = Bus.open(Which.SESSION)
    try:
        bus.listen(_THEM.interface, _THEM.path)
    except BusError:
        bus.close()
        raise
    return bus
