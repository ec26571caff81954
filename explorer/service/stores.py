"""Stores opened as the settings say, tested, and closed when nobody uses them any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from explorer.base.errors import QuaysideError
from explorer.base.redact import register_secret
from explorer.base.workers import Workers
from explorer.service.claims import report_of, utc_now
from explorer.service.model import ProbeReport
from explorer.service.patience import Calls
from explorer.service.preferences import Preferences
from explorer.service.sas_trial import refusal_of
from explorer.storage.api import BlobStore
from explorer.storage.azure.client import StoreOptions, open_store
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.connection import ConnectionSpec
from explorer.storage.model import BlobRef

if TYPE_CHECKING:
    from explorer.storage.azure.probe import Probe


POOL: Final = 64
"""Connections that are kept, where nobody has said how many requests run at the same time."""


class Stores:
    """Of the service loop's thread; the network is in worker threads."""

    def __init__(self, preferences: Preferences) -> None:
        self._preferences = preferences
        self._retired: list[BlobStore] = []
        self._closers = Workers("store-close", 1)
        self.calls = Calls()

    def open(self, spec: ConnectionSpec, api_version: str = "") -> AzureBlobStore:
        """A new store; asks nothing yet. Raises InputError where proxy or spec are no use."""
        settings = self._preferences.settings
        options = StoreOptions(
            proxy=settings.proxy,
            ca_file=settings.ca_file,
            api_version=api_version or settings.api_version,
            pool_size=(settings.concurrency or POOL) + 8,
        )
        return open_store(spec, options)

    def retire(self, store: BlobStore | None) -> None:
        """Work under way may still use it; it is closed at the end."""
        if store is not None:
            self._retired.append(store)

    async def probe(self, spec: ConnectionSpec) -> ProbeReport:
        """Test a connection. Raises where it is of no use at all."""
        found = await self.look(spec)
        if (refusal := refusal_of(spec, found)) is not None:
            raise refusal
        return report_of(spec, found, utc_now())

    async def look(self, spec: ConnectionSpec) -> Probe:
        """What a few small requests met, be it of use or none. Raises where nobody answers."""
        from explorer.storage.azure.probe import probe  # late: most commands test nothing

        register_secret(spec.secret)
        store = self.open(spec)
        try:
            return await self.calls.run(probe, store, spec)
        finally:
            await self._closers.run(store.close)

    async def starts_at_blob(self, spec: ConnectionSpec, api_version: str) -> bool:
        """Whether the pasted path is a blob; where nobody says, it is taken for a folder."""
        place = spec.start
        if not place.path or place.path.endswith("/"):
            return False
        store = self.open(spec, api_version)
        try:
            found = await self.calls.run(store.properties, BlobRef(place.container, place.path))
        except QuaysideError:
            return False
        finally:
            await self._closers.run(store.close)
        return not found.is_directory

    async def aclose(self) -> None:
        """Close what was retired and end the threads."""
        for store in self._retired:
            await self._closers.run(store.close)
        self._retired.clear()
        self.calls.close()
        self._closers.close()
