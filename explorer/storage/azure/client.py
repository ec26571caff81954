"""Opens the store of a connection. Imports no SDK."""

from __future__ import annotations

from dataclasses import field

from explorer.base.errors import ConnectionTextError
from explorer.base.records import dataclass
from explorer.base.redact import register_secret
from explorer.storage.azure.dial import Dialer
from explorer.storage.azure.errors import Place
from explorer.storage.azure.pool import Pool
from explorer.storage.azure.proxy import DIRECT, parse_proxy
from explorer.storage.azure.rest import Rest, split_endpoint
from explorer.storage.azure.signing import signer_for
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.connection_spec import ConnectionSpec


@dataclass(frozen=True, slots=True)
class StoreOptions:
    """How services are reached; the same for every connection, or one's own.

    `proxy` is `http://[user:password@]host:port`, `direct`, or empty for what the
    environment and the system say (`HTTPS_PROXY`, `NO_PROXY`, ...). `ca_file` is added to
    the certificates the system trusts. Time-outs are for a step without any progress.
    """

    proxy: str = field(default="", repr=False)
    ca_file: str = ""
    api_version: str = ""
    connect_timeout_s: float = 10.0
    io_timeout_s: float = 30.0
    pool_size: int = 32
    """Connections kept open while nothing uses them."""


def open_pool(options: StoreOptions) -> Pool:
    """Connections as the options say; nothing is opened before it is used."""
    if options.proxy not in ("", DIRECT):
        parse_proxy(options.proxy)
    dialer = Dialer(
        proxy=options.proxy,
        ca_file=options.ca_file,
        connect_timeout_s=options.connect_timeout_s,
        io_timeout_s=options.io_timeout_s,
    )
    return Pool(dialer, size=options.pool_size)


def open_store(
    spec: ConnectionSpec, options: StoreOptions | None = None, *, is_hierarchical: bool = False
) -> AzureBlobStore:
    """The store `spec` describes; asks the service nothing yet.

    It has `directories` where the account `is_hierarchical` and its dfs endpoint is known.
    Raises ConnectionTextError where the spec is not complete, InputError for a proxy that
    cannot be used. The caller closes the store.
    """
    if not spec.is_complete:
        wanted = ", ".join(item.value for item in spec.missing)
        raise ConnectionTextError(
            f"{spec.display_name} is not complete yet.", cure=f"Still missing: {wanted}."
        )
    register_secret(spec.secret)  # whatever process this is
    options = options or StoreOptions()
    origin, _ = split_endpoint(spec.blob_endpoint)
    place = Place(
        host=origin.netloc,
        account=spec.account,
        is_emulator=spec.is_emulator,
        signer=signer_for(spec.credential),
    )
    rest = Rest(spec.blob_endpoint, place, open_pool(options), options.api_version)
    dfs = dfs_rest(spec, rest) if is_hierarchical else None
    return AzureBlobStore(rest, dfs)


def dfs_rest(spec: ConnectionSpec, blob: Rest) -> Rest | None:
    """Requests to the dfs endpoint over the connections of `blob`; None where there is none
    to be known (a custom domain)."""
    if spec.dfs_endpoint is None:
        return None
    origin, _ = split_endpoint(spec.dfs_endpoint)
    place = blob.place._replace(host=origin.netloc)
    return Rest(spec.dfs_endpoint, place, blob.pool, blob.api_version)
