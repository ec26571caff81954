"""From a store to what manages it: the requests behind it."""

from __future__ import annotations

from explorer.base.errors import InputError
from explorer.storage.api import BlobStore
from explorer.storage.azure.rest import Rest
from explorer.storage.azure.store import AzureBlobStore


def azure_store(store: BlobStore) -> AzureBlobStore:
    """The store as one of the service itself. Raises InputError for any other."""
    if not isinstance(store, AzureBlobStore):
        raise InputError("This cannot be done with this kind of storage.")
    return store


def rest_of(store: BlobStore) -> Rest:
    """Signed requests to the store's endpoint. Raises InputError as `azure_store`."""
    return azure_store(store).rest
