"""Connections made up for tests."""

from __future__ import annotations

from explorer.service.model import (
    Ability,
    Claim,
    Connection,
    Location,
    SecretHome,
)
from explorer.storage.access import Verdict


def connection(
    connection_id: str = "c1",
    *,
    name: str = "work",
    root: Location | None = None,
    denied: tuple[Ability, ...] = (),
) -> Connection:
    """An account with a key; `denied` is what it may not do."""
    top = root or Location(connection_id)
    claims = tuple(
        Claim(ability, Verdict.NO, f"No {ability.value} here.")
        if ability in denied
        else Claim(ability, Verdict.YES)
        for ability in Ability
    )
    return Connection(
        id=connection_id,
        name=name,
        account="account",
        endpoint="https://account.blob.core.windows.net",
        start=top,
        root=top,
        credential_kind="account key",
        claims=claims,
        expires_s=None,
        is_hierarchical=False,
        is_emulator=False,
        is_saved=True,
        secret_home=SecretHome.KEYRING,
    )
