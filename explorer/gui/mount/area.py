"""Offers to mount a share of Azure Files, on an account. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.gui import ask
from explorer.gui.mount.sheet import MountSheet
from explorer.gui.window.offers import Offer
from explorer.gui.window.subject import Subject
from explorer.gui.window.surroundings import Surroundings
from explorer.workflows.mount import file_host

NO_SHARES = "Azure Files of this account is not known: it is an emulator, or has its own domain."


class MountArea:
    """See `Area`."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def offers(self, subject: Subject) -> Sequence[Offer]:
        if not subject.is_account:
            return ()
        host = file_host(subject.connection.endpoint)
        return (
            Offer(
                "Mou&nt Azure Files…",
                lambda: self._around.do(self.open(host), "mount Azure Files"),
                "link",
                "" if host else NO_SHARES,
            ),
        )

    async def open(self, host: str) -> None:
        """Show the dialog until it is closed."""
        await ask.answer(MountSheet(host, self._around.window))
