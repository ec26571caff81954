"""Offers to mount a share of Azure Files, on an account. GUI thread only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.gui import ask
from explorer.gui.window.offers import Offer
from explorer.gui.window.subject import Subject
from explorer.gui.window.surroundings import Surroundings
from explorer.service.model import Connection
from explorer.workflows.mount import Share, file_host

if TYPE_CHECKING:  # loaded when somebody mounts one
    from explorer.gui.mount.credentials import Keys
    from explorer.service.service import Service
    from explorer.workflows.mount_here import Reached

ACCOUNT_KEY = "account key"

NO_SHARES = "Azure Files of this account is not known: it is an emulator, or has its own domain."


class MountArea:
    """See `Area`."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def offers(self, subject: Subject) -> Sequence[Offer]:
        if not subject.is_account:
            return ()
        connection = subject.connection
        host = file_host(connection.endpoint)
        return (
            Offer(
                "Mou&nt Azure Files…",
                lambda: self._around.do(self.open(host, connection), "mount Azure Files"),
                "link",
                "" if host else NO_SHARES,
            ),
        )

    async def open(self, host: str, connection: Connection) -> None:
        """Show the dialog until it is closed."""
        from explorer.gui.mount.sheet import MountSheet

        around = self._around
        await ask.answer(
            MountSheet(host, self.keys(connection), self._reach, around.scope, around.window)
        )

    def keys(self, connection: Connection) -> Keys:
        """How a credentials file is written for this account."""
        from explorer.gui.mount.credentials import Keys
        from explorer.workflows.mount_here import write_credentials

        workers = self._around.workers
        has_key = connection.credential_kind == ACCOUNT_KEY

        async def write(share: Share, path: Path, key: str | None, replaces: bool) -> None:
            if key is not None:
                await workers.run(write_credentials, path, share, key, replaces=replaces)
                return

            async def on_service(service: Service) -> None:
                own = await service.reveal_secret(connection.id)
                await asyncio.to_thread(write_credentials, path, share, own, replaces=replaces)

            await self._around.bridge.call(on_service)

        def exists(path: Path) -> Awaitable[bool]:
            return workers.run(path.exists)

        return Keys(connection.name if has_key else "", exists, write)

    async def _reach(self, host: str) -> Reached:
        from explorer.workflows.mount_here import reach

        return await self._around.bridge.call(lambda _service: reach(host))
