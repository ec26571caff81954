"""The SDK's client over the store's own connections, for `control`.

Importing this costs 230 ms; nothing on the way of listing and transfers does. The
clients share the store's connections and credential, retry nothing and log nothing.
"""

from __future__ import annotations

import logging
from typing import Any

from azure.core.credentials import AzureNamedKeyCredential, AzureSasCredential
from azure.storage.blob import BlobServiceClient

from explorer.base.errors import InputError
from explorer.storage.azure.rest import USER_AGENT
from explorer.storage.azure.signing import KeySigner, SasSigner
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.azure.transport import PoolTransport

_silent = logging.Logger("azure-http", level=logging.CRITICAL + 1)
"""Of no tree: the SDK's request log shows addresses."""


def service_client(store: AzureBlobStore) -> BlobServiceClient:
    """A client for the whole of `store`'s endpoint, valid as long as the store is open.

    Wrap its calls in `errors.translating`. Raises InputError for an API version that the
    SDK does not speak.
    """
    options: dict[str, Any] = {
        "transport": PoolTransport(store.rest.pool),
        "retry_total": 0,
        "base_user_agent": USER_AGENT,
        "user_agent_use_env": False,
        "logger": _silent,
        "api_version": store.rest.api_version,
    }
    signer = store.rest.place.signer
    credential: AzureNamedKeyCredential | AzureSasCredential | None = None
    if isinstance(signer, KeySigner):
        credential = AzureNamedKeyCredential(signer.account, signer.key_text)
    elif isinstance(signer, SasSigner):
        credential = AzureSasCredential(signer.token)
    try:
        return BlobServiceClient(store.endpoint, credential=credential, **options)
    except ValueError as error:
        raise InputError(
            f"This cannot be done with API version {store.rest.api_version}.",
            cure="Choose another API version for this connection in Settings, Network.",
        ) from error
