"""Connections to the emulator by key and by every kind of SAS."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import quote

from azure.storage.blob import (
    AccountSasPermissions,
    BlobSasPermissions,
    ContainerSasPermissions,
    ResourceTypes,
    generate_account_sas,
    generate_blob_sas,
    generate_container_sas,
)

from explorer.service.emulator import Emulator
from explorer.storage.connection import parse
from explorer.storage.connection_spec import ConnectionSpec

HOUR = timedelta(hours=1)


def by_key(emulator: Emulator) -> ConnectionSpec:
    return parse(emulator.connection_string)


def by_account_sas(
    emulator: Emulator,
    letters: str = "rwdlacup",
    types: str = "sco",
    *,
    lasts: timedelta = HOUR,
    starts: timedelta | None = None,
) -> ConnectionSpec:
    spec = by_key(emulator)
    now = datetime.now(UTC)
    token = generate_account_sas(
        spec.account,
        spec.secret,
        cast(Any, ResourceTypes).from_string(types),
        cast(Any, AccountSasPermissions).from_string(letters),
        now + lasts,
        start=now + starts if starts is not None else None,
    )
    return parse(f"{spec.blob_endpoint}?{token}")


def by_container_sas(emulator: Emulator, container: str, letters: str = "rwdlac") -> ConnectionSpec:
    spec = by_key(emulator)
    token = generate_container_sas(
        spec.account,
        container,
        spec.secret,
        permission=ContainerSasPermissions.from_string(letters),
        expiry=datetime.now(UTC) + HOUR,
    )
    return parse(f"{spec.blob_endpoint}/{container}?{token}")


def by_blob_sas(emulator: Emulator, container: str, name: str, letters: str) -> ConnectionSpec:
    spec = by_key(emulator)
    token = generate_blob_sas(
        spec.account,
        container,
        name,
        account_key=spec.secret,
        permission=BlobSasPermissions.from_string(letters),
        expiry=datetime.now(UTC) + HOUR,
    )
    return parse(f"{spec.blob_endpoint}/{container}/{quote(name)}?{token}")


WAYS: dict[str, Callable[[Emulator, str], ConnectionSpec]] = {
    "key": lambda emulator, container: by_key(emulator),
    "account SAS": lambda emulator, container: by_account_sas(emulator),
    "container SAS": by_container_sas,
}


def options(**changes: Any) -> Any:
    """Short time-outs: nothing here takes long."""
    from explorer.storage.azure.client import StoreOptions

    return StoreOptions(**{"connect_timeout_s": 5.0, "io_timeout_s": 20.0, **changes})
