"""The way to a scheduler: by TLS where the address says so, with Dask's own certificates."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from distributed import Client
from distributed.comm.core import FatalCommClosedError
from distributed.security import Security

from explorer.cluster.address import Address, Way
from explorer.cluster.faults import no_certificate, no_scheduler, not_trusted
from explorer.cluster.fleet import ABSENT, ANSWER_S, NOBODY_S, DaskFleet, Purpose

CONNECT_S: Final = 10.0


@asynccontextmanager
async def open_workers(address: Address, purpose: Purpose) -> AsyncIterator[DaskFleet]:
    """The workers of the scheduler at this address, greeted. Raises ClusterError, InputError."""
    make: Any = Client  # without types of its own
    if address.way is Way.TLS:
        _check_certificate()
    # A scheduler that was lost is looked for by the client until it is closed: our clock decides.
    client = make(
        address.url,
        asynchronous=True,
        timeout=2 * NOBODY_S,
        set_as_default=False,
        name="quayside",
    )
    fleet = DaskFleet(client, address, purpose)
    try:
        await _connect(client, fleet, address)
        yield fleet
    finally:
        await fleet.end()
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_S):
                await client.close()


async def _connect(client: Any, fleet: DaskFleet, address: Address) -> None:
    """Raises ClusterError, InputError."""
    try:
        async with asyncio.timeout(CONNECT_S):
            await client
        await fleet.begin()
    except FatalCommClosedError as error:
        raise not_trusted(address) from error
    except ABSENT as error:
        raise no_scheduler(address) from error
    except ValueError as error:  # Dask stumbles over an answer that is no TLS
        if address.way is not Way.TLS:
            raise
        raise not_trusted(address) from error


def _check_certificate() -> None:
    """Raises InputError where Dask has no certificate to show, or one that is none."""
    security: Any = Security  # nor has this
    try:
        found = security().get_connection_args("client")["ssl_context"]
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = getattr(error, "strerror", None) or str(error)
        raise no_certificate(reason) from error
    if found is None:
        raise no_certificate()
