"""What is done now and then, through the SDK: a container looked at or deleted.

The SDK costs 230 ms to import, so this module is loaded at its first use and nothing
that lists or transfers uses it. Names are checked by our own rules first: the SDK sends
dot segments as they are.
"""

from __future__ import annotations

from explorer.storage.azure.errors import Attempt, translating
from explorer.storage.azure.names import container_path
from explorer.storage.azure.sdk import service_client
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.model import Container


class Control:
    """One store's control plane; shares its connections, safe from many threads."""

    def __init__(self, store: AzureBlobStore) -> None:
        self._place = store.rest.place
        self._client = service_client(store)

    def container_properties(self, container: str) -> Container:
        """Get Container Properties."""
        container_path(container)
        with translating(Attempt(self._place, "look at the container", container)):
            found = self._client.get_container_client(container).get_container_properties()
        return Container(
            name=container,
            last_modified_s=int(found.last_modified.timestamp()),
            etag=str(found.etag),
            public_access=str(found.public_access or ""),
            lease_state=str(found.lease.state or ""),
            metadata=dict(found.metadata or {}),
        )

    def delete_container(self, container: str) -> None:
        """Delete Container."""
        container_path(container)
        with translating(Attempt(self._place, "delete the container", container)):
            self._client.delete_container(container)
