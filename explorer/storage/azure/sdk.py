"""The SDK's clients over the store's own connections, for `control` and `lake_control`.

Importing this costs 230 ms; nothing on the way of listing and transfers does. The
clients share the store's connections and credential, retry nothing and log nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from azure.core.credentials import AzureNamedKeyCredential, AzureSasCredential
from azure.storage.blob import BlobServiceClient

from explorer.base.errors import InputError
from explorer.storage.azure.rest import USER_AGENT, Rest
from explorer.storage.azure.signing import KeySigner, SasSigner, TokenSigner
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.azure.transport import PoolTransport

if TYPE_CHECKING:
    from azure.storage.filedatalake import DataLakeServiceClient

_silent = logging.Logger("azure-http", level=logging.CRITICAL + 1)
"""Of no tree: the SDK's request log shows addresses."""


def service_client(store: AzureBlobStore) -> BlobServiceClient:
    """A client for the whole of `store`'s endpoint, valid as long as the store is open.

    Wrap its calls in `errors.translating`. Raises InputError for an API version that the
    SDK does not speak.
    """
    options = _options(store.rest)
    with _known_version(store.rest):
        return BlobServiceClient(store.endpoint, **options)


def lake_client(rest: Rest) -> DataLakeServiceClient:
    """The same for a dfs endpoint."""
    from azure.storage.filedatalake import DataLakeServiceClient  # another 100 ms

    options = _options(rest)
    with _known_version(rest):
        return DataLakeServiceClient(rest.endpoint, **options)


def _options(rest: Rest) -> dict[str, Any]:
    signer = rest.place.signer
    credential: AzureNamedKeyCredential | AzureSasCredential | None = None
    if isinstance(signer, KeySigner):
        credential = AzureNamedKeyCredential(signer.account, signer.key_text)
    elif isinstance(signer, SasSigner):
        credential = AzureSasCredential(signer.token)
    return {
        "credential": credential,
        # The transport shows the token itself, so that the SDK never has it.
        "transport": PoolTransport(rest.pool, signer if isinstance(signer, TokenSigner) else None),
        "retry_total": 0,
        # It would follow to any host, over http as well, and there our token would be shown.
        "permit_redirects": False,
        "base_user_agent": USER_AGENT,
        "user_agent_use_env": False,
        "logger": _silent,
        "api_version": rest.api_version,
    }


@contextmanager
def _known_version(rest: Rest) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise InputError(
            f"This cannot be done with API version {rest.api_version}.",
            cure="Choose another API version for this connection in Settings, Network.",
        ) from error
