"""Whose credentials a worker uses: its own, from its environment, or what was sent to it.

What is sent goes by a direct message into the worker's memory; it is in no task, no key and
no log, and is forgotten when the job stops.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from explorer.base.errors import InputError, QuaysideError
from explorer.cluster.address import Address
from explorer.storage.connection import (
    ConnectionSpec,
    EntraSignIn,
    TokenSource,
    parse,
    spec_of_account,
    with_sign_in,
)
from explorer.storage.environment import from_environment, sign_in_from_environment


class Sealed:
    """Secrets on their way: whoever prints it, as Dask does when a call fails, sees none."""

    __slots__ = ("specs",)

    def __init__(self, specs: Mapping[str, ConnectionSpec]) -> None:
        self.specs = dict(specs)

    def __repr__(self) -> str:
        return f"<{len(self.specs)} sealed credentials>"

    def __reduce__(self) -> tuple[type[Sealed], tuple[dict[str, ConnectionSpec]]]:
        return Sealed, (self.specs,)


def own_spec(environ: Mapping[str, str], endpoint: str) -> ConnectionSpec | None:
    """What a machine's environment has for this blob endpoint; None where that is nothing, or
    no more than half of it. Pure."""
    text = from_environment(environ)[1]
    _, account, source = sign_in_from_environment(environ)
    if not text and source is None:
        return None
    try:
        if text or source is None:
            spec = parse(text)
        else:
            spec = with_sign_in(spec_of_account(account), source)
    except QuaysideError:
        return None
    return spec if spec.is_complete and spec.blob_endpoint == endpoint else None


def check_travel(
    address: Address, workers: Sequence[str], specs: Mapping[str, ConnectionSpec]
) -> None:
    """Raises InputError where a secret of `specs` would have to travel in the clear, or where a
    sign-in takes a person, whom workers do not have. Pure.

    Of other sign-ins only their kind is sent: the workers ask their own Azure CLI or variable.
    """
    signs_in = [one.credential for one in specs.values() if isinstance(one.credential, EntraSignIn)]
    if any(one.source in (TokenSource.BROWSER, TokenSource.DEVICE_CODE) for one in signs_in):
        raise InputError(
            "The workers have no credentials of their own for this account, and a sign-in by "
            "browser or code is of this computer alone.",
            cure="Set AZURE_STORAGE_ACCOUNT and QUAYSIDE_STORAGE_TOKEN, or "
            "AZURE_STORAGE_AUTH_MODE=login for Azure CLI, where the workers run.",
        )
    if not any(one.secret for one in specs.values()):
        return
    if not address.may_carry_secrets(tuple(workers)):
        raise InputError(
            "The workers have no credentials of their own for this account, and yours would "
            f"travel to {address.host} unencrypted.",
            cure="Set AZURE_STORAGE_CONNECTION_STRING where the workers run, or let the cluster "
            "use TLS (--on dask+tls://HOST:PORT), or add --allow-insecure where the network is "
            "your own.",
        )
