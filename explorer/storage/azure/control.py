"""What is done now and then, through the SDK: a container looked at or deleted, metadata set.

The SDK costs 230 ms to import, so this module is loaded at its first use and nothing
that lists or transfers uses it. Names and metadata are checked by our own rules first:
the SDK sends dot segments as they are.
"""

from __future__ import annotations

from typing import Any

from azure.core import MatchConditions

from explorer.storage.azure.errors import Attempt, translating
from explorer.storage.azure.names import blob_path, container_path
from explorer.storage.azure.rest import add_metadata
from explorer.storage.azure.sdk import service_client
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.model import BlobRef, Condition, Container, Written


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

    def set_metadata(self, ref: BlobRef, metadata: dict[str, str], condition: Condition) -> Written:
        """Set Blob Metadata. Raises InputError for what no header can hold."""
        blob_path(ref.container, ref.name)
        add_metadata({}, metadata)
        blob = self._client.get_blob_client(
            ref.container,
            ref.name,
            snapshot=ref.snapshot or None,
            version_id=ref.version_id or None,
        )
        with translating(Attempt(self._place, "change the metadata of", ref.container, ref.name)):
            told: dict[str, Any] = dict(blob.set_blob_metadata(metadata, **_when(condition)))
        return Written(
            etag=str(told["etag"]),
            last_modified_s=int(told["last_modified"].timestamp()),
            version_id=str(told.get("version_id") or ""),
        )


def _when(condition: Condition) -> dict[str, Any]:
    """A condition in the SDK's words."""
    if condition.if_match:
        return {"etag": condition.if_match, "match_condition": MatchConditions.IfNotModified}
    if condition.if_none_match:
        return {"match_condition": MatchConditions.IfMissing}
    return {}
