"""A service whose way to a container leads through the fault proxy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path

from explorer.service.model import Location
from explorer.service.service import Service
from explorer.storage.connection import parse
from tests.servers.fault_proxy import FaultProxy

Work = Callable[[Service, Location], Coroutine[object, object, None]]


def run_through(proxy: FaultProxy, container: str, folder: Path, work: Work) -> None:
    """Do a test's work with a service that keeps its data in `folder`."""

    async def main() -> None:
        async with await Service.start(folder, adopt_jobs=False, with_transfers=False) as service:
            found = await service.session_connection(parse(proxy.connection_string))
            await work(service, Location(found.id, container))

    asyncio.run(main())
